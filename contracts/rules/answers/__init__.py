"""What the target answers: successes, error envelopes, credentials, negotiation. Asks ``judging`` and below."""
