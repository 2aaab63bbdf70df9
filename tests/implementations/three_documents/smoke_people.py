"""What the document of the people says."""

from typing import Any

from tests.implementations.three_documents.smoke_service import Checks, Service

PERSON_ADDRESS = {"street": "Weg 1", "city": "Bern", "postcode": "3000", "country-code": "CH"}
PERSON_REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"name": ""}, 422),
    ({"name": "  "}, 422),
    ({"name": "x" * 81}, 422),
    ({"name": None}, 422),
    ({"name": 1}, 422),
    ({"email": "x"}, 422),
    ({"email": None}, 422),
    ({"phone": "044"}, 422),
    ({"job-title": ""}, 422),
    ({"birthday": "2999-01-01"}, 422),
    ({"birthday": "1990-02-30"}, 422),
    ({"birthday": "1990-02-03T00:00:00Z"}, 422),
    ({"locale": "EN"}, 422),
    ({"locale": None}, 422),
    ({"skills": ["a", "a"]}, 422),
    ({"skills": ["a", "b", "c", "d", "e", "f", "g", "h", "i"]}, 422),
    ({"skills": None}, 422),
    ({"skills": [""]}, 422),
    ({"address": {"street": "x"}}, 422),
    ({"address": {**PERSON_ADDRESS, "x": 1}}, 422),
    ({"newsletter": 1}, 422),
    ({"archived": None}, 422),
    ({"slug": "x"}, 422),
    ({"unknown": 1}, 422),
    ({"edits-count": 0}, 422),
    ({"out-of-office-note": ""}, 422),
]
PERSON_ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "Ända  Bö"}, {"name": "Ända  Bö"}),
    ({"email": "Ida.X@Acme.Example"}, {"email": "ida.x@acme.example"}),
    ({"phone": None, "job-title": None, "birthday": None}, {"phone": None, "job-title": None, "birthday": None}),
    ({"skills": []}, {"skills": []}),
    ({"skills": ["b", "a"]}, {"skills": ["b", "a"]}),
    ({"address": PERSON_ADDRESS}, {"address": {**PERSON_ADDRESS, "line2": None}}),
    ({"address": None}, {"address": None}),
    ({"newsletter": False}, {"newsletter": False}),
    ({"name": "x" * 80}, {"name": "x" * 80}),
]
RELATIONSHIPS: list[tuple[str, Any, int]] = [
    ("team", {"type": "teams", "id": "13"}, 200),
    ("team", None, 200),
    ("mentor", None, 200),
    ("mentor", {"type": "people", "id": "102"}, 200),
    ("badges", [], 200),
    ("badges", [{"type": "badges", "id": "mentor"}, {"type": "badges", "id": "first-aid"}], 200),
    ("team", {"type": "teams", "id": "99"}, 404),
    ("team", {"type": "people", "id": "11"}, 422),
    ("team", {"id": "11"}, 422),
    ("mentor", {"type": "people", "id": "101"}, 422),
    ("mentor", {"type": "people", "id": "103"}, 404),
    ("badges", None, 422),
    ("badges", [{"type": "badges", "id": "mentor"}] * 2, 422),
    ("organization", {"type": "organizations", "id": "umbra"}, 403),
    ("unknown", None, 422),
]
JSON_API = "application/vnd.api+json"


def smoke_people(service: Service, checks: Checks) -> None:
    """Refused and accepted requests, then what concerns the whole service."""
    path, key = "/people/101", "acme-key"

    def read() -> Any:
        return service.call("GET", path, X_Api_Key=key)[2]["data"]

    def patch(body: Any, where: str = path, token: str = key, kind: str = JSON_API) -> tuple[int, dict[str, str], Any]:
        return service.call("PATCH", where, body, Content_Type=kind, X_Api_Key=token)

    def change(**parts: Any) -> tuple[int, dict[str, str], Any]:
        return patch({"data": {"type": "people", "id": "101", **parts}})

    moving = {"updated-at", "edits-count", "slug"}
    for attributes, refused in PERSON_REFUSED:
        before = read()
        status, headers, body = change(attributes={"newsletter": False, **attributes})
        checks.equal(f"{attributes} refused", (status, headers["content-type"]), (refused, JSON_API))
        checks.equal(f"{attributes} errors", {error["status"] for error in body["errors"]}, {str(refused)})
        checks.equal(f"{attributes} changes nothing", read(), before)
    for attributes, expected in PERSON_ACCEPTED:
        before = read()["attributes"]
        status, _, body = change(attributes=attributes)
        after = read()["attributes"]
        checks.equal(f"{attributes} accepted", (status, body["data"]["attributes"]), (200, after))
        checks.equal(f"{attributes} shown", {k: after[k] for k in expected}, expected)
        kept = before.keys() - attributes.keys() - moving
        checks.equal(f"{attributes} keeps others", {k: after[k] for k in kept}, {k: before[k] for k in kept})
        checks.equal(f"{attributes} counted", after["edits-count"], before["edits-count"] + 1)
        change(attributes=attributes)
        checks.equal(f"{attributes} again changes nothing", read()["attributes"], after)
    for name, data, answered in RELATIONSHIPS:
        before = read()
        status, _, _ = change(relationships={name: {"data": data}})
        checks.equal(f"{name} {data}", status, answered)
        shown = read()
        checks.equal(
            f"{name} {data} shown",
            shown["relationships"][name]["data"] if status == 200 else shown,
            data if status == 200 else before,
        )
    note = "out-of-office-note"
    change(attributes={note: None})
    checks.equal("note absent", note in read()["attributes"], False)
    change(attributes={note: "Away"})
    change(attributes={note: None})
    checks.equal("note null", read()["attributes"].get(note, "absent"), None)
    change(attributes={"archived": True})
    checks.equal("archived", change(attributes={"locale": "it"})[0], 422)
    checks.equal("archived, nothing new", change(attributes={"locale": "de"})[0], 200)
    checks.equal("unarchived", change(attributes={"archived": False, "locale": "it"})[0], 200)
    for what, status, answer in [
        ("no data", 400, patch({})),
        ("malformed", 400, patch(b"{")),
        ("no id", 400, patch({"data": {"type": "people"}})),
        ("wrong id", 409, change(id="102")),
        ("wrong type", 409, change(type="teams")),
        ("media", 415, patch({}, kind="application/json")),
        ("charset", 415, patch({}, kind=JSON_API + "; charset=utf-8")),
        ("no key", 401, patch({}, token="")),
        ("key", 401, patch({}, token="x")),
        ("unknown", 404, patch({}, "/people/999")),
        ("foreign", 404, patch({}, "/people/103")),
        ("attributes", 422, change(attributes=[])),
        ("PUT", 405, service.call("PUT", path, {}, X_Api_Key=key)),
    ]:
        checks.equal(what, (answer[0], answer[2]["errors"][0]["status"]), (status, str(status)))
    checks.equal("list", len(service.call("GET", "/people", X_Api_Key=key)[2]["data"]), 2)
    new = {"data": {"type": "people", "attributes": {"name": "New", "email": "N@x.example"}}}
    status, headers, body = service.call("POST", "/people", new, Content_Type=JSON_API, X_Api_Key=key)
    checks.equal("created", (status, body["data"]["attributes"]["email"]), (201, "n@x.example"))
    checks.equal("deleted", service.call("DELETE", headers["location"], X_Api_Key=key)[0], 204)
