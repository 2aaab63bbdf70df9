"""What a user needs to send the first request to a whole document: in words, and as JSON."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mock_server.resource.reading.bodies import JSON, parameter_schema
from mock_server.resource.reading.model import Operation, Role
from mock_server.resource.service import Resource
from mock_server.resource.stored.records import Record, Records
from mock_server.resource.values.samples import Samples
from mock_server.worlds.credentials import with_credential

SHOWN = 12
"""So many operations have a line in the banner; the others are counted."""


def access(resource: Resource, url: str, store: Records | None = None) -> dict[str, Any]:
    """Address, credentials, collections and operations with a command for each.

    store: where the records of the commands are taken from; without one the commands name the seeds.
    """
    seeds = store or Records(resource.recognition.collections, resource.seeding)
    operations = [described(resource, each, url, seeds) for each in resource.recognition.all()]
    credentials = {name: resource.access.credential(scheme) for name, scheme in resource.access.schemes.items()}
    return {"title": resource.title, "url": url, "auth": credentials, "operations": operations}


def described(resource: Resource, operation: Operation, url: str, store: Records) -> dict[str, Any]:
    """One operation, with a command that can be copied; ``answer``: what its answers are made from."""
    return {
        "operation": operation.identity,
        "method": operation.method,
        "path": operation.path,
        "answer": operation.role.value if operation.is_derived else "example",
        "collection": operation.collection.name if operation.collection is not None else None,
        "curl": command(resource, operation, url, store),
    }


def lines(resource: Resource, url: str) -> Iterator[str]:
    """The lines of the banner: credentials, and a command for the operations that work on records."""
    for name, scheme in resource.access.schemes.items():
        yield f"  credential {name} {resource.access.credential(scheme)}"
    store = Records(resource.recognition.collections, resource.seeding)
    derived = [each for each in resource.recognition.all() if each.is_derived]
    for operation in derived[:SHOWN]:
        yield "  " + command(resource, operation, url, store)
    count = sum(1 for _ in resource.recognition.all())
    if len(derived) > SHOWN:
        yield f"  and {len(derived) - SHOWN} further operations that work on what is stored"
    if count > len(derived):
        yield f"  {count - len(derived)} operations are answered with an example, and say so (X-Mock-Answer)"


def command(resource: Resource, operation: Operation, url: str, store: Records) -> str:
    """A curl command for an operation, on a record that is there."""
    words = ["curl", "-i"] + (["-X", operation.method] if operation.method != "GET" else [])
    location = url + _filled(resource, operation, store)
    presented: list[str] = []
    for scheme in next((each for each in resource.access.alternatives(operation) if each), []):
        location, more = with_credential(location, scheme, resource.access.credential(scheme))
        presented += more
    return shlex.join([*words, *presented, location, *_body(resource, operation)])


def _filled(resource: Resource, operation: Operation, store: Records) -> str:
    values: dict[str, str] = {}
    record = _some_record(operation, store)
    collection = operation.collection
    if record is not None and collection is not None:
        values = dict(zip(collection.parents, record.scope, strict=False))
        if collection.parameter is not None:
            values[collection.parameter] = record.key
    samples = Samples(resource.recognition.schemas)
    for name in operation.names:
        if name not in values:
            parameter = operation.parameters.get(("path", name))
            above = next((each for each in resource.above[operation.path] if each.parameter == name), None)
            first = next(iter(store.of(above).values()), None) if above is not None else None
            values[name] = first.key if first is not None else str(samples.make(parameter_schema(parameter or {}), name, 1))
    path = re.sub(r"\{([^{}]+)\}", lambda found: quote(values.get(found[1], found[1]), safe=""), operation.path)
    required = {
        name: str(samples.make(parameter_schema(each), name, 1))
        for (place, name), each in operation.parameters.items()
        if place == "query" and each.get("required") is True
    }
    return path + ("?" + "&".join(f"{quote(name)}={quote(value)}" for name, value in required.items()) if required else "")


def _some_record(operation: Operation, store: Records) -> Record | None:
    if operation.collection is None:
        return None
    return next(iter(store.of(operation.collection).values()), None)


def _body(resource: Resource, operation: Operation) -> list[str]:
    sent = resource.recognition.bodies.sent(operation)
    media_type = next((name for name in sent if JSON.fullmatch(name)), None)
    if media_type is None:
        return []
    samples = Samples(resource.recognition.schemas, "request")
    made = samples.make(sent[media_type], "", 1, operation.collection.name if operation.collection else "")
    if operation.role is Role.UPDATE and isinstance(made, dict) and not operation.sent_at:
        made = smallest(resource, sent[media_type], made)
    shown = "application/json" if "*" in media_type else media_type
    return ["-H", f"Content-Type: {shown}", "-d", json.dumps(made, ensure_ascii=False)]


def smallest(resource: Resource, schema: Any, made: dict[str, Any]) -> dict[str, Any]:
    """A change of one member, where the document takes that."""
    check = resource.recognition.schemas.validator(schema, "request")
    return next((one for name in made if check.is_valid(one := {name: made[name]})), made)
