"""A file with x-contract: its PATCH and GET as they were, and beside them the document's other operations, over one store."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from contracts.drafting.draft import draft
from mock_server import create_app
from mock_server.state.state_file import StateFile
from mock_server.web.app import worlds_of
from mock_server.web.in_process import MockServer
from specs import load

CONTACTS = Path(__file__).parents[1] / "openapi" / "contacts.yaml"


@pytest.fixture(name="file", scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The address book with all six operations and labels of a contact, drafted into a file with x-contract."""
    folder = tmp_path_factory.mktemp("beside")
    source, drafted = folder / "contacts.yaml", folder / "address-book.yaml"
    document = json.loads(json.dumps(yaml.safe_load(CONTACTS.read_text()), default=str))
    many, one = document["paths"]["/contacts"], document["paths"]["/contacts/{contactId}"]
    contact = one["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    error = one["patch"]["responses"]["400"]
    answer = {"description": "It.", "content": {"application/json": {"schema": contact}}}
    listed = {"description": "All.", "content": {"application/json": {"schema": {"type": "array", "items": contact}}}}
    many["get"]["responses"] = {"200": listed, "401": error}
    sent = {"required": True, "content": {"application/json": {"schema": {**contact, "required": ["name"]}}}}
    many["post"] = {"operationId": "addContact", "requestBody": sent, "responses": {"201": answer, "400": error, "401": error}}
    one["delete"] = {"operationId": "removeContact", "responses": {"204": {"description": "Gone."}, "404": error}}
    source.write_text(yaml.safe_dump(document))
    kept = yaml.safe_load(draft(source))  # the one operation, and its GET
    for path, item in document["paths"].items():
        kept["paths"][path] = {**item, **kept["paths"].get(path, {})}
    kept["security"] = document["security"]
    drafted.write_text(yaml.safe_dump(kept))
    return drafted


class Contacts:
    """A client of the address book."""

    def __init__(self, mock: MockServer) -> None:
        self.url = f"{mock.url}/api/contacts"
        self.control = f"{mock.url}/__admin"
        self.key = next(iter(mock.credentials.values()))
        self.first, self.second = (each.path["contactId"] for each in mock.customers)

    def send(self, method: str, path: str = "", body: Any = None) -> requests.Response:
        """One request."""
        return requests.request(method, self.url + path, json=body, headers={"X-Contacts-Key": self.key}, timeout=10)


@pytest.fixture(name="contacts")
def served(file: Path) -> Iterator[Contacts]:
    """The address book, served."""
    with MockServer(file) as mock:
        yield Contacts(mock)


def test_the_customers_of_the_contract_are_in_the_list(contacts: Contacts) -> None:
    """And what a PATCH changes is changed there."""
    contacts.send("PATCH", f"/{contacts.first}", {"points": 17})

    listed = contacts.send("GET").json()

    assert [each["id"] for each in listed] == [contacts.first, contacts.second]
    assert listed[0] == contacts.send("GET", f"/{contacts.first}").json()
    assert listed[0]["points"] == 17


def test_what_is_created_is_patched_as_the_contract_has_it(contacts: Contacts) -> None:
    """By the steps of x-contract, with its envelopes; and its changes are in the list."""
    made = contacts.send("POST", "", {"name": "Someone new"})
    number = made.json()["id"]

    assert made.status_code == 201
    assert contacts.send("PATCH", f"/{number}", {"points": 5}).json() == {**made.json(), "points": 5, **moved(contacts, number)}
    refused = contacts.send("PATCH", f"/{number}", {"points": 5000})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "points")
    assert contacts.send("GET").json()[-1]["points"] == 5


def moved(contacts: Contacts, number: int) -> dict[str, Any]:
    """The time of the last change, as the record shows it."""
    return {"updated_at": contacts.send("GET", f"/{number}").json()["updated_at"]}


def test_what_is_deleted_is_gone_for_the_contract_too(contacts: Contacts) -> None:
    """Created ones and seeded ones; a reset brings back the latter only."""
    made = contacts.send("POST", "", {"name": "Soon gone"}).json()["id"]
    for number in (made, contacts.second):
        assert contacts.send("DELETE", f"/{number}").status_code == 204
        for method in ("GET", "PATCH", "DELETE"):
            assert contacts.send(method, f"/{number}", {"points": 1} if method == "PATCH" else None).status_code == 404
    assert [each["id"] for each in contacts.send("GET").json()] == [contacts.first]

    requests.post(f"{contacts.control}/state/reset", timeout=10)

    assert [each["id"] for each in contacts.send("GET").json()] == [contacts.first, contacts.second]


def test_the_methods_of_a_path_are_those_of_both(contacts: Contacts) -> None:
    """In Allow, and for OPTIONS."""
    refused = contacts.send("PUT", f"/{contacts.first}", {})

    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) >= {"PATCH", "GET", "DELETE", "OPTIONS"}
    assert "DELETE" in contacts.send("OPTIONS", f"/{contacts.first}").headers["Allow"]


def test_the_credential_of_the_contract_is_asked_for(contacts: Contacts) -> None:
    """Also where the operation is beside it."""
    assert requests.get(contacts.url, timeout=10).status_code == 401
    assert requests.get(contacts.url, headers={"X-Contacts-Key": "other"}, timeout=10).status_code == 401


def test_a_snapshot_has_created_ones(contacts: Contacts) -> None:
    """Restored with the others."""
    made = contacts.send("POST", "", {"name": "Kept"}).json()
    requests.post(f"{contacts.control}/snapshots", json={"name": "one"}, timeout=10)
    contacts.send("DELETE", f"/{made['id']}")

    requests.post(f"{contacts.control}/snapshots/one/restore", timeout=10)

    assert contacts.send("GET", f"/{made['id']}").json() == made


def test_created_and_deleted_ones_outlive_the_process(file: Path, tmp_path: Path) -> None:
    """In the state file."""
    api = load(file)
    key = next(iter(api.customers[0].auth.values()))
    seen = []
    for attempt in range(3):
        app = create_app([api])
        world = worlds_of(app).default
        kept = StateFile(tmp_path / "state", world.stores, world.records)
        client = app.test_client()
        if attempt == 0:
            for name in ("One", "Two"):
                made = client.post("/api/contacts", json={"name": name}, headers={"X-Contacts-Key": key}).get_json()
            client.delete(f"/api/contacts/{made['id']}", headers={"X-Contacts-Key": key})
            client.delete(f"/api/contacts/{api.customers[1].path['contactId']}", headers={"X-Contacts-Key": key})
        seen.append(client.get("/api/contacts", headers={"X-Contacts-Key": key}).get_json())
        kept.close()

    assert seen[0] == seen[1] == seen[2]
    assert [each["name"] for each in seen[0]][1:] == ["One"]
