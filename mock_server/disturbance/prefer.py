"""What a request itself asks to be done to it: ``Prefer`` (RFC 7240), and Postman's headers for two of its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from werkzeug.http import parse_list_header

from mock_server.disturbance import forced
from mock_server.disturbance.interference import DELAY_LIMIT, FAULTS, Interference, Phase
from mock_server.exchange.exchange import Exchange

_STATUS = re.compile(r"[2-5][0-9]{2}", re.ASCII)
_MILLISECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_CODE, _NAME = "HTTP_X_MOCK_RESPONSE_CODE", "HTTP_X_MOCK_RESPONSE_NAME"


def is_given(environ: Mapping[str, Any]) -> bool:
    """Whether the request asks for anything."""
    return "HTTP_PREFER" in environ or _CODE in environ or _NAME in environ


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks for.

    words: the preferences that ask for it, as Preference-Applied repeats them.
    passed_over: what is said of those that are the mock's own and whose values it cannot use.
    """

    interference: Interference
    words: str
    passed_over: tuple[str, ...]


def wanted(exchange: Exchange) -> Wish:
    """What is asked for; preferences of others, and those that make no sense here, are left out."""
    return read_wish(exchange.request.environ, exchange.writes, lambda status, name: forced.has_example(exchange, status, name))


def read_wish(environ: Mapping[str, Any], writes: bool, has_example: Callable[[int | None, str], bool]) -> Wish:
    """What the headers of a request ask for.

    writes: whether it changes what is stored. has_example: whether there is an example of a name, with a status if one is given.
    """
    stated = preferences(environ.get("HTTP_PREFER", ""))
    aliases = {"code": environ.get(_CODE), "example": environ.get(_NAME)}
    texts = {**{name: text.strip() for name, text in aliases.items() if text is not None}, **stated}
    members = {name: read(texts[name]) for name, read in WORDS.items() if name in texts}
    kept = {name: member for name, member in members.items() if member is not None}
    if "example" in kept and not has_example(kept.get("code"), kept["example"]):
        del kept["example"]
    passed_over = tuple(f"{name}={texts[name][:SHOWN]!a}, expected {EXPECTED[name]}" for name in members if name not in kept)
    if not writes:
        kept.pop("return", None)
    if kept.keys() == {"phase"}:
        kept = {}
    found = Interference(**{_MEMBERS.get(name, name): member for name, member in kept.items()})
    words = ", ".join(f"{name}={kept['delay'] if name == 'delay' else texts[name]}" for name in stated if name in kept)
    return Wish(found, words, passed_over)


def preferences(header: str) -> dict[str, str]:
    """The preferences of a header by name, without their parameters; of several with one name, the first counts."""
    found: dict[str, str] = {}
    for item in parse_list_header(header):
        name, _, value = item.partition(";")[0].partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"'))
    return found


WORDS: Mapping[str, Callable[[str], Any]] = {
    "code": lambda text: int(text) if _STATUS.fullmatch(text) else None,
    "example": lambda text: text or None,
    "delay": lambda text: min(int(text), DELAY_LIMIT) if _MILLISECONDS.fullmatch(text) else None,
    "fault": lambda text: text if text in FAULTS else None,
    "phase": lambda text: text if text in get_args(Phase) else None,
    "return": {"minimal": True, "representation": False}.get,
}
"""How each preference is read; None for what it cannot be."""

EXPECTED: Mapping[str, str] = {
    "code": "a status from 200 to 599",
    "example": "the name of an example of the document, or of a situation, with that status if one is given",
    "delay": "milliseconds",
    "fault": ", ".join(FAULTS),
    "phase": ", ".join(get_args(Phase)),
    "return": "minimal, representation",
}
SHOWN = 40
"""Characters of an unusable value that are repeated."""

_MEMBERS = {"code": "status", "return": "minimal"}
"""What Interference calls them, where it is not the same."""
