"""Keeping a record what it was: members that it lacks, and how they are taken out again."""
