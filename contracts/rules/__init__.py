"""The rules, one function each: ``state`` (what is stored), ``values`` (what may be stored), ``answers`` and ``search``.

pytest collects them, or ``running`` calls them; a rule ends, or raises what ``terms.verdict`` has. Asks ``judging`` and below.
"""
