"""What a whole document answers: records and lists in their documented shape, pages, filters and refusals.

Records come in; JSON values for answers go out. Asks ``storing``, ``reading`` and ``values``.
"""
