"""The command: serve with waitress, or list what may be switched on."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from app import create_app
from seeds import KEY, OTHER_KEY, identity
from switches import FAULTS, VARIANTS, switch_on
from waitress.server import create_server

HERE = Path(__file__).resolve().parent
PATHS = {"recipe": "/recipes", "cookbook": "/cookbooks", "shopping_list": "/shopping-lists"}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--fault", action="append", default=[], choices=[fault[0] for fault in FAULTS])
    parser.add_argument("--variant", action="append", default=[], choices=[variant[0] for variant in VARIANTS])
    parser.add_argument("--list-faults", action="store_true")
    parser.add_argument("--list-variants", action="store_true")
    return parser.parse_args()


def operation(kind: str) -> dict[str, Any]:
    """A PATCH, its two records and how to read them."""
    template = f"{PATHS[kind]}/{{{kind}_id}}"
    mine, other = ({f"{kind}_id": str(identity(kind, number))} for number in (1, 2))
    token = OTHER_KEY if kind == "recipe" else None
    return {
        "method": "PATCH",
        "path": template,
        "token": KEY,
        "record": {"path": mine},
        "other": {"path": other, "token": token},
        "read": template,
    }


def ready(url: str) -> dict[str, Any]:
    """What the ready file says."""
    operations = [operation(kind) for kind in PATHS]
    first = operations[0]
    return {
        "url": url,
        "api": "recipes",
        "auth": {"ApiKeyAuth": KEY},
        "customer": first["record"]["path"],
        "other_customer": {"path": first["other"]["path"], "auth": {"ApiKeyAuth": OTHER_KEY}},
        "read": first["read"],
        "values": {},
        "openapi": str(HERE / "openapi.json"),
        "operations": operations,
    }


def main() -> None:
    """Run it until SIGTERM."""
    asked = arguments()
    if asked.list_faults:
        print(json.dumps([dict(zip(("name", "family", "field", "description"), fault, strict=True)) for fault in FAULTS]))
        return
    if asked.list_variants:
        print(json.dumps([{"name": name, "description": description} for name, description in VARIANTS]))
        return
    switch_on(asked.fault + asked.variant)
    server = create_server(create_app(), host="127.0.0.1", port=asked.port, threads=4)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if asked.ready_file:
        partial = asked.ready_file.with_suffix(".part")
        partial.write_text(json.dumps(ready(f"http://127.0.0.1:{server.effective_port}")))
        os.replace(partial, asked.ready_file)
    server.run()


if __name__ == "__main__":
    main()
