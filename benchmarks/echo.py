"""The yardstick: a bare Flask application that echoes JSON, on the mock's own web server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask, request

from mock_server.web import serving

app = Flask(__name__, static_folder=None)


@app.patch("/<path:_path>")
def echo(_path: str) -> Any:
    """What was sent."""
    return request.get_json()


if __name__ == "__main__":
    server = serving.listen(app, "127.0.0.1", 0)
    serving.write_ready_file(Path(sys.argv[1]), {"url": f"http://127.0.0.1:{server.effective_port}", "pid": os.getpid()})
    serving.run(server)
