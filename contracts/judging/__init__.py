"""What rules judge from: evidence gathered once, values that must be refused, and how error answers are read.

A record under test comes in; evidence and violations go out. Asks ``record``, ``target`` and ``terms``.
"""
