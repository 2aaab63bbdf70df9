"""What a patch leaves behind: partial update, policies, idempotence, atomicity, isolation. Asks ``judging`` and below."""
