"""Defects in what is answered: successes, error envelopes, credentials, negotiation."""
