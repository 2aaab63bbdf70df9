"""The command line: what is served and how, and every command for a running mock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

import specs
from mock_server import MockServer
from mock_server.commands import main, remote
from mock_server.commands.serve import serve
from mock_server.disturbance.rate_limit import parse
from tests import subjects
from tests.mock.mock_client import change, presented

NAME = specs.names()[0]


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MockServer]:
    with MockServer(NAME) as server:
        yield server


@pytest.fixture(name="mock")
def _mock(server: MockServer) -> Iterator[MockServer]:
    yield server
    server.reset()
    for noun in ("defects", "faults", "snapshots/kept"):
        requests.delete(f"{server.url}/__admin/{noun}", timeout=10)


def run(mock: MockServer, *words: str, code: int = 0, environment: Mapping[str, str] | None = None) -> Result:
    """A command for this mock, with its exit code as it should be."""
    variables = {"MOCK_SERVER_URL": mock.url, **(environment or {})}
    done = CliRunner().invoke(main, words, env=variables, catch_exceptions=False, prog_name="mock_server")
    assert done.exit_code == code, done.output
    return done


def answer(mock: MockServer, *words: str) -> Any:
    """The answer to a command that reads, as JSON."""
    return json.loads(run(mock, *words, "--json").stdout)


def patch(mock: MockServer, *, session: str = "", prefer: str = "", body: Any = None) -> requests.Response:
    """A valid PATCH of the first customer."""
    api, customer = specs.load(NAME), mock.customers[0]
    asked = {**({"Prefer": prefer} if prefer else {}), **({"X-Mock-Session": session} if session else {})}
    return requests.patch(
        mock.url + api.path.format(**customer.path),
        json=change(api, mock.customers[1]) if body is None else body,
        headers={**presented(api, mock.credentials), **asked},
        timeout=10,
    )


def stored(mock: MockServer) -> Any:
    """The first customer, as the control interface shows it."""
    return answer(mock, "state", "get")[NAME]["customers"][0]


# --- commands for a running mock ----------------------------------------------------------------------------------


def test_state_is_seen_and_changed(mock: MockServer) -> None:
    """Whole, by collection, by item; an item is replaced or merged into; a reset brings the seeds back."""
    seeded = stored(mock)
    key = seeded["id"]
    table = run(mock, "state", "get").stdout.splitlines()
    assert table[0].split() == ["API", "COLLECTION", "ITEMS"]
    assert [NAME, "customers", str(len(mock.customers))] in [line.split() for line in table]
    assert json.loads(run(mock, "state", "get", NAME, "customers", key).stdout) == seeded
    assert json.loads(run(mock, "state", "get", NAME, "customers").stdout)["items"][0] == seeded

    field, other = next((name, value) for name, value in mock.customers[1].record.items() if name != "id")
    run(mock, "state", "set", NAME, "customers", key, json.dumps({"record": {field: other}}), "--merge")
    assert stored(mock)["record"] == {**seeded["record"], field: other} != seeded["record"]
    run(mock, "state", "set", NAME, "customers", key, json.dumps({"record": seeded["record"], "hidden": seeded["hidden"]}))
    assert stored(mock) == seeded
    for words in (["state", "reset"], ["state", "reset", NAME, "customers"]):
        patch(mock)
        assert stored(mock) != seeded
        run(mock, *words)
        assert stored(mock) == seeded


def test_state_goes_out_and_in_again(mock: MockServer, tmp_path: Path) -> None:
    """What was exported is imported as it was; of a file that does not fit nothing is taken over."""
    file = tmp_path / "state.json"
    patch(mock)
    changed = stored(mock)
    run(mock, "state", "export", str(file))
    run(mock, "state", "reset")
    assert stored(mock) != changed
    run(mock, "state", "import", str(file))
    assert stored(mock) == changed

    content = json.loads(file.read_text(encoding="utf-8"))
    content[NAME]["customers"][0]["record"] = {"no such member": object.__name__}
    file.write_text(json.dumps({**content, "no_such_api": {"customers": []}}), encoding="utf-8")
    refused = run(mock, "state", "import", str(file), code=1)
    assert stored(mock) == changed
    assert len(refused.stderr.splitlines()) == 1


def test_snapshots_are_kept(mock: MockServer) -> None:
    """Saved, listed, restored and deleted by name."""
    seeded = stored(mock)
    run(mock, "snapshot", "save", "kept")
    patch(mock)
    assert [each["name"] for each in answer(mock, "snapshot", "list")["snapshots"]] == ["kept"]
    assert "kept" in run(mock, "snapshot", "list").stdout
    run(mock, "snapshot", "restore", "kept")
    assert stored(mock) == seeded
    run(mock, "snapshot", "delete", "kept")
    assert "kept" in run(mock, "snapshot", "restore", "kept", code=1).stderr


def test_faults_are_added_listed_and_cleared(mock: MockServer) -> None:
    """A rule strikes as it was added; a profile replaces all of them."""
    run(mock, "faults", "add", "status", "--code", "418", "--name", "teapot", "--method", "PATCH", "--times", "1")
    assert [patch(mock).status_code for _ in range(2)] == [418, specs.load(NAME).success]
    assert run(mock, "faults", "list").stdout.splitlines()[1].split() == ["teapot", "status", "2", "1"]
    assert "maintenance" in run(mock, "faults", "profiles").stdout
    assert [each["name"] for each in answer(mock, "faults", "apply", "maintenance")["faults"]] == ["maintenance"]
    run(mock, "faults", "add", "delay", "--delay", "0", "--name", "late")
    run(mock, "faults", "clear", "maintenance")
    assert [each["name"] for each in answer(mock, "faults", "list")["faults"]] == ["late"]
    run(mock, "faults", "clear")
    assert answer(mock, "faults", "list") == {"faults": []}


def test_requests_are_listed_verified_and_cleared(mock: MockServer) -> None:
    """With what they changed or why they were refused; a verification that fails ends with 1."""
    run(mock, "requests", "clear")
    run(mock, "requests", "verify", "--method", "PATCH", code=1)
    patch(mock)
    patch(mock, body=[])
    table = run(mock, "requests", "list").stdout.splitlines()
    assert len(table) == 2
    assert "/" in table[0].split("ms")[1]
    assert "not_an_object" in table[1]
    assert len(answer(mock, "requests", "list", "--refused")["requests"]) == 1
    assert len(answer(mock, "requests", "list", "--limit", "1")["requests"]) == 1
    run(mock, "requests", "verify", "--method", "PATCH", "--count", "2")
    assert "closest" in run(mock, "requests", "verify", "--path", "/nowhere", code=1).stdout
    run(mock, "requests", "clear")
    assert answer(mock, "requests", "list")["requests"] == []


def test_a_fault_shows_in_the_journal(mock: MockServer) -> None:
    """What was done to a request on purpose, and who asked for it; a write whose answer was lost shows its difference."""
    run(mock, "requests", "clear")
    patch(mock, prefer="code=500, phase=after_commit")
    patch(mock, prefer="code=429")
    run(mock, "faults", "add", "status", "--code", "503", "--name", "mine")
    patch(mock)

    ruled, forced, lost = answer(mock, "requests", "list")["requests"]

    assert lost["fault"] == {"code": 500, "phase": "after_commit", "by": "request"}
    assert (forced["fault"], ruled["fault"]["by"]) == ({"code": 429, "phase": "before", "by": "request"}, ["mine"])
    assert lost["difference"]
    assert (forced["difference"], ruled["difference"]) == (None, None)
    assert forced["refusal"]["situation"] == "throttled"


def test_requests_are_shown_as_they_come() -> None:
    """Until the mock ends; each in a line of its own."""
    with MockServer(NAME) as other:
        seen = remote.Remote(other.url, "", "").events()
        sent = threading.Timer(0.2, patch, [other])
        sent.start()
        first = next(seen)
        sent.join()
        seen.close()
    assert (first["method"], first["status"]) == ("PATCH", specs.load(NAME).success)


def test_sessions_are_made_used_and_deleted(mock: MockServer) -> None:
    """A command and a request that name the same session mean the same world."""
    name = run(mock, "sessions", "new").stdout.strip()
    run(mock, "sessions", "new", "mine", "--ttl", "60")
    assert {"mine", name} <= {each["id"] for each in answer(mock, "sessions", "list")["sessions"]}
    patch(mock, session="mine")
    shown = run(mock, "state", "get", "--session", "mine", "--json").stdout
    assert json.loads(shown)[NAME]["customers"][0] != stored(mock)
    assert run(mock, "state", "get", "--json", environment={"MOCK_SERVER_SESSION": "mine"}).stdout == shown
    assert "mine" in run(mock, "sessions", "list").stdout
    for each in (name, "mine"):
        run(mock, "sessions", "delete", each)
    assert "mine" in run(mock, "sessions", "delete", "mine", code=1).stderr


def test_defects_are_switched(mock: MockServer) -> None:
    """The active ones have a star; an unknown one is refused, with the one that was meant."""
    available = answer(mock, "defects", "list")["available"]
    wanted = next(each["id"] for each in available if NAME in each["fields"])
    run(mock, "defects", "set", wanted)
    assert [line.split()[1] for line in run(mock, "defects", "list").stdout.splitlines() if line[0] == "*"] == [wanted]
    assert wanted in run(mock, "defects", "set", wanted + "x", code=1).stderr
    run(mock, "defects", "clear")
    assert answer(mock, "defects", "list")["active"] == []


def test_the_doctor_tells_why_a_mock_is_odd(mock: MockServer) -> None:
    """Nothing is wrong with a fresh one; rules, defects and settings that are on are named."""
    assert all(line.startswith("ok") for line in run(mock, "doctor").stdout.splitlines())
    run(mock, "faults", "apply", "maintenance")
    done = run(mock, "doctor", "--json", code=1)
    assert [each["detail"] for each in json.loads(done.stdout) if not each["ok"]] == ["maintenance"]
    gone = run(mock, "doctor", code=1, environment={"MOCK_SERVER_URL": "http://127.0.0.1:9"})
    assert "no mock answers at http://127.0.0.1:9" in gone.stdout


def test_documents_are_validated(mock: MockServer, tmp_path: Path) -> None:
    """Every one gets a line; one that cannot be served makes it 3."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("openapi: 2.0", encoding="utf-8")
    assert run(mock, "validate", *specs.names()).stdout.count("ok ") == len(specs.names())
    found = json.loads(run(mock, "validate", NAME, str(bad), "nowhere.yaml", "--json", code=3).stdout)
    assert [each["ok"] for each in found] == [True, False, False]
    assert "bad.yaml" in found[1]["detail"]


# --- mistakes -----------------------------------------------------------------------------------------------------

READING = [
    ["state", "get"],
    ["snapshot", "list"],
    ["faults", "list"],
    ["faults", "profiles"],
    ["requests", "list"],
    ["requests", "tail"],
    ["sessions", "list"],
    ["defects", "list"],
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_mock_that_is_not_there_is_named_in_one_line(words: list[str]) -> None:
    """And the command ends with 1."""
    done = CliRunner().invoke(main, [*words, "--url", "http://127.0.0.1:9"], catch_exceptions=False)

    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "http://127.0.0.1:9" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["state", "get", "API"], 2, "collection"),
        (["state", "get", "API", "spede"], 1, "spede"),
        (["state", "set", "API", "customers", "1", "{"], 2, "not JSON"),
        (["state", "import", "no-such-file"], 2, "no-such-file"),
        (["state", "spede"], 2, "spede"),
        (["faults", "add", "spede"], 2, "spede"),
        (["faults", "add", "status"], 1, "code"),
        (["faults", "apply", "spede"], 1, "slow-network"),
        (["faults", "clear", "spede"], 1, "spede"),
        (["snapshot", "save", "a b"], 1, "name"),
        (["sessions", "new", "a b"], 1, "id"),
        (["state", "get", "--session", "a b"], 1, "session"),
        (["serve", "--latency", "x"], 2, "100..500"),
        (["serve", "--rate-limit", "x"], 2, "100/minute"),
        (["serve", "--faults", "spede"], 2, "slow-network"),
        (["serve", "--spede"], 2, "--spede"),
        (["--spede"], 2, "--spede"),
        (["spede"], 3, "spede"),
    ],
)
def test_a_mistake_is_answered_in_one_line(mock: MockServer, words: list[str], code: int, said: str) -> None:
    """It says what is wrong; nothing is changed."""
    before = stored(mock)
    done = run(mock, *(word.replace("API", NAME) for word in words), code=code)

    lines = [line for line in done.stderr.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert len(lines) == 1, done.stderr
    assert said in lines[0]
    assert stored(mock) == before


def test_a_server_that_is_no_mock_is_said_to_be_none() -> None:
    """Whatever it answers."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().split("port ")[1].split()[0]
        done = CliRunner().invoke(main, ["state", "get", "--url", f"http://127.0.0.1:{port}"], catch_exceptions=False)
        process.terminate()

    assert (done.exit_code, "no control call of a mock" in done.stderr) == (1, True)


# --- serve --------------------------------------------------------------------------------------------------------


def test_serve_has_a_variable_for_every_option() -> None:
    """Of its own name, so that a container needs no command line."""
    for option in serve.params:
        assert option.name
        expected = {f"MOCK_SERVER_{option.name.upper()}"}
        written = {opt.removeprefix("--").replace("-", "_") for opt in option.opts}
        assert written == {option.name} or option.name == "apis"
        assert option.envvar in (None, *expected)


def test_serving_by_variables_alone() -> None:
    """Names, port, faults and limits as options have them; no banner if none is wanted; SIGTERM ends it with 0."""
    variables = {"APIS": NAME, "PORT": "0", "FAULTS": "maintenance", "LATENCY": "1..2", "RATE_LIMIT": "5/10s", "STRICT": "1"}
    with running({f"MOCK_SERVER_{name}": value for name, value in variables.items()}) as (process, url, output):
        settings = requests.get(f"{url}/__admin/settings", timeout=10).json()
        rules = requests.get(f"{url}/__admin/faults", timeout=10).json()["faults"]
        requests.post(f"{url}/__admin/reset", timeout=10)
        again = requests.get(f"{url}/__admin/faults", timeout=10).json()["faults"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert output.readline() != ""

    assert (settings["latency"], settings["jitter"], settings["strict"]) == (1, 1, True)
    assert settings["rate_limit"] == {"requests": 5, "seconds": 10}
    assert [each["name"] for each in rules] == [each["name"] for each in again] == ["maintenance"]


class running:  # noqa: N801  # a context manager, read as a verb
    """``serve`` in a process of its own with these variables: the process, its URL, and the rest of its output."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MOCK_SERVER_")}
        command = [sys.executable, "-u", "-m", "mock_server"]
        self.process = subprocess.Popen(
            command, cwd=subjects.ROOT, env={**clean, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> tuple[subprocess.Popen[str], str, Any]:
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert first.startswith("Listening on "), first + str(self.process.stderr and self.process.stderr.read())
        return self.process, first.split()[2], self.process.stdout

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=10)


@pytest.mark.parametrize(
    ("text", "requests_", "seconds"),
    [("100/minute", 100, 60), ("5/10s", 5, 10), ("1/s", 1, 1), ("10/2hours", 10, 7200), ("7/day", 7, 86400)],
)
def test_a_rate_is_read_as_people_write_it(text: str, requests_: int, seconds: int) -> None:
    """So many requests in so many of a unit."""
    limit = parse(text)
    assert (limit.requests, limit.seconds) == (requests_, seconds)


@pytest.mark.parametrize("text", ["", "100", "0/s", "-1/s", "1/0s", "1/fortnight", "1/2days", "a/s", "1.5/s", "1/s/s"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    """In one line, with what would be right."""
    with pytest.raises(ValueError, match="100/minute"):
        parse(text)
