"""Syncthing: file synchronisation in Go, its configuration interface. An accepted PATCH is answered 200 without a body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.realworld.judge import Operation
from tests.realworld.launch import SPECS, Place, ask, debian, run, started

PACKAGE = "syncthing"
KEY = "key-for-tests"
HEADERS = {"X-API-Key": KEY}
DEVICES = (
    "6JHMNYR-WGDDWXC-YEBFAPM-7TD3EKG-A2OJOS3-SSO7DAF-GJT2REO-E74YPAD",
    "75RNFUH-LFW6WRC-VOEAC6T-CITHJ7O-CEVOE53-F2PJFBV-DIXTMU6-IMHZUAQ",
)
"""Ids that other installations made; a device's id is the hash of its certificate."""
QUIET = {
    "listenAddress": "tcp://127.0.0.1:0",
    "globalAnnounceEnabled": "false",
    "localAnnounceEnabled": "false",
    "relaysEnabled": "false",
    "natEnabled": "false",
    "crashReportingEnabled": "false",
    "stunKeepaliveStartS": "0",
    "urAccepted": "-1",
    "autoUpgradeIntervalH": "0",
}
"""Settings with which nothing is sent to other machines, and nothing listened for from them."""


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two folders and two devices, all of them paused: nothing is read or sent."""
    syncthing = str(debian(place, PACKAGE) / "usr" / "bin" / "syncthing")
    run(place, [syncthing, "generate", "--home", "home", "--no-default-folder"], {})
    _silence(place)
    options = ["--gui-address", place.url, "--gui-apikey", KEY, "--no-browser", "--no-restart", "--no-upgrade"]
    with started(place, [syncthing, "serve", "--home", "home", *options], "/rest/noauth/health", env={"STNOUPGRADE": "1"}):
        base = f"{place.url}/rest"
        for key in ("one", "two"):
            folder = {"id": key, "label": f"Folder {key}", "path": str(place.data / key), "paused": True, "maxConflicts": 5}
            ask("POST", f"{base}/config/folders", folder, HEADERS)
        for number, key in enumerate(DEVICES):
            device = {"deviceID": key, "name": f"Device {number}", "addresses": ["tcp://127.0.0.1:9"], "paused": True}
            ask("POST", f"{base}/config/devices", device, HEADERS)
        yield [_operation(base, "folder", "one", "two"), _operation(base, "device", *DEVICES)]


def _silence(place: Place) -> None:
    """Before the first start: afterwards it would be too late."""
    file = place.data / "home" / "config.xml"
    text = file.read_text()
    for name, value in QUIET.items():
        text, count = re.subn(f"<{name}>[^<]*</{name}>", f"<{name}>{value}</{name}>", text)
        if not count:
            raise ValueError(f"config.xml has no {name}")
    file.write_text(text)


def _operation(base: str, name: str, one: str, two: str) -> Operation:
    path = f"/config/{name}s/{{id}}"
    return Operation(
        name=name,
        path=path,
        url=base,
        record={"id": one},
        bystander={"id": two},
        auth={"key": KEY},
        read=path,
        records=[f"{base}/config"],
        headers=HEADERS,
        spec=SPECS / "syncthing.yaml",
    )
