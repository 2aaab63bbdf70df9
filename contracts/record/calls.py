"""Requests to the endpoint of one record: URL, usual headers, credential and precondition."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from contracts.target.client import Call
from contracts.target.presenting import present, veiled
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target
from contracts.terms.forms import form_of, is_form, with_boundary
from contracts.terms.verdict import NotJudged
from specs import Api
from specs.model import json_types
from specs.placing import escaped, placed

MASKABLE = re.compile(r"[A-Za-z_$][\w$-]*")
"""A name that a field mask can hold: a comma would end it there, and a dot lead below it."""
NO_QUERY: Mapping[str, str] = {}


class Calls:
    """Builds the calls for one record of a target; ``tag``: the entity tag that the last answer showed, "" for none."""

    def __init__(self, target: Target, identity: Identity) -> None:
        self._target = target
        self._identity = identity
        self.tag = ""
        self._spanning = frozenset(each.name for each in target.api.parameters if each.spans_segments)
        self._wrapper = _wrapper(target.api, identity)

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
        usual: dict[str, str | None] = {"Accept": _accepted(self._target.api, method)}
        usual |= self._parameters("header", method)
        masks = self._masks(body) if method == "PATCH" else {}
        if method == "PATCH" and self._target.api.style == "action" and "Content-Type" not in headers:
            body = None  # there is nothing to say
        if body is not None:
            usual["Content-Type"] = next(iter(self._target.api.media_types), "application/json")
            body = self._wrapped(body, headers) if method == "PATCH" else body
        if method == "PATCH" and self.tag and self._needs_precondition:
            usual["If-Match"] = self.tag
        if method == "PATCH" and self._target.api.preference is not None:
            usual.setdefault("Prefer", self._target.api.preference)
        plain = {name: value for name, value in (usual | dict(headers)).items() if value is not None}
        plain = {name: with_boundary(value) if name == "Content-Type" else value for name, value in plain.items()}
        own = present(self._target.api.schemes, self._identity.auth)
        credentials = own if auth is None else present(self._target.api.schemes, auth)
        url = self.url(template or self._target.api.path, path)
        query = {**self._parameters("query", method), **masks, **query}
        return Call(
            method=method,
            url=_with_query(url, {**query, **credentials.query}),
            headers={**credentials.headers, **plain},
            body=body,
            shown_headers={**credentials.shown_headers, **{name: veiled(value, own) for name, value in plain.items()}},
            shown_url=_with_query(
                url, {**{name: veiled(value, own) for name, value in query.items()}, **credentials.shown_query}
            ),
        )

    def url(self, template: str, path: Mapping[str, str] | None = None) -> str:
        """The URL of a path template for this record, or with other path parameters."""
        filled = template
        for name, value in (path or self._identity.path).items():
            filled = filled.replace("{" + name + "}", quote(value, safe="/" if name in self._spanning else ""))
        return self._target.url + filled

    def unknown_path(self) -> dict[str, str]:
        """Path parameters of the same form as the record's, for a record that does not exist.

        Integers stay within 32 bits; other values keep their length and alphabet.
        """
        known = [dict(each.path) for each in (*self._target.identities, self._target.bystander) if each is not None]
        named = [name for name in re.findall(r"\{([^{}]+)\}", self._target.api.path) if name in self._identity.path]
        path = dict(self._identity.path)
        for own in named[-1:]:  # those ahead of it name what the record belongs to, which stays
            path[own] = _other_identifier(path[own])
        for number in range(len(known) + 1 if named else 0):
            if path not in known:
                break
            own = named[-1]
            value = path[own]
            path = {**path, own: _other_identifier(value) if value.isdigit() else f"{value[:-1]}{9 - number}z"}
        return path

    def completed(self, body: bytes | None, values: Mapping[str, Any]) -> bytes | None:
        """A body that changes something, with those of the ``values`` that it lacks: members that every patch has to carry.

        They are put into the text, so that a body which is no JSON stays what it is.
        """
        text = (body or b"").lstrip()
        if not values or not text.startswith(b"{") or not text[1:].strip(b" }\r\n\t"):
            return body
        named = top_names(body)
        missing = [name for name in values if (name not in named if named else encoded(name) not in text)]
        members = b", ".join(encoded(name) + b": " + encoded(values[name]) for name in missing)
        return b"{" + members + b", " + text[1:] if members else body

    def _wrapped(self, body: bytes, headers: Mapping[str, str | None]) -> bytes:
        """The changes at their documented place, as text: what is no JSON stays what it is."""
        declared = str(headers.get("Content-Type") or "json").lower()
        if body and "json" in declared and self._target.api.style == "json_patch":
            return _operations(body)
        if body and self._target.api.style == "form":
            return self._as_form(body, headers)
        before, after = self._wrapper
        return before + body + after if body and "json" in declared else body

    def _as_form(self, body: bytes, headers: Mapping[str, str | None]) -> bytes:
        """The changes as the documented form; what is declared as something else stays what it is."""
        declared = str(headers.get("Content-Type") or "")
        return form_of(body, self._target.api.fields, declared or self._target.api.media_types[0]) if is_form(declared) else body

    def _parameters(self, location: str, method: str) -> dict[str, str]:
        """The values of what every request needs beside its path, as far as the target file has them."""
        return {
            each.name: self._target.parameters[each.name]
            for each in self._target.api.parameters
            if each.location == location and method in each.operations and each.name in self._target.parameters
        }

    def _masks(self, body: bytes | None) -> dict[str, str]:
        """The field masks that every patch needs: what the body names. A mask of anything else would clear what it names."""
        masks = [each.name for each in self._target.api.field_masks if each.required]
        if not masks:
            return {}
        fixed = [each.name for each in self._target.api.fields if each.read_only]
        named = [name for name in top_names(body) if MASKABLE.fullmatch(name)] or fixed[:1]
        return dict.fromkeys(masks, ",".join(named))

    @property
    def _needs_precondition(self) -> bool:
        choice = self._target.api.choices.get("if_match")
        return choice is not None and choice.documented and choice.behaviour == "required"


def _accepted(api: Api, method: str) -> str:
    """What the suite can read: the documented type where it is another one, and JSON."""
    shown = api.responses[api.success].media_types if method == "PATCH" else ()
    named = next(iter(shown), api.read.media_type if api.read is not None else "application/json")
    return "application/json" if named == "application/json" else f"{named}, application/json;q=0.9"


def _operations(body: bytes) -> bytes:
    """The changes as a JSON Patch: ``add`` sets a member, there or not (RFC 6902, 4.1); what is no object stays what it is."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(value, dict):
        return body
    pointers = {name: "/" + escaped(name) for name in value}
    return encoded([{"op": "add", "path": pointers[name], "value": each} for name, each in value.items()])


def _wrapper(api: Api, identity: Identity) -> tuple[bytes, bytes]:
    """What stands before and after the changes in a request body."""
    if not api.body_at:
        return b"", b""
    types = {each.name: json_types(each.schema) for each in api.parameters}
    names = {
        name: int(value) if types.get(name, frozenset()) == {"integer"} and value.lstrip("-").isdigit() else value
        for name, value in identity.path.items()
    }
    mark = "patch-contracts-changes"
    before, _, after = encoded(placed(api.around_body, api.body_at, mark, names)).partition(encoded(mark))
    return before, after


MALFORMED = object()
"""Stands for the value of a body that is no JSON."""


def parsed(body: bytes) -> Any:
    """The JSON value of a body, ``MALFORMED`` for what is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return MALFORMED


def encoded(body: Any) -> bytes:
    """A JSON body as it travels; NotJudged where it would hold something that an answer was to show and did not."""
    try:
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJudged(f"an answer did not show what would have to be sent ({error})") from None


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


def _with_query(url: str, parameters: Mapping[str, str]) -> str:
    """The URL with parameters behind those that a [read] path may have."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters, safe='$')}" if parameters else url
