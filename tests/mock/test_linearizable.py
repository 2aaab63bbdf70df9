"""Parallel clients see one record, and not several; and the checker that says so finds what it has to find."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import specs
from mock_server import MockServer
from tests import subjects
from tests.linearizability import NEVER, Clients, Operation, violation
from tests.mock.mock_client import presented

API = specs.load(specs.names()[0])
WRITES = 600


def history(*operations: tuple[Any, str, float, float]) -> list[Operation]:
    """Operations from short words: a value, ``w`` or ``r``, when it began and when it ended."""
    return [Operation(value, kind == "w", begun, ended) for value, kind, begun, ended in operations]


@pytest.mark.parametrize(
    ("operations", "is_right"),
    [
        ([("a", "r", 0, 1)], False),
        ([(0, "r", 0, 1), ("a", "w", 2, 3), ("a", "r", 4, 5)], True),
        ([("a", "w", 0, 1), (0, "r", 2, 3)], False),  # a lost update, or a stale read
        ([("a", "w", 0, 3), (0, "r", 1, 2)], True),
        ([("a", "w", 0, 9), ("a", "r", 1, 2), (0, "r", 3, 4)], False),  # once it is seen, it is there
        ([("a", "w", 0, 9), ("b", "w", 0, 9), ("a", "r", 1, 2), ("b", "r", 3, 4)], True),
        ([("a", "w", 0, 9), ("b", "w", 0, 9), ("a", "r", 1, 2), ("b", "r", 3, 4), ("a", "r", 5, 6)], False),
        ([("a", "w", 0, 1), ("b", "w", 2, 3), ("a", "r", 4, 5)], False),
        ([("a", "w", 0, NEVER), ("a", "r", 5, 6)], True),  # never answered, and done all the same
        ([("a", "w", 0, NEVER), (0, "r", 5, 6)], True),
        ([("a", "w", 0, NEVER), ("a", "r", 5, 6), (0, "r", 7, 8)], False),
        ([("a", "w", 0, 1), (0, "w", 2, 3), (0, "r", 4, 5), ("a", "r", 6, 7)], False),  # reset
    ],
)
def test_the_checker_tells_right_histories_from_wrong_ones(
    operations: list[tuple[Any, str, float, float]], is_right: bool
) -> None:
    """Small ones, by hand."""
    assert (violation(history(*operations), 0) is None) is is_right


def _has_an_order(operations: list[Operation]) -> bool:
    """By trying every order."""
    for order in itertools.permutations(operations):
        value, is_right = 0, all(one.begun <= other.ended for one, other in itertools.combinations(order, 2))
        for each in order if is_right else ():
            is_right = is_right and (each.is_write or each.value == value)
            value = each.value if each.is_write else value
        if is_right:
            return True
    return False


def test_the_checker_agrees_with_every_order_tried() -> None:
    """Histories of six operations at random, with values that are written several times."""
    chance, found = random.Random(1), []
    for _ in range(600):
        operations = []
        for _ in range(6):
            begun = chance.randrange(20) + chance.random()
            operations.append(Operation(chance.randrange(3), chance.random() < 0.5, begun, begun + chance.randrange(1, 9)))
        is_right = _has_an_order(operations)
        found.append(is_right)
        assert (violation(operations, 0) is None) is is_right, [str(each) for each in operations]

    assert 60 < sum(found) < 540


@pytest.mark.parametrize("kind", ["default", "session", "state file"])
def test_parallel_writes_have_an_order(tmp_path: Path, kind: str) -> None:
    """With resets, and with snapshots that are taken and brought back, between them."""
    options = ["--state", str(tmp_path / "state.json")] if kind == "state file" else []
    with subjects.running("mock_server", API.name, *options) as ready:
        clients = Clients(API, ready["url"], session="s" if kind == "session" else "")
        writes = WRITES // 4 if options else WRITES  # each waits for the disk

        assert clients.run(writes) == []
        assert clients.history.writes == writes


def test_a_lost_update_is_found() -> None:
    """A mock that writes all of a record back that it has read a while ago."""
    with subjects.running("mock_server", API.name, "--defect", "concurrent-write-lost") as ready:
        assert Clients(API, ready["url"]).run(100, clients=8, disturbed=False) != []


@pytest.mark.parametrize("defect", ["concurrent-write-lost", "concurrent-write-crashes"])
def test_writers_of_a_unique_field_do_not_wait_for_each_other_for_ever(defect: str) -> None:
    """Two at once, of one record: each holds its turn at the record and the look at the others, and lets others in between."""
    api = specs.load("babyland")
    name = next(each.top for each in api.walk_fields() if each.unique)
    headers = {"Content-Type": api.media_types[0], **presented(api, api.customers[0].auth)}
    answered: list[int] = []

    def send(url: str, value: str) -> None:
        body = json.dumps({name: value}).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PATCH"), timeout=5) as answer:
                answered.append(answer.status)
        except urllib.error.HTTPError as error:
            answered.append(error.code)

    with subjects.running("mock_server", api.name, "--defect", defect) as ready:
        url = ready["url"] + api.path.format(**api.customers[0].path)
        both = [threading.Thread(target=send, args=(url, f"{number}@example.com"), daemon=True) for number in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join(timeout=20)

    assert len(answered) == 2


def test_a_stale_read_is_found() -> None:
    """A mock whose every tenth read is answered as its first one was."""
    with MockServer(API) as mock:
        served, kept, count = mock._app.wsgi_app, {}, itertools.count()

        def stale(environ: dict[str, Any], start_response: Any) -> Any:
            place, answer = environ["PATH_INFO"], []
            if environ["CONTENT_LENGTH"] == "2" and next(count) % 10 == 9 and place in kept:
                status, headers, body = kept[place]
                start_response(status, headers)
                return body

            def begin(status: str, headers: list[tuple[str, str]], _info: Any = None) -> None:
                answer[:] = [status, headers]
                start_response(status, headers)

            body = list(served(environ, begin))
            kept.setdefault(place, (*answer, body))
            return body

        mock._app.wsgi_app = stale  # type: ignore[method-assign]

        assert Clients(API, mock.url).run(300, clients=8, disturbed=False) != []


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """The file is whole, and what it shows behind the restart has its place in the order of all that was seen before."""
    options = ["--state", str(tmp_path / "state.json")]
    with subjects.running("mock_server", API.name, *options) as ready:
        before = Clients(API, ready["url"])
        end = threading.Timer(1.5, lambda: os.kill(ready["pid"], signal.SIGKILL))
        end.start()
        assert before.run(10_000, clients=8, disturbed=False) == []
        end.join()
    with subjects.running("mock_server", API.name, *options) as ready:
        assert Clients(API, ready["url"], history=before.history).look() == []

    assert before.history.writes > 20


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["default", "session", "state file"])
def test_ten_thousand_parallel_writes_have_an_order(tmp_path: Path, kind: str) -> None:
    """The long form."""
    options = ["--state", str(tmp_path / "state.json")] if kind == "state file" else []
    with subjects.running("mock_server", API.name, *options) as ready:
        assert Clients(API, ready["url"], session="s" if kind == "session" else "").run(10_000) == []
