"""The records of a document: the store, what it starts with, and what the server itself writes."""
