"""pretix: ticket sales in Python (Django REST framework). Texts are objects by language; variations stand below their item."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.realworld.judge import Operation
from tests.realworld.launch import SPECS, Place, ask, run, started, venv

PACKAGE = "pretix==2026.8.0"
TOKEN = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqr"
HEADERS = {"Authorization": f"Token {TOKEN}"}
EVENT = "/organizers/org/events/conf"
SETTINGS = """
[pretix]
instance_name=Test
url={url}
datadir={data}
[database]
backend=sqlite3
[django]
debug=off
secret=no-secret-no-secret-no-secret-no-secret
[locale]
default=en
timezone=UTC
"""
SEED = f"""
import datetime
from django_scopes import scopes_disabled
from pretix.base.models import Event, Organizer, Team
with scopes_disabled():
    organizer = Organizer.objects.create(name="Org", slug="org")
    start = datetime.datetime(2031, 5, 6, tzinfo=datetime.timezone.utc)
    Event.objects.create(organizer=organizer, name="Conf", slug="conf", currency="EUR", date_from=start, plugins="")
    team = Team.objects.create(organizer=organizer, name="All", all_events=True)
    for field in Team._meta.get_fields():
        if field.name.startswith("can_") or field.name in ("all_event_permissions", "all_organizer_permissions"):
            setattr(team, field.name, True)
    team.save()
    team.tokens.create(name="tests", token="{TOKEN}", active=True)
"""


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two categories, two products and two variations of a third."""
    program = [str(venv(place, PACKAGE) / "python"), "-m", "pretix"]
    (place.data / "pretix.cfg").write_text(SETTINGS.format(url=place.url, data=place.data))
    env = {"PRETIX_CONFIG_FILE": str(place.data / "pretix.cfg")}
    _fill(place, program, env)
    command = [*program, "runserver", "--noreload", f"127.0.0.1:{place.port}"]
    with started(place, command, "/api/v1/organizers/", env=env, seconds=300):
        yield _operations(f"{place.url}/api/v1")


def _fill(place: Place, program: list[str], env: Mapping[str, str]) -> None:
    """A database with an event and a token, which takes minutes to make and is kept for the next time."""
    kept = place.cache / f"{PACKAGE}.sqlite"
    if not kept.is_file():
        (place.data / "seed.py").write_text(SEED)
        run(place, [*program, "migrate"], env)
        run(place, [*program, "shell", "-c", f"exec(open({str(place.data / 'seed.py')!r}).read())"], env)
        shutil.copy(place.data / "db.sqlite3", kept)
    shutil.copy(kept, place.data / "db.sqlite3")


def _operations(base: str) -> list[Operation]:
    url = f"{base}{EVENT}"
    categories = _made(
        f"{url}/categories/",
        {"name": {"en": "Tickets"}, "internal_name": "main", "description": {"en": "To get in"}, "position": 1},
        {"name": {"en": "Shirts"}, "internal_name": "other", "description": {"en": "To wear"}, "position": 2},
    )
    product = {"default_price": "23.00", "admission": True, "category": int(categories[0]), "description": {"en": "A day"}}
    times = {"available_from": "2031-01-02T10:00:00Z", "available_until": "2031-03-04T10:00:00Z"}
    items = _made(
        f"{url}/items/",
        {**product, **times, "name": {"en": "Regular"}, "internal_name": "reg", "min_per_order": 1, "max_per_order": 8},
        {**product, "name": {"en": "Student"}, "internal_name": "stu", "default_price": "12.00"},
    )
    variations = [
        {"value": {"en": name}, "default_price": price, "active": True, "position": at}
        for at, (name, price) in enumerate((("Small", "10.00"), ("Large", "11.00")))
    ]
    (shirt,) = _made(f"{url}/items/", {"name": {"en": "Shirt"}, "default_price": "9.00", "variations": variations})
    sizes = [str(each["id"]) for each in ask("GET", f"{url}/items/{shirt}/variations/", headers=HEADERS).json()["results"]]
    return [
        _operation(base, "category", "categories", categories),
        _operation(base, "item", "items", items),
        _operation(base, "variation", "items/{item}/variations", sizes, item=shirt),
    ]


def _made(url: str, *bodies: Mapping[str, Any]) -> list[str]:
    """The ids of new records."""
    return [str(ask("POST", url, body, HEADERS).json()["id"]) for body in bodies]


def _operation(base: str, name: str, collection: str, ids: list[str], **more: str) -> Operation:
    path = f"/organizers/{{organizer}}/events/{{event}}/{collection}/{{id}}/"
    first, second = ({"organizer": "org", "event": "conf", **more, "id": each} for each in ids)
    return Operation(
        name=name,
        path=path,
        url=base,
        record=first,
        bystander=second,
        auth={"token": HEADERS["Authorization"]},
        read=path,
        records=[
            *(f"{base}{path.format(**each)}" for each in (first, second)),
            f"{base}{EVENT}/categories/",
            f"{base}{EVENT}/items/",
        ],
        headers=HEADERS,
        spec=SPECS / "pretix.yaml",
    )
