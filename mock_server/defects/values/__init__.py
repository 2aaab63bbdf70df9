"""Defects in which values are let in: enums, lengths, types."""
