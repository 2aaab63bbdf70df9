"""What a patch leaves behind: partial update, policies, atomicity, isolation. Asks ``judging`` and below."""
