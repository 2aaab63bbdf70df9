"""The records of a whole document: one store, what it starts with, what the server keeps up, and what a body does to a record.

Changes come in from ``writing``; immutable records go out. Asks ``reading`` and ``values``.
"""
