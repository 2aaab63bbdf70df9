"""What is only sent to records that nobody needs: it could not be taken back. Asks ``judging`` and below."""
