"""Requests that a target is to refuse, one fault each: provoked once for a record, and judged by several rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from contracts.judging.evidence import control, differences_of, fresh_patch, put_back, single
from contracts.judging.faults import Fault, faults, faulty
from contracts.record.calls import encoded
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import Located, Record
from contracts.record.state import UNKNOWN_MEMBER
from contracts.target.presenting import present
from contracts.target.secrecy import Secret
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Difference, NotJudged
from specs import Api, Field

Kept = TypeVar("Kept")

_NAME = UNKNOWN_MEMBER.encode()
BROKEN_JSON = (b'{"%s":' % _NAME, b"{'%s': 1}" % _NAME, b"not json", b'{"%s" "b"}' % _NAME)
"""Bodies that no reading of JSON admits."""
FEW = 3
"""Fields whose bad writes are looked at where requests are few."""
HEXADECIMAL = re.compile(r"[0-9a-fA-F-]+")


def kept(party: Party, key: object, make: Callable[[], Kept]) -> Kept:
    """What ``make`` gives, made once for the record and kept under ``key``; its NotJudged is kept too, and raised each time."""
    if key not in party.memory:
        try:
            party.memory[key] = make()
        except NotJudged as reason:
            party.memory[key] = reason
    found: Kept | NotJudged = party.memory[key]
    if isinstance(found, NotJudged):
        raise NotJudged(str(found))
    return found


# --- bad values -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BadWrite:
    """A patch with one documented fault in it, and its exchange."""

    fault: Fault
    patch: Patch
    exchange: Exchange


def bad_writes(party: Party, field: Field) -> tuple[BadWrite, ...]:
    """One write of the field for each keyword of the document that a value can break."""
    return kept(party, ("bad writes", field.path), lambda: tuple(_bad_writes(party, field)))


def _bad_writes(party: Party, field: Field) -> Iterator[BadWrite]:
    _check_company(party, field)
    plainest: dict[str, Fault] = {}
    for fault in faults(party.api, field):
        plainest.setdefault(fault.keyword, fault)
    for fault in plainest.values():
        record = party.read(without=field.top)
        patch = party.composer.patch(record, field, fault.value)
        exchange = party.patch(patch.body)
        if exchange.ok:
            put_back(party, record, patch.body)
        yield BadWrite(fault, patch, exchange)


def _check_company(party: Party, field: Field) -> None:
    """A nested field travels with its siblings, which must be acceptable by themselves."""
    if field.path == field.top or party.caution is not None:
        return
    own = [each for each in settable(party.api) if each.top == field.top]
    for each in sorted(own, key=lambda each: each is not field)[:3]:
        try:
            if party.accepted(single(party, each).exchange):
                return
        except NotJudged:
            continue
    raise NotJudged(f"no plain write inside {field.top} is accepted here")


def first_refused(party: Party, fields: list[Field]) -> BadWrite:
    """The first bad write that is refused; NotJudged where there is none."""
    for field in fields:
        try:
            writes = bad_writes(party, field)
        except NotJudged:
            continue
        for each in writes:
            if each.exchange.refused:
                return each
    raise NotJudged("no bad value is refused here")


# --- valid patches that are refused for something else ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempt:
    """A valid patch sent in a way that should not take effect, and what of the record it changed nevertheless."""

    what: str
    exchange: Exchange
    changed: tuple[Difference, ...] = ()

    @property
    def actual(self) -> str:
        """What came back, and whether the record changed."""
        return self.exchange.said + ("; the record changed" if self.changed else "")


def probe(party: Party) -> Field:
    """A field whose plain write works, to make such requests with: plain text at the top level, if there is one.

    Raises NotJudged where no plain write works.
    """
    return kept(party, "probe", lambda: _probe(party))


def _probe(party: Party) -> Field:
    usable = [each for each in settable(party.api) if each.reference is None and each.response not in party.reader.derived]
    for field in sorted(usable, key=_oddity)[:6]:
        if party.caution is not None:  # nothing valid may be written to try it
            return field
        try:
            return control(party, field).field
        except NotJudged:
            continue
    raise NotJudged("no plain write works here")


def text_probe(party: Party) -> Field:
    """As ``probe``, but rather a text at the top of the body than one inside an object: for bodies that are written as texts."""
    return kept(party, "text probe", lambda: _text_probe(party))


def _text_probe(party: Party) -> Field:
    found = probe(party)
    plain = [each for each in settable(party.api) if each.path == each.top and each.types == {"string"}]
    for field in sorted((each for each in plain if each.reference is None), key=_oddity)[:3] if found.path != found.top else ():
        try:
            return control(party, field).field
        except NotJudged:
            continue
    return found


def _oddity(field: Field) -> tuple[bool, ...]:
    """A sort key, lowest for the plainest field."""
    shaped = {**field.schema, **field.safe}.keys() & {"enum", "format", "pattern"}
    return field.write != "documented", "[]" in field.path, field.path != field.top, "string" not in field.types, bool(shaped)


def redirected(party: Party, exchange: Exchange) -> bool:
    """Whether the answer is a redirect, and so is that to every patch: not a matter of this request."""
    if exchange.status is None or not 300 <= exchange.status < 400:
        return False
    try:
        probe(party)
    except NotJudged:
        return True
    return False


def attempt(party: Party, what: str, *, method: str = "PATCH", look: bool = False, **how: Any) -> Attempt:
    """Send a patch to a fresh value, ``how`` as for ``Party.send``; read the record after a success, or to ``look``."""
    field = None if party.api.style == "action" else probe(party)  # an action has nothing to send
    before = party.known(without=field.top if field else None) if field or party.reads_by_get else None
    body = encoded(fresh_patch(party, before, field).body) if field and before is not None else None
    exchange = party.send(method, body, **how)
    looked = before is not None and (exchange.ok or look)
    return Attempt(what, exchange, differences_of(_changed(party, before or {}, field)) if looked else ())


def _changed(party: Party, before: Record, field: Field | None) -> list[Located]:
    return party.reader.differences(before, party.read(without=field.top if field else None))


def no_credential(party: Party) -> Attempt:
    """A patch without any credential."""
    return kept(party, "no credential", lambda: attempt(party, "a patch without a credential", auth={}))


def wrong_credentials(party: Party) -> tuple[Attempt, ...]:
    """Patches with credentials of the right form that nobody was given."""

    def send(what: str, alter: Callable[[str], str]) -> Attempt:
        altered = {name: alter(secret.reveal()) for name, secret in party.identity.auth.items()}
        if party.bystander is not None and any(
            secret.reveal() == altered.get(name) for name, secret in party.bystander.identity.auth.items()
        ):
            altered = {name: other_letters(value) for name, value in altered.items()}
        return attempt(party, f"a patch with a credential {what}", **placed(party, altered))

    return kept(
        party,
        "wrong credentials",
        lambda: (
            send("of other letters", other_letters),
            send("in which one letter differs", one_letter_off),
            send("that lacks its last letters", lambda credential: credential[: max(1, len(credential) - 2)]),
            send("with more letters at its end", lambda credential: f"{credential}qz"),
            *([send("in capital letters", str.upper)] if _has_lower_case(party) else ()),
        ),
    )


def _has_lower_case(party: Party) -> bool:
    """Capitals make it another credential; hexadecimal ones, as in a UUID, are the same in both cases."""
    texts = [secret.reveal() for secret in party.identity.auth.values()]
    return any(text != text.upper() and HEXADECIMAL.fullmatch(text) is None for text in texts)


def placed(party: Party, credentials: Mapping[str, str]) -> dict[str, Any]:
    """How to send these credentials by their schemes; what resembles the real one is struck out of reports like it."""
    secrets = {name: Secret(value) for name, value in credentials.items()}
    for secret in secrets.values():
        party.client.redactor.add(secret)
    found = present(party.api.security, secrets)
    return {"auth": {}, "headers": found.headers, "query": found.query}


def other_letters(credential: str) -> str:
    """Every letter and digit replaced, the form kept."""
    other = "".join(_replaced(credential, index) for index in range(len(credential)))
    return other if other != credential else credential + "x"


def one_letter_off(credential: str) -> str:
    """One letter near the end replaced: in the signature of a signed token, and not the last, whose bits may be spare.

    Rather a letter than a digit, which might make it the credential of the next one in a row.
    """
    last = max(len(credential) - 2, 0)
    spots = [index for index in range(last + 1) if credential[index : index + 1].isalnum()]
    if not spots:
        return credential + "x"
    letters = [index for index in spots if credential[index].isalpha()]
    near = [index for index in letters if index >= last - 8]
    spot = (near or (letters if len(credential) <= 8 else []) or spots)[-1]
    return credential[:spot] + _replaced(credential, spot) + credential[spot + 1 :]


def _replaced(credential: str, index: int) -> str:
    """Another letter for a letter (in its case, hexadecimal among hexadecimal ones), another digit for a digit."""
    letter = credential[index]
    pool = "0123456789" if letter.isdigit() else "abcdef" if HEXADECIMAL.fullmatch(credential) else "qzkxvj"
    if not letter.isalnum():
        return letter
    start = index * 7 % len(pool)
    found = next(each for each in pool[start:] + pool if each != letter.lower())
    return found.upper() if letter.isupper() else found


def unknown_record(party: Party) -> Attempt:
    """A patch of a record that does not exist."""
    what, path = "a patch of a record that does not exist", party.unknown_path()
    return kept(party, "unknown record", lambda: attempt(party, what, path=path))


def wrong_method(party: Party) -> Attempt:
    """The same request with a method that the path is not documented to have."""
    return kept(party, "wrong method", lambda: attempt(party, "a POST", method="POST", look=True))


def wrong_accept(party: Party) -> Attempt:
    """A patch whose sender can read XML only."""
    return kept(party, "wrong accept", partial(_with_header, party, "Accept", "application/xml"))


def wrong_media_type(party: Party) -> Attempt:
    """A patch whose body is JSON and called plain text."""
    return kept(party, "wrong media type", partial(_with_header, party, "Content-Type", "text/plain"))


def _with_header(party: Party, name: str, value: str) -> Attempt:
    return attempt(party, f"a patch with {name}: {value}", headers={name: value})


def broken_json(party: Party) -> tuple[Exchange, ...]:
    """Patches whose bodies are plainly no JSON."""
    return kept(party, "broken JSON", lambda: tuple(party.send("PATCH", body) for body in party.few(BROKEN_JSON, 3)))


def refused_empty(api: Api) -> dict[str, bytes]:
    """The bodies without any change that the document says are refused, by their point in x-contract."""
    bodies = {"empty_body": b"{}", "no_body": b""}
    return {
        point: body
        for point, body in bodies.items()
        if api.choices[point].documented and api.choices[point].behaviour == "refuse"
    }


def empty_body(party: Party, point: str) -> Exchange:
    """A patch with the body of a point that ``refused_empty`` has; made once."""
    return kept(party, ("empty body", point), lambda: party.send("PATCH", refused_empty(party.api)[point]))


# --- all of them ----------------------------------------------------------------------------------------------------


def error_answers(party: Party) -> list[Exchange]:
    """Every answer other than a plain success to the requests of this module."""
    return [each for each in _all(party) if each.answer is not None and not party.accepted(each)]


def _all(party: Party) -> Iterator[Exchange]:
    for field in faulty(party.api)[: FEW if party.thrifty else None]:
        yield from (each.exchange for each in _or_none(partial(bad_writes, party, field)))
    yield from _or_none(partial(broken_json, party))
    for point in refused_empty(party.api):
        yield from _or_none(partial(_empty_bodies, party, point))
    for attempts in _attempts(party.api):
        yield from (each.exchange for each in _or_none(partial(attempts, party)))


def _empty_bodies(party: Party, point: str) -> tuple[Exchange, ...]:
    return (empty_body(party, point),)


def _attempts(api: Api) -> list[Callable[[Party], tuple[Attempt, ...]]]:
    ways = [wrong_method, wrong_accept, wrong_media_type]
    ways += [unknown_record] if api.identity == "path" else []
    ways += [no_credential] if api.security else []
    return [partial(_one, way) for way in ways] + ([wrong_credentials] if api.security else [])


def _one(way: Callable[[Party], Attempt], party: Party) -> tuple[Attempt, ...]:
    return (way(party),)


def _or_none(provoke: Callable[[], tuple[Kept, ...]]) -> tuple[Kept, ...]:
    try:
        return provoke()
    except NotJudged:
        return ()
