"""Floor 2: the stateful mock of the documented APIs; everything that it does comes from their specs."""

from mock_server.app import create_app

__all__ = ["create_app"]
