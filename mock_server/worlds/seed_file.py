"""Other customers and rows to start with than those of the document, from what ``state export`` has written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mock_server.state.store import Store
from mock_server.worlds.definition import Definition
from mock_server.worlds.editing import CUSTOMERS, Customers, Misfit, Rows
from mock_server.worlds.loading import Served
from specs import Api


def seeded(apis: Sequence[Served], file: Path) -> list[Served]:
    """The APIs with the customers and rows of a file in the place of their own; what is not in it stays as documented.

    Raises ValueError, one line, for a file that does not fit the documents.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: not readable as JSON: {error}") from None
    known = [api.name for api in apis]
    if not isinstance(content, dict) or not all(isinstance(each, dict) for each in content.values()):
        raise ValueError(f"{file}: expected the collections of each API by its name, as `state export` writes them")
    foreign = [name for name in content if name not in known]
    if foreign:
        raise ValueError(f"{file}: has no place for {foreign[0]!r}: served are {', '.join(known)}")
    try:
        return [_seeded(api, content[api.name]) if api.name in content and isinstance(api, Api) else api for api in apis]
    except Misfit as misfit:
        raise ValueError(f"{file}: {misfit}") from None


def _seeded(api: Api, collections: Mapping[str, Any]) -> Api:
    store, definition = Store(api), Definition(api, "")
    for name, items in collections.items():
        if name != CUSTOMERS and name not in api.references:
            raise Misfit([(f"/{api.name}/{name}", f"known collections are {', '.join((CUSTOMERS, *api.references))}")])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Misfit([(f"/{api.name}/{name}", "expected a list of objects")])
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
