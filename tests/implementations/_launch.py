"""The command line that every implementation shares: a listening socket, a ready file, and what is switched on."""

import argparse
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.implementations.catalogue import FAULTS, VARIANTS

_chosen: set[str] = set()
_known = {fault.name for faults in FAULTS.values() for fault in faults} | {name for names in VARIANTS.values() for name in names}


def on(name: str) -> bool:
    """Tell whether a fault or variant was chosen; a name outside the catalogue is a mistake here, not a no."""
    if name not in _known:
        raise KeyError(name)
    return name in _chosen


def run(apis: tuple[str, ...], serve: Callable[[str, Callable[[dict[str, Any]], socket.socket]], None]) -> None:
    """Parse, then let serve() build its application and call back with its description once it can answer."""
    options = _options(apis)
    _chosen.update(options.fault, options.variant)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that temporary files are removed

    def listen(description: dict[str, Any]) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited by connections: no 40 ms between head and body
        ready = {"url": f"http://127.0.0.1:{listener.getsockname()[1]}", "api": options.api, **description}
        if options.ready_file:
            _write_whole(options.ready_file, json.dumps(ready, indent=2))
        print(json.dumps(ready), flush=True)
        return listener

    serve(options.api, listen)


def _options(apis: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("api", choices=apis, nargs=None if len(apis) > 1 else "?", default=apis[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME")
    parser.add_argument("--list-faults", action="store_true")
    parser.add_argument("--list-variants", action="store_true")
    options = parser.parse_args()
    faults, variants = FAULTS[options.api], VARIANTS[options.api]
    if options.list_faults or options.list_variants:
        listed = [fault._asdict() for fault in faults] if options.list_faults else variants
        print(json.dumps(listed, indent=2))
        parser.exit()
    unknown = {*options.fault} - {fault.name for fault in faults} | {*options.variant} - {*variants}
    if unknown:
        parser.error(f"{options.api} has no fault or variant {sorted(unknown)}; see --list-faults and --list-variants")
    return options


def _write_whole(path: Path, text: str) -> None:
    """Rename a finished file into place: whoever waits for it never reads half of it."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
