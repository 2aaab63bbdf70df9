"""The record under test: reading, patching, learning its state without changing it, saving and restoring it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from contracts.record.patches import Composer
from contracts.record.records import Reader, Record, look_up
from contracts.record.records import shown as shown_value
from contracts.record.values import Values
from contracts.target.client import Call, Client, curl_line
from contracts.target.credentials import CredentialError, Obtained, learn
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, TargetError
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Difference, NotJudged
from specs import Api, Field, RecordField, SecurityScheme
from specs.model import json_types

EMPTY_VALUES: Mapping[str, tuple[Any, ...]] = {"object": ({},), "array": ([],), "scalar": ("",)}
UNAUTHENTICATED = 401
MOMENT = 1.1
"""Seconds after which a time of last use, shown in whole seconds, is another one."""
NO_QUERY: Mapping[str, str] = {}
UNKNOWN_MEMBER = "patch_contracts_unknown"
"""A name that no document gives to a property."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """How the record compares with the saved one at the end; ``repairs`` are curl lines for what differs."""

    ok: bool
    differences: tuple[Difference, ...] = ()
    repairs: tuple[str, ...] = ()


class Caution(Protocol):
    """What keeps writes from a record that may only be read, see ``contracts.judging.caution``."""

    def check(
        self,
        method: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str | None],
        auth: Mapping[str, Secret] | None,
        path: Mapping[str, str] | None,
        query: Mapping[str, str],
    ) -> None:
        """Raise NotJudged for a request that might take effect."""

    def note(self, exchange: Exchange) -> None:
        """Take notice of what came of a request."""

    def undo(self) -> None:
        """Put the record back where a request was accepted all the same."""


def joined(restorations: Iterable[Restoration]) -> Restoration:
    """Several restorations as one."""
    found = tuple(restorations)
    return Restoration(
        ok=all(each.ok for each in found),
        differences=tuple(difference for each in found for difference in each.differences),
        repairs=tuple(repair for each in found for repair in each.repairs),
    )


class Party:
    """One record of a target, and everything that a rule does to it.

    Attributes:
        refused_last: the last request to change this very record was refused.
        rereads: the first reading after a write is not believed, since the target was seen to show refused values in one.
        other_at_first: the bystander's record before anything was written here, where a GET shows it.
    """

    def __init__(self, target: Target, client: Client, identity: Identity | None = None) -> None:
        self.target = target
        self.api: Api = target.api
        self.client = client
        self.identity = identity or target.identity
        self.reader = Reader(self.api, target.expect, self._moves)
        self.values = Values(target)
        self.composer = Composer(self.api, self.values, self.reader)
        self.memory: dict[object, Any] = {}
        self._neutral: Callable[[str | None], Exchange] | None = None
        self._last: Record | None = None
        self._kept: tuple[int, Record] | None = None
        self._tag = ""
        self._moving: frozenset[str] | None = None
        self.rereads = False
        self.refused_last = False
        self.bystander: Party | None = None
        self.bystander_at_first: Record | None = None
        self.sacrifices = True  # the value of a field, to learn the state where nothing else shows it
        self.sacrificed: Field | None = None
        self.caution: Caution | None = None

    # --- credentials ---

    def learn_credentials(self) -> None:
        """Obtain the credentials that have to be asked for, and let all of them be struck out; TargetError says what fails."""
        for scheme, secret in self.identity.auth.items():
            try:
                learn(secret, self.client)
            except CredentialError as error:
                raise TargetError(f"the credential for {scheme}: {error}") from None
            except NotJudged as reason:
                raise TargetError(f"the credential for {scheme}: {reason}") from None

    def _renewed(self, stale: Mapping[str, str]) -> list[Obtained]:
        """The credentials that could be had anew in place of refused ones."""
        obtained = [(scheme, each) for scheme, each in self.identity.auth.items() if isinstance(each, Obtained)]
        return [each for scheme, each in obtained if each.renew(self.client, stale[scheme])]

    # --- sending ---

    def patch(self, body: Any, *, headers: Mapping[str, str | None] | None = None, **how: Any) -> Exchange:
        """PATCH a JSON body; ``headers`` and ``how`` as for ``send``."""
        return self.send("PATCH", encoded(body), headers=headers, **how)

    def patch_together(self, bodies: Sequence[Mapping[str, Any]]) -> list[Exchange]:
        """PATCH several JSON bodies at the same time."""
        if self.caution is not None:
            raise NotJudged("several writes at once are left out of a read-only check")
        return self.client.send_together([self._call("PATCH", encoded(body), {}) for body in bodies])

    def send(
        self,
        method: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str | None] | None = None,
        auth: Mapping[str, Secret] | None = None,
        path: Mapping[str, str] | None = None,
        template: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send any request to the endpoint.

        ``headers`` replace the usual ones, None takes one away. ``auth``: other credentials, {} for none.
        ``path``: other path parameters. ``template``: another path. A 401 to the record's own credentials may mean that
        they have expired: where they can be obtained anew, they are, and the request is sent once more.
        """
        if self.caution is not None:
            self.caution.check(method, body, headers=headers or {}, auth=auth, path=path, query=query or {})
        used = {name: secret.reveal() for name, secret in self.identity.auth.items()} if auth is None else {}
        exchange = self.client.send(self._call(method, body, headers or {}, auth, path, template, query or {}))
        if exchange.status == UNAUTHENTICATED and used and (renewed := self._renewed(used)):
            exchange = self.client.send(self._call(method, body, headers or {}, auth, path, template, query or {}))
            for each in renewed if exchange.status != UNAUTHENTICATED else ():
                each.worked()
        self._remember(method, exchange, own=auth is None and path is None)
        if self.caution is not None:
            self.caution.note(exchange)
        return exchange

    def _call(
        self,
        method: str,
        body: bytes | None,
        headers: Mapping[str, str | None],
        auth: Mapping[str, Secret] | None = None,
        path: Mapping[str, str] | None = None,
        template: str | None = None,
        query: Mapping[str, str] = NO_QUERY,
    ) -> Call:
        usual: dict[str, str | None] = {"Accept": "application/json"}
        if body is not None:
            usual["Content-Type"] = self.api.media_types[0]
        if method == "PATCH" and self._tag and self._needs_precondition:
            usual["If-Match"] = self._tag
        plain = {name: value for name, value in (usual | dict(headers)).items() if value is not None}
        credentials = present(self.api.security, self.identity.auth if auth is None else auth)
        url = self.url(template or self.api.path, path)
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
        for name, value in (path or self.identity.path).items():
            filled = filled.replace("{" + name + "}", quote(value, safe=""))
        return self.target.url + filled

    def entity_tag(self) -> str:
        """The entity tag of the record now, or "" where the target sends none."""
        answer = self.read_exchange().answer
        return answer.headers.get("ETag", "") if answer is not None else ""

    def unknown_path(self) -> dict[str, str]:
        """Path parameters of the same form as the record's, for a record that does not exist.

        Integers stay within 32 bits; other values keep their length and alphabet.
        """
        return {name: _other_identifier(value) for name, value in self.identity.path.items()}

    def _remember(self, method: str, exchange: Exchange, *, own: bool) -> None:
        if method != "GET" and (own or exchange.refused):
            self.refused_last = exchange.refused
        if method == "PATCH" and exchange.ok:
            self._last = self.record_in(exchange) or self._last
        if exchange.ok and exchange.answer is not None:
            self._tag = exchange.answer.headers.get("ETag", self._tag)

    # --- reading answers ---

    def record_in(self, exchange: Exchange) -> dict[str, Any] | None:
        """The record that a success answer shows, or None."""
        if not exchange.ok or exchange.answer is None:
            return None
        found = exchange.answer.json
        for part in self.api.record_at.split("/")[1:]:
            found = found.get(part) if isinstance(found, Mapping) else None
        return dict(found) if isinstance(found, Mapping) and any(shows(each, found) for each in self.api.record) else None

    def accepted(self, exchange: Exchange) -> bool:
        """The request took effect by its answer: a success status, and not an error in disguise."""
        return exchange.ok and not self.disguised(exchange)

    def disguised(self, exchange: Exchange) -> bool:
        """A success status whose body is an object that shows no record: an error body under a false status."""
        if not exchange.ok or exchange.answer is None or not isinstance(exchange.answer.json, Mapping):
            return False
        return bool(exchange.answer.json) and self.record_in(exchange) is None

    def show(self, exchange: Exchange, leaf: Field) -> Any:
        """What a success answer shows for a field without array items on its way, ABSENT for nothing."""
        return look_up(self.record_in(exchange) or {}, leaf.response)

    # --- reading the state ---

    def read(self, without: str | None = None) -> Record:
        """The record now: by the GET companion, or by a PATCH that changes nothing.

        A reading is kept until the next request that could change something. ``without``: a top-level property
        that a reading PATCH must leave alone. Raises NotJudged when the record cannot be read.
        """
        if self._kept is not None and self._kept[0] == self.client.writes:
            return self._kept[1]
        writes = self.client.writes
        if self.rereads:
            self.read_exchange(without)
        exchange = self.read_exchange(without)
        record = self.record_in(exchange)
        if record is None:
            raise NotJudged(f"the record's state cannot be read: {exchange.said}")
        self.client.writes = writes  # a reading changes nothing, also where it has to be a PATCH
        self._last = record
        self._kept = (writes, record)
        return record

    def look_at_bystander(self) -> None:
        """Keep the bystander's record as it is now: some of what a patch does there shows but once."""
        if self.bystander is not None and self.reads_by_get:
            with suppress(NotJudged):
                self.bystander_at_first = self.bystander.read()

    def read_again(self, earlier: Record) -> None:
        """Look whether a second reading shows the ``earlier`` record again: then no first one is believed from now on."""
        again = self.record_in(self.read_exchange())
        if again is not None and not self.reader.differences(earlier, again):
            self.rereads, self._kept = True, None

    def _moves(self, path: str) -> bool:
        """Whether a property that no request sets changes by itself, as a signed URL or the time of the last login does.

        Looked at once, and on suspicion only: two readings, with nothing written between them, show such properties.
        """
        if self._moving is None:
            self._moving = frozenset()
            writes = self.client.writes
            earlier = self.record_in(self.read_exchange()) or {}
            time.sleep(MOMENT)
            later = self.record_in(self.read_exchange()) or {}
            self.client.writes = writes
            self._moving = frozenset(each for each in self.reader.unset if look_up(earlier, each) != look_up(later, each))
        return path in self._moving

    def moving(self, path: str | None) -> bool:
        """Whether a property was found to change by itself."""
        return path in (self._moving or ())

    def read_exchange(self, without: str | None = None) -> Exchange:
        """The exchange that reads the state."""
        if self.target.read is not None:
            return self.send("GET", None, template=self.target.read)
        if self._neutral is None:
            self._neutral = self._find_neutral()
        return self._neutral(without)

    @property
    def _needs_precondition(self) -> bool:
        choice = self.api.choices.get("if_match")
        return choice is not None and choice.documented and choice.behaviour == "required"

    @property
    def reads_by_get(self) -> bool:
        """The state is read without any write."""
        return self.target.read is not None

    def _find_neutral(self) -> Callable[[str | None], Exchange]:
        """A way to make the target show the record without changing it: an empty patch, or one without effect."""
        tried = []
        for body in self._neutral_bodies():
            exchange = self.patch(body)
            tried.append(exchange)
            if self.record_in(exchange) is not None and body and self._reveals(body):
                self.sacrificed = self.api.field(next(iter(body)))
                return self._resend
            if self.record_in(exchange) is not None:
                return _always(self.patch, body)
            if exchange.answer is None or exchange.status in (401, 403, 404):
                break
        raise NotJudged(f"the record's state cannot be learned without a change: {tried[-1].said}; give [read] path")

    def _neutral_bodies(self) -> Iterator[dict[str, Any]]:
        if self.api.choices["empty_body"].behaviour != "refuse" or not self.api.choices["empty_body"].documented:
            yield {}
        for name, value in self.identity.path.items():
            identifier = next((each for each in self.api.fields if each.name == name and each.read_only), None)
            if identifier is not None:
                yield {name: int(value) if "integer" in identifier.types else value}
        yield {UNKNOWN_MEMBER: True}
        sacrificed = [each for each in self.api.fields if self._resendable(each)]
        if sacrificed and self.sacrifices:
            yield {sacrificed[-1].name: self.values.fresh(sacrificed[-1])}

    def _reveals(self, body: Mapping[str, Any]) -> bool:
        return any(name in body for name in (each.name for each in self.api.fields if not each.read_only))

    @staticmethod
    def _resendable(each: Field) -> bool:
        plain = "string" in each.types and each.reference is None and not each.unique
        return plain and each.hazard is None and each.response is not None and not each.read_only and each.write != "open"

    def _resend(self, without: str | None) -> Exchange:
        """PATCH one field to the value that it holds: the answer shows the record."""
        for each in self.api.fields:
            current = look_up(self._last or {}, each.response)
            if self._resendable(each) and each.name != without and self.values.safe(each, current):
                return self.patch({each.name: current})
        raise NotJudged("no field holds a value that could be sent again to read the state; give [read] path")

    # --- preflight, saving, restoring ---

    def preflight(self) -> Record:
        """The record, before anything is changed; TargetError says in one line what is wrong with the target."""
        try:
            exchange = self.read_exchange()
        except NotJudged as reason:
            raise TargetError(f"{self.target.url}: {reason}") from None
        record = self.record_in(exchange)
        if record is None:
            raise TargetError(self._complaint(exchange))
        self._last = record
        return record

    def _complaint(self, exchange: Exchange) -> str:
        where = f"{exchange.method} {exchange.url}"
        if exchange.answer is None:
            return f"{where}: the target cannot be reached or used: {exchange.failure}"
        reasons = {
            401: "the credential is refused; check --auth or [auth]",
            403: "the credential is refused or may not see this record; check --auth and --record",
            404: "no such record or path; check --record or [record], the url and [read]",
            405: "the method is not allowed there; check the url and [read]",
        }
        status = exchange.answer.status
        if 300 <= status < 400:
            location = exchange.answer.headers.get("Location", "nowhere")
            return f"{where}: answered {status}, a redirect to {location}; give the final url"
        if exchange.ok:
            place = self.api.record_at or "the top"
            return f"{where}: answered {status}, but no record of {self.api.name} at {place} of a JSON body"
        return f"{where}: answered {status}: {reasons.get(status, 'expected the party')}"

    def restore(self, saved: Record, *, write: bool = True) -> Restoration:
        """Bring the record back to ``saved`` and read it again; what still differs is told, never raised.

        ``write``: False only compares.
        """
        self._kept = None  # others may have written since
        try:
            now = self.read()
            for together in (True, False, False) if write else ():
                body = self._way_back(saved, now)
                if not body:
                    break
                self._send_back(body, together=together)
                now = self.read()
        except NotJudged as reason:
            if write:
                with suppress(NotJudged):  # it may be what was written that cannot be shown
                    self._send_back(self._way_back(saved, {}), together=False)
            unknown = Difference(path="*", before="the saved record", after=str(reason))
            return Restoration(ok=False, differences=(unknown,), repairs=tuple(self._repairs(saved, {})))
        left = self.reader.differences(saved, now)
        lost = () if self.sacrificed is None else (self._lost(self.sacrificed, saved),)
        return Restoration(
            ok=not left and not lost,
            differences=(*(each.difference for each in left), *lost),
            repairs=tuple(self._repairs(saved, now)) if left else (),
        )

    @staticmethod
    def _lost(field: Field, saved: Record) -> Difference:
        """What had to be overwritten before the first reading; nobody knows what it was."""
        before = "(not known: overwritten to make an answer show the record; give [read] path, or its value under [values])"
        return Difference(path=field.path, before=before, after=shown_value(look_up(saved, field.response)))

    def _way_back(self, saved: Record, now: Record) -> dict[str, Any]:
        """The patch from ``now`` to ``saved``: only properties that differ, derived members of arrays included."""
        return {
            each.name: self.composer.exact(each, look_up(saved, each.response))
            for each in self.api.fields
            if each.response is not None
            and not each.read_only
            and each.write != "open"
            and not self.reader.equal(self._settable_part(each, saved), self._settable_part(each, now))
        }

    def _settable_part(self, each: Field, record: Record) -> Any:
        return self.composer.exact(each, look_up(record, each.response))

    def _send_back(self, body: Mapping[str, Any], *, together: bool) -> None:
        """All at once where that works, else one by one; for a value that was absent, whatever empties the field."""
        if together and not any(value is None for value in body.values()) and self.patch(body).ok:
            return
        for name, value in body.items():
            empty: tuple[Any, ...] = EMPTY_VALUES[self.api.field(name).kind]
            for candidate in (value,) if value is not None else (None, *empty):
                if self.patch({name: candidate}).ok:
                    break

    def _repairs(self, saved: Record, now: Record) -> Iterator[str]:
        for name, value in self._way_back(saved, now).items():
            yield self.client.redactor.strike(curl_line(self._call("PATCH", encoded({name: value}), {})))


def shows(each: RecordField, holder: Mapping[str, Any]) -> bool:
    """Whether an object has the property with a value of its kind: an error body may name it too, for a list of messages."""
    name = each.path.rsplit(".", 1)[-1]
    if name not in holder:
        return False
    value, types = holder[name], json_types(each.schema)
    if isinstance(value, Mapping) and each.children:
        return not value or any(shows(child, value) for child in each.children)
    if isinstance(value, list | Mapping):
        return not types or ("array" if isinstance(value, list) else "object") in types
    return value is None or not types or bool(types - {"array", "object", "null"})


def _other_identifier(value: str) -> str:
    if value.isdigit() and len(value) < 10:
        return str(2_147_000_000 + int(value) % 400_000)
    turned = str.maketrans("0123456789abcdef", "1032547698badcfe")
    head, tail = value[:-6], value[-6:]
    return head + tail.translate(turned)[::-1] if tail.translate(turned)[::-1] != tail else head + tail.translate(turned)


def encoded(body: Any) -> bytes:
    """A JSON body as it travels."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class _Credentials:
    headers: Mapping[str, str]
    query: Mapping[str, str]
    shown_headers: Mapping[str, str]
    shown_query: Mapping[str, str]


def present(schemes: tuple[SecurityScheme, ...], auth: Mapping[str, Secret]) -> _Credentials:
    """The credentials as headers and query parameters, and the same with a shell variable in their place."""
    real = _placed(schemes, {name: secret.reveal() for name, secret in auth.items()}, _basic)
    variables = _placed(schemes, {name: f"${_variable(name)}" for name in auth}, lambda text: text)
    return _Credentials(*real, *variables)


def _placed(
    schemes: tuple[SecurityScheme, ...], auth: Mapping[str, str], basic: Callable[[str], str]
) -> tuple[dict[str, str], dict[str, str]]:
    headers, query = {}, {}
    for scheme in schemes:
        value = auth.get(scheme.name)
        if value is None:
            continue
        if scheme.kind == "bearer":
            headers["Authorization"] = f"Bearer {value}"
        elif scheme.kind == "basic":
            headers["Authorization"] = f"Basic {basic(value)}"
        elif scheme.location == "query":
            query[scheme.parameter] = value
        elif scheme.location == "cookie":
            headers["Cookie"] = f"{scheme.parameter}={value}"
        else:
            headers[scheme.parameter] = value
    return headers, query


def _basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _variable(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name).upper()


def _query(parameters: Mapping[str, str]) -> str:
    return "?" + urlencode(parameters, safe="$") if parameters else ""


def _always(send: Callable[[Any], Exchange], body: Any) -> Callable[[str | None], Exchange]:
    """A reading that does the same whatever it should leave alone."""
    return lambda _without: send(body)
