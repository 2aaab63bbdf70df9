"""The suite as a command: exit codes, messages, credentials, lists of known deviations."""
