"""Answers in the document's shapes: records, pages of lists, refusals, and examples."""
