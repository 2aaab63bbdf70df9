"""The floor of a mock that validates: the bare echo, with the body held against a compiled JSON Schema."""

from __future__ import annotations

import os
import sys
from typing import Any

import jsonschema_rs
from flask import Flask, request

from benchmarks.peers.documents import CHANGE
from mock_server.web import serving

app = Flask(__name__, static_folder=None)
check = jsonschema_rs.Draft202012Validator(CHANGE, validate_formats=True)


@app.patch("/<path:_path>")
def echo(_path: str) -> Any:
    """What was sent, if it is valid."""
    sent = request.get_json()
    return sent if check.is_valid(sent) else ({"message": "not valid"}, 400)


if __name__ == "__main__":
    server = serving.listen(app, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("PORT", "0")))
    serving.run(server)
