"""Runs of another depth than the gate's: what is asked first, in company, within how many requests."""
