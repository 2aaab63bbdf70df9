"""The reading of OpenAPI files: what is understood, and what is refused in one line."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import specs
from specs.contradictions import contradictions
from specs.model import Choice, Field, Merge, Schema
from specs.normalise import inline
from specs.pointing import keyword_at

NAMES = ("babyland", "checkoutpage", "customers_me", "wizcommerce")

MINIATURE = """\
openapi: 3.1.0
info: {title: Notes, version: "1"}
paths:
  /notes/{note}:
    parameters:
      - {name: note, in: path, required: true, schema: {type: string}}
    get:
      operationId: read_note
      x-inferred: true
      responses:
        "200": {description: the note, content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}}
    patch:
      operationId: change_note
      security: [{token: []}]
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Change"}
      responses:
        "200":
          description: the note
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {type: object, properties: {note: {$ref: "#/components/schemas/Note"}}}}}
        "400": {description: refused}
        "404": {description: no such note, x-inferred: true}
      x-contract: &contract
        version: 1
        document: notes.txt
        identity: path
        read: read_note
        record: /note
        success: {status: 200, also: [202]}
        claims:
          sent-field-stored: {at: Update, anchor: the fields you send, says: A sent field is kept.}
        choices:
          empty_body: {documented: refuse}
          "null": {unspecified: ignore}
        errors:
          shapes:
            plain: {template: {text: $message}}
          situations:
            invalid_field: {status: 400, shape: plain}
            malformed_json: {status: 400, shape: plain}
            unauthenticated: {status: 401, shape: plain, headers: {WWW-Authenticate: Bearer}}
            unknown_record: {status: 404, shape: plain, also: [410]}
            method_not_allowed: {status: 405, shape: plain}
            server_error: {status: 500, shape: plain}
          faults:
            default: {message: not valid}
        contradictions:
          - {at: Update, anchor: up to 9, says: Two limits are given., reading: The wider one.}
        seeds:
          references: {shelf: [{id: 7}]}
          customers:
            - {path: {note: a}, auth: {token: first}, record: {heading: one}}
            - {path: {note: b}, auth: {token: second}, record: {heading: two}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
  schemas:
    Change:
      type: object
      properties:
        title: {type: string, maxLength: 9, x-field: {response: heading, inferred: [maxLength], normalise: [trim]}}
        secret: {type: string, writeOnly: true, x-field: {response: null, hazard: {reason: locks the note}}}
        shelf: {type: integer, x-field: {reference: {collection: shelf}, "null": {documented: remove}}}
        place: {$ref: "#/components/schemas/Place"}
        tags:
          type: array
          x-field: {response: labels, merge: {documented: keyed, key: id, new: append}}
          items:
            type: object
            required: [id]
            properties:
              id: {type: integer}
              words: {type: array, items: {type: object, properties: {text: {type: string}}}}
    Place:
      type: object
      x-field: {merge: {documented: replace}}
      properties:
        room: {type: [string, "null"], x-field: {documented: {at: Place, anchor: the room}}}
        at: {type: object, properties: {row: {type: integer, x-field: {response: line}}}}
    Note:
      type: object
      required: [heading]
      properties:
        heading: {type: string}
        changed: {type: string, readOnly: true, x-field: {volatile: now}}
        complete: {type: boolean, x-field: {derived: {all_set: [heading]}}}
        place: {$ref: "#/components/schemas/Place"}
"""


@pytest.fixture(name="written")
def _written(tmp_path: Path) -> Path:
    """The miniature, as a file that a test may change."""
    path = tmp_path / "notes.yaml"
    path.write_text(MINIATURE, encoding="utf-8")
    return path


@pytest.fixture(name="api")
def _api(written: Path) -> specs.Api:
    """The miniature, loaded."""
    return specs.load(written)


def by_path(api: specs.Api, attribute: str) -> dict[str, Any]:
    """One attribute of every request field, at every depth, by path."""
    return {field.path: getattr(field, attribute) for field in api.walk_fields()}


# --- the documented APIs ------------------------------------------------------------------------------------------


def test_the_four_documented_apis_are_known_by_name() -> None:
    """The names are the four, sorted."""
    assert specs.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_documented_api_loads_with_fields_claims_and_two_customers(name: str) -> None:
    """Every file in specs/ is valid OpenAPI with a valid x-contract, and complete enough to be judged and served."""
    api = specs.load(name)

    assert api.name == name
    assert api.fields
    assert api.record
    assert api.claims
    assert api.read is not None
    assert api.security
    assert len(api.customers) >= 2


@pytest.mark.parametrize(
    ("name", "path", "success", "record_at", "identity", "scheme"),
    [
        ("babyland", "/api/customer/{id}/", 200, "", "path", ("bearerAuth", "bearer", "header", "Authorization")),
        ("wizcommerce", "/v1/customers/{id}", 201, "/data", "path", ("ApiKeyAuth", "apiKey", "header", "X-API-Key")),
        ("customers_me", "/api/customers/me/update/", 200, "", "credential", ("jwtAuth", "bearer", "header", "Authorization")),
        (
            "checkoutpage",
            "/v1/customers/{customerId}",
            200,
            "/data",
            "path",
            ("api_key_auth", "bearer", "header", "Authorization"),
        ),
    ],
)
def test_a_documented_api_is_the_one_of_the_design(
    name: str, path: str, success: int, record_at: str, identity: str, scheme: tuple[str, str, str, str]
) -> None:
    """Path, success status, place of the record, identity and security scheme are those of DESIGN 3."""
    api = specs.load(name)

    assert (api.path, api.success, api.record_at, api.identity) == (path, success, record_at, identity)
    assert scheme in [(each.name, each.kind, each.location, each.parameter) for each in api.security]


@pytest.mark.parametrize("name", NAMES)
def test_every_request_field_that_is_not_secret_is_shown_by_the_record(name: str) -> None:
    """The response path of every request field is a documented property of the record."""
    api = specs.load(name)
    shown = {field.path for field in api.walk_record()}

    assert {field.path: field.response for field in api.walk_fields() if field.response not in (None, *shown)} == {}


@pytest.mark.parametrize("name", NAMES)
def test_seeded_customers_name_every_path_parameter_and_a_documented_scheme(name: str) -> None:
    """Each seeded customer can be addressed and has a credential for a scheme of the operation."""
    api = specs.load(name)
    parameters = {parameter.name for parameter in api.parameters if parameter.location == "path"}
    schemes = {scheme.name for scheme in api.security}

    for customer in api.customers:
        assert customer.path.keys() == parameters
        assert customer.auth.keys() <= schemes


# --- what is refused ----------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, str, str]] = {
    # what is wrong: (text of the miniature, what stands there instead, words of the message)
    "broken YAML": ("info: {title", "info: {{title", "not readable as YAML"),
    "a list at the top": (MINIATURE, "- openapi\n", "not an OpenAPI document: expected a mapping"),
    "an empty file": (MINIATURE, "", "not an OpenAPI document: expected a mapping"),
    "bytes that are not UTF-8": ("title: Notes", "title: N\udcfftes", "not readable as YAML"),
    "no OpenAPI at all": ("openapi: 3.1.0\n", "", "openapi: missing; expected 3.0.x or 3.1.x"),
    "OpenAPI 2": ("openapi: 3.1.0", 'openapi: "2.0"', "openapi: 2.0; expected 3.0.x or 3.1.x"),
    "OpenAPI without its title": ("title: Notes, ", "", "not valid OpenAPI 3.1.0: info: "),
    "a key that OpenAPI does not know": (
        "info: {",
        "inf: {}\ninfo: {",
        "not valid OpenAPI 3.1.0: the document: Unevaluated properties",
    ),
    "an unknown key of x-contract": (
        "identity: path",
        "identity: path\n        bodyat: /note",
        "paths./notes/{note}.patch.x-contract: unknown key 'bodyat'; known keys are around, body, choices, claims, ",
    ),
    "an unknown key below x-contract": (
        "{status: 200, also: [202]}",
        "{status: 200, or: [202]}",
        "x-contract.success: unknown key 'or'; known keys are also, prefer, status",
    ),
    "an unknown situation": (
        "server_error: {",
        "server_eror: {status: 500, shape: plain}\n            server_error: {",
        "x-contract.errors.situations: unknown key 'server_eror'; known keys are empty_body, forbidden, invalid_field, ",
    ),
    "an unknown key of a claim": (
        "{at: Update, anchor: the",
        "{in: x, at: Update, anchor: the",
        "unknown key 'in'; known keys are anchor, at,",
    ),
    "a claim without its place": (
        "{at: Update, anchor: the",
        "{anchor: the",
        "claims.sent-field-stored: 'at' is a required property",
    ),
    "an unknown choice": (
        "empty_body: {doc",
        "emty_body: {doc",
        "x-contract.choices: unknown key 'emty_body'; known keys are all_faults, ",
    ),
    "a choice that nobody can make": (
        "{documented: refuse}",
        "{documented: explode}",
        "'explode' is not one of ['accept', 'refuse']",
    ),
    "a choice both documented and not": (
        "{documented: refuse}",
        "{documented: refuse, unspecified: accept}",
        "choices.empty_body: ",
    ),
    "another version of x-contract": ("version: 1\n", "version: 2\n", "x-contract.version: 1 was expected"),
    "x-contract without claims": (
        "        claims:\n          sent-field-stored: {at: Update, anchor: the fields you send, says: A sent field is kept.}\n",
        "",
        "x-contract: 'claims' is a required property",
    ),
    "an unknown key of x-field": (
        "x-field: {response: heading,",
        "x-field: {respnse: heading,",
        "components.schemas.Change.properties.title.x-field: unknown key 'respnse'; known keys are derived, documented, either, ",
    ),
    "a keyed merge without its key": (
        "{documented: keyed, key: id, new: append}",
        "{documented: keyed}",
        "tags: x-field.merge: keyed needs a key",
    ),
    "a misspelt extension": (
        "x-contract: &contract",
        "x-contractt: {}\n      x-contract: &contract",
        "paths./notes/{note}.patch.x-contractt: unknown extension; known ones are x-contract, x-field, x-inferred",
    ),
    "an x-inferred that is no yes or no": (
        "x-inferred: true\n",
        "x-inferred: maybe\n",
        "get.x-inferred: expected true or false, not 'maybe'",
    ),
    "no operation with x-contract": (
        "x-contract: &contract",
        "x-other:",
        "expected exactly one patch operation with x-contract, found 0",
    ),
    "two operations with x-contract": (
        "components:\n",
        "  /b:\n    patch: {responses: {'200': {description: b}}, x-contract: *contract}\ncomponents:\n",
        "expected exactly one patch operation with x-contract, found 2",
    ),
    "a success status without a response": (
        "{status: 200, also: [202]}",
        "{status: 201}",
        "x-contract.success.status: 201 is not among the responses",
    ),
    "a range of statuses": ('"400": {', '"4XX": {', "responses.4XX: expected a status of three digits"),
    "a record that the success body does not have": (
        "record: /note",
        "record: /data",
        "x-contract.record: '/data' is not in the success response's schema",
    ),
    "a read companion that is not there": (
        "read: read_note",
        "read: show_note",
        "no get operation has the operationId 'show_note'",
    ),
    "a shape that is not there": (
        "{status: 500, shape: plain}",
        "{status: 500, shape: fancy}",
        "no shape named 'fancy'; known are plain",
    ),
    "a dangling reference": (
        '{$ref: "#/components/schemas/Change"}',
        '{$ref: "#/components/schemas/Chang"}',
        "Chang",
    ),
    "a reference to another file": (
        '{$ref: "#/components/schemas/Change"}',
        '{$ref: "other.yaml#/Change"}',
        "other.yaml",
    ),
    "a request body without a schema": (
        '            schema: {$ref: "#/components/schemas/Change"}\n',
        "            example: {}\n",
        "requestBody: expected content with a schema",
    ),
    "a patch without responses": (
        'responses:\n        "200":\n          d',
        'x-answers:\n        "200":\n          d',
        "responses",
    ),
    "an authentication that cannot be presented": (
        "{type: http, scheme: bearer}",
        "{type: http, scheme: digest}",
        "securitySchemes.token: expected http bearer, http basic, apiKey, oauth2 or openIdConnect",
    ),
    "a security requirement without its scheme": ("security: [{token: []}]", "security: [{key: []}]", "key"),
}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("room: {type", 'again: {$ref: "#/components/schemas/Place"}\n        room: {type'),
        ("{type: array, items: {type: object, properties: {text: {type: string}}}}", "{type: array, items: true}"),
    ],
    ids=["a recursive schema", "a schema of items that is only true"],
)
def test_a_schema_without_an_end_or_without_members_is_read(written: Path, old: str, new: str) -> None:
    """One that holds itself is written out so far, and true is a schema of anything."""
    assert MINIATURE.count(old) == 1
    written.write_text(MINIATURE.replace(old, new), encoding="utf-8")

    paths = [each.path for each in specs.load(written).walk_fields()]

    assert len(paths) == len(set(paths)) < 40


def test_an_operation_without_a_request_body_is_an_action(written: Path) -> None:
    """It has no fields, and no media type of a request."""
    written.write_text(MINIATURE.replace("requestBody:\n        content:", "x-body:\n        content:"), encoding="utf-8")
    api = specs.load(written)

    assert (api.style, api.fields, api.media_types) == ("action", (), ())


@pytest.mark.parametrize(("old", "new", "words"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(written: Path, old: str, new: str, words: str) -> None:
    """The message names the file and says what is wrong, on exactly one line."""
    assert MINIATURE.count(old) == 1
    written.write_text(MINIATURE.replace(old, new), encoding="utf-8", errors="surrogateescape")

    with pytest.raises(specs.SpecError) as refusal:
        specs.load(written)

    message = str(refusal.value)
    assert message.startswith("notes.yaml: ")
    assert words in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("name", ["notes", "notes.yaml", "", "wizcommerce.yaml", "../specs"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is neither an API nor a file is answered with the names that there are, on one line."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(specs.SpecError) as refusal:
        specs.load(name)

    assert str(refusal.value) == f"no API named {name!r} and no such file; known names are {', '.join(NAMES)}"


def test_a_changed_file_is_read_again(written: Path) -> None:
    """A load after a change of the file gives the changed document, not the remembered one."""
    before = specs.load(written)

    written.write_text(MINIATURE.replace("title: Notes", "title: Other notes"), encoding="utf-8")

    assert (before.title, specs.load(written).title) == ("Notes", "Other notes")


# --- what is understood -------------------------------------------------------------------------------------------


def test_the_operation_is_read_from_its_file(api: specs.Api) -> None:
    """Name, path, identity, security, companion, success and record are those that the file gives."""
    assert (api.name, api.title, api.source) == ("notes", "Notes", "notes.txt")
    assert (api.operation_id, api.path, api.identity) == ("change_note", "/notes/{note}", "path")
    assert [(each.name, each.location) for each in api.parameters] == [("note", "path")]
    assert [(each.name, each.kind) for each in api.security] == [("token", "bearer")]
    assert api.read is not None
    assert (api.read.path, api.read.inferred) == ("/notes/{note}", True)
    assert (api.success, api.also_success, api.record_at) == (200, (202,), "/note")
    assert api.media_types == ("application/json",)
    assert not api.body_required


def test_a_status_is_documented_where_the_file_does_not_call_it_inferred(api: specs.Api) -> None:
    """documents() is true for listed statuses only."""
    assert {status: api.documents(status) for status in (200, 400, 404, 409)} == {200: True, 400: True, 404: False, 409: False}
    assert api.responses[200].headers == {"ETag"}


def test_nested_fields_have_dotted_paths_with_brackets_for_items(api: specs.Api) -> None:
    """Every property at every depth has its path, in document order."""
    assert [field.path for field in api.walk_fields()] == [
        "title",
        "secret",
        "shelf",
        "place",
        "place.room",
        "place.at",
        "place.at.row",
        "tags",
        "tags[].id",
        "tags[].words",
        "tags[].words[].text",
    ]
    assert [field.path for field in api.walk_record()] == [
        "heading",
        "changed",
        "complete",
        "place",
        "place.room",
        "place.at",
        "place.at.row",
    ]


def test_a_field_is_shown_where_the_file_says(api: specs.Api) -> None:
    """The response path follows renamings at every depth; a field that is not shown has none, nor has anything below it."""
    assert by_path(api, "response") == {
        "title": "heading",
        "secret": None,
        "shelf": "shelf",
        "place": "place",
        "place.room": "place.room",
        "place.at": "place.at",
        "place.at.row": "place.at.line",
        "tags": "labels",
        "tags[].id": "labels[].id",
        "tags[].words": "labels[].words",
        "tags[].words[].text": "labels[].words[].text",
    }


def test_objects_and_arrays_have_a_merge_policy_and_scalars_none(api: specs.Api) -> None:
    """A documented policy is kept; where the file is silent, objects merge and arrays are replaced, unspecified."""
    assert {path: merge for path, merge in by_path(api, "merge").items() if merge is not None} == {
        "place": Merge(documented=True, policy="replace"),
        "place.at": Merge(documented=False, policy="merge"),
        "tags": Merge(documented=True, policy="keyed", key="id", new="append"),
        "tags[].words": Merge(documented=False, policy="replace"),
    }


def test_field_marks_are_read_from_the_extension(api: specs.Api) -> None:
    """Hazard, reference, null, normalisation, inferred keywords and place are those of x-field."""
    title, secret, shelf, room = (api.field(path) for path in ("title", "secret", "shelf", "place.room"))

    assert (title.normalise, title.states("maxLength"), title.states("nullable")) == (("trim",), False, False)
    assert (secret.write_only, secret.hazard and secret.hazard.reason, secret.hazard and secret.hazard.values) == (
        True,
        "locks the note",
        None,
    )
    assert shelf.null == Choice(documented=True, behaviour="remove")
    assert shelf.reference is not None
    assert (shelf.reference.collection, shelf.reference.key, shelf.reference.own) == ("shelf", "id", None)
    assert (room.nullable, room.states("nullable"), room.types) == (True, True, frozenset({"string"}))
    assert room.documented_at == specs.Place(at="Place", anchor="the room")
    assert by_path(api, "required") == {field.path: field.path == "tags[].id" for field in api.walk_fields()}


def test_record_marks_are_read_from_the_extension(api: specs.Api) -> None:
    """Required, volatile and derived properties of the record are known."""
    heading, changed, complete = api.record[:3]

    assert heading.required
    assert (changed.read_only, changed.volatile, changed.touched) == (True, True, True)
    assert (complete.derived, complete.all_set, complete.volatile) == (True, ("heading",), False)


def test_choices_that_the_file_leaves_out_are_unspecified(api: specs.Api) -> None:
    """A written choice is documented or not as written; every other point has the mock's default and is unspecified."""
    assert api.choices["empty_body"] == Choice(documented=True, behaviour="refuse")
    assert api.choices["null"] == Choice(documented=False, behaviour="ignore")
    assert {choice.documented for point, choice in api.choices.items() if point != "empty_body"} == {False}
    assert len(api.choices) > 10


def test_situations_claims_contradictions_and_seeds_are_read(api: specs.Api) -> None:
    """What x-contract lists is found by its name."""
    assert api.situations["unknown_record"].also == (410,)
    assert api.situations["unauthenticated"].headers == {"WWW-Authenticate": "Bearer"}
    assert api.situations["server_error"].shape.template == {"text": "$message"}
    assert api.fault_texts["default"].message == "not valid"
    assert api.claims["sent-field-stored"].says == "A sent field is kept."
    assert [each.reading for each in api.contradictions] == ["The wider one."]
    assert api.references == {"shelf": ({"id": 7},)}
    assert [customer.auth for customer in api.customers] == [{"token": "first"}, {"token": "second"}]


def test_an_unknown_field_path_is_a_key_error(api: specs.Api) -> None:
    """field() finds a path at any depth and raises KeyError for any other."""
    assert api.field("tags[].words[].text").types == {"string"}
    with pytest.raises(KeyError, match=re.escape("tags[].text")):
        api.field("tags[].text")


@pytest.mark.parametrize(
    ("path", "name", "top"),
    [("a", "a", "a"), ("a.b", "b", "a"), ("a[].b", "b", "a"), ("a.b[].c.d", "d", "a"), ("a[]", "a", "a"), ("a.b[]", "b", "a")],
)
def test_a_field_knows_its_own_name_and_its_top_level_property(path: str, name: str, top: str) -> None:
    """name is the last segment of the path and top the first, both without brackets."""
    field = Field(path=path, schema={})

    assert (field.name, field.top) == (name, top)


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "string"}, "scalar", False),
        ({"type": ["integer", "null"]}, "scalar", True),
        ({"type": ["object", "null"]}, "object", True),
        ({"type": "array"}, "array", False),
        ({}, "scalar", False),
    ],
)
def test_a_field_knows_its_kind_and_whether_null_is_valid(schema: Schema, kind: str, nullable: bool) -> None:
    """kind is object, array or scalar by the type; null counts only where the type lists it."""
    field = Field(path="a", schema=schema)

    assert (field.kind, field.nullable) == (kind, nullable)


# --- one dialect --------------------------------------------------------------------------------------------------

COMPONENTS: Mapping[str, Any] = {
    "components": {
        "schemas": {
            "Text": {"type": "string", "maxLength": 5},
            "Named": {"type": "object", "required": ["name"], "properties": {"name": {"$ref": "#/components/schemas/Text"}}},
            "a/b~c": {"type": "boolean"},
        }
    }
}
TEXT = {"type": "string", "maxLength": 5}
NAMED = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}

NORMALISED: dict[str, tuple[Schema, Schema]] = {
    "nothing to do": ({"type": "string", "minLength": 1}, {"type": "string", "minLength": 1}),
    "nullable is a type": ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    "nullable false is nothing": ({"type": "string", "nullable": False}, {"type": "string"}),
    "nullable without a type excludes nothing": ({"nullable": True}, {}),
    "nullable twice is one null": ({"type": ["string", "null"], "nullable": True}, {"type": ["string", "null"]}),
    "a nullable enum has null as a member": (
        {"type": "string", "enum": ["x"], "nullable": True},
        {"type": ["string", "null"], "enum": ["x", None]},
    ),
    "a null member stays one": (
        {"type": "string", "enum": ["x", None], "nullable": True},
        {"type": ["string", "null"], "enum": ["x", None]},
    ),
    "anyOf with null is nullable": (
        {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
        {"type": ["string", "null"], "maxLength": 5},
    ),
    "oneOf with null is nullable": ({"oneOf": [{"type": "null"}, {"type": "integer"}]}, {"type": ["integer", "null"]}),
    "anyOf with null keeps what stands beside it": (
        {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "T"},
        {"type": ["string", "null"], "title": "T"},
    ),
    "anyOf with a reference and null": (
        {"anyOf": [{"$ref": "#/components/schemas/Text"}, {"type": "null"}]},
        {"type": ["string", "null"], "maxLength": 5},
    ),
    "anyOf of two types stays": (
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    ),
    "anyOf of two types and null stays": (
        {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
    ),
    "a union of members is an enum": (
        {"anyOf": [{"const": "a"}, {"const": "b", "title": "B"}], "description": "D"},
        {"type": "string", "enum": ["a", "b"], "description": "D"},
    ),
    "enums of one member each are one enum": (
        {"oneOf": [{"type": "integer", "enum": [1]}, {"type": "integer", "enum": [2]}]},
        {"type": "integer", "enum": [1, 2]},
    ),
    "null among the members is a member": (
        {"anyOf": [{"const": "a"}, {"const": 2}, {"type": "null"}]},
        {"type": ["integer", "null", "string"], "enum": ["a", 2, None]},
    ),
    "a union with more than members stays": (
        {"anyOf": [{"const": "a"}, {"type": "string", "maxLength": 5}]},
        {"anyOf": [{"const": "a"}, {"type": "string", "maxLength": 5}]},
    ),
    "a reference is inlined": ({"$ref": "#/components/schemas/Text"}, TEXT),
    "a reference inside a reference": ({"$ref": "#/components/schemas/Named"}, NAMED),
    "what stands beside a reference wins": (
        {"$ref": "#/components/schemas/Text", "maxLength": 3},
        {"type": "string", "maxLength": 3},
    ),
    "the same reference twice is no recursion": (
        {"properties": {"a": {"$ref": "#/components/schemas/Named"}, "b": {"$ref": "#/components/schemas/Named"}}},
        {"properties": {"a": NAMED, "b": NAMED}},
    ),
    "an escaped reference": ({"$ref": "#/components/schemas/a~1b~0c"}, {"type": "boolean"}),
    "references in items": ({"type": "array", "items": {"$ref": "#/components/schemas/Text"}}, {"type": "array", "items": TEXT}),
    "references in additionalProperties": (
        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Text"}},
        {"type": "object", "additionalProperties": TEXT},
    ),
    "additionalProperties false stays": ({"additionalProperties": False}, {"additionalProperties": False}),
    "nullable in the items": (
        {"type": "array", "items": {"type": "string", "nullable": True}},
        {"type": "array", "items": {"type": ["string", "null"]}},
    ),
    "a property named nullable or $ref-like is a property": (
        {"properties": {"nullable": {"type": "boolean"}, "items": {"type": "integer"}}},
        {"properties": {"nullable": {"type": "boolean"}, "items": {"type": "integer"}}},
    ),
    "allOf of objects is one object": (
        {
            "allOf": [
                {"$ref": "#/components/schemas/Named"},
                {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}},
            ]
        },
        {"type": "object", "required": ["name", "size"], "properties": {"name": TEXT, "size": {"type": "integer"}}},
    ),
    "allOf of one reference with a description": (
        {"allOf": [{"$ref": "#/components/schemas/Named"}], "description": "D"},
        {**NAMED, "description": "D"},
    ),
    "allOf: a property of two parts has the keywords of both": (
        {
            "allOf": [
                {"type": "object", "properties": {"data": {}}},
                {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Text"}}},
            ]
        },
        {"type": "object", "properties": {"data": TEXT}},
    ),
    "allOf of parts that say different things is one schema": (
        {"allOf": [{"minLength": 1}, {"maxLength": 2}]},
        {"minLength": 1, "maxLength": 2},
    ),
    "an example that looks like a schema is left alone": (
        {"type": "object", "example": {"$ref": "#/nowhere", "nullable": True}},
        {"type": "object", "example": {"$ref": "#/nowhere", "nullable": True}},
    ),
}


def ordered(schema: Any) -> Any:
    """The schema with its lists of required properties sorted: their order means nothing."""
    if isinstance(schema, Mapping):
        return {key: sorted(value) if key == "required" else ordered(value) for key, value in schema.items()}
    return [ordered(each) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(("as_written", "as_read"), NORMALISED.values(), ids=NORMALISED)
def test_schemas_of_both_dialects_are_read_as_one(as_written: Schema, as_read: Schema) -> None:
    """OpenAPI 3.0 and 3.1 become JSON Schema 2020-12 with references inlined."""
    assert ordered(inline(as_written, COMPONENTS)) == ordered(as_read)


@pytest.mark.parametrize(
    ("as_written", "as_read"),
    [
        ({"type": "integer", "minimum": 5.0, "multipleOf": 5.0}, {"type": "integer", "minimum": 5, "multipleOf": 5}),
        ({"anyOf": [{"type": "integer", "maximum": 9.0}, {"type": "null"}]}, {"type": ["integer", "null"], "maximum": 9}),
        ({"type": "integer", "minimum": 0.5}, {"type": "integer", "minimum": 0.5}),
        ({"type": "integer", "maximum": 1e300}, {"type": "integer", "maximum": 1e300}),
        ({"type": "number", "minimum": 5.0}, {"type": "number", "minimum": 5.0}),
    ],
    ids=str,
)
def test_limits_of_an_integer_are_integers(as_written: Schema, as_read: Schema) -> None:
    """Code generators write them as 5.0; sent like that, they are no integer to services that look at the spelling."""
    assert repr(inline(as_written, COMPONENTS)) == repr(as_read)


def test_reading_leaves_the_document_as_written() -> None:
    """Normalisation works on a copy."""
    written = {"type": "string", "nullable": True, "enum": ["x"]}

    inline(written, COMPONENTS)

    assert written == {"type": "string", "nullable": True, "enum": ["x"]}


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("#/components/schemas/Nothing", "points to nothing"),
        ("#/components/schemas/Text/type", "does not point to an object"),
        ("other.yaml#/Text", "only references inside the file (#/...) are supported"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(reference: str, words: str) -> None:
    """A reference to nothing, to a scalar or out of the file is a SpecError that quotes it."""
    with pytest.raises(specs.SpecError, match=re.escape(words)) as refusal:
        inline({"$ref": reference}, COMPONENTS)

    assert repr(reference) in str(refusal.value)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "minLength": 9, "maxLength": 3}, "minLength 9 is more than maxLength 3"),
        ({"type": "integer", "minimum": 5, "maximum": 3}, "minimum 5 is more than maximum 3"),
        ({"type": "string", "pattern": "^x", "enum": ["xa", "yb"]}, "the member of the enum 'yb' is not valid"),
        ({"type": "string", "maxLength": 1, "enum": ["a", "ab"]}, "the member of the enum 'ab' is not valid"),
        ({"type": "string", "maxLength": 2, "example": "abc"}, "example 'abc' is not valid"),
        ({"type": "integer", "default": "1"}, "default '1' is not valid"),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "readOnly": True, "writeOnly": True}}},
            "a is required, readOnly and writeOnly",
        ),
        (
            {"type": "object", "required": ["b"], "properties": {"a": {}}, "additionalProperties": False},
            "b is required, is no property, and no others are allowed",
        ),
        ({"type": "string", "nullable": True, "example": None, "enum": ["a", None]}, ""),
        ({"type": "object", "properties": {"example": {"type": "string"}, "enum": {"type": "string", "example": "a"}}}, ""),
        ({"allOf": [{"$ref": "#/components/schemas/none"}], "example": 1}, ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_contradiction_is_told_with_its_place(schema: dict[str, Any], words: str) -> None:
    """Where no value is valid, or one of the document's own is not; elsewhere nothing is told."""
    found = contradictions({"components": {"schemas": {"Boat": schema}}})

    assert len(found) == bool(words)
    assert all(line.startswith("#/components/schemas/Boat") and words in line for line in found)


@pytest.mark.parametrize("name", specs.names())
def test_the_own_documents_contradict_nothing(name: str) -> None:
    """Neither schemas nor examples."""
    assert contradictions(specs.load(name).document) == []


POINTED = """
openapi: 3.1.0
info: {title: Boats, version: "1"}
paths:
  /boats/{id}:
    patch:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {boat: {$ref: "#/components/schemas/Boat"}}}
      responses: {"200": {description: ok}}
components:
  schemas:
    Boat:
      allOf:
        - {type: object, properties: {name: {type: string, maxLength: 9}, "a/b": {type: string}}}
        - {type: object, properties: {masts: {type: array, items: {$ref: "#/components/schemas/Mast"}}}}
    Mast: {type: object, properties: {height: {type: number, minimum: 1}}}
"""


@pytest.mark.parametrize(
    ("path", "keyword", "found"),
    [
        ("name", "maxLength", ("#/components/schemas/Boat/allOf/0/properties/name/maxLength", 9)),
        ("a/b", "type", ("#/components/schemas/Boat/allOf/0/properties/a~1b/type", "string")),
        ("masts[].height", "minimum", ("#/components/schemas/Mast/properties/height/minimum", 1)),
        ("name", "minLength", None),
        ("nothing", "type", None),
    ],
)
def test_a_keyword_of_a_field_is_found_in_the_document(path: str, keyword: str, found: object) -> None:
    """Through references, parts and the members that the changes are wrapped in; nothing for what is not there."""
    api = replace(specs.load(specs.names()[0]), document=yaml.safe_load(POINTED), path="/boats/{id}", body_at="/boat")

    assert keyword_at(api, path, keyword) == found
