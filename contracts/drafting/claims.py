"""The claims of a draft: what PATCH itself promises, and what the keywords of the schemas do, each with its JSON Pointer.

A keyword is a sentence of the document: ``maxLength: 60`` says that a longer text is refused. The places are those of the draft.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.drafting.document.media import JSON
from contracts.drafting.document.source import Document
from contracts.record.keeping.presence import MERGE_PATCH
from specs.model import FORMS, json_types
from specs.placing import escaped

PATCH_RULES: Mapping[str, str] = {
    "sent-field-stored": "A patch asks for the named members to be changed, and a success says that it was done.",
    "omitted-fields-unchanged": "A patch changes what it names, and nothing else.",
    "fields-stored-together": "All changes of a patch are made, or none.",
    "items-stored-together": "All changes of a patch are made, or none.",
    "falsy-value-stored": "An accepted value is stored, an empty one too.",
    "value-unaltered": "The value that was sent is the one that is stored.",
    "repeat-same-state": "The members are set to values, so that sending them again sets them to the same.",
    "return-to-value": "The members are set to values, whatever they held before.",
    "no-op-changes-nothing": "A member that is set to the value which it holds stays as it is.",
    "key-order-irrelevant": "The members of a JSON object have no order.",
    "other-customer-unchanged": "The request changes the resource that its URL identifies, and no other.",
    "others-value-stored": "The request sets the members of its resource, whatever others hold.",
    "same-body-for-each": "The request changes the resource that its URL identifies, whatever its body.",
    "refused-patch-leaves-other": "The request changes the resource that its URL identifies, and no other.",
}
"""Rules that rest on the method: RFC 5789, 2."""
ANSWERED: Mapping[str, str] = {
    "response-shows-stored": "The success body is described as the record.",
    "record-shown": "The success body is described with the record at this place.",
    "documented-types": "The success body has this schema.",
    "success-media-type": "The success body has this media type.",
    "answer-shows-own-record": "The success body is described as the record that the path names.",
    "repeat-same-answer": "The success body shows the record, and the record is the same.",
}
"""Rules that rest on a success body that is described."""
SECURED = ("missing-credential-refused", "wrong-credential-refused", "malformed-credential-refused")
CHOICES = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword at its place, with the schema that has it."""

    pointer: str
    name: str
    value: Any
    schema: Mapping[str, Any]


def claims(document: Document, template: str, *, shown: bool, statuses: Mapping[str, Any]) -> Document:
    """Rule id to where the document says it; ``shown``: a success body shows the record."""
    path = f"/paths/{escaped(template)}/patch"
    operation = document["paths"][template]["patch"]
    contract = operation["x-contract"]
    content = operation.get("requestBody", {}).get("content", {})
    name = next(iter(content), "")
    sent = f"{path}/requestBody/content/{escaped(name)}/schema"
    rules = PATCH_RULES if content else {}  # without a body nothing is named that is to be changed
    found = {rule: _claim(path, "patch", f"RFC 5789, 2: {says}", inferred=True) for rule, says in rules.items()}
    success = str(contract["success"]["status"])
    found["success-status"] = _claim(f"{path}/responses/{success}", success, f"A success is answered with {success}.")
    if shown:
        found |= {rule: _claim(f"{path}/responses/{success}/content", "schema", says) for rule, says in ANSWERED.items()}
        shape, body = next(iter(operation["responses"][success]["content"].items()))
        found |= _of_answers(document, body["schema"], f"{path}/responses/{success}/content/{escaped(shape)}/schema")
    if "members" in contract:
        keywords = [*_keywords(document, {"properties": contract["members"]}, f"{path}/x-contract/members")]
        keywords = [replace(each, pointer=each.pointer.replace("/members/properties/", "/members/", 1)) for each in keywords]
    elif content:
        keywords = list(_keywords(document, *_place(document, content[name]["schema"], sent, contract.get("body", ""))))
        keywords = [each for each in keywords if name not in FORMS or each.name != "nullable"]  # a form has no null
    else:
        keywords = []
    found |= _of_requests(keywords)
    found |= _of_statuses(path, statuses)
    if operation.get("security", document.get("security")):
        found |= {rule: _claim(f"{path}/security", "security", "A request needs a credential.") for rule in SECURED}
    if name == MERGE_PATCH and any(each.name == "nullable" for each in keywords):
        says = "RFC 7396, 1: null removes the member."
        found["null-stored"] = _claim(f"{path}/requestBody/content", MERGE_PATCH, says)
    return dict(sorted(found.items()))


def _of_requests(keywords: list[Keyword]) -> Document:
    """Rules that rest on a keyword of a request schema: the first one that is found is the place, the number is told."""
    found: Document = {}
    for rule, wanted, says in KEYWORD_RULES:
        those = [each for each in keywords if wanted(each)]
        if those:
            first = those[0]
            more = f" ({len(those)} such keywords.)" if len(those) > 1 else ""
            found[rule] = _claim(f"{first.pointer}/{first.name}", _anchor(first), says + more)
    return found


def _of_answers(document: Document, schema: Mapping[str, Any], pointer: str) -> Document:
    found: Document = {}
    for each in _keywords(document, schema, pointer):
        rule = {"enum": "record-inside-enum", "required": "required-members-present"}.get(each.name)
        if rule is not None and rule not in found:
            says = (
                "The record shows none but these values." if rule == "record-inside-enum" else "The record shows these members."
            )
            found[rule] = _claim(f"{each.pointer}/{each.name}", _anchor(each), says)
    return found


def _of_statuses(path: str, statuses: Mapping[str, Any]) -> Document:
    """Rules that rest on a refusal which the document lists."""
    found: Document = {}
    for status, rules in STATUS_RULES.items():
        response = statuses.get(status)
        if response is None or response.get("x-inferred"):
            continue
        for rule in rules:
            if not rule.endswith("-envelope") or any(JSON.fullmatch(each) for each in response.get("content", ())):
                found.setdefault(rule, _claim(f"{path}/responses/{status}", status, f"The document lists {status} for it."))
    return found


STATUS_RULES: Mapping[str, tuple[str, ...]] = {
    "400": ("invalid-field-status", "invalid-field-envelope", "malformed-json-envelope"),
    "422": ("invalid-field-status", "invalid-field-envelope"),
    "401": ("unauthenticated-envelope",),
    "404": ("unknown-customer-not-created", "unknown-customer-envelope"),
    "415": ("unsupported-media-type-refused",),
    "406": ("unacceptable-accept-refused",),
    "405": ("wrong-method-refused",),
}


OF_THE_WHOLE = frozenset({"type", "description", "minProperties", "readOnly", "writeOnly", "nullable"})
"""Keywords of the body itself, which other rules are about."""


def _is(*names: str) -> Any:
    return lambda each: each.name in names


KEYWORD_RULES: tuple[tuple[str, Any, str], ...] = (
    ("over-limit-refused", _is("maxLength", "maximum", "exclusiveMaximum", "maxItems"), "A value over this limit is not valid."),
    ("within-limit-stored", _is("maxLength"), "A text up to this limit is valid."),
    ("limit-counts-code-points", _is("maxLength"), "The limit counts characters (JSON Schema Validation, 6.3.1)."),
    (
        "under-limit-refused",
        _is("minLength", "minimum", "exclusiveMinimum", "minItems"),
        "A value under this limit is not valid.",
    ),
    ("array-limit-enforced", _is("maxItems", "minItems"), "A list of another size is not valid."),
    (
        "repeated-item-not-stored",
        lambda each: each.name == "uniqueItems" and each.value is True,
        "A list with an item twice is not valid.",
    ),
    ("near-miss-refused", _is("enum"), "No other value is valid."),
    ("member-stored", _is("enum"), "Each of these values is valid."),
    ("wrong-type-refused", _is("type"), "A value of another type is not valid."),
    ("coerced-value-typed", _is("type"), "The stored value is of this type."),
    ("off-pattern-refused", _is("pattern"), "A text that does not match is not valid."),
    ("off-step-refused", _is("multipleOf"), "A number between two multiples is not valid."),
    ("valid-format-accepted", _is("format"), "A text of this form is valid."),
    ("required-member-refused", _is("required"), "An item without these members is not valid."),
    ("read-only-unchanged", _is("readOnly"), "A patch does not set this member (OpenAPI, Schema Object)."),
    ("write-only-not-shown", _is("writeOnly"), "No answer shows this member (OpenAPI, Schema Object)."),
    ("write-only-value-not-repeated", _is("writeOnly"), "No answer shows this member (OpenAPI, Schema Object)."),
    ("write-only-changes-nothing-shown", _is("writeOnly"), "A patch of this member changes no other one."),
    ("null-stored", _is("nullable"), "Null is a valid value."),
    ("lasting-null-stored", _is("nullable"), "Null is a valid value."),
    ("repeat-null-same-state", _is("nullable"), "Null is a valid value, and sets the member to one state."),
    (
        "unknown-field-not-stored",
        lambda each: each.name == "additionalProperties" and each.value is False,
        "There are no others.",
    ),
)
"""Rule, the keywords it rests on, and what they say."""


def _keywords(
    document: Document, schema: Mapping[str, Any], pointer: str, seen: tuple[str, ...] = (), *, top: bool = True
) -> Iterator[Keyword]:
    """Every keyword of a schema and of what it refers to, each schema once."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference not in seen:
            target = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
            yield from _keywords(document, target, reference.removeprefix("#"), (*seen, reference), top=top)
        return
    for part, inner, is_top in _parts(schema):
        yield from _keywords(document, inner, f"{pointer}/{part}", seen, top=top and is_top)
    for name, value in schema.items():
        if name not in ("properties", "items", *CHOICES) and not (top and name in OF_THE_WHOLE):
            yield Keyword(pointer, name, value, schema)
    if "null" in json_types(schema) and not top:
        yield Keyword(pointer, "nullable", True, schema)


def _place(document: Document, schema: Mapping[str, Any], pointer: str, body: str) -> tuple[Mapping[str, Any], str]:
    """The schema of the changes, and its JSON Pointer."""
    for part in body.split("/")[1:]:
        while "$ref" in schema:
            pointer = str(schema["$ref"]).removeprefix("#")
            schema = document["components"]["schemas"][pointer.rsplit("/", 1)[-1]]
        if part not in schema.get("properties", {}):
            break
        schema, pointer = schema["properties"][part], f"{pointer}/properties/{escaped(part)}"
    return schema, pointer


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """The schemas in a schema with their pointers; the last is whether it is about the same value."""
    for name, inner in schema.get("properties", {}).items():
        yield f"properties/{escaped(name)}", inner, False
    if isinstance(schema.get("items"), Mapping):
        yield "items", schema["items"], False
    for keyword in CHOICES:
        for index, inner in enumerate(schema.get(keyword, ())):
            yield f"{keyword}/{index}", inner, True


def _anchor(each: Keyword) -> str:
    text = f"{each.name}: {each.value}"
    return text if len(text) <= 80 else f"{text[:76]} ..."


def _claim(pointer: str, anchor: str, says: str, *, inferred: bool = False) -> Document:
    return {"at": f"#{pointer}", "anchor": anchor, "says": says, **({"inferred": True} if inferred else {})}
