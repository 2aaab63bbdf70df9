"""Generated patches, random sequences and stock Schemathesis checks. Asks ``judging`` and below."""
