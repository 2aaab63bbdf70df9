"""Marks on the properties of a draft: what is sent and never shown, what changes by itself, and what names the record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.drafting import described, one_way
from contracts.drafting.document.prose import conversions
from contracts.drafting.document.source import Document
from contracts.drafting.seeding import contradicts
from contracts.record.comparing.purpose import CHANGES, MOMENT
from contracts.record.keeping.presence import MERGE_PATCH
from contracts.target.target import top_of
from contracts.terms.spelling import underscored
from specs.model import Api, Field, RecordField, Schema, json_types
from specs.normalise import UNION_KEYWORDS, is_null, lookup, parts_of_union, properties, resolve

TIMES = frozenset({"date-time", "datetime", "timestamp", "date_time", "iso8601", "unix-time", "unixtime"})
NARROWING = (
    *("enum", "const", "pattern", "format", "maxLength", "minLength"),
    *("maximum", "minimum", "maxItems", "minItems", "multipleOf"),
)
SLUG = re.compile(r"(?:^|_)slug$")
PLAIN = frozenset({"string", "integer", "number", "boolean"})
FILES = ("binary", "base64", "byte")
KEYS = ("id", "_id", "uid", "uuid", "guid")


def link_fields(
    document: Document, operation: Document, api: Api, parameters: Sequence[str], *, is_merged: bool = False
) -> list[str]:
    """Put x-field on the properties that need it, in whichever part of the draft holds them.

    is_merged: the document says in words that the body is a merge patch. The paths of those whose schemas contradict each other.
    """
    shown = {each.path: each for each in api.walk_record()}
    told: list[str] = []
    locks: set[str] = set()
    is_merged = api.style == "members" and (is_merged or api.media_types[:1] == (MERGE_PATCH,))
    sent = _at(_schema_of(operation.get("requestBody", {}).get("content", {})), api.body_at, document)
    if api.style == "json_patch":
        sent = {"properties": operation["x-contract"]["members"]}
    names = one_way.parts_of_names(api.walk_fields())
    for field in _left_to_a_patch(document, sent, api):
        keys: dict[str, Any] = {"response": None} if _is_never_shown(field, shown) else {}
        if field in api.fields and names_the_record(field.name, parameters) and not field.read_only:
            keys["hazard"] = {"reason": "it names the record: with another value the record could not be found again"}
        elif one_way.is_lock(field, operation["responses"]) and field.response in shown:
            keys["hazard"] = {"reason": "it names the present version of the record, and a patch with another one is refused"}
            locks.add(str(field.response))
        elif _is_torn(field, shown):
            told.append(field.path)
        else:
            inferred = _inferred(field, shown)
            keys |= {"inferred": sorted(inferred)} if inferred else {}
            if _is_null_only_sent(field, shown):
                keys["inferred"] = sorted([*inferred, "nullable"])
                keys["null"] = {"unspecified": "refuse" if shown[str(field.response)].required else "remove"}
            _extend(document, sent, field.path, inferred, plain=True)
            safe = ({} if "type" in inferred else _surely_shown(field, shown)) | described.meant(field)
            keys |= {"safe": safe} if safe else {}
            keys |= {"merge": {"documented": "replace"}} if described.is_replaced(field) else {}
        told_of = _conversions(field)
        keys |= {"normalise": told_of} if told_of and not field.read_only else {}
        final = None if field.read_only else one_way.hazard(field, operation["responses"], names)
        final = one_way.removal(field) if final is None and "response" in keys else final
        keys |= {"hazard": final} if final and "hazard" not in keys else {}
        keys |= _in_form(field) if api.style == "form" and field in api.fields else {}
        keys |= _as_a_slug(field, keys.get("safe", {}))
        keys = _policy(field, is_merged=is_merged) | keys
        if keys:
            _extend(document, sent, field.path, keys)
    for top in dict.fromkeys(top_of(path) for path in told):
        reason = "no value was found that a request may send and the record may show, for it or for a part of it"
        _extend(document, sent, top, {"hazard": {"reason": reason}})
    _mark_moving(document, operation, api, {each.name for each in api.fields if not each.read_only} - locks, locks)
    return told


def _conversions(field: Field) -> list[str]:
    """What is said to be done to a text, or to each text of a list: beside the list, or beside its items."""
    items = field.schema.get("items") if field.kind == "array" else None
    if isinstance(items, Mapping) and "string" in json_types(items):
        return conversions(field.description) or conversions(str(items.get("description") or ""))
    return conversions(field.description) if "string" in field.types else []


def _policy(field: Field, *, is_merged: bool) -> dict[str, Any]:
    """What a write does to an object or a list; ``is_merged``: the body is a merge patch (RFC 7396, 2).

    That merges an object which a request may name in part, since its schema asks for no member, and so any map. In the items of a
    list nothing is merged: it takes the place of the old one.
    """
    if field.kind == "array" and any(child.name == "id" and not child.read_only for child in field.children):
        return {"merge": {"unspecified": "replace", "key": "id"}}
    in_parts = field.kind == "object" and not any(each.required for each in field.children)
    return {"merge": {"documented": "merge"}} if is_merged and in_parts and "[]" not in field.path else {}


def _left_to_a_patch(document: Document, sent: Schema, api: Api) -> list[Field]:
    """The fields but for those that no patch sets by their descriptions, which are made read-only."""
    fixed = [each for each in api.walk_fields() if described.is_fixed(each)]
    for field in fixed:
        _extend(document, sent, field.path, {"readOnly": True}, plain=True)
    return [each for each in api.walk_fields() if each not in fixed]


def _in_form(field: Field) -> dict[str, Any]:
    """What of a form is never sent, and texts that may stand for nothing there: no document says how they are meant."""
    if not field.types & PLAIN:
        return {"hazard": {"reason": "how a value of this type is written in a form is not described"}}
    if field.schema.get("format") in FILES:
        return {"hazard": {"reason": "it is a file"}}
    is_text = "string" in field.types and not field.schema.keys() & {"enum", "const"}
    return {"safe": {"minLength": 1}} if is_text and not field.schema.get("minLength") else {}


def _as_a_slug(field: Field, safe: Mapping[str, Any]) -> dict[str, Any]:
    """Of a text that is a part of addresses by its name, such as are written in these alone: services make others into one."""
    is_plain_text = field.types - {"null"} == {"string"} and not field.schema.keys() & set(NARROWING[:3])
    is_slug = SLUG.search(underscored(field.name)) and is_plain_text and not field.read_only
    return {"safe": {**safe, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}} if is_slug else {}


def _is_never_shown(field: Field, shown: Mapping[str, RecordField]) -> bool:
    """It is write-only, or the record's schema has its parent and not it."""
    if field.write_only and "response" not in field.schema.get("x-field", {}):
        return True
    return field.response is not None and field.response not in shown and _parent(field.response) in {"", *shown.keys()}


def _is_torn(field: Field, shown: Mapping[str, RecordField]) -> bool:
    """The request's schema and the record's contradict each other: for a plain value, or since only one of them holds others."""
    part = shown.get(field.response or "")
    if part is None or field.read_only:
        return False
    left, right = json_types(part.schema) - {"null"}, field.types
    holds = {"object", "array"} & (left | right)
    return bool(left and right and holds and not left & right) or (not field.children and contradicts(part.schema, field))


def _inferred(field: Field, shown: Mapping[str, RecordField]) -> dict[str, Any]:
    """Keywords of the record's schema that the request's lacks: a value outside them is stored by no one who shows it."""
    part = shown.get(field.response or "")
    if part is None or field.children or field.read_only or "x-field" in part.schema or not _alike(part.schema, field.schema):
        return {}
    found = {name: part.schema[name] for name in NARROWING if name in part.schema and name not in field.schema}
    found |= _of_union(field, part)
    if field.nullable and None not in found.get("enum", (None,)):
        found["enum"] = [*found["enum"], None]
    return found


def _surely_shown(field: Field, shown: Mapping[str, RecordField]) -> dict[str, Any]:
    """Of the types and spellings that a request may send, those that the record shows: others are read as one of these."""
    part = shown.get(field.response or "")
    if part is None or field.children:
        return {}
    types = sorted(json_types(part.schema) - {"null"})
    in_union = not field.types and any(keyword in field.schema for keyword in ("anyOf", "oneOf"))
    narrower = len(field.types) > 1 and field.types > {*types}
    safe: dict[str, Any] = {"type": types} if types and (in_union or narrower) else {}
    pattern = part.schema.get("pattern")
    return {**safe, "pattern": pattern} if pattern is not None and field.schema.get("pattern", pattern) != pattern else safe


def _of_union(field: Field, part: RecordField) -> dict[str, Any]:
    """Of the types that a request may choose from (a number or a text for a decimal), the one that the record shows."""
    parts = parts_of_union(field.schema)
    shown = sorted(json_types(part.schema) - {"null"})
    told = not field.types and len(shown) == 1 and any(shown[0] in json_types(each) for each in parts)
    return {"type": shown[0]} if told and shown[0] not in ("object", "array") else {}


def _is_null_only_sent(field: Field, shown: Mapping[str, RecordField]) -> bool:
    """A request may send null, and the record may not show it: what null does is open."""
    part = shown.get(field.response or "")
    types = _types_of(part.schema) if part is not None else frozenset()
    return field.nullable and bool(types) and "null" not in types and not field.children


def _types_of(schema: Schema) -> frozenset[str]:
    """The JSON types that a schema admits, those of the parts of a union too; empty where one of them does not say."""
    types = [_types_of(part) for part in parts_of_union(schema)]
    return json_types(schema) or (frozenset().union(*types) if all(types) else frozenset())


def _alike(shown: Schema, sent: Schema) -> bool:
    """Of the same types but for null, or of any on one side."""
    left, right = json_types(shown) - {"null"}, json_types(sent) - {"null"}
    return not left or not right or left == right


def _mark_moving(document: Document, operation: Document, api: Api, names: set[str], locks: set[str]) -> None:
    record = _at(_shown_schema(document, operation, api), api.record_at if api.shows_record else api.read_at, document)
    for part in api.record:
        if part.path in locks or (_moves(part) and part.path not in names):
            _extend(document, record, part.path, {"volatile": "now" if part.schema.get("format") == "date-time" else True})


def names_the_record(name: str, parameters: Sequence[str]) -> bool:
    """A member with the name of a path parameter or the last word of the last one, or the id of a record that the path names."""
    if not parameters:
        return False
    if name.lower() == re.split(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", parameters[-1])[-1].lower():  # key, of /{variable_key}
        return True
    plain = [re.sub(r"[^a-z0-9]", "", each.lower()) for each in parameters]
    return re.sub(r"[^a-z0-9]", "", name.lower()) in plain or name.lower() in KEYS


def _moves(part: RecordField) -> bool:
    """A time that the service sets: by its name, and by a type that holds times."""
    timely = str(part.schema.get("format", "")).lower() in TIMES or json_types(part.schema) <= {"string", "integer", "null"}
    name = underscored(part.path)
    return bool(timely and CHANGES.search(name) and (part.schema.get("format") in TIMES or MOMENT.search(name)))


def patchable(record: Schema, parameters: Sequence[str]) -> dict[str, Any]:
    """The members of a record that a patch which documents none may try: not read-only, not its key."""
    return {
        name: {**member, "x-field": {**member.get("x-field", {}), "write": "if_accepted"}}
        for name, member in properties(record).items()
        if not member.get("readOnly") and not names_the_record(name, parameters)
    }


def _schema_of(content: Mapping[str, Any]) -> Schema:
    first: Mapping[str, Any] = next(iter(content.values()), {})
    found: Schema = first.get("schema", {})
    return found


def _shown_schema(document: Document, operation: Document, api: Api) -> Schema:
    if api.shows_record:
        return _schema_of(resolve(operation["responses"][str(api.success)], document)["content"])
    if api.read is None:
        return {}
    responses: Mapping[str, Any] = document["paths"][api.read.path]["get"]["responses"]
    return _schema_of(next(iter(responses.values()))["content"])


def _at(schema: Schema, pointer: str, document: Document) -> Schema:
    """The part of the draft that holds the object at a pointer of a body."""
    for part in pointer.split("/")[1:]:
        key = "items" if part == "0" else None
        for holder in _holders(schema, document):
            found = holder.get("items") if key else holder.get("properties", {}).get(part)
            if found is not None:
                schema = found
                break
    return schema


def _parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def _extend(document: Document, schema: Any, path: str, keys: Mapping[str, Any], *, plain: bool = False) -> None:
    """Put x-field keys on the property at a dotted path, in whichever part of the document holds it.

    ``plain``: they are keywords of the schema itself.
    """
    if not keys:
        return
    name, _, rest = path.partition(".")
    for holder in _holders(schema, document):
        member = holder.get("properties", {}).get(name.removesuffix("[]"))
        if member is None:
            continue
        if rest:
            inner = next((each["items"] for each in _holders(member, document) if "items" in each), member)
            _extend(document, inner if name.endswith("[]") else member, rest, keys, plain=plain)
        elif "$ref" in member:  # what it refers to stands elsewhere as well
            holder["properties"][name] = {"allOf": [member], **(keys if plain else {"x-field": dict(keys)})}
        elif plain:
            member.update(keys)
        else:
            member["x-field"] = {**member.get("x-field", {}), **keys}


def _holders(schema: Any, document: Document) -> Iterator[Document]:
    """The parts of the document that make up a schema: itself, what it refers to, and the parts of its allOf.

    A union with null, as code generators write it (``anyOf: [X, {type: null}]``), is made up of its other part.
    """
    yield schema
    if "$ref" in schema:
        yield from _holders(lookup(document, str(schema["$ref"])), document)
    for part in schema.get("allOf", ()):
        yield from _holders(part, document)
    for keyword in UNION_KEYWORDS:
        others = [part for part in schema.get(keyword, ()) if not is_null(part)]
        if len(others) == 1:
            yield from _holders(others[0], document)
