"""What clients sent and what came of it: the journal, patterns over it, events, and what it never shows.

Finished exchanges come in; entries and events go out. Asks ``exchange`` and below.
"""
