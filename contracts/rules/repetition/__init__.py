"""The same patch again, the way back, and patches that ask for what is there. Asks ``judging`` and below."""
