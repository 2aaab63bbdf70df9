"""The records that a run makes, on purpose or not: who has made them, and how they are taken away."""
