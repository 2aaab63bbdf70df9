"""Runs the service: ``main.py --port 0 --ready-file FILE [--fault NAME]... [--variant NAME]...``."""

from __future__ import annotations

import argparse
import json
import os
import socket
from pathlib import Path
from typing import Any

import choices
import uvicorn
from store import key
from web import TOKENS

NORTH, SOUTH = TOKENS
PLOT, PLANTING, TOOL = "/plots/{plot_id}", "/plots/{plot_id}/plantings/{planting_id}", "/tools/{tool_id}"


def operation(path: str, record: dict[str, int], other: dict[str, int], token: str | None) -> dict[str, Any]:
    """One PATCH operation with its two records."""

    def ids(numbers: dict[str, int]) -> dict[str, str]:
        return {name: str(key(number)) for name, number in numbers.items()}

    others = {"path": ids(other), "token": token}
    return {"method": "PATCH", "path": path, "token": NORTH, "record": {"path": ids(record)}, "other": others, "read": path}


def ready(port: int) -> dict[str, Any]:
    """What the ready file says."""
    operations = [
        operation(PLOT, {"plot_id": 1}, {"plot_id": 3}, SOUTH),
        operation(PLANTING, {"plot_id": 1, "planting_id": 11}, {"plot_id": 3, "planting_id": 13}, SOUTH),
        operation(TOOL, {"tool_id": 21}, {"tool_id": 22}, None),
    ]
    first = operations[0]
    return {
        "url": f"http://127.0.0.1:{port}",
        "api": "gardens",
        "auth": {"office": NORTH},
        "customer": first["record"]["path"],
        "other_customer": {"path": first["other"]["path"], "auth": {"office": SOUTH}},
        "read": PLOT,
        "values": {},
        "openapi": str(Path(__file__).with_name("openapi.json").resolve()),
        "operations": operations,
    }


def main() -> None:
    """Serve, or list what can be asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--fault", action="append", default=[], choices=[fault[0] for fault in choices.FAULTS])
    parser.add_argument("--variant", action="append", default=[], choices=[variant[0] for variant in choices.VARIANTS])
    parser.add_argument("--list-faults", action="store_true")
    parser.add_argument("--list-variants", action="store_true")
    options = parser.parse_args()
    if options.list_faults:
        print(json.dumps([dict(zip(("name", "family", "field", "description"), fault, strict=True)) for fault in choices.FAULTS]))
    elif options.list_variants:
        print(json.dumps([dict(zip(("name", "description"), variant, strict=True)) for variant in choices.VARIANTS]))
    else:
        choices.ACTIVE.update(options.fault, options.variant)
        serve(options.port, options.ready_file)


def serve(port: int, ready_file: Path | None) -> None:
    """Listen on the loopback interface, say so in the ready file, and serve until SIGTERM."""
    from app import app

    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    if ready_file:
        draft = ready_file.with_suffix(".part")
        draft.write_text(json.dumps(ready(listener.getsockname()[1])))
        os.replace(draft, ready_file)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
