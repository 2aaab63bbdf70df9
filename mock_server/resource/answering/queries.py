"""What documented query parameters do to a list: filters, search, order and pages, by the names that they usually have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from mock_server.resource.answering.paging import Page, token, untoken
from mock_server.resource.reading.bodies import parameter_schema
from mock_server.resource.reading.model import Operation
from mock_server.resource.reading.names import spelled
from mock_server.resource.reading.schemas import Schemas
from mock_server.resource.stored.records import Record
from mock_server.resource.stored.upkeep import typed
from specs import Schema

USUAL_LIMIT = 100
"""Records on a page, where pages are documented and neither a default nor a maximum is."""

_PARTS: Mapping[str, str] = {
    "limit": r"(page_)?limit|per_page|(max_)?page_?size|max_?results|max_items|size|count|top|take|rows|num|number_of_results|"
    r"results_per_page|max",
    "page": r"page(_?(number|num|no|index|id))?|p|current_page",
    "offset": r"offset|skip|start(_?(index|at|from|row))?|page_offset|from_index",
    "cursor": r"(page_|next_|start_)?(cursor|token|marker)|starting_after|page_after|after(_id|_cursor)?|continuation(_token)?|"
    r"since_id|bookmark",
    "sort": r"(sort|order)(_?(by|field|key|column|on))?|ordering",
    "direction": r"(sort|order)(ing)?_?(dir(ection)?|order|type)|direction|dir|sort_order|ascending|asc|desc|descending|reverse",
    "search": r"q|query|search(_?(term|text|query|string))?|term|keywords?|text|filter_text|s|find|contains",
}
_ROLES = {part: re.compile(pattern) for part, pattern in _PARTS.items()}


class Query:
    """The query parameters of one list operation; what each does is worked out once."""

    def __init__(self, operation: Operation, members: Mapping[str, Schema], schemas: Schemas) -> None:
        self._schemas = schemas
        self._members = members
        self._parts: dict[str, tuple[str, Schema]] = {}
        self._filters: dict[str, tuple[str, Schema]] = {}
        self._known: list[str] = []
        plain = {spelled(name): name for name in reversed(list(members))}
        for (place, name), parameter in operation.parameters.items():
            if place != "query":
                continue
            schema = parameter_schema(parameter)
            inner = schemas.properties(schema) if "object" in schemas.types(schema) else {}
            for each, described in {f"{name}[{member}]": found for member, found in inner.items()}.items() or [(name, schema)]:
                self._known.append(each)
                self._classify(each, described, plain)

    def _classify(self, name: str, schema: Schema, plain: Mapping[str, str]) -> None:
        word = spelled(name)
        inner = re.sub(r"^(filters?|where|by|eq|search|page)_|_(eq|equals|is|in|exact)$", "", word)
        part = next((part for part, pattern in _ROLES.items() if pattern.fullmatch(word)), None)
        if part == "sort" and _is_direction(self._schemas.says(schema, "enum")):
            part = "direction"
        names = [
            each for each in (word, inner, f"{inner}_id", inner.removesuffix("s"), inner.removesuffix("_id")) if each in plain
        ]
        if names and (part is None or (part in ("limit", "direction", "search") and word in plain)):
            self._filters[name] = (plain[names[0]], members_schema(schema, self._schemas))
        elif part is not None:
            self._parts.setdefault(part, (name, schema))

    def page(
        self,
        records: list[Record],
        sent: Mapping[str, Sequence[str]],
        location: str,
        shown: Callable[[Record], Mapping[str, Any]],
    ) -> Page:
        """The page that a request asks for.

        sent: the query's values by name. location: of the list, without its query. shown: a record as it is compared.
        """
        texts = {name: values for name, values in sent.items() if name in self._known}
        found = self._filtered(records, texts, shown)
        found = self._sorted(found, texts, shown)
        total = len(found)
        start, limit, step = self._window(texts, found)
        used = {name for name, _ in self._parts.values()} | self._filters.keys()
        ignored = tuple(name for name in texts if name not in used)

        def to(place: int) -> str:
            return f"{location}?{urlencode(self._query(texts, place, limit, step, found), doseq=True)}"

        return Page(found[start : start + limit], total, start, limit, ignored, to, step == 0)

    def _filtered(
        self, records: list[Record], texts: Mapping[str, Sequence[str]], shown: Callable[[Record], Mapping[str, Any]]
    ) -> list[Record]:
        for name, (member, schema) in self._filters.items():
            if name in texts:
                items = (
                    [part for text in texts[name] for part in text.split(",")]
                    if "array" in self._schemas.types(schema)
                    else list(texts[name])
                )
                wanted = {_plain(typed(text, self._members[member], self._schemas)) for text in items}
                records = [each for each in records if _values(shown(each).get(member)) & wanted]
        if "search" in self._parts and self._parts["search"][0] in texts:
            words = texts[self._parts["search"][0]][0].casefold().split()
            records = [each for each in records if all(word in _text(shown(each)) for word in words)]
        return records

    def _sorted(
        self, records: list[Record], texts: Mapping[str, Sequence[str]], shown: Callable[[Record], Mapping[str, Any]]
    ) -> list[Record]:
        direction = self._sent("direction", texts).lower()
        is_reverse = direction.startswith(("desc", "-")) or (
            direction == "true" and "desc" in spelled(self._parts["direction"][0])
        )
        keys = [part for part in self._sent("sort", texts).split(",") if part.strip()]
        for key in reversed(keys):
            found = re.fullmatch(r"([+-]?)\s*([^\s:|]+)(?:[\s:|]+(asc|desc)\w*)?", key.strip(), re.IGNORECASE)
            member = None if found is None else self._member(found[2])
            if found is not None and member is not None:
                down = found[1] == "-" or (found[3] or "").lower() == "desc" or is_reverse
                records = sorted(records, key=lambda each, name=member: _order(shown(each).get(name)), reverse=down)
        return records[::-1] if is_reverse and not keys else records

    def _member(self, name: str) -> str | None:
        """The member of a record that an order names."""
        for wanted in (spelled(name), re.sub(r"_(asc|desc)$", "", spelled(name))):
            for member in self._members:
                if spelled(member) == wanted:
                    return member
        return None

    # --- pages ----------------------------------------------------------------------------------------------------

    def _sent(self, part: str, texts: Mapping[str, Sequence[str]]) -> str:
        sent = texts.get(self._parts[part][0]) if part in self._parts else None
        return sent[0] if sent else ""

    def _window(self, texts: Mapping[str, Sequence[str]], found: Sequence[Record]) -> tuple[int, int, int]:
        """Where the page begins, how many records it has at most, and the number of the first page."""
        limit = self._limit(texts, len(found))
        first = 1
        if "page" in self._parts:
            schema = self._parts["page"][1]
            first = 0 if 0 in (self._schemas.says(schema, "default"), self._schemas.says(schema, "minimum")) else 1
            text = self._sent("page", texts)
            if text.isascii() and text.isdigit():
                return max(0, int(text[:9]) - first) * limit, limit, first
        text = self._sent("offset", texts)
        if text.isascii() and text.isdigit():
            return int(text[:9]), limit, first
        cursor = self._sent("cursor", texts)
        if cursor:
            keys = [each.key for each in found]
            key = next((each for each in (untoken(cursor), cursor) if each in keys), None)
            return (0 if key is None else keys.index(key) + 1), limit, first
        return 0, limit, first

    def _limit(self, texts: Mapping[str, Sequence[str]], everything: int) -> int:
        if not self._parts.keys() & {"limit", "page", "offset", "cursor"}:
            return max(everything, 1)
        text = self._sent("limit", texts)
        schema = self._parts["limit"][1] if "limit" in self._parts else {}
        default, most = self._schemas.says(schema, "default"), self._schemas.says(schema, "maximum")
        if text.isascii() and text.isdigit():
            return int(text[:9])
        if isinstance(default, int) and default > 0:
            return default
        return min(most, USUAL_LIMIT) if isinstance(most, int) and most > 0 else USUAL_LIMIT

    def _query(
        self, texts: Mapping[str, Sequence[str]], place: int, limit: int, first: int, found: Sequence[Record]
    ) -> dict[str, Any]:
        changed: dict[str, Any] = {name: list(values) for name, values in texts.items()}
        if "limit" in self._parts:
            changed[self._parts["limit"][0]] = limit
        if "page" in self._parts:
            changed[self._parts["page"][0]] = place // max(limit, 1) + first
        elif "offset" in self._parts:
            changed[self._parts["offset"][0]] = place
        elif "cursor" in self._parts and 0 < place <= len(found):
            changed[self._parts["cursor"][0]] = token(found[place - 1].key)
        return changed


def members_schema(schema: Schema, schemas: Schemas) -> Schema:
    """The schema of a filter."""
    return schema if "array" in schemas.types(schema) else schemas.resolved(schema)


def _is_direction(members: Any) -> bool:
    return (
        isinstance(members, list)
        and bool(members)
        and all(str(each).lower() in ("asc", "desc", "ascending", "descending") for each in members)
    )


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(value: Any) -> set[str]:
    """What a filter compares with: the value, each of several, or the key of an object."""
    if isinstance(value, list):
        return {each for item in value for each in _values(item)}
    if isinstance(value, dict):
        return {_plain(value[name]) for name in ("id", "key", "name") if name in value}
    return {_plain(value)}


def _text(value: Any) -> str:
    """All texts of a record, for a search."""
    if isinstance(value, Mapping):
        return " ".join(_text(each) for each in value.values())
    if isinstance(value, list):
        return " ".join(_text(each) for each in value)
    return value.casefold() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _order(value: Any) -> tuple[int, float, str]:
    """Numbers ahead of texts, and what is missing at the end."""
    if isinstance(value, int | float):
        return 0, float(value), ""
    return (2, 0, "") if value is None else (1, 0, str(value).casefold())
