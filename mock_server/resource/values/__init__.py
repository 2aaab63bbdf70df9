"""Values made from schemas, plausible by their names, and the same in every run."""
