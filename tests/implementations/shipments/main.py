"""The command: serves the shipping desk on a free port, with the chosen faults and variants."""

import argparse
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from app import create_app
from changes import faults_of_answers, faults_of_records, faults_of_rules, faults_of_values, variants  # noqa: F401 - registers
from changes.switches import FAULTS, VARIANTS, listed
from seeds import FULL_RECIPIENT, FULL_SHIPMENT, fill
from service import TOKENS, Service

DOCUMENT = Path(__file__).with_name("openapi.json")


def ready(url: str, ids: dict[str, dict[str, list[str]]]) -> dict[str, Any]:
    """What a tester needs to know of the running service."""
    north, south = TOKENS
    operations = [
        {
            "method": "PATCH",
            "path": f"/{kind}/{{{name}}}",
            "read": f"/{kind}/{{{name}}}",
            "record": {"path": {name: ids["north"][kind][0]}},
            "other": {"path": {name: ids["south"][kind][0]}, "token": south},
            "token": north,
        }
        for kind, name in (("recipients", "recipient_id"), ("shipments", "shipment_id"))
    ]
    recipient = {**FULL_RECIPIENT, "customer_number": "C300001"}
    shipment = {**FULL_SHIPMENT, "reference": "SH-300001", "recipient_id": ids["north"]["recipients"][0]}
    return {
        "url": url,
        "openapi": str(DOCUMENT),
        "operations": operations,
        "create": {
            "recipients": {"method": "POST", "path": "/recipients", "body": recipient},
            "shipments": {"method": "POST", "path": "/shipments", "body": shipment},
        },
        "values": {"recipient_id": ids["north"]["recipients"]},
    }


def serve(port: int, ready_file: Path | None, chosen: list[dict[str, Any]]) -> None:
    """Run until SIGTERM."""
    document = create_app(Service()).openapi()
    service = Service()
    ids = fill(service)
    for each in chosen:
        each["change"](service)
    app = create_app(service)
    app.openapi = lambda: document  # type: ignore[method-assign]
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    text = json.dumps(ready(f"http://127.0.0.1:{listening.getsockname()[1]}", ids))
    listening.listen(128)
    print(text, flush=True)
    if ready_file:
        part = ready_file.with_name(ready_file.name + ".part")
        part.write_text(text)
        os.replace(part, ready_file)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    server.run(sockets=[listening])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, metavar="NAME")
    parser.add_argument("--variant", action="append", default=[], choices=VARIANTS, metavar="NAME")
    parser.add_argument("--list-faults", action="store_true")
    parser.add_argument("--list-variants", action="store_true")
    parser.add_argument("--write-document", action="store_true", help="write openapi.json from the honest service")
    options = parser.parse_args()
    if options.list_faults or options.list_variants:
        print(json.dumps(listed(FAULTS if options.list_faults else VARIANTS), indent=1))
    elif options.write_document:
        DOCUMENT.write_text(json.dumps(create_app(Service()).openapi(), indent=1, ensure_ascii=False) + "\n")
    else:
        chosen = [FAULTS[each] for each in options.fault] + [VARIANTS[each] for each in options.variant]
        serve(options.port, options.ready_file, chosen)


if __name__ == "__main__":
    sys.exit(main())
