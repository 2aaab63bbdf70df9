"""Other records to start with than those of the document, from what ``state export`` has written, or a person has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mock_server.disturbance.fault_rules import Rules
from mock_server.disturbance.rate_limit import Limiter
from mock_server.resource.reading.document import Document
from mock_server.resource.service import Resource, ResourceService
from mock_server.state.clock import Clock
from mock_server.state.settings import Settings
from mock_server.state.store import Store
from mock_server.worlds.definition import Definition
from mock_server.worlds.editing import CUSTOMERS, Customers, Misfit, Rows
from mock_server.worlds.loading import Served
from mock_server.worlds.record_editing import RecordItems
from specs import Api
from specs.reading import parsed


@dataclass(slots=True)
class _Still:
    """Surroundings in which nothing happens."""

    clock: Clock = field(default_factory=Clock)
    settings: Settings = field(default_factory=Settings)
    faults: Rules = field(default_factory=Rules)
    limiter: Limiter = field(default_factory=Limiter)


def seeded(apis: Sequence[Served], file: Path) -> list[Served]:
    """The APIs with the customers, rows and records of a file in the place of their own; what is not in it stays as it was.

    Raises ValueError, one line, for a file that does not fit the documents.
    """
    content = _content(file)
    known = [api.name for api in apis]
    if not isinstance(content, dict) or not all(isinstance(each, dict) for each in content.values()):
        raise ValueError(f"{file}: expected the collections of each API by its name, as `state export` writes them")
    foreign = [name for name in content if name not in known]
    if foreign:
        raise ValueError(f"{file}: has no place for {foreign[0]!r}: served are {', '.join(known)}")
    try:
        return [_of(api, content[api.name]) if api.name in content else api for api in apis]
    except Misfit as misfit:
        raise ValueError(f"{file}: {misfit}") from None


def _content(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
        return parsed(text) if file.suffix in (".yaml", ".yml") else json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        kind = "YAML" if file.suffix in (".yaml", ".yml") else "JSON"
        raise ValueError(f"{file}: not readable as {kind}: {' '.join(str(error).split())}") from None


def _of(api: Served, collections: Mapping[str, Any]) -> Served:
    return _seeded(api, collections) if isinstance(api, Api) else _with_records(api, collections)


def _with_records(document: Document, collections: Mapping[str, Any]) -> Document:
    service = ResourceService(Resource(document, ""), _Still())
    given = {}
    for name, items in collections.items():
        if not service.store.has(name):
            known = ", ".join(service.resource.recognition.collections)
            raise Misfit([(f"/{document.name}/{name}", f"known collections are {known}")])
        _check_items(document.name, name, items)
        records = RecordItems(service, name)
        try:
            records.replace_all([records.completed(item) for item in items])
        except Misfit as misfit:
            raise Misfit([(f"/{document.name}/{name}{at}", what) for at, what in misfit.errors]) from None
        given[name] = records.items()
    return replace(document, given=given)


def _check_items(api: str, name: str, items: Any) -> None:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Misfit([(f"/{api}/{name}", "expected a list of objects")])


def _seeded(api: Api, collections: Mapping[str, Any]) -> Api:
    store, definition = Store(api), Definition(api, "")
    for name, items in collections.items():
        if name != CUSTOMERS and name not in api.references:
            raise Misfit([(f"/{api.name}/{name}", f"known collections are {', '.join((CUSTOMERS, *api.references))}")])
        _check_items(api.name, name, items)
        if name != CUSTOMERS:
            Rows(definition, store, name).replace_all(items)
    customers = Customers(definition, store)
    for item in collections.get(CUSTOMERS, ()):
        try:
            customers.put(item.get("id"), item)
        except KeyError:
            raise Misfit([(f"/{api.name}/{CUSTOMERS}", f"no customer has the id {item.get('id')!r}")]) from None
    seeds = tuple(replace(each.seed, record=each.state.record, hidden=each.state.hidden) for each in store.entries)
    return replace(api, customers=seeds, references=store.references)
