"""The suite's questions as checks of Schemathesis: ``SCHEMATHESIS_HOOKS=contracts.schemathesis_hooks st run ...``.

Hooks read the record before and after each request that Schemathesis sends; the checks compare the two readings with what the
body asked for. Where the companion GET is not served, the record is read by patches that change nothing. Importing this package
registers both. Asks ``record`` and below. How to use it: docs/how-to/schemathesis-hooks.md.
"""

from contracts.schemathesis_hooks import checks, session

__all__ = ["checks", "session"]
