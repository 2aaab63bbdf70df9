"""No false alarm on what a document leaves open, and the fault beside it is told."""
