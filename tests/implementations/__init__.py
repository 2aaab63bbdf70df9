"""Honest implementations of the documented endpoints, on real frameworks: test subjects that share nothing with the mock."""
