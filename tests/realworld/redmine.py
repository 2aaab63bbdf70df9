"""Redmine: project management in Ruby (Rails). Bodies are ``{"issue": {...}}``, and a PATCH is answered 204."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.realworld.judge import Operation
from tests.realworld.launch import SPECS, Place, Unavailable, ask, run, started

PACKAGE = "redmine"
INSTALLED = Path("/usr/share/redmine")
LOCK = Path("/var/lib/redmine/Gemfile.lock")
KEY = "0123456789abcdef0123456789abcdef01234567"
HEADERS = {"X-Redmine-API-Key": KEY}
ENV = {"RAILS_ENV": "production", "SECRET_KEY_BASE": KEY, "REDMINE_LANG": "en"}
SEED = f"""
Redmine::DefaultData::Loader.load("en")
Setting.rest_api_enabled = "1"
admin = User.find_by_login("admin")
admin.update_columns(must_change_passwd: false)
Token.create!(user: admin, action: "api").update_columns(value: "{KEY}")
"""


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two projects, and two issues in the first."""
    if not INSTALLED.is_dir():
        raise Unavailable(
            "Redmine is hundreds of Debian packages: apt-get install --no-install-recommends redmine redmine-sqlite"
        )
    app = _copied(place)
    command = ["ruby", "bin/rails", "server", "-u", "webrick", "-e", "production", "-b", "127.0.0.1", "-p", str(place.port)]
    with started(place, command, "/", env=ENV, seconds=300, cwd=app):
        for name in ("shop", "farm"):
            project = {"name": name.title(), "identifier": name, "description": f"About the {name}", "is_public": True}
            ask("POST", f"{place.url}/projects.json", {"project": project}, HEADERS)
        for subject in ("Boots", "Hats"):
            issue = {"project_id": "shop", "subject": subject, "description": "Too small", "estimated_hours": 4, "done_ratio": 20}
            ask("POST", f"{place.url}/issues.json", {"issue": issue}, HEADERS)
        yield [_operation(place.url, "issue"), _operation(place.url, "project")]


def _copied(place: Place) -> Path:
    """The program with a database of its own, which takes minutes to make and is kept for the next time."""
    app, kept = place.data / "app", place.cache / "redmine.sqlite"
    shutil.copytree(INSTALLED, app, symlinks=True, ignore=shutil.ignore_patterns("instances", "Gemfile.lock", "database.yml"))
    shutil.copy(LOCK, app / "Gemfile.lock")
    with (app / "Gemfile").open("a") as gems:
        gems.write('gem "webrick"\n')
    database = f"production:\n  adapter: sqlite3\n  database: {place.data}/redmine.sqlite\n"
    tenant = app / "instances" / "default"
    for each in ("config", "files", "log", "tmp"):
        (tenant / each).mkdir(parents=True)
    for folder in (app, tenant):
        (folder / "config" / "database.yml").write_text(database)
    if not kept.is_file():
        (place.data / "seed.rb").write_text(SEED)
        run(place, ["ruby", "bin/rails", "db:migrate"], ENV, app)
        run(place, ["ruby", "bin/rails", "runner", str(place.data / "seed.rb")], ENV, app)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place.data / "redmine.sqlite", kept)
    shutil.copy(kept, place.data / "redmine.sqlite")
    return app


def _operation(base: str, name: str) -> Operation:
    path = f"/{name}s/{{id}}.json"
    return Operation(
        name=name,
        path=path,
        url=base,
        record={"id": "1"},
        bystander={"id": "2"},
        auth={"key": KEY},
        read=path,
        records=[*(f"{base}/{name}s/{each}.json" for each in (1, 2)), f"{base}/issues.json", f"{base}/projects.json"],
        headers=HEADERS,
        spec=SPECS / "redmine.yaml",
        moves=frozenset({"updated_on"}),
    )
