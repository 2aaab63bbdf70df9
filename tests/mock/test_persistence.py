"""What outlives the mock: state files, through kills and damage; seeds from a file; documents that change while it runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask import Flask

import specs
from mock_server import create_app
from mock_server.commands import main
from mock_server.state import state_file
from mock_server.state.state_file import StateFile, StateFileError
from mock_server.state.store import Store
from mock_server.web.app import worlds_of
from mock_server.worlds.seed_file import seeded
from specs import Api
from tests import subjects
from tests.mock.mock_client import change, presented
from tests.services import crashing

NAME = specs.names()[0]


class Kept:
    """A mock of one API with a state file, as it starts anew over and over."""

    def __init__(self, file: Path, name: str = NAME) -> None:
        self.api, self.file = specs.load(name), file
        self.start()

    def start(self) -> None:
        """A new process, as far as the file can tell."""
        self.app: Flask = create_app([self.api])
        self.kept = StateFile(self.file, worlds_of(self.app).default.stores)

    def restart(self) -> None:
        """After an end that nobody announced."""
        self.kept.close()
        self.start()

    def patch(self, body: Any) -> int:
        """The status of a PATCH of the first customer."""
        customer = self.api.customers[0]
        headers = presented(self.api, customer.auth)
        return self.app.test_client().patch(self.api.path.format(**customer.path), json=body, headers=headers).status_code

    def admin(self, method: str, path: str, **options: Any) -> Any:
        """A control call."""
        return self.app.test_client().open(f"/__admin/{path}", method=method, **options)

    def state(self) -> Any:
        """Everything that is stored."""
        return self.admin("GET", "state").json


@pytest.fixture(name="mock", params=specs.names())
def _mock(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    mock = Kept(tmp_path / "state.json", request.param)
    yield mock
    mock.kept.close()


@pytest.fixture(name="first")
def _first(tmp_path: Path) -> Iterator[Kept]:
    mock = Kept(tmp_path / "state.json")
    yield mock
    mock.kept.close()


# --- the state file -----------------------------------------------------------------------------------------------


def test_every_change_outlives_the_mock(mock: Kept) -> None:
    """Patches, hidden values, control calls, snapshots that are restored, and resets."""
    seeds = mock.state()
    written = mock.api.customers[1]
    own, key = (each["id"] for each in seeds[mock.api.name]["customers"][:2])
    collections = [name for name in seeds[mock.api.name] if name != "customers"]
    changes: list[Callable[[], Any]] = [
        lambda: mock.patch(change(mock.api, written)),
        lambda: mock.admin("POST", "snapshots", json={"name": "kept"}),
        lambda: mock.admin("PATCH", f"state/{mock.api.name}/customers/{own}", json={"hidden": dict(written.hidden)}),
        lambda: mock.admin("DELETE", f"state/{mock.api.name}/customers/{key}"),
        *(lambda name=name: mock.admin("DELETE", f"state/{mock.api.name}/{name}") for name in collections),
        lambda: mock.admin("POST", f"state/{mock.api.name}/customers/reset"),
        lambda: mock.patch(change(mock.api, written)),
        lambda: mock.admin("POST", "reset"),
    ]
    seen = []
    for each in changes:
        each()
        before = mock.state()
        mock.restart()
        assert mock.state() == before
        seen.append(before)
    assert seen[0] != seeds
    assert seen[-1] == seeds
    assert len({json.dumps(each) for each in seen}) >= 3 + bool(collections) + bool(written.hidden)


def test_sessions_are_not_kept(first: Kept) -> None:
    """They are of one process."""
    before = first.state()
    headers = {**presented(first.api, first.api.customers[0].auth), "X-Mock-Session": "mine"}
    path = first.api.path.format(**first.api.customers[0].path)
    first.app.test_client().patch(path, json=change(first.api, first.api.customers[1]), headers=headers)
    first.restart()

    assert first.state() == before


def test_what_changes_nothing_is_not_written(first: Kept) -> None:
    """A refused request, a read and a forced error add no line."""
    first.patch(change(first.api, first.api.customers[1]))
    content = first.file.read_bytes()
    headers = presented(first.api, first.api.customers[0].auth)
    path = first.api.path.format(**first.api.customers[0].path)
    body = change(first.api, first.api.customers[0])
    forced = first.app.test_client().patch(path, json=body, headers={**headers, "Prefer": "code=500"})
    assert (forced.status_code, first.patch([])) == (500, first.api.situations["not_an_object"].status)
    assert first.file.read_bytes() == content


def test_the_file_is_written_anew_before_it_grows_for_ever(first: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one line for each API, and all that it held."""
    monkeypatch.setattr(state_file, "LINES", 10)
    sizes = []
    for number in range(35):
        first.patch({crashing_field(first.api): crashing.value(number)})
        sizes.append(first.file.read_bytes().count(b"\n"))
    before = first.state()
    first.restart()

    assert max(sizes) <= 2 + 10
    assert first.state() == before
    assert [path.name for path in first.file.parent.iterdir()] == [first.file.name]


def crashing_field(api: Api) -> str:
    """The name of a field that takes any short text."""
    return next(each.name for each in api.fields if crashing.takes_any_text(each))


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_a_line_that_was_cut_off_is_no_loss(first: Kept, cut: int) -> None:
    """Nobody was told of that change: all before it is there, and what comes after it is kept again."""
    states = [first.state()]
    for number in (1, 2):
        first.patch({crashing_field(first.api): crashing.value(number)})
        states.append(first.state())
    first.kept.close()
    content = first.file.read_bytes()
    first.file.write_bytes(content[:-cut])
    first.start()
    assert first.state() == states[1]

    first.patch({crashing_field(first.api): crashing.value(3)})
    before = first.state()
    first.restart()
    assert first.state() == before


def test_a_write_that_the_disk_refuses_is_not_made(first: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client gets the documented server error, the state is as it was, and so is the file."""
    before, content = first.state(), first.file.read_bytes()

    def full(_opened: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(state_file.os, "fsync", full)
        assert first.patch(change(first.api, first.api.customers[1])) == 500
    assert (first.state(), first.file.read_bytes()) == (before, content)
    assert first.patch(change(first.api, first.api.customers[1])) == first.api.success
    after = first.state()
    first.restart()
    assert first.state() == after != before


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another file": (lambda _: b"# Notes\n", "is no state file"),
    "another file without a line": (lambda _: b"Notes", "is no state file"),
    "other JSON": (lambda _: b'{"format": "other"}\n', "is no state file"),
    "a later version": (lambda content: content.replace(b'"version":1', b'"version":2', 1), "version 2"),
    "another API": (lambda content: content.replace(NAME.encode(), b"other", 1), "has the state of other"),
    "a line of another API": (lambda content: content + b'{"api":"other","customers":{},"rows":{}}\n', "other"),
    "an unknown customer": (lambda content: content + line({"nobody": None}), "'nobody'"),
    "no record": (lambda content: content + line({"57": {"record": 1, "hidden": {}}}), "is damaged"),
    "no rows": (lambda content: content + line({}, {"a": 1}), "is damaged"),
    "rows that are none": (lambda content: content + line({}, {"a": [1]}), "is damaged"),
    "a byte in the middle": (lambda content: content.replace(b'{"api"', b"\x00api", 1), "line 2: is damaged"),
    "a line cut in the middle": (lambda content: content.replace(b'"rows":', b"\n", 1), "line 2: is damaged"),
    "an empty line": (lambda content: content + b"\n", "is damaged"),
}


def line(customers: dict[str, Any], rows: dict[str, Any] | None = None) -> bytes:
    """A line of a state file."""
    return json.dumps({"api": NAME, "customers": customers, "rows": rows or {}}).encode() + b"\n"


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_file_that_cannot_be_used_is_refused_and_left_alone(first: Kept, damage: str) -> None:
    """In one line that names the file and what is wrong; by the command with exit code 2."""
    change_, words = DAMAGED[damage]
    first.patch(change(first.api, first.api.customers[1]))
    first.kept.close()
    content = change_(first.file.read_bytes())
    first.file.write_bytes(content)

    with pytest.raises(StateFileError) as refusal:
        first.start()
    done = CliRunner().invoke(main, [NAME, "--port", "0", "--state", str(first.file)])

    assert str(first.file) in str(refusal.value)
    assert words in str(refusal.value)
    assert (done.exit_code, str(refusal.value) in done.stderr) == (2, True)
    assert first.file.read_bytes() == content
    assert [path.name for path in first.file.parent.iterdir()] == [first.file.name]
    first.file.unlink()
    first.start()


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
def test_two_mocks_do_not_share_a_file(first: Kept) -> None:
    """The second is refused, also after the file was written anew."""
    for _ in range(2):
        with pytest.raises(StateFileError, match="another mock uses it"):
            StateFile(first.file, worlds_of(create_app([first.api])).default.stores)
        first.restart()


@pytest.mark.parametrize("place", ["no/such/folder/state", "."])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, place: str) -> None:
    """In one line."""
    with pytest.raises(StateFileError, match="directory"):
        StateFile(tmp_path / place, worlds_of(create_app([specs.load(NAME)])).default.stores)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each mock is forked")
def test_no_acknowledged_write_is_lost_by_kill_9(tmp_path: Path) -> None:
    """While clients write, and while the file is written anew; tests/services/crashing.py takes the number of rounds."""
    lost, acknowledged = crashing.lost(15, tmp_path / "state.json")

    assert lost == []
    assert acknowledged > 30


# --- seeds from a file --------------------------------------------------------------------------------------------


def exported(mock: Kept) -> dict[str, Any]:
    """What ``state export`` writes."""
    content: dict[str, Any] = mock.state()
    return content


def test_a_mock_starts_with_the_seeds_of_a_file(mock: Kept, tmp_path: Path) -> None:
    """Every world of it, and a reset leads back to them; who is not in the file is as documented."""
    documented = exported(mock)
    mock.patch(change(mock.api, mock.api.customers[1]))
    content = exported(mock)
    del content[mock.api.name]["customers"][1:]
    file = tmp_path / "seeds.json"
    file.write_text(json.dumps(content), encoding="utf-8")

    app = create_app(seeded([mock.api], file))
    client = app.test_client()
    for headers in ({}, {"X-Mock-Session": "mine"}):
        customers = client.get("/__admin/state", headers=headers).json[mock.api.name]["customers"]
        assert customers[0] == content[mock.api.name]["customers"][0] != documented[mock.api.name]["customers"][0]
        assert customers[1:] == documented[mock.api.name]["customers"][1:]
        assert client.delete(f"/__admin/state/{mock.api.name}/customers", headers=headers).status_code == 204
        client.post("/__admin/reset", headers=headers)
        assert client.get("/__admin/state", headers=headers).json[mock.api.name]["customers"] == customers


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not readable as JSON"),
        ("[]", "expected the collections"),
        ('{"other": {}}', "'other'"),
        ('{"NAME": []}', "expected the collections"),
        ('{"NAME": {"spede": []}}', "/NAME/spede"),
        ('{"NAME": {"customers": {}}}', "expected a list"),
        ('{"NAME": {"customers": [{"id": "spede", "record": {}}]}}', "'spede'"),
        ('{"NAME": {"customers": [{"record": {}}]}}', "None"),
        ('{"NAME": {"customers": [{"id": "57", "record": {"id": "x"}}]}}', "/record/id"),
    ],
)
def test_seeds_that_do_not_fit_are_refused(tmp_path: Path, content: str, words: str) -> None:
    """In one line that names the file; by the command with exit code 2."""
    file = tmp_path / "seeds.json"
    file.write_text(content.replace("NAME", NAME), encoding="utf-8")

    done = CliRunner().invoke(main, [NAME, "--port", "0", "--seed-file", str(file)])

    lines = [each for each in done.stderr.splitlines() if each and not each.startswith(("Usage:", "Try "))]
    assert (done.exit_code, len(lines)) == (2, 1), done.stderr
    assert f"{file}: " in lines[0]
    assert words.replace("NAME", NAME) in lines[0]


# --- documents that change ----------------------------------------------------------------------------------------


def test_another_document_takes_over_what_has_changed() -> None:
    """Changed and deleted customers and rows stay so; what nobody touched is as the new document seeds it."""
    api = next(each for each in map(specs.load, specs.names()) if each.references)
    collection, (kept, *_) = next(iter(api.references.items()))
    older = Store(api)
    first, second = older.entries[:2]
    older.write(first, older.state({"changed": True}, {}))
    older.delete(second)
    older.write_rows(collection, (kept,))
    seeds = tuple(replace(each, record={"new": number}) for number, each in enumerate(api.customers))
    newer = Store(replace(api, customers=(*seeds, replace(seeds[0], path={"id": "another"}))))

    newer.adopt(older)
    newer.adopt(older)

    states = newer.contents().states
    assert states[first.name].record == {"changed": True}
    assert second.name not in states
    assert [states[each.name].record for each in newer.entries[2:]] == [seed.record for seed in (*seeds[2:], seeds[0])]
    assert newer.references == {**api.references, collection: (kept,)}
    newer.reset()
    assert newer.contents().states[first.name].record == {"new": 0}


class Watching:
    """The command with --watch on a copy of a document, and a state file."""

    def __init__(self, folder: Path) -> None:
        self.file, self.ready, self.log = folder / f"{NAME}.yaml", folder / "ready.json", folder / "log.txt"
        shutil.copy(specs.load(NAME).file, self.file)
        options = ["--port", "0", "--watch", "--state", str(folder / "state.json"), "--ready-file", str(self.ready)]
        with self.log.open("wb") as log:
            command = [sys.executable, "-u", "-m", "mock_server", str(self.file), *options]
            self.process = subprocess.Popen(command, cwd=subjects.ROOT, stdout=subprocess.DEVNULL, stderr=log)
        wait_for(self.ready.exists)
        self.url = json.loads(self.ready.read_text(encoding="utf-8"))["url"]

    def edit(self, old: str, new: str) -> str:
        """Changes the document, and gives the line that the mock writes about it."""
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        lines = len(self.lines())
        draft = self.file.with_suffix(".draft")
        draft.write_text(text.replace(old, new, 1), encoding="utf-8")
        draft.replace(self.file)
        wait_for(lambda: len(self.lines()) > lines)
        assert len(self.lines()) == lines + 1
        return self.lines()[-1]

    def lines(self) -> list[str]:
        """What was written to standard error."""
        return self.log.read_text(encoding="utf-8").splitlines()

    def state(self) -> Any:
        """The first customer."""
        return requests.get(f"{self.url}/__admin/state", timeout=10).json()[NAME]["customers"][0]


def wait_for(happened: Callable[[], bool]) -> None:
    """Until it has happened."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(name="watching", scope="module")
def _watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    watching = Watching(tmp_path_factory.mktemp("watched"))
    yield watching
    watching.process.send_signal(signal.SIGTERM)
    assert watching.process.wait(10) == 0


def test_a_changed_document_is_served_with_the_state_kept(watching: Watching) -> None:
    """Its new rules hold at once; what clients have stored stays, in sessions too, and so do rules."""
    api, customer = specs.load(NAME), specs.load(NAME).customers[0]
    path, headers = watching.url + api.path.format(**customer.path), presented(api, customer.auth)
    requests.patch(path, json=change(api, api.customers[1]), headers=headers, timeout=10).raise_for_status()
    body = {crashing_field(api): "in a session"}
    mine = {**headers, "X-Mock-Session": "mine"}
    requests.patch(path, json=body, headers=mine, timeout=10).raise_for_status()
    requests.post(f"{watching.url}/__admin/faults", json={"type": "delay", "delay": 1, "name": "kept"}, timeout=10)
    requests.post(f"{watching.url}/__admin/snapshots", json={"name": "kept"}, timeout=10)
    before = watching.state()
    old = api.situations["not_an_object"].status

    said = watching.edit("not_an_object:\n              status: 400", "not_an_object:\n              status: 422")

    assert "served anew" in said
    assert (
        [requests.patch(path, json=[], headers=each, timeout=10).status_code for each in (headers, mine)]
        == [422, 422]
        != [old] * 2
    )
    assert watching.state() == before
    read = watching.url + str(api.read and api.read.path).format(**customer.path)
    assert body.items() <= requests.get(read, headers=mine, timeout=10).json().items()
    assert requests.get(f"{watching.url}/__admin/faults/kept", timeout=10).ok
    assert requests.get(f"{watching.url}/__admin/snapshots/kept", timeout=10).ok
    assert requests.get(f"{watching.url}/__admin/requests", timeout=10).json()["total"] >= 2


def test_a_broken_document_is_told_of_while_the_old_one_goes_on(watching: Watching) -> None:
    """In one line, whatever is broken; repaired, it is served, and what is written then is kept in the file."""
    before = watching.state()
    for old, new in (("openapi: 3", "openapi: 9"), ("paths:", "\tpaths: ["), ("seeds:", "seed:")):
        said = watching.edit(old, new)
        assert said.startswith(f"{NAME}.yaml: ")
        assert said.endswith("what was served before still is")
        assert watching.state() == before
        assert "served anew" in watching.edit(new, old)

    record = {**before["record"], crashing_field(specs.load(NAME)): "after all"}
    place = f"{watching.url}/__admin/state/{NAME}/customers/{before['id']}"
    requests.put(place, json={"record": record, "hidden": before["hidden"]}, timeout=10).raise_for_status()
    assert "after all" in (watching.file.parent / "state.json").read_text(encoding="utf-8")
