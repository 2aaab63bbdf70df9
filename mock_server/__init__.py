"""Floor 2: the stateful mock of the documented APIs; everything that it does comes from their specs."""

from mock_server.web.app import create_app
from mock_server.web.in_process import MockServer, MockSession

__all__ = ["MockServer", "MockSession", "create_app"]
