"""Label Studio: data annotation in Python (Django REST framework), with a document that is generated from its code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.realworld.judge import Operation, document
from tests.realworld.launch import Place, ask, started, venv

PACKAGE = "label-studio==1.23.2"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
HEADERS = {"Authorization": f"Token {TOKEN}"}
VIEW = '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="A"/><Choice value="B"/></Choices></View>'
ENV = {
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "LATEST_VERSION_CHECK": "false",  # would ask a package index at every start
    "COLLECT_ANALYTICS": "false",
}


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two users, two projects and two tasks of a third."""
    options = ["--no-browser", "--internal-host", "127.0.0.1", "--port", str(place.port), "--user-token", TOKEN]
    user = ["--username", "ann@example.com", "--password", "secret-for-tests"]
    command = [str(venv(place, PACKAGE) / "label-studio"), "start", *options, *user]
    with started(place, command, "/health", env=ENV | {"LABEL_STUDIO_BASE_DATA_DIR": str(place.data)}, seconds=400):
        own = document(f"{place.url}/docs/api/schema/json/", HEADERS)
        yield [_user(place.url, own), _project(place.url, own), _task(place.url, own)]


def _made(url: str, *bodies: dict[str, object]) -> list[str]:
    """The ids of new records."""
    return [str(ask("POST", url, body, HEADERS).json()["id"]) for body in bodies]


def _user(base: str, own: bytes) -> Operation:
    one, two = _made(
        f"{base}/api/users/",
        {"email": "bob@example.com", "username": "bob", "first_name": "Bob", "last_name": "Bell", "phone": "5550100"},
        {"email": "cem@example.com", "username": "cem", "first_name": "Cem", "last_name": "Kara", "phone": "5550101"},
    )
    return _operation(base, own, "user", "/api/users/{id}/", one, two, "/api/users/")


def _project(base: str, own: bytes) -> Operation:
    one, two = _made(
        f"{base}/api/projects/",
        {"title": "Letters", "description": "Scanned letters", "label_config": VIEW, "color": "#FF0000"},
        {"title": "Photos", "description": "Old photos", "label_config": VIEW, "color": "#00FF00"},
    )
    return _operation(base, own, "project", "/api/projects/{id}/", one, two, "/api/projects/?ordering=id")


def _task(base: str, own: bytes) -> Operation:
    (project,) = _made(f"{base}/api/projects/", {"title": "Notes", "label_config": VIEW})
    one, two = _made(
        f"{base}/api/tasks/",
        {"project": project, "data": {"text": "A first note"}, "meta": {"from": "desk"}},
        {"project": project, "data": {"text": "A second note"}, "meta": {"from": "wall"}},
    )
    return _operation(base, own, "task", "/api/tasks/{id}/", one, two, f"/api/tasks/?project={project}")


def _operation(base: str, own: bytes, name: str, path: str, one: str, two: str, collection: str) -> Operation:
    return Operation(
        name=name,
        path=path,
        url=base,
        record={"id": one},
        bystander={"id": two},
        auth={"Token": f"Token {TOKEN}"},
        read=path,
        records=[*(f"{base}{path.replace('{id}', each)}" for each in (one, two)), f"{base}{collection}"],
        headers=HEADERS,
        document=own,
        moves=frozenset({"last_activity", "updated_at"}),
    )
