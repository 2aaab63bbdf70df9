"""The control interface: every documented operation, what it changes, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

import specs
from mock_server.web.app import worlds_of
from specs import Api
from tests.control.control_document import DOCUMENT, OPERATIONS, PREFIX, deviation, operation_at
from tests.control.mock_control import API, COLLECTION, ROWS, Mock, text_field
from tests.mock.mock_client import UNKNOWN, change, plain, wrong

BY_CREDENTIAL: Api = next(api for api in map(specs.load, specs.names()) if api.identity == "credential")
CUSTOMERS = f"state/{API.name}/customers"
CUSTOMER = f"{CUSTOMERS}/{','.join(map(str, API.customers[0].path.values()))}"
ROW_COLLECTION = f"state/{API.name}/{COLLECTION}"
ROW = f"{ROW_COLLECTION}/{ROWS[0]['id']}"


@pytest.fixture(name="mock")
def _mock() -> Mock:
    return Mock()


# --- the document ---------------------------------------------------------------------------------------------------


def test_every_documented_operation_answers_as_documented(mock: Mock) -> None:
    """Each is called once, in an order in which what it is about is there."""
    mock.send("PATCH", change(API, API.customers[1]))
    for method, path, body, status in [
        ("GET", "health", None, 200),
        ("GET", "version", None, 200),
        ("GET", "access", None, 200),
        ("GET", "openapi.yaml", None, 200),
        ("GET", "state", None, 200),
        ("GET", "forms", None, 200),
        ("GET", CUSTOMERS, None, 200),
        ("GET", CUSTOMER, None, 200),
        ("GET", ROW_COLLECTION, None, 200),
        ("GET", ROW, None, 200),
        ("PATCH", CUSTOMER, {"record": {text_field().name: "Set"}}, 200),
        ("PUT", CUSTOMER, {"record": dict(API.customers[0].record)}, 200),
        ("PUT", CUSTOMERS, [{"id": CUSTOMER.rpartition("/")[2], "record": dict(API.customers[0].record)}], 200),
        ("POST", f"{CUSTOMERS}/reset", None, 200),
        ("POST", CUSTOMERS, {"record": {}}, 405),
        ("DELETE", CUSTOMER, None, 204),
        ("DELETE", CUSTOMERS, None, 204),
        ("POST", "state/reset", None, 200),
        ("POST", "snapshots", {"name": "first"}, 201),
        ("GET", "snapshots", None, 200),
        ("GET", "snapshots/first", None, 200),
        ("POST", "snapshots/first/restore", None, 200),
        ("DELETE", "snapshots/first", None, 204),
        ("POST", "sessions", {"id": "one", "ttl": 60}, 201),
        ("GET", "sessions", None, 200),
        ("DELETE", "sessions/one", None, 204),
        ("GET", "requests", None, 200),
        ("GET", "requests/1", None, 200),
        ("POST", "requests/find", {"method": "PATCH"}, 200),
        ("POST", "requests/count", {}, 200),
        ("POST", "requests/verify", {"match": {"status": 599}}, 200),
        ("DELETE", "requests", None, 204),
        ("GET", "coverage", None, 200),
        ("POST", "faults", {"name": "slow", "type": "delay", "delay": 1}, 201),
        ("GET", "faults", None, 200),
        ("GET", "faults/slow", None, 200),
        ("PUT", "faults/slow", {"type": "status", "code": 503}, 200),
        ("DELETE", "faults/slow", None, 204),
        ("DELETE", "faults", None, 204),
        ("GET", "faults/profiles", None, 200),
        ("GET", "clock", None, 200),
        ("POST", "clock", {"freeze": "2030-01-01T00:00:00Z", "advance": 1}, 200),
        ("GET", "settings", None, 200),
        ("PUT", "settings", {"strict": True}, 200),
        ("PATCH", "settings", {"latency": 0, "rate_limit": {"requests": 5, "seconds": 1}}, 200),
        ("GET", "defects", None, 200),
        ("PUT", "defects", {"defects": []}, 200),
        ("DELETE", "defects", None, 200),
        ("POST", "reset", None, 200),
    ]:
        assert mock.control(method, path, body).status_code == status, (method, path)
    mock.ok("POST", f"faults/profiles/{mock.ok('GET', 'faults/profiles')['profiles'][0]['name']}/apply")
    with mock.control("GET", "events") as stream:
        assert next(iter(stream.response)).startswith(b": ")

    assert mock.operations == OPERATIONS.keys()


def test_the_document_is_served(mock: Mock) -> None:
    """As it is in the package, whatever is asked first."""
    assert mock.control("GET", "openapi.yaml").data.startswith(b"openapi: 3.1.0\n")
    assert {server["url"] for server in DOCUMENT["servers"]} == {PREFIX}


REFUSED: dict[str, tuple[str, str, Any, int, str]] = {
    "unknown API": ("GET", "state/spede/customers", None, 404, f"known ones are {API.name}"),
    "unknown collection": ("GET", f"state/{API.name}/spede", None, 404, "known ones are customers"),
    "unknown customer": ("GET", f"{CUSTOMERS}/spede", None, 404, "'spede'"),
    "unknown customer, patched": ("PATCH", f"{CUSTOMERS}/spede", {}, 404, "'spede'"),
    "unknown customer, deleted": ("DELETE", f"{CUSTOMERS}/spede", None, 404, "'spede'"),
    "unknown customer among all": ("PUT", CUSTOMERS, [{"id": "spede", "record": {}}], 422, "/0/id: expected one of"),
    "a customer twice": ("PUT", CUSTOMERS, [{"id": CUSTOMER.rpartition("/")[2], "record": {}}] * 2, 422, "/1/id"),
    "no record": ("PUT", CUSTOMER, {}, 422, "expected an object with the members record"),
    "record is no object": ("PUT", CUSTOMER, {"record": []}, 422, "expected an object with the members record"),
    "customer with other members": ("PATCH", CUSTOMER, {"recrod": {}}, 422, "/recrod: known members are id, path, record"),
    "another id": ("PATCH", CUSTOMER, {"id": "other"}, 422, "/id: is "),
    "list for a customer": ("PUT", CUSTOMER, [], 422, "the body: "),
    "object for all customers": ("PUT", CUSTOMERS, {}, 422, "the body: "),
    "row with another key": ("PUT", ROW, {"id": "other"}, 422, "/id: expected"),
    "row gets another key": ("PATCH", ROW, {"id": "other"}, 422, "/id: is "),
    "two rows with one key": ("PUT", ROW_COLLECTION, [dict(ROWS[0])] * 2, 422, "/1/id: expected"),
    "row without a key": ("PUT", ROW_COLLECTION, [{}], 422, "/0/id: expected"),
    "unknown row": ("DELETE", f"{ROW_COLLECTION}/spede", None, 404, "'spede'"),
    "snapshot without a name": ("POST", "snapshots", {}, 422, "name"),
    "snapshot with a bad name": ("POST", "snapshots", {"name": "a/b"}, 422, "/name: "),
    "unknown snapshot": ("POST", "snapshots/spede/restore", None, 404, "'spede'"),
    "session with a bad id": ("POST", "sessions", {"id": "ä"}, 422, "/id: "),
    "session called default": ("POST", "sessions", {"id": "default"}, 422, "/id: "),
    "session without time": ("POST", "sessions", {"ttl": 0}, 422, "/ttl: "),
    "unknown session": ("DELETE", "sessions/spede", None, 404, "'spede'"),
    "unknown request": ("GET", "requests/0", None, 404, "'0'"),
    "request by a word": ("GET", "requests/spede", None, 404, "'spede'"),
    "unknown query parameter": ("GET", "requests?spede=1", None, 400, "known ones are limit, since"),
    "limit of none": ("GET", "requests?limit=0", None, 400, "query parameter limit: "),
    "limit in words": ("GET", "requests?limit=ten", None, 400, "query parameter limit: "),
    "unknown member of a pattern": ("POST", "requests/find", {"spede": 1}, 422, "spede"),
    "clock without a word": ("POST", "clock", {}, 422, "the body: "),
    "clock with a bad time": ("POST", "clock", {"freeze": "noon"}, 422, "/freeze: "),
    "clock too far": ("POST", "clock", {"advance": 1e10}, 422, "/advance: "),
    "unknown setting": ("PATCH", "settings", {"latenzy": 1}, 422, "latenzy"),
    "negative latency": ("PATCH", "settings", {"latency": -1}, 422, "/latency: "),
    "half a rate limit": ("PUT", "settings", {"rate_limit": {"requests": 1}}, 422, "/rate_limit: "),
    "no JSON": ("PATCH", "settings", b"{", 400, "not JSON: "),
    "a member twice": ("PATCH", "settings", b'{"latency": 1, "latency": 2}', 400, "twice"),
    "NaN": ("PATCH", "settings", b'{"latency": NaN}', 400, "NaN"),
    "too deep": ("PUT", CUSTOMER, b'{"record":' + b"[" * 101 + b"]" * 101 + b"}", 400, "nested deeper"),
    "too large": ("PUT", CUSTOMER, b" " * 1_000_001, 413, "1000001 bytes"),
    "no body": ("PUT", "settings", b"", 400, "not JSON: "),
}


@pytest.fixture(name="shared", scope="module")
def _shared() -> Mock:
    """A mock that no call has changed."""
    return Mock()


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), REFUSED.values(), ids=REFUSED)
def test_an_unusable_call_is_one_line_and_changes_nothing(
    shared: Mock, method: str, path: str, body: Any, status: int, words: str
) -> None:
    """A problem document says what was wrong and where."""
    nouns = ("state", "settings", "snapshots", "sessions", "faults")
    before = [shared.ok("GET", noun) for noun in nouns]
    sent: dict[str, Any] = {} if body is None else {"json": body}
    if isinstance(body, bytes):
        sent = {"data": body, "content_type": "application/json"}

    answer = shared.app.test_client().open(f"{PREFIX}/{path}", method=method, **sent)

    assert deviation(operation_at(method, "/" + path.partition("?")[0]), answer) is None
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert words in answer.json["detail"]
    assert "\n" not in answer.json["detail"]
    assert [shared.ok("GET", noun) for noun in nouns] == before


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "spede", 404), ("GET", "reset", 405), ("DELETE", "health", 405)])
def test_what_is_not_documented_is_a_problem(shared: Mock, method: str, path: str, status: int) -> None:
    """Unknown paths and methods under the prefix, too."""
    answer = shared.app.test_client().open(f"{PREFIX}/{path}", method=method)

    assert (answer.status_code, answer.mimetype, answer.json["status"]) == (status, "application/problem+json", status)


# --- state ----------------------------------------------------------------------------------------------------------


def test_a_replaced_record_is_what_the_api_shows(mock: Mock) -> None:
    """PUT takes the whole record, PATCH merges into it, and the API's clients see it at once."""
    name = text_field().name
    record = {**API.customers[1].record, name: "Put"}
    unique = {each.response: API.customers[0].record[each.response] for each in API.fields if each.unique and each.response}

    put = mock.ok("PUT", CUSTOMER, {"record": {**record, **unique}})
    assert mock.record() == put["record"] == mock.ok("GET", CUSTOMER)["record"] == {**record, **unique}

    patched = mock.ok("PATCH", CUSTOMER, {"record": {name: "Patched"}})
    assert mock.record() == patched["record"] == {**record, **unique, name: "Patched"}
    assert mock.ok("POST", f"{CUSTOMERS}/reset")["items"][0]["record"] == mock.record() == API.customers[0].record


def test_a_record_that_does_not_fit_names_its_faults(mock: Mock) -> None:
    """Every member that the document does not have so is named, and nothing is stored."""
    fields = [each for each in plain(API) if each.types and each.response == each.name]
    before = mock.ok("GET", "state")

    answer = mock.control("PATCH", CUSTOMER, {"record": {each.name: wrong(each) for each in fields}})

    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json["errors"]} == {f"/record/{each.name}" for each in fields}
    assert mock.ok("GET", "state") == before


@pytest.mark.parametrize("api", [api for api in map(specs.load, specs.names()) if any(each.unique for each in api.fields)])
def test_two_customers_cannot_share_a_unique_value(api: Api) -> None:
    """Where the document wants a value unique, a control call keeps it so, for one customer and for all."""
    mock, name = Mock(api), next(each.response for each in api.fields if each.unique)
    customers = f"state/{api.name}/customers"
    first, second, *_ = mock.ok("GET", customers)["items"]
    taken = {**first["record"], name: second["record"][name]}

    for path, body in [
        (f"{customers}/{first['id']}", {"record": taken}),
        (customers, [{"id": first["id"], "record": taken}, {"id": second["id"], "record": second["record"]}]),
    ]:
        answer = mock.control("PUT", path, body)
        assert (answer.status_code, answer.json["errors"][0]["pointer"].endswith(f"/record/{name}")) == (422, True)


@pytest.mark.parametrize(("api", "situation"), [(API, "unknown_record"), (BY_CREDENTIAL, "wrong_credential")])
def test_a_deleted_customer_is_gone_until_it_is_put_back(api: Api, situation: str) -> None:
    """Its id is not found, or nobody holds its credential; the others stay, and PUT brings it back."""
    mock = Mock(api)
    path = f"state/{api.name}/customers"
    item, *others = mock.ok("GET", path)["items"]
    status = api.situations[situation if situation in api.situations else "unauthenticated"].status

    mock.ok("DELETE", f"{path}/{item['id']}")
    assert mock.send("GET").status_code == mock.send("PATCH", {}).status_code == status
    assert mock.ok("GET", path)["items"] == others

    mock.ok("PUT", f"{path}/{item['id']}", {"record": item["record"]})
    assert mock.ok("GET", path)["items"] == [item, *others]
    assert mock.record() == item["record"]


def test_a_write_that_comes_too_late_brings_nobody_back(mock: Mock) -> None:
    """A PATCH that has found its customer just before that is deleted is refused as for a record that is not there."""
    store = worlds_of(mock.app).default.services[API.name].store
    entry = store.entries[0]

    class Overtaken:
        """A lock that another thread gets first, and deletes the customer."""

        def __enter__(self) -> None:
            store.delete(entry)

        def __exit__(self, *_error: object) -> None:
            pass

    entry.lock = Overtaken()  # type: ignore[assignment]
    answer = mock.send("PATCH", change(API, API.customers[1]))

    assert (answer.status_code, entry.is_deleted) == (API.situations["unknown_record"].status, True)


def test_all_customers_are_replaced_at_once(mock: Mock) -> None:
    """Those that are not sent are deleted; a bad one among them leaves all as they are."""
    first, second, *_ = mock.ok("GET", CUSTOMERS)["items"]
    name = text_field().name

    bad = [{**first, "record": {**first["record"], name: "New"}}, {**second, "record": {**second["record"], name: 5}}]
    assert mock.control("PUT", CUSTOMERS, bad).json["errors"][0]["pointer"] == f"/1/record/{name}"
    assert mock.ok("GET", CUSTOMERS)["items"][:2] == [first, second]

    assert mock.ok("PUT", CUSTOMERS, [second])["items"] == [second]
    mock.ok("DELETE", CUSTOMERS)
    assert mock.ok("GET", "state")[API.name]["customers"] == []


def test_rows_are_what_values_may_refer_to(mock: Mock) -> None:
    """A new row can be referred to, a deleted one not any more."""
    field = next(each for each in API.fields if each.reference and each.reference.collection == COLLECTION)
    new = {**ROWS[0], "id": ROWS[0]["id"][:-1] + "f"}
    body = {field.name: [new["id"]] if field.kind == "array" else new["id"]}
    refused = API.situations["invalid_field"].status

    assert mock.send("PATCH", body).status_code == refused
    assert mock.ok("PUT", f"{ROW_COLLECTION}/{new['id']}", new) == new
    assert mock.send("PATCH", body).status_code == API.success
    assert mock.ok("GET", ROW_COLLECTION)["items"] == [*ROWS, new]
    mock.ok("DELETE", f"{ROW_COLLECTION}/{new['id']}")
    assert mock.send("PATCH", body).status_code == refused
    assert mock.ok("PATCH", ROW, {"label": "x"}) == {**ROWS[0], "label": "x"}
    assert mock.ok("POST", f"{ROW_COLLECTION}/reset")["items"] == list(ROWS)


def test_snapshots_bring_everything_back(mock: Mock) -> None:
    """Records, deleted customers and rows are as they were; a later snapshot of the same name takes the place of the first."""
    mock.send("PATCH", change(API, API.customers[1]))
    saved = mock.ok("GET", "state")
    mock.ok("POST", "snapshots", {"name": "a"})

    mock.ok("DELETE", CUSTOMERS)
    mock.ok("DELETE", ROW_COLLECTION)
    assert mock.ok("GET", "snapshots/a") == saved
    mock.ok("POST", "reset")
    mock.ok("POST", "snapshots/a/restore")
    assert mock.ok("GET", "state") == saved

    mock.ok("POST", "reset")
    mock.ok("POST", "snapshots", {"name": "a"})
    assert [each["name"] for each in mock.ok("GET", "snapshots")["snapshots"]] == ["a"]
    assert mock.ok("GET", "snapshots/a") == mock.ok("GET", "state") != saved


def test_snapshots_are_limited(mock: Mock) -> None:
    """One too many is refused, one of a known name is not."""
    limit = mock.ok("GET", "version")["limits"]["snapshots"]
    for number in range(limit):
        mock.ok("POST", "snapshots", {"name": f"n{number}"})

    assert mock.control("POST", "snapshots", {"name": "more"}).status_code == 409
    assert mock.control("POST", "snapshots", {"name": "n0"}).status_code == 201


# --- behaviour ------------------------------------------------------------------------------------------------------


TOUCHED: Api = next(api for api in map(specs.load, specs.names()) if any(each.touched for each in api.record))


def test_the_clock_gives_written_times() -> None:
    """Frozen it gives one time, advanced a later one, and after a reset the machine's own."""
    mock = Mock(TOUCHED)
    name = next(each.path for each in TOUCHED.record if each.touched)
    body = change(TOUCHED, TOUCHED.customers[1])

    def written() -> str:
        mock.send("PATCH", body)
        return str(mock.record()[name])

    mock.ok("POST", "clock", {"freeze": "2040-05-01T12:00:00+02:00"})
    assert written() == "2040-05-01T10:00:00.000000Z" == mock.ok("GET", "clock")["now"]
    assert mock.ok("POST", "clock", {"advance": 90})["now"] == written() == "2040-05-01T10:01:30.000000Z"
    going = mock.ok("POST", "clock", {"freeze": False})
    assert (going["frozen"], going["now"] >= "2040-05-01T10:01:30") == (False, True)
    assert written() > "2040-05-01T10:01:30"
    mock.ok("POST", "reset")
    assert written() < "2040"


def test_strict_refuses_what_the_document_leaves_open() -> None:
    """Unknown and read-only members are faults of their own while the setting holds, and are passed over again afterwards."""
    for api in map(specs.load, specs.names()):
        mock = Mock(api)
        owned = next(each.path for each in api.record if each.read_only and each.path in api.customers[0].record)
        known = {each.name for each in api.fields}
        for member in {UNKNOWN, *({owned} & known)}:
            lenient = mock.send("PATCH", {member: 1}).status_code
            mock.ok("PATCH", "settings", {"strict": True})
            assert mock.send("PATCH", {member: 1}).status_code == api.situations["invalid_field"].status
            assert mock.ok("POST", "requests/count", {"field": member, "refused": True})["count"] >= 1
            mock.ok("PUT", "settings", {})
            assert mock.send("PATCH", {member: 1}).status_code == lenient


def test_latency_makes_answers_late(mock: Mock) -> None:
    """The journal tells how long an answer took; without the setting it was shorter."""
    mock.send("GET")
    mock.ok("PATCH", "settings", {"latency": 60, "jitter": 10})
    mock.send("GET")

    late, _ = mock.ok("GET", "requests")["requests"]
    assert late["milliseconds"] >= 60
    assert mock.ok("PUT", "settings", {}) == {**mock.ok("GET", "settings"), "latency": 0, "jitter": 0}
