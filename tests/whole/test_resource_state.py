"""What is stored for a whole document: by the control interface, in a seed file, in snapshots, in a state file through kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from mock_server import create_app
from mock_server.commands import main
from mock_server.resource.reading.document import read
from mock_server.state import state_file
from mock_server.state.state_file import StateFile, StateFileError
from mock_server.web.app import worlds_of
from mock_server.web.in_process import MockServer
from mock_server.worlds.loading import load
from mock_server.worlds.seed_file import seeded
from tests.whole.test_resource_operations import BOOK, DOCUMENTS, Api

LIBRARY = DOCUMENTS / "library.yaml"


class Control:
    """The control interface of a mock of the library."""

    def __init__(self, url: str) -> None:
        self.root = url
        self.api = Api(f"{url}/api/v2")

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        """One call."""
        return requests.request(method, f"{self.root}/__admin/{path}", json=body, timeout=10)


@pytest.fixture(name="mock")
def served() -> Iterator[Control]:
    """A mock of the library."""
    with MockServer(LIBRARY) as mock:
        yield Control(mock.url)


def test_collections_are_shown_with_their_records(mock: Control) -> None:
    """All of them; one that stands in others says in which."""
    state = mock.call("GET", "state").json()["library"]

    assert {"books", "authors", "loans", "settings"} == set(state)
    assert [item["id"] for item in state["books"]] == [str(number) for number in range(1, 11)]
    assert state["loans"][0]["in"] == {"bookId": "1"}
    assert state["settings"][0]["id"] == ""


def test_a_record_is_created_changed_and_deleted(mock: Control) -> None:
    """As a client then sees it."""
    made = mock.call("POST", "state/library/books", {"record": {**mock.api.read("/books/1"), "id": 77, "title": "Made"}})
    assert (made.status_code, made.json()["id"]) == (201, "77")
    assert mock.api.read("/books/77")["title"] == "Made"

    mock.call("PATCH", "state/library/books/77", {"record": {"lent": True}})
    assert mock.api.read("/books/77")["lent"] is True

    loan = mock.call("POST", "state/library/loans", {"in": {"bookId": "77"}, "record": {"reader": "r@example.com"}}).json()
    assert [each["reader"] for each in mock.api.read("/books/77/loans")] == ["r@example.com"]
    assert mock.call("GET", f"state/library/loans/{loan['id']}").status_code == 200

    assert mock.call("DELETE", "state/library/books/77").status_code == 204
    assert mock.api.send("GET", "/books/77").status_code == 404
    assert mock.call("GET", f"state/library/loans/{loan['id']}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("PUT", "books/1", {"record": {"title": "only this"}}, "required"),
        ("PATCH", "books/1", {"record": {"genre": "other"}}, "/record/genre"),
        ("PATCH", "books/1", {"record": {"id": 2}}, "as in the id"),
        ("POST", "books", {"record": "no object"}, "expected an object"),
        ("POST", "loans", {"record": {"reader": "r@example.com"}}, "bookId"),
        ("PUT", "books", [{"id": "1", "record": {}}], "/0/record"),
    ],
)
def test_what_does_not_fit_the_document_is_refused(mock: Control, method: str, path: str, body: Any, words: str) -> None:
    """422, with the place; nothing is changed."""
    before = mock.call("GET", "state").json()

    refused = mock.call(method, f"state/library/{path}", body)

    assert refused.status_code == 422
    assert words in json.dumps(refused.json())
    assert mock.call("GET", "state").json() == before


def test_unchecked_takes_what_the_document_refuses(mock: Control) -> None:
    """For a state that a client has to survive; its answers still fit the document."""
    assert mock.call("PATCH", "state/library/books/1?unchecked=true", {"record": {"genre": "other"}}).status_code == 200
    assert mock.call("GET", "state/library/books/1").json()["record"]["genre"] == "other"
    assert "genre" not in mock.api.read("/books/1")


def test_unchecked_reaches_the_records_of_a_contract() -> None:
    """A record that its document refuses is stored only so."""
    with MockServer("checkoutpage") as server:
        control = Control(server.url)
        (item, *_) = control.call("GET", "state/checkoutpage/customers").json()["items"]
        place = f"state/checkoutpage/customers/{item['id']}"
        wrong = {name: [] if isinstance(value, str) else value for name, value in item["record"].items()}

        assert control.call("PUT", place, {"record": wrong}).status_code == 422
        assert control.call("PUT", f"{place}?unchecked=true", {"record": wrong}).json()["record"] == wrong


def test_validate_tells_what_a_document_has() -> None:
    """Its collections, and how much is answered with an example."""
    result = CliRunner().invoke(main, ["validate", str(LIBRARY)])

    assert result.exit_code == 0
    assert "collections: authors, books, settings, loans; 15 operations work on them, 2 have examples" in result.output


def test_snapshots_and_reset_reach_every_collection(mock: Control) -> None:
    """Deleted, created and changed records are as they were."""
    before = mock.call("GET", "state").json()
    mock.call("POST", "snapshots", {"name": "start"})
    for back in ("snapshots/start/restore", "state/reset", "reset"):
        mock.api.send("DELETE", "/books/3")
        mock.api.send("POST", "/books", BOOK)
        mock.api.send("PATCH", "/books/5", {"title": "Changed"})
        assert mock.call("GET", "state").json() != before

        assert mock.call("POST", back).status_code < 300
        assert mock.call("GET", "state").json() == before


def test_the_journal_shows_what_a_write_has_changed(mock: Control) -> None:
    """Of every operation, without what the document calls write-only."""
    mock.api.send("POST", "/books", {**BOOK, "internal_note": "between us"})
    mock.api.send("DELETE", "/books/1")

    deleted, created = mock.call("GET", "requests").json()["requests"][:2]

    assert created["operation"] == "addBook"
    assert {"pointer": "/title", "after": BOOK["title"]} in created["difference"]
    assert "between us" not in json.dumps(created)
    assert {"pointer": "/id", "before": 1} in deleted["difference"]
    assert mock.call("GET", "coverage").json()["library"]["operations"][1]["statuses"]["201"] == 1


# --- seeds --------------------------------------------------------------------------------------------------------


def test_what_is_exported_can_be_edited_and_started_with(mock: Control, tmp_path: Path) -> None:
    """Also as YAML, with plain records; collections that are not in the file stay made."""
    exported = mock.call("GET", "state").json()
    exported["library"]["books"] = exported["library"]["books"][:2]
    whole, plain = tmp_path / "seeds.json", tmp_path / "seeds.yaml"
    whole.write_text(json.dumps(exported))
    author = '{id: 0b3fe8a5-4bb8-4a2b-8e2b-3f3f6c5a5d11, name: "Only one"}'
    plain.write_text(f"library:\n  authors:\n  - {author}\n")

    with MockServer(*seeded([load(LIBRARY)], whole)) as first, MockServer(*seeded([load(LIBRARY)], plain)) as second:
        one, other = Api(f"{first.url}/api/v2"), Api(f"{second.url}/api/v2")
        assert one.read("/books")["meta"]["total"] == 2
        assert [each["name"] for each in other.read("/authors")] == ["Only one"]
        assert other.read("/books")["meta"]["total"] == 10


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"library": {"films": []}}', "known collections are"),
        ('{"library": {"books": {}}}', "expected a list of objects"),
        ('{"library": {"books": [{"id": "1", "record": {}}]}}', "/library/books/0/record"),
        ('{"other": {}}', "served are library"),
        ("{", "not readable as JSON"),
    ],
)
def test_seeds_that_do_not_fit_are_refused_in_one_line(tmp_path: Path, content: str, words: str) -> None:
    """By the command with exit code 2."""
    file = tmp_path / "seeds.json"
    file.write_text(content)

    result = CliRunner().invoke(main, [str(LIBRARY), "--seed-file", str(file), "--port", "0"])

    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("count", [0, 3, 200])
def test_as_many_records_as_are_asked_for(count: int) -> None:
    """In every collection, each valid and with a key of its own."""
    with MockServer(LIBRARY, records=count) as mock:
        api = Api(f"{mock.url}/api/v2")
        assert api.read("/books")["meta"]["total"] == count
        assert len({each["id"] for each in api.read("/authors")}) == count


# --- the state file -----------------------------------------------------------------------------------------------


def started(file: Path) -> tuple[Any, StateFile]:
    """The application of a new process, as far as the file can tell."""
    app = create_app([read(LIBRARY)])
    world = worlds_of(app).default
    return app, StateFile(file, world.stores, world.records)


def sent(app: Any, method: str, path: str, body: Any = None) -> Any:
    """A request to an application."""
    return app.test_client().open(f"/api/v2{path}", method=method, json=body, headers={"Authorization": "Bearer mock-token"})


def test_what_was_acknowledged_outlives_the_process(tmp_path: Path) -> None:
    """Creates, changes and deletes, and the keys that were given."""
    file = tmp_path / "state"
    app, kept = started(file)
    made = sent(app, "POST", "/books", BOOK).get_json()
    last = sent(app, "POST", "/books", BOOK).get_json()["id"]
    sent(app, "DELETE", f"/books/{last}")
    sent(app, "DELETE", "/books/2")
    sent(app, "PATCH", "/books/3", {"title": "Kept"})
    before = app.test_client().get("/__admin/state").get_json()
    kept.close()

    app, kept = started(file)

    assert app.test_client().get("/__admin/state").get_json() == before
    assert sent(app, "GET", f"/books/{made['id']}").get_json() == made
    assert sent(app, "POST", "/books", BOOK).get_json()["id"] == last + 1
    kept.close()


def test_the_file_does_not_grow_with_what_comes_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that were created and deleted leave nothing in it."""
    monkeypatch.setattr(state_file, "LINES", 20)
    app, kept = started(tmp_path / "state")
    sizes = []
    for _ in range(3):
        for _ in range(41):
            number = sent(app, "POST", "/books", BOOK).get_json()["id"]
            sent(app, "DELETE", f"/books/{number}")
        sizes.append((tmp_path / "state").stat().st_size)
    kept.close()

    assert max(sizes) < min(sizes) + 20_000


DAMAGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an unknown collection": (lambda text: text.replace(b'"books"', b'"films"'), "films"),
    "a record that is none": (lambda text: text.replace(b'{"books":{', b'{"books":{"[\\"4\\"]":7,'), "is damaged"),
    "records that are none": (lambda text: text.replace(b'"records":{', b'"records":[],"x":{'), "is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_state_file_of_another_shape_is_refused_in_one_line(tmp_path: Path, damage: str) -> None:
    """And left as it is."""
    file = tmp_path / "state"
    app, kept = started(file)
    sent(app, "PATCH", "/books/3", {"title": "Kept"})
    kept.close()
    change, words = DAMAGED[damage]
    file.write_bytes(change(file.read_bytes()))
    content = file.read_bytes()

    with pytest.raises(StateFileError, match=words) as refusal:
        started(file)

    assert "\n" not in str(refusal.value)
    assert file.read_bytes() == content


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 in the document's envelope with a header, 507 by the control interface; and nothing was changed."""
    app, kept = started(tmp_path / "state")
    before = app.test_client().get("/__admin/state").get_json()

    def full(*_arguments: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    refused = sent(app, "POST", "/books", BOOK)
    controlled = app.test_client().delete("/__admin/state/library/books/1")
    monkeypatch.undo()

    assert refused.status_code == 500
    assert "No space left on device" in refused.headers["X-Mock-Warning"]
    assert controlled.status_code == 507
    assert app.test_client().get("/__admin/state").get_json() == before
    kept.close()


def test_nothing_that_was_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    """kill -9 while a client creates and deletes, three times: every answered create is there, every answered delete is not."""
    file, ready = tmp_path / "state", tmp_path / "ready.json"
    expected: dict[int, bool] = {}
    for _ in range(3):
        ready.unlink(missing_ok=True)
        options = ["--port", "0", "--state", str(file), "--ready-file", str(ready), "--quiet"]
        process = subprocess.Popen([sys.executable, "-m", "mock_server", str(LIBRARY), *options])
        try:
            while not ready.exists():
                assert process.poll() is None
                time.sleep(0.05)
            api = Api(json.loads(ready.read_text())["apis"]["library"]["url"])
            for number, is_there in expected.items():
                assert (api.send("GET", f"/books/{number}").status_code == 200) is is_there
            for step in range(25):
                number = api.send("POST", "/books", BOOK).json()["id"]
                expected[number] = True
                if step % 2:
                    assert api.send("DELETE", f"/books/{number}").status_code == 204
                    expected[number] = False
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert len(expected) == 75
