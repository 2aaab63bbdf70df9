"""The commands of the museum."""
