"""Rules for what goes wrong, profiles of them, and the limit of requests: as they are set, and as a client meets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator

import specs
from mock_server import MockServer
from mock_server.control.document import FILE
from mock_server.disturbance.fault_rules import PROFILES, RULE_LIMIT, Rules
from mock_server.disturbance.rate_limit import KEYS, Limiter
from mock_server.state.settings import RateLimit
from tests.mock.mock_client import Client, change, presented

DOCUMENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
TEAPOT = {"type": "status", "code": 418}


@pytest.fixture(name="client", params=specs.names())
def _client(request: pytest.FixtureRequest) -> Client:
    return Client(specs.load(request.param))


@pytest.fixture(name="first")
def _first() -> Client:
    return Client(specs.load(specs.names()[0]))


def add(client: Client, **rule: Any) -> Any:
    """A new rule, as the mock shows it."""
    answer = client.admin("POST", "faults", json=rule)
    assert answer.status_code == 201, answer.text
    return answer.json


def statuses(client: Client, count: int, method: str = "PATCH") -> list[int]:
    """What so many valid requests are answered with."""
    body = change(client.api, client.other) if method == "PATCH" else None
    return [client.send(method, body).status_code for _ in range(count)]


def holds(value: Any, schema: str) -> bool:
    """Whether a value is as admin.yaml has it."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}).is_valid(value)


# --- which requests -----------------------------------------------------------------------------------------------


def test_a_rule_strikes_what_it_fits(client: Client) -> None:
    """By operation, method and path, all of them if several are given; nothing else is touched."""
    api, own = client.api, client.api.path.format(**client.customer.path)
    assert api.read is not None
    read = api.read.path.format(**client.customer.path)
    for match, struck in [
        ({}, ["GET", "PATCH"]),
        ({"operation": api.operation_id}, ["PATCH"]),
        ({"operation": api.read.operation_id}, ["GET"]),
        ({"method": "patch"}, ["PATCH"]),
        ({"path": own, "method": "PATCH"}, ["PATCH"]),
        ({"path": read[:5] + "*", "method": "GET"}, ["GET"]),
        ({"path": "*" + read[-5:], "operation": api.read.operation_id}, ["GET"]),
        ({"path": own + "x"}, []),
        ({"path": own[:-1] + "."}, []),
        ({"operation": "noSuchOperation"}, []),
    ]:
        client.admin("DELETE", "faults")
        add(client, match=match, **TEAPOT)
        assert [method for method in ("GET", "PATCH") if statuses(client, 1, method) == [418]] == struck, match


def test_a_rule_holds_in_its_own_session(first: Client) -> None:
    """And in no other one."""
    here, there = {"X-Mock-Session": "here"}, {"X-Mock-Session": "there"}
    first.admin("POST", "faults", json=TEAPOT, headers=here)

    answers = [first.send("GET", headers=headers).status_code for headers in ({}, here, there)]

    assert answers == [200, 418, 200]


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        ({}, "xxxxxxxx"),
        ({"times": 2}, "xx......"),
        ({"after": 3}, "...xxxxx"),
        ({"after": 2, "times": 3}, "..xxx..."),
        ({"probability": 0}, "........"),
        ({"probability": 1, "times": 1}, "x......."),
        ({"probability": 0.5, "times": 1, "seed": 4}, "x......."),
    ],
)
def test_a_rule_strikes_when_it_is_due(first: Client, rule: dict[str, Any], struck: str) -> None:
    """After so many requests, so often at most, with its probability; it counts what it fitted and what it struck."""
    add(first, name="due", **TEAPOT, **rule)

    seen = "".join("x" if status == 418 else "." for status in statuses(first, 8, "GET"))

    assert seen == struck
    counted = first.admin("GET", "faults/due").json
    assert (counted["matched"], counted["struck"]) == (8, struck.count("x"))


def test_chance_repeats_itself_by_its_seed(first: Client) -> None:
    """The same seed gives the same sequence, another one another, and about as many as the probability says."""
    sequences = []
    for seed in (1, 1, 2):
        first.admin("PUT", "faults/chance", json={**TEAPOT, "probability": 0.3, "seed": seed})
        sequences.append(statuses(first, 60, "GET"))

    assert sequences[0] == sequences[1] != sequences[2]
    assert 8 <= Counter(sequences[0])[418] <= 28


def test_delays_add_up_and_the_first_failure_counts() -> None:
    """Of several rules that strike one request."""
    rules = Rules()
    rules.put({"name": "late", "type": "delay", "delay": 20_000})
    rules.put({"name": "teapot", **TEAPOT})
    rules.put({"name": "reset", "type": "reset", "delay": 15_000})
    rules.put({"name": "other", "type": "status", "match": {"method": "PUT"}, "code": 500})

    found = rules.interference("readIt", "GET", "/a")

    assert found is not None
    interference, names = found
    assert (interference.status, interference.fault, interference.delay) == (418, None, 30_000)
    assert names == ["late", "teapot", "reset"]


def test_what_a_request_asks_for_goes_ahead_of_the_rules(first: Client) -> None:
    """A request with a preference of its own is not struck."""
    add(first, **TEAPOT)

    assert first.send("GET", headers={"Prefer": "code=429"}).status_code == 429
    assert first.send("GET").status_code == 418


def test_a_struck_write_is_made_only_after_the_commit(client: Client) -> None:
    """Ahead of it nothing is stored; what is no valid write is then answered as usual."""
    before = client.record()
    for phase, written in (("before", False), ("after_commit", True)):
        client.admin("PUT", "faults/lost", json={**TEAPOT, "phase": phase, "match": {"method": "PATCH"}})
        assert statuses(client, 1) == [418]
        assert (client.record() != before) is written
    assert client.send("PATCH", b"[]").status_code == client.status("not_an_object")


# --- the control calls --------------------------------------------------------------------------------------------


def test_rules_are_listed_replaced_and_removed(first: Client) -> None:
    """In the order in which they are tried; without a name they get one; a reset removes all."""
    made = [add(first, **TEAPOT), add(first, name="mine", type="reset"), add(first, **TEAPOT)]
    listed = first.admin("GET", "faults").json["faults"]
    assert [each["name"] for each in listed] == [each["name"] for each in made] == ["status-1", "mine", "status-2"]
    assert all(holds(each, "Fault") for each in listed)

    replaced = first.admin("PUT", "faults/mine", json={"type": "delay", "delay": 1})
    assert (replaced.status_code, replaced.json["type"]) == (200, "delay")
    assert first.admin("GET", "faults/mine").json == replaced.json
    assert first.admin("DELETE", "faults/mine").status_code == 204
    assert [first.admin(method, "faults/mine").status_code for method in ("GET", "DELETE")] == [404, 404]
    assert [each["name"] for each in first.admin("GET", "faults").json["faults"]] == ["status-1", "status-2"]
    assert first.admin("DELETE", "faults").status_code == 204
    assert first.admin("GET", "faults").json == {"faults": []}
    add(first, **TEAPOT)
    first.admin("POST", "reset")
    assert first.admin("GET", "faults").json == {"faults": []}


@pytest.mark.parametrize(
    ("rule", "status", "words"),
    [
        ({}, 422, "type"),
        ({"type": "spede"}, 422, "/type"),
        ({"type": "status"}, 422, "code"),
        ({"type": "status", "delay": 1}, 422, "code"),
        ({"type": "status", "code": 99}, 422, "/code"),
        ({"type": "delay", "delay": 30_001}, 422, "/delay"),
        ({"type": "delay"}, 422, "delay"),
        ({"type": "reset", "probability": 1.1}, 422, "/probability"),
        ({"type": "reset", "times": 0}, 422, "/times"),
        ({"type": "reset", "after": -1}, 422, "/after"),
        ({"type": "reset", "phase": "later"}, 422, "/phase"),
        ({"type": "reset", "match": {"verb": "GET"}}, 422, "/match"),
        ({"type": "reset", "toxicity": 1}, 422, "toxicity"),
        ({"type": "reset", "name": "a b"}, 422, "/name"),
        ({"type": "reset", "name": "taken"}, 409, "taken"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(first: Client, rule: dict[str, Any], status: int, words: str) -> None:
    """In one line that names the place; the rules stay as they are."""
    add(first, name="taken", type="reset", match={"method": "PUT"})

    answer = first.admin("POST", "faults", json=rule)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert words in answer.json["detail"]
    assert "\n" not in answer.json["detail"]
    assert [each["name"] for each in first.admin("GET", "faults").json["faults"]] == ["taken"]


def test_there_is_a_limit_of_rules() -> None:
    """One too many is refused; replacing one is not."""
    rules = Rules()
    for number in range(RULE_LIMIT):
        rules.put({"name": f"rule{number}", **TEAPOT})

    with pytest.raises(OverflowError, match=str(RULE_LIMIT)):
        rules.put(TEAPOT)
    assert rules.put({"name": "rule0", **TEAPOT}).struck == 0


def test_a_profile_is_applied_whole(first: Client) -> None:
    """Its rules and no others, all valid and named; an unknown one is refused, and says which there are."""
    listed = first.admin("GET", "faults/profiles").json["profiles"]
    assert {each["name"] for each in listed} == {"slow-network", "flaky", "overloaded", "maintenance"} == PROFILES.keys()
    for profile in listed:
        assert all(holds(rule, "NewFault") for rule in profile["faults"]), profile
        add(first, name="own", type="reset")
        applied = first.admin("POST", f"faults/profiles/{profile['name']}/apply").json["faults"]
        assert [each["name"] for each in applied] == [each["name"] for each in profile["faults"]]

    refused = first.admin("POST", "faults/profiles/spede/apply")
    assert (refused.status_code, "slow-network" in refused.json["detail"]) == (404, True)


def test_maintenance_and_flaky_are_what_they_say(first: Client) -> None:
    """503 with Retry-After for all; or some of many, of more than one kind."""
    first.admin("POST", "faults/profiles/maintenance/apply")
    answer = first.send("GET")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")

    first.admin("POST", "faults/profiles/flaky/apply")
    seen = Counter(statuses(first, 200, "GET"))
    assert 2 <= seen[500] <= 60
    assert seen[200] > 100


# --- latency and the limit of requests ----------------------------------------------------------------------------


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MockServer]:
    with MockServer(specs.names()[0]) as server:
        yield server


def test_latency_holds_up_every_answer(server: MockServer) -> None:
    """Of the API, and not of the control interface."""
    api = specs.load(specs.names()[0])
    url = server.url + str(api.read and api.read.path).format(**server.customers[0].path)
    settings = f"{server.url}/__admin/settings"
    requests.patch(settings, json={"latency": 300}, timeout=10).raise_for_status()

    slow = requests.get(url, headers=presented(api, server.credentials), timeout=10)
    quick = requests.put(settings, json={}, timeout=10)

    assert slow.status_code == 200
    assert slow.elapsed.total_seconds() >= 0.3 > quick.elapsed.total_seconds()


def test_requests_over_the_limit_are_throttled(client: Client) -> None:
    """429 in the documented envelope with the seconds to wait; by credential, and for a client without one too."""
    client.admin("PUT", "settings", json={"rate_limit": {"requests": 3, "seconds": 600}})
    try:
        own = statuses(client, 5)
        refused = client.send("GET")
        other = client.send("GET", auth=client.other.auth, path=dict(client.other.path)).status_code
        nobody = [client.send("GET", auth={}).status_code for _ in range(4)]
        client.admin("POST", "reset")
        again = client.send("GET").status_code
    finally:
        client.admin("PUT", "settings", json={})

    shared = client.other.auth == client.customer.auth
    assert own == [client.api.success] * 3 + [429] * 2
    assert 590 < int(refused.headers["Retry-After"]) <= 600
    assert refused.mimetype == client.api.situations["throttled"].shape.media_type
    assert other == (429 if shared else 200)
    assert nobody == [client.status("unauthenticated")] * 3 + [429]
    assert (again, client.send("GET").status_code) == (200, 200)


def test_a_limit_is_off_unless_it_is_set(first: Client) -> None:
    """As at start."""
    assert first.admin("GET", "settings").json["rate_limit"] is None
    assert set(statuses(first, 30, "GET")) == {200}


def test_the_window_slides(monkeypatch: pytest.MonkeyPatch) -> None:
    """In any span as long as the limit's no more than so many are let in; refused ones are not counted."""
    times = (1000.0, 1004.0, 1005.0, 1009.5, 1010.0, 1011.0, 1014.0)
    clock = iter((*times, 1014.0))
    monkeypatch.setattr("mock_server.disturbance.rate_limit.time.monotonic", lambda: next(clock))
    limiter, limit = Limiter(), RateLimit(requests=2, seconds=10)

    waits = [limiter.wait("a", limit) for _ in times]

    assert waits == [0, 0, 5.0, 0.5, 0, 3.0, 0]
    assert limiter.wait("b", limit) == 0


def test_many_credentials_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those whose requests do not count any more are forgotten."""
    clock = iter(range(3 * KEYS))
    monkeypatch.setattr("mock_server.disturbance.rate_limit.time.monotonic", lambda: next(clock))
    limiter, limit = Limiter(), RateLimit(requests=2, seconds=10)
    for number in range(3 * KEYS):
        limiter.wait(f"key {number}", limit)

    assert len(limiter._times) <= KEYS + 1
