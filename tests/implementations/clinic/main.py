"""Serve the clinic's API, or list what it can be started with, or export its document."""

import argparse
import json
import os
import socket
import tempfile
from pathlib import Path

import choices

DOCUMENT = Path(__file__).with_name("openapi.json").resolve()


def arguments() -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME")
    parser.add_argument("--list-faults", action="store_true")
    parser.add_argument("--list-variants", action="store_true")
    parser.add_argument("--export", action="store_true", help="write openapi.json")
    return parser.parse_args()


def operation(path: str, record: dict[str, str], other: dict[str, str], tokens: tuple[str, str | None]) -> dict[str, object]:
    """A PATCH with its two records."""
    own, others = tokens
    places = {"record": {"path": record}, "other": {"path": other, "token": others}}
    return {"method": "PATCH", "path": path, "token": own, **places, "read": path}


def ready(url: str) -> dict[str, object]:
    """What a client needs to know of this process."""
    from seeds import ANA, FIRST, JONAS, MIRA, SECOND, TOKENS, TOMAS

    north, south = TOKENS
    own, others = {"patient_id": str(MIRA)}, {"patient_id": str(JONAS)}
    path = "/v1/patients/{patient_id}"
    return {
        "url": url,
        "api": "clinic",
        "auth": {"ClinicToken": north},
        "customer": own,
        "other_customer": {"path": others, "auth": {"ClinicToken": south}},
        "read": path,
        "values": {},
        "openapi": str(DOCUMENT),
        "operations": [
            operation(path, own, others, (north, south)),
            operation(
                "/v1/practitioners/{practitioner_id}",
                {"practitioner_id": str(ANA)},
                {"practitioner_id": str(TOMAS)},
                (north, None),
            ),
            operation(
                "/v1/appointments/{appointment_id}",
                {"appointment_id": str(FIRST)},
                {"appointment_id": str(SECOND)},
                (north, None),
            ),
        ],
    }


def write_ready(file: Path, content: dict[str, object]) -> None:
    """Write the file in one step."""
    part = file.with_name(file.name + ".part")
    part.write_text(json.dumps(content))
    part.replace(file)


def serve(port: int, ready_file: Path | None) -> None:
    """Listen on the loopback until the process is told to end."""
    import uvicorn
    from app import app
    from deps import Sessions, open_database
    from seeds import records

    with tempfile.TemporaryDirectory() as folder:
        open_database(f"sqlite:///{folder}/clinic.db")
        with Sessions() as session:
            session.add_all(records())
            session.commit()
        # Named as TCP, so that asyncio answers without Nagle's delay.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            if ready_file:
                write_ready(ready_file, ready(url))
            print(f"{url} (process {os.getpid()})", flush=True)
            uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def export() -> None:
    """Write the document that the framework makes of the code."""
    from app import app

    DOCUMENT.write_text(json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n")


def main() -> None:
    """Do what the options say."""
    options = arguments()
    choices.activate(options.fault, options.variant)
    if options.list_faults or options.list_variants:
        print(json.dumps(choices.listed(choices.FAULTS if options.list_faults else choices.VARIANTS), indent=2))
    elif options.export:
        export()
    else:
        serve(options.port, options.ready_file)


if __name__ == "__main__":
    main()
