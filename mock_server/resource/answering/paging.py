"""Pages of a list, and what a document has beside and above a list: counts, numbers and addresses of pages."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.resource.reading.names import spelled
from mock_server.resource.reading.schemas import Schemas
from mock_server.resource.stored.records import Record
from mock_server.resource.values.samples import MISSING
from specs import Schema

TOTALS = re.compile(
    r"^(total|count|num)$|total_?(count|items|results|elements|entries|records|size|hits|rows)?$|^(results?|items?|records?|entries|num)_?(count|total|results|records|items)$|_total$|^x_total"
)
_PAGE = re.compile(r"^(current_?)?page(_?(number|num|index|no))?$|^number$")
_PAGES = re.compile(r"^(total_?pages?|pages?_?(count|total)|num_pages|last_?page|pages)$")
_SIZE = re.compile(r"^(per_?page|page_?size|limit|items_per_page|max_results|page_limit)$")
_OFFSET = re.compile(r"^(offset|skip|start(_?(index|at))?|from)$")
_HERE = re.compile(r"^(returned|number_of_elements|items_count|page_count|results_on_page|current_count)$")
_MORE = re.compile(r"^(has_?more|has_?next(_page)?|more|is_?truncated|has_more_(items|results))$")
_NEXT = re.compile(
    r"^next(_?(page|link|url|uri|cursor|token|page_?token|href|marker|offset|page_?url))?$|^(page_?token|cursor|end_cursor|continuation(_token)?)$"
)
_PREVIOUS = re.compile(r"^prev(ious)?(_?(page|link|url|uri|cursor|page_?url))?$")
_FIRST, _LAST, _SELF = re.compile(r"^first(_?(page|url))?$"), re.compile(r"^last(_?(url))?$"), re.compile(r"^(self|href|url)$")


@dataclass(frozen=True, slots=True)
class Page:
    """What a list answers with.

    records: those of the page, in order. total: how many fit. ignored: parameters that were sent and do nothing here.
    """

    records: Sequence[Record]
    total: int
    start: int
    limit: int
    ignored: tuple[str, ...]
    location: Callable[[int], str]
    is_first_zero: bool

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.start + len(self.records) < self.total

    @property
    def number(self) -> int:
        """The number of the page, from 0 or 1 as the document counts."""
        return self.start // max(self.limit, 1) + (0 if self.is_first_zero else 1)

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-self.total // max(self.limit, 1)))

    def cursor(self) -> str:
        """What leads to the next page."""
        return token(self.records[-1].key) if self.records else ""

    def links(self) -> dict[str, str]:
        """The addresses of other pages by relation (RFC 8288)."""
        found = {"first": self.location(0), "last": self.location((self.pages - 1) * max(self.limit, 1))}
        if self.has_next:
            found["next"] = self.location(self.start + self.limit)
        if self.start > 0:
            found["prev"] = self.location(max(0, self.start - self.limit))
        return found


def around(page: Page, name: str, schemas: Schemas, schema: Schema) -> Any:
    """What stands beside a list under this name: counts, numbers and addresses of pages; MISSING for anything else."""
    word = spelled(name)
    types = schemas.types(schema)
    counts = (
        (_PAGES, page.pages),
        (_PAGE, page.number),
        (_HERE, len(page.records)),
        (TOTALS, page.total),
        (_SIZE, page.limit),
        (_OFFSET, page.start),
    )
    if types & {"integer", "number"}:
        for pattern, value in counts:
            if pattern.search(word):
                return value
    if "boolean" in types and _MORE.search(word):
        return page.has_next
    links = page.links()
    for pattern, relation in ((_NEXT, "next"), (_PREVIOUS, "prev"), (_FIRST, "first"), (_LAST, "last")):
        if pattern.search(word):
            return _link(page, relation, word, links, types)
    return page.location(page.start) if _SELF.search(word) and "string" in types else MISSING


def _link(page: Page, relation: str, word: str, links: Mapping[str, str], types: frozenset[str]) -> Any:
    if types & {"integer", "number"} and "string" not in types:
        step = {"next": 1, "prev": -1}.get(relation, 0)
        return page.number + step if relation in links else None
    if relation not in links:
        return None if "string" in types or not types else MISSING
    if re.search(r"cursor|token|marker|continuation", word):
        return page.cursor() if relation == "next" else MISSING
    return links[relation] if "string" in types else MISSING


def headers(page: Page, documented: Iterable[str]) -> dict[str, str]:
    """The documented headers of a list: links and counts."""
    found = {}
    for name in documented:
        word = re.sub(r"^x_(pagination_)?", "", spelled(name))
        if word == "link":
            found[name] = ", ".join(f'<{location}>; rel="{relation}"' for relation, location in page.links().items())
        for pattern, value in (
            (_PAGES, page.pages),
            (_PAGE, page.number),
            (TOTALS, page.total),
            (_SIZE, page.limit),
            (_OFFSET, page.start),
        ):
            if pattern.search(word):
                found.setdefault(name, str(value))
        if re.fullmatch("next(_page)?", word) and page.has_next:
            found[name] = str(page.number + 1)
    return found


def token(key: str) -> str:
    """An opaque cursor behind a record."""
    return base64.urlsafe_b64encode(f"after:{key}".encode()).decode().rstrip("=")


def untoken(cursor: str) -> str | None:
    """The key in a cursor, None for what is none of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return text.removeprefix("after:") if text.startswith("after:") else None
