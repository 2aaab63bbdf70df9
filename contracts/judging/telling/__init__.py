"""Faults that many rules tell in the same words."""
