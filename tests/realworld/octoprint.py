"""OctoPrint: 3D printing in Python (Flask). A profile is read bare, and answered below ``profile``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.realworld.judge import Operation
from tests.realworld.launch import SPECS, Place, ask, run, started, venv

PACKAGE = "octoprint==1.11.8"
KEY = "0123456789ABCDEF0123456789ABCDEF"
PLUGINS = (
    "softwareupdate discovery announcements tracking pi_support backup errortracking file_check firmware_check health_check "
    "upload_manager eventmanager gcodeviewer achievements"
)
CONFIG = f"""
server: {{firstRun: false, onlineCheck: {{enabled: false}}, pluginBlacklist: {{enabled: false}}, seenWizards: {{corewizard: 5}}}}
api: {{key: {KEY}}}
plugins: {{_disabled: [{", ".join(PLUGINS.split())}]}}
"""


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two profiles beside the default one."""
    program = [str(venv(place, PACKAGE) / "octoprint"), "--basedir", str(place.data)]
    (place.data / "config.yaml").write_text(CONFIG)
    run(place, [*program, "user", "add", "admin", "--password", KEY, "--admin"], {})
    command = [*program, "serve", "--host", "127.0.0.1", "--port", str(place.port), "--iknowwhatimdoing"]
    with started(place, command, "/api/printerprofiles", env={}):
        for name in ("first", "second"):
            profile = {"id": name, "name": name.title(), "model": f"The {name} printer"}
            body = {"profile": profile, "basedOn": "_default"}
            ask("POST", f"{place.url}/api/printerprofiles", body, {"X-Api-Key": KEY})
        yield [
            Operation(
                name="profile",
                path="/api/printerprofiles/{identifier}",
                url=place.url,
                record={"identifier": "first"},
                bystander={"identifier": "second"},
                auth={"key": KEY},
                read="/api/printerprofiles/{identifier}",
                records=[f"{place.url}/api/printerprofiles"],
                headers={"X-Api-Key": KEY},
                spec=SPECS / "octoprint.yaml",
            )
        ]
