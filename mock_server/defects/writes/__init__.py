"""Defects in what is written: partial update, policies, idempotence, atomicity, isolation."""
