"""Real, well-known servers as subjects of the suite: opt-in (``tox -e realworld``), and no part of the ordinary tests.

``launch`` installs and starts a server, ``judge`` runs the suite on it, ``__main__`` prints the table; each server has a module.
"""
