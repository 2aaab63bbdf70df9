"""What the journal never shows: credentials, and values that the documents call write-only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mock_server.exchange.envelope import UNSHOWN
from specs import Api, SecurityScheme

HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token", "x-csrftoken"}
)
"""By their lower-case names, beside those of the documents' own security schemes."""

_WITH_SCHEME = frozenset({"authorization", "proxy-authorization"})


class Redaction:
    """Knows the secret names of some APIs, and of further security schemes and write-only members.

    Members are told by their names alone: a body may have been sent to a wrong path.
    """

    def __init__(self, apis: Iterable[Api], schemes: Iterable[SecurityScheme] = (), members: Iterable[str] = ()) -> None:
        schemes = [*schemes, *(scheme for api in apis for scheme in api.security)]
        self._headers = HEADERS | {each.parameter.lower() for each in schemes if each.location == "header"}
        self._parameters = frozenset(each.parameter for each in schemes if each.location == "query")
        self._members = frozenset([*members, *(field.name for api in apis for field in api.walk_fields() if field.write_only)])
        names = "|".join(map(re.escape, sorted(self._members)))
        self._in_text = re.compile(rf"""(["']?(?:{names})["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|[^\s,&}}]+)""") if names else None

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Of a credential, the scheme is kept."""
        return {name: self._header(name.lower(), value) for name, value in headers.items()}

    def query(self, text: str) -> str:
        """Without the values of parameters that hold a credential."""
        pairs = parse_qsl(text, keep_blank_values=True)
        if self._parameters.isdisjoint(name for name, _ in pairs):
            return text
        return urlencode([(name, UNSHOWN if name in self._parameters else value) for name, value in pairs], safe="*")

    def json(self, value: Any) -> Any:
        """Without the values of secret members, at any depth."""
        if not self._members:
            return value
        if isinstance(value, dict):
            return {name: UNSHOWN if name in self._members else self.json(member) for name, member in value.items()}
        return [self.json(item) for item in value] if isinstance(value, list) else value

    def text(self, text: str) -> str:
        """What is no JSON, without whatever follows the name of a secret member."""
        return text if self._in_text is None else self._in_text.sub(rf"\g<1>{UNSHOWN}", text)

    def at(self, path: Iterable[str | int], value: Any) -> Any:
        """The value at this place of a body."""
        return UNSHOWN if not self._members.isdisjoint(part for part in path if isinstance(part, str)) else self.json(value)

    def _header(self, name: str, value: str) -> str:
        if name not in self._headers:
            return value
        scheme, blank, rest = value.partition(" ")
        return f"{scheme} {UNSHOWN}" if name in _WITH_SCHEME and blank and rest else UNSHOWN
