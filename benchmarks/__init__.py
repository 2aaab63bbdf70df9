"""Figures of the project, measured side by side in one run: commands, and nothing that the packages import."""
