"""Requests to the endpoint of one record: URL, usual headers, credential and precondition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from contracts.target.client import Call
from contracts.target.presenting import present
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target

NO_QUERY: Mapping[str, str] = {}


class Calls:
    """Builds the calls for one record of a target; ``tag``: the entity tag that the last answer showed, "" for none."""

    def __init__(self, target: Target, identity: Identity) -> None:
        self._target = target
        self._identity = identity
        self.tag = ""

    def call(
        self,
        method: str,
        body: bytes | None,
        headers: Mapping[str, str | None],
        auth: Mapping[str, Secret] | None = None,
        path: Mapping[str, str] | None = None,
        template: str | None = None,
        query: Mapping[str, str] = NO_QUERY,
    ) -> Call:
        """Any request to the endpoint; the arguments are those of ``Party.send``."""
        usual: dict[str, str | None] = {"Accept": "application/json"}
        if body is not None:
            usual["Content-Type"] = self._target.api.media_types[0]
        if method == "PATCH" and self.tag and self._needs_precondition:
            usual["If-Match"] = self.tag
        plain = {name: value for name, value in (usual | dict(headers)).items() if value is not None}
        credentials = present(self._target.api.security, self._identity.auth if auth is None else auth)
        url = self.url(template or self._target.api.path, path)
        return Call(
            method=method,
            url=url + _query({**query, **credentials.query}),
            headers={**credentials.headers, **plain},
            body=body,
            shown_headers={**credentials.shown_headers, **plain},
            shown_url=url + _query({**query, **credentials.shown_query}),
        )

    def url(self, template: str, path: Mapping[str, str] | None = None) -> str:
        """The URL of a path template for this record, or with other path parameters."""
        filled = template
        for name, value in (path or self._identity.path).items():
            filled = filled.replace("{" + name + "}", quote(value, safe=""))
        return self._target.url + filled

    def unknown_path(self) -> dict[str, str]:
        """Path parameters of the same form as the record's, for a record that does not exist.

        Integers stay within 32 bits; other values keep their length and alphabet.
        """
        return {name: _other_identifier(value) for name, value in self._identity.path.items()}

    @property
    def _needs_precondition(self) -> bool:
        choice = self._target.api.choices.get("if_match")
        return choice is not None and choice.documented and choice.behaviour == "required"


def encoded(body: Any) -> bytes:
    """A JSON body as it travels."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def top_names(body: bytes | None) -> tuple[str, ...]:
    """The names of the top-level members of a JSON object, none for any other body."""
    try:
        value = json.loads(body or b"")
    except (ValueError, RecursionError):
        return ()
    return tuple(value) if isinstance(value, dict) else ()


def _other_identifier(value: str) -> str:
    if value.isdigit() and len(value) < 10:
        return str(2_147_000_000 + int(value) % 400_000)
    turned = str.maketrans("0123456789abcdef", "1032547698badcfe")
    head, tail = value[:-6], value[-6:]
    return head + tail.translate(turned)[::-1] if tail.translate(turned)[::-1] != tail else head + tail.translate(turned)


def _query(parameters: Mapping[str, str]) -> str:
    return "?" + urlencode(parameters, safe="$") if parameters else ""
