"""A valid value that is refused, or not stored: whether anything but the value can be to blame, and what a document promises.

A document that says ``string`` says little: a service may take codes, colours or names of things that exist, and says so only
when it refuses. A number may be the key of another record; a date may have to come after another one. So before a field is said
to be broken, values near the present one are tried, and the same value again on the record as it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from contracts.record.keeping.kinds import may_be_a_key
from contracts.record.party import Party
from contracts.record.patches import Patch
from contracts.record.records import ABSENT, Located, Record, look_up
from contracts.record.restoring import Restorer
from contracts.record.values import Values
from contracts.target.target import plain_path
from contracts.terms.exchange import Exchange
from contracts.terms.nearby import nearby
from contracts.terms.verdict import Level, NotJudged
from specs import Field

Done = TypeVar("Done")
FORBIDDEN, CONFLICT = 403, 409
NEAR, INVENTED = 3, 2
"""So many values near the present one, and so many further made-up ones, are tried."""
COMPANIONS = 12
"""So many flags and choices are tried beside one that is refused."""
ZONES = timedelta(hours=14)
"""So far are the zones of the earth from UTC at most."""
DAYS = ("date", "date-time")
"""Formats of which one value may have to come after another."""
EXACT_FORMATS = frozenset({"date", "date-time", "email"})
"""Formats whose values are right or wrong by themselves; a URI or UUID may have to be one that exists."""


def promised(party: Party, patch: Patch) -> bool:
    """Whether the document says of this very value that it is one: by an enum, pattern, format, two limits, an example."""
    field, value = patch.field, patch.value
    if value is None or "boolean" in field.types or field.schema.get("format") in EXACT_FORMATS:
        return True
    if field.schema.keys() & {"enum", "const", "pattern"} or {"minimum", "maximum"} <= field.schema.keys():
        return True
    examples = [field.schema.get("example"), *field.schema.get("examples", ())]
    return value in examples or value in party.target.values.get(plain_path(field.path), ())


def level_of_refusal(party: Party, patch: Patch, exchange: Exchange) -> Level | None:
    """The level of a refusal of a valid value, None for the rule's own: a should where no document says which it takes, or
    where the credential, with which other patches are accepted, may not set it (403, RFC 9110 15.5.4).

    Raises NotJudged for what may be the key of another record, and takes its present value: a made-up one names none; and where
    a listed 409 says that another value than the present one conflicts with what the record holds (RFC 9110 15.5.10).
    """
    if exchange.status == FORBIDDEN and party.sent:
        return Level.SHOULD
    if exchange.status == CONFLICT and party.api.documents(CONFLICT):
        shown = patch.shown_in(party.read(without=patch.field.top))
        if not party.reader.same(patch.field, patch.value, shown):
            raise NotJudged(
                f"{plain_path(patch.field.path)}: refused for what the record holds, by a 409 that the document lists"
            )
    if not exchange.refused or patch.field.reference is not None or promised(party, patch):
        return None
    shown = patch.shown_in(party.read(without=patch.field.top))
    if shown is ABSENT or party.accepted(party.patch(party.composer.patch(party.read(), patch.field, shown).body)):
        if may_be_a_key(patch.field):
            where = plain_path(patch.field.path)
            raise NotJudged(
                f"{where} may name another record, and the values that were tried name none: list some under [values]"
            )
        return Level.SHOULD
    return None  # what it shows itself is refused as well: the value is not to blame


def switched(fields: Iterable[Field], sent: Mapping[str, Any], found: Located) -> bool:
    """A flag went off when another one was sent: two that exclude each other, as drafts and what is published, or one that goes
    with the other only, as seats by name with seats. Or it went on with another: what only some may see needs their ticket.
    """
    flags = [sent[field.name] for field in fields if field.types == {"boolean"} and isinstance(sent.get(field.name), bool)]
    before, after = found.difference.before, found.difference.after
    return (bool(flags) and before is True and after is False) or (any(flags) and before is False and after is True)


def one_moment(field: Field, other: Field, before: Record, after: Record) -> bool:
    """Two members show one moment, such as ``date`` and ``date_gmt``: their names begin alike, and they stay as far apart.

    What sets the one sets the other, whichever of them a patch names.
    """
    names = sorted((field.name.lower(), other.name.lower()), key=len)
    if {field.schema.get("format"), other.schema.get("format")} != {"date-time"} or not names[1].startswith(names[0]):
        return False
    shifts = [_apart(look_up(each, field.response), look_up(each, other.response)) for each in (before, after)]
    return shifts[0] is not None and shifts[0] == shifts[1] and abs(shifts[0]) <= ZONES


def _apart(left: Any, right: Any) -> timedelta | None:
    """How far two times are apart by their clocks; None for what is no time."""
    try:
        moments = [datetime.fromisoformat(each).replace(tzinfo=None) for each in (left, right)]
    except (ValueError, TypeError):
        return None
    return moments[0] - moments[1]


def rules_out(party: Party, mover: Patch, victim: Field, old: Any, before: Record) -> bool:
    """Whether a field's new value rules out what another one held, so that it is refused or not kept beside it, and is kept
    beside the value of ``before``: a rule between the two, which holds whichever of them is sent. What a write only resets can
    be written again.
    """
    if _is_kept(party, mover, mover.value, victim, old):
        return False
    held = mover.shown_in(before)
    return held is not ABSENT and _is_kept(party, mover, held, victim, old)


def _is_kept(party: Party, beside: Patch, value: Any, victim: Field, old: Any) -> bool:
    """Whether a field takes a value where another one holds the given one; a failure of the server tells nothing."""
    party.patch(party.composer.patch(party.read(without=beside.field.top), beside.field, value).body)
    own = party.composer.patch(party.read(without=victim.top), victim, old)
    exchange = party.patch(own.body)
    return not exchange.refused and (
        not party.accepted(exchange) or party.reader.same(victim, old, own.shown_in(party.read(without=victim.top)))
    )


def keeps_its_own(party: Party, sent: Patch, shown: Any) -> bool:
    """Whether a list shows what was sent, and items of the service's own beside it, the same ones for another list too.

    Such as who has written it. What is added to the old items shows those of the list before as well. Where the document says
    that a list is replaced, nothing else is in it.
    """
    field = sent.field
    if field.kind != "array" or field.children or (field.merge is not None and field.merge.documented):
        return False
    own = _beside(sent.value, shown)
    try:
        others = [each for each in party.values.fresh(field, sent.value) if each not in own]
        patch = party.composer.patch(party.read(without=field.top), field, others)
    except NotJudged:
        return False
    accepted = bool(own and others) and party.accepted(party.patch(patch.body))
    return accepted and _beside(others, patch.shown_in(party.read(without=field.top))) == own


def _beside(sent: Any, shown: Any) -> list[Any]:
    """The items of a list that were not sent; none where one that was sent is missing."""
    if not isinstance(shown, list) or not isinstance(sent, list) or any(each not in shown for each in sent):
        return []
    return [each for each in shown if each not in sent]


def falsy_values(field: Field) -> Iterable[Any]:
    """The falsy value of the field's type, where it is not a hazard, or a matter of an enum, a reference or a lower limit."""
    if field.reference is not None or "enum" in field.schema or field.safe.get("type") == "null":
        return ()
    for kind, value in (("boolean", False), ("string", ""), ("integer", 0), ("number", 0), ("array", [])):
        if kind in field.types:
            hazardous = field.hazard is not None and value in (field.hazard.values or ())
            least = {"array": "minItems", "string": "minLength"}.get(kind, "")
            limited = bool(least) and int(field.schema.get(least, 0)) > 0 and field.states(least)
            ruled_out = kind in ("integer", "number") and not Values.valid(field, value)
            return () if hazardous or limited or ruled_out else (value,)
    return ()


def is_picky(party: Party, field: Field) -> bool:
    """Whether the field was seen to refuse made-up values and to take one near its present value."""
    return ("picky", field.path) in party.memory


def is_sent(party: Party, field: Field) -> bool:
    """Whether a field is sent at all: one that could not be put back is left out."""
    try:
        party.check_writable(field)
    except NotJudged:
        return False
    return True


class SecondOpinion:
    """What else is tried for a field whose first value was refused or not stored.

    send: writes a value of the field; works: whether such a write was accepted and stored.
    """

    def __init__(self, party: Party, first: Patch, before: Record) -> None:
        self._party = party
        self._first = first
        self._field = first.field
        self._before = before

    def found(self, refused: bool, send: Callable[[Patch, Record], Done], works: Callable[[Done], bool]) -> Done | None:
        """A write of the field that works, None where there is none, or where the first one works without a reason."""
        listed = self._field.kind == "array" and not self._field.children  # to which the service may add members of its own
        if (refused or listed) and not self._field.is_choice:
            for number, value in enumerate(self._values()):
                record = self._party.read(without=self._field.top)
                done = send(self._party.composer.patch(record, self._field, value), record)
                if works(done):
                    return None if self._taken_now(send, works) else self._kept(done, near=number < NEAR)
        found = self.on_the_first_record(send, works)
        return found or (self.beside_another(send, works) if refused and self._field.is_choice else None)

    def beside_another(self, send: Callable[[Patch, Record], Done], works: Callable[[Done], bool]) -> Done | None:
        """The value alone, once a flag or a choice beside it has another value: it depends on what that one holds."""
        party, first = self._party, self._first
        for each in islice((each for each in party.api.fields if self._may_be_chosen(each)), COMPANIONS):
            record = party.read()
            own, shown = party.composer.patch(record, self._field, first.value), look_up(record, each.response)
            if shown is ABSENT or not own.body or not is_sent(party, each):
                continue
            other = party.composer.patch(record, each, party.values.fresh(each, shown))
            if not works(send(replace(own, body={**other.body, **own.body}), record)):
                continue
            self._hold_own_value()
            record = party.read()
            alone = send(party.composer.patch(record, self._field, first.value), record)
            if works(alone):
                return alone
            party.patch(party.composer.patch(record, each, shown).body)
        return None

    def _may_be_chosen(self, each: Field) -> bool:
        usable = not each.read_only and each.hazard is None and each.response is not None
        return each.is_choice and usable and each.name != self._field.top

    def _values(self) -> Iterator[object]:
        """Values other than the present one: that it is taken says nothing of others."""
        yield from islice(self._near(), NEAR)
        shown = self._first.shown_in(self._before)
        for _ in range(INVENTED):
            try:
                value = self._party.values.fresh(self._field, self._first.value)
            except NotJudged:
                return
            if not self._party.reader.equal(value, shown):
                yield value

    def _near(self) -> Iterator[object]:
        shown = self._first.shown_in(self._before)
        found = self._later_days() if shown is None or shown is ABSENT else nearby(shown)
        return (value for value in found if self._party.values.safe(self._field, value))

    def _later_days(self) -> Iterator[object]:
        """For a date that has no value yet: days after the last one of the record, since it may have to come after that."""
        if self._field.schema.get("format") not in DAYS:
            return iter(())
        shown = [each for each in self._before.values() if isinstance(each, str)]
        days = [each for each in shown if self._party.values.safe(self._field, each)]
        return (value for value in nearby(max(days)) if value > max(days)) if days else iter(())

    def _kept(self, done: Done, *, near: bool) -> Done:
        """The field works; where made-up values do not, it is given such as are near the present one from now on."""
        if near:
            self._party.memory["picky", self._field.path] = True
            self._party.values.draw_from(self._field, list(self._near()))
        return done

    def _taken_now(self, send: Callable[[Patch, Record], Done], works: Callable[[Done], bool]) -> bool:
        """The very value that was refused is taken a moment later: then it is the service that is not steady."""
        record = self._party.read(without=self._field.top)
        return works(send(self._party.composer.patch(record, self._field, self._first.value), record))

    def on_the_first_record(self, send: Callable[[Patch, Record], Done], works: Callable[[Done], bool]) -> Done | None:
        """The same value on the record as it was found: what other rules have left in other fields may rule it out."""
        saved, party = self._party.at_first, self._party
        others = [
            each
            for each in party.api.fields
            if (each.name != self._field.top or self._is_member)
            and each.response is not None
            and not each.read_only
            and not party.reader.equal(look_up(saved or {}, each.response), look_up(self._before, each.response))
        ]
        if not saved or not others:
            return None
        Restorer(party).restore(saved)
        self._hold_own_value()
        record = party.read()
        done = send(party.composer.patch(record, self._field, self._first.value), record)
        if not works(done):
            return None
        self._hold_own_value()  # first: beside its new value the others may not be accepted
        for each in others:
            party.patch({each.name: party.composer.exact(each, look_up(self._before, each.response))})
        self._hold_own_value()
        if self._taken_now(send, works):
            return None  # it works on the same record as before: the other fields are no reason
        Restorer(party).restore(saved)
        return done

    @property
    def _is_member(self) -> bool:
        """The field is a member of an object, whose other members may rule its value out."""
        return self._field.path != self._field.top and "[]" not in self._field.path

    def _hold_own_value(self) -> None:
        """The field holds what it held when the value did not work: it may be that which kept it out."""
        if self._is_member:
            held = self._first.shown_in(self._before)
            if held is not ABSENT:
                self._party.patch(self._party.composer.patch(self._party.read(), self._field, held).body)
            return
        top = next(each for each in self._party.api.fields if each.name == self._field.top)
        self._party.patch({top.name: self._party.composer.exact(top, look_up(self._before, top.response))})
