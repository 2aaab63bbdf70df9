"""One API worked out from its document, and the isolated worlds (sessions) in which it has state.

Documents come in; services that answer requests go out. Asks ``defects``, ``disturbance``, ``journal`` and below.
"""
