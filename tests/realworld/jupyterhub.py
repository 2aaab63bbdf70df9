"""JupyterHub: notebook servers for many users, in Python (Tornado), behind a proxy in Node.

Its document is published with its source: the package that is installed does not have it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from tests.realworld.judge import Operation
from tests.realworld.launch import Place, ask, free_port, node, source, started, venv

PACKAGE = "jupyterhub==6.1.1"
PROXY = "configurable-http-proxy@5.3.0"
DOCUMENT = "docs/source/_static/rest-api.yml"
TOKEN = "token-for-tests-0123456789"
HEADERS = {"Authorization": f"token {TOKEN}"}
SCOPES = ["admin:users", "admin:servers", "list:users"]
USERS = ("river", "stone")


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The hub with two users, of whom one has two named servers that do not run."""
    own = json.dumps(yaml.safe_load((source(place, PACKAGE) / DOCUMENT).read_text()), default=str).encode()
    proxy = node(place, PROXY) / "node_modules" / ".bin" / "configurable-http-proxy"
    (place.data / "jupyterhub_config.py").write_text(_config(place, str(proxy)))
    with started(place, [str(venv(place, PACKAGE) / "jupyterhub")], "/hub/api/", env={}, statuses=(200,)):
        base = f"{place.url}/hub/api"
        for name in USERS:
            ask("POST", f"{base}/users/{name}", headers=HEADERS)
        for name, shown in (("day", "By day"), ("night", "By night")):
            ask("PUT", f"{base}/users/{USERS[0]}/servers/{name}", {"display_name": shown}, HEADERS)
        yield [_user(base, own), _server(base, own)]


def _config(place: Place, proxy: str) -> str:
    """Every part of it on loopback; whoever asks with the token may do what is judged, and only an admin makes others one."""
    hub, routes = free_port(), free_port()
    lines = {
        "JupyterHub.bind_url": place.url,
        "JupyterHub.hub_bind_url": f"http://127.0.0.1:{hub}",
        "JupyterHub.authenticator_class": "dummy",
        "JupyterHub.allow_named_servers": True,
        "JupyterHub.db_url": f"sqlite:///{place.data / 'jupyterhub.sqlite'}",
        "JupyterHub.services": [{"name": "tests", "api_token": TOKEN, "admin": True}],
        "JupyterHub.load_roles": [{"name": "tests", "scopes": SCOPES, "services": ["tests"]}],
        "Authenticator.allow_all": True,
        "ConfigurableHTTPProxy.command": [proxy],
        "ConfigurableHTTPProxy.api_url": f"http://127.0.0.1:{routes}",
    }
    return "".join(f"c.{name} = {value!r}\n" for name, value in lines.items())


def _user(base: str, own: bytes) -> Operation:
    return Operation(
        name="user",
        path="/users/{name}",
        url=base,
        record={"name": USERS[0]},
        bystander={"name": USERS[1]},
        auth={"oauth2": TOKEN},
        read="/users/{name}",
        records=[f"{base}/users"],
        headers=HEADERS,
        document=own,
    )


def _server(base: str, own: bytes) -> Operation:
    path = "/users/{name}/servers/{server_name}"
    return Operation(
        name="server",
        path=path,
        url=base,
        record={"name": USERS[0], "server_name": "day"},
        bystander={"name": USERS[0], "server_name": "night"},
        auth={"oauth2": TOKEN},
        read=path,
        records=[f"{base}/users/{USERS[0]}?include_stopped_servers"],
        headers=HEADERS,
        document=own,
    )
