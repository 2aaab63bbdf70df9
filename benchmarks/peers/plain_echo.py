"""The floor of the web server: the bare echo of ``benchmarks.echo`` on a given port."""

from __future__ import annotations

import sys

from benchmarks.echo import app
from mock_server.web import serving

if __name__ == "__main__":
    serving.run(serving.listen(app, "127.0.0.1", int(sys.argv[1])))
