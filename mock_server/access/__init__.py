"""Who may ask, and for which session: DNS rebinding, pages of other sites, and the session that a path names.

The head of a request comes in; a session's id, headers or a refusal go out. Asks ``syntax``.
"""
