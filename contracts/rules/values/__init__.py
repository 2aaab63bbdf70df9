"""Which values are stored and which are refused: enums, lengths, formats, types. Asks ``judging`` and below."""
