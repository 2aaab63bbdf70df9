"""Where steps are taken: the record and the one beside it, what the model says of both, and the way back to how they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from contracts.judging.evidence import base, differences_of, joined, one_difference
from contracts.judging.searching.steps import REFUSED, Change, Kind, Step, Taken
from contracts.record.calls import encoded
from contracts.record.model import predicted
from contracts.record.movement import SUSPECTS
from contracts.record.party import Party
from contracts.record.patches import Patch
from contracts.record.records import ABSENT, Located, Record, look_up
from contracts.record.restoring import Restorer
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Field


class Stage:
    """The record under test and, where there is one that a GET shows, the bystander's.

    ``record``: what the record is by the last reading, and by the model since then; None where that is not known.
    """

    def __init__(self, party: Party) -> None:
        self.party = party
        self.saved = party.read()
        self.record: Record | None = self.saved
        self._tag, self._tagged = "", False
        self._unread: tuple[list[Patch], Exchange] | None = None
        self._other = party.bystander if party.bystander is not None and party.reads_by_get else None
        self._theirs: Record | None = None
        if self._other is not None:
            with suppress(NotJudged):
                self._theirs = self._other.read()

    @property
    def theirs(self) -> Record | None:
        """The bystander's record, None where there is none."""
        return self._theirs

    def now(self) -> Record:
        """The record as it is; NotJudged where it cannot be read."""
        if self.record is None:
            self.record = self._read()
            if self._tagged and not self._tag:  # the record was known, and not read
                self._tag = self.party.entity_tag()
        return self.record

    def forget(self) -> None:
        """Read the record anew before the next step: something has gone wrong with it."""
        self.record = self._unread = None

    def reset(self) -> bool:
        """Bring both records back to how they were; whether that worked with the one under test.

        Where its way back changes the other one, that is how the other one is from then on.
        """
        self.forget()
        if self._other is None or self._theirs is None:
            return Restorer(self.party).restore(self.saved).ok
        Restorer(self._other).restore(self._theirs)
        found = Restorer(self.party).restore(self.saved).ok
        self._theirs = self._other.read()
        return found

    # --- taking steps ---

    def plays(self, steps: Sequence[Step]) -> list[Taken]:
        """Take steps one after another, up to the first that goes wrong, and look at both records at the end."""
        taken: list[Taken] = []
        for step in steps:
            try:
                taken.append(self.take(step))
            except NotJudged:
                if self.party.client.stopped:
                    raise
                self.forget()
                continue
            if taken[-1].wrong is not None:
                return taken
        wrong = self.look()
        if wrong is not None and taken:
            taken[-1] = replace(taken[-1], wrong=wrong)
        return taken

    def take(self, step: Step) -> Taken:
        """Take a step, and compare the record with what the model says. NotJudged where it cannot be composed or read.

        That a valid patch is refused is not wrong by itself (see ``elsewhere``): it has to change nothing.
        """
        if step.kind is Kind.OTHER:
            return self._of_the_other(step)
        before = self.now()
        patches = self.composed(before, step)
        exchange = self._sent(step, patches)
        accepted = self.party.accepted(exchange)
        if (accepted and step.kind in REFUSED) or not (accepted or exchange.refused):
            said = f"{step.why or step.kind} to be refused" if step.kind in REFUSED else "to be accepted or refused"
            self.forget()
            return Taken(step, exchange, Violation(expected=f"a patch {said}", actual=exchange.said, exchange=exchange))
        applied = patches if accepted else []
        expected = predicted(self.party.reader, before, [each for each in applied if each.field.reference is None])
        if accepted and step.unread and self._unread is None and all(_is_plain(each) for each in patches):
            self.record, self._unread = expected, (patches, exchange)
            return Taken(step, exchange)
        return Taken(step, exchange, self._compared(expected, exchange, patches, applied, before))

    def elsewhere(self, step: Step) -> Exchange | None:
        """The same valid patch on an equal record, made of the saved one at once; None where it is refused there too.

        What may be sent of one member often depends on what the others hold, as a day that must not come before another one, and
        few documents say so: nobody is blamed for a refusal that the record may explain. None also where no such record is had.
        """
        record = self.now()
        if not self.reset() or not Restorer(self.party).restore(record).ok:
            return None
        if self.party.reader.differences(record, self.now()):
            return None
        exchange = self._sent(step, self.composed(record, step))
        self.forget()
        return exchange if self.party.accepted(exchange) else None

    def dependent(self, step: Step) -> frozenset[str]:
        """Of a patch that is refused for what the record holds: the field that is, where one after the other is changed."""
        for each in step.changes if len(step.changes) > 1 else ():
            exchange = self._sent(step, [self.composed_one(self.now(), each)])
            self.forget()
            if exchange.refused:
                return frozenset((each.field.path,))
        return frozenset(each.field.path for each in step.changes)

    def _sent(self, step: Step, patches: Sequence[Patch]) -> Exchange:
        self.party.movement.suspected = [each.field.path for each in step.changes]
        body = joined(patches)
        if step.kind is Kind.MALFORMED:
            return self.party.send("PATCH", (encoded(body) or b"{}")[:-1])
        return self.party.patch(body, auth={} if step.kind is Kind.DENIED else None)

    def composed(self, before: Record, step: Step) -> list[Patch]:
        """A patch for each change, on top of one another where they share a property: the last one of a property has it all."""
        patches: list[Patch] = []
        imagined = before
        for each in step.changes:
            patch = self.composed_one(imagined, each)
            if each.field.reference is None and not (step.kind is Kind.FAULT and each.way == Kind.FAULT):
                imagined = predicted(self.party.reader, imagined, [patch])
            patches.append(patch)
        return patches

    def composed_one(self, record: Record, change: Change) -> Patch:
        """The patch of one change, in the item that it means."""
        return self.party.composer.patch(record, change.field, change.value, prefers=chosen(record, change.field, change.at))

    def _read(self) -> Record:
        heard: list[Exchange] = []
        self.party.client.listeners.append(heard.append)
        try:
            return self.party.read()
        finally:
            self.party.client.listeners.remove(heard.append)
            answers = (each.answer for each in reversed(heard) if each.method == "GET" and each.answer is not None)
            self._tag = next((each.headers.get("ETag", "") for each in answers), "")
            self._tagged = self._tagged or bool(self._tag)

    # --- comparing ---

    def look(self) -> Violation | None:
        """What differs in the record behind a step that was not read, and in the bystander's."""
        wrong = None
        if self._unread is not None and self.record is not None:
            patches, exchange = self._unread
            wrong = self._compared(self.record, exchange, patches, patches, None)
        return wrong or self._look_at_the_other()

    def _look_at_the_other(self) -> Violation | None:
        if self._other is None or self._theirs is None:
            return None
        changed = self.party.reader.differences(self._theirs, self._other.read())
        if not changed:
            return None
        return Violation(
            expected="the other record to stay as it was",
            actual=f"a reading of the other record shows that {changed[0].told}",
            difference=differences_of(changed),
        )

    def _compared(
        self,
        expected: Record,
        exchange: Exchange,
        patches: Sequence[Patch],
        applied: Sequence[Patch],
        before: Record | None,
    ) -> Violation | None:
        """What is wrong with the record after a patch; ``before``: where it was read right ahead of the patch."""
        if self._unread is not None:
            patches, applied, self._unread = [*self._unread[0], *patches], [*self._unread[0], *applied], None
        tag, self.record = self._tag, None
        self.record = after = self._read()
        changed = self._unexplained(expected, after, patches, applied)
        if changed:
            self.record = None
            return Violation(
                expected="the record that the patches before it make: what was sent, and nothing else",
                actual=f"a reading shows that {changed[0].told}",
                exchange=exchange,
                difference=differences_of(changed),
            )
        return self._compared_tags(tag, before, after, exchange)

    def _unexplained(self, expected: Record, after: Record, patches: Sequence[Patch], applied: Sequence[Patch]) -> list[Located]:
        """What differs, once each field that was sent was suspected of being what it follows, some at a time."""
        fields = [each.field.path for each in patches]
        changed = self._differences(expected, after, patches, applied)
        for start in range(0, len(fields) if len(fields) > SUSPECTS else 0, SUSPECTS):
            if changed:
                self.party.movement.suspected = fields[start : start + SUSPECTS]
                changed = self._differences(expected, after, patches, applied)
        return changed

    def _differences(self, expected: Record, after: Record, patches: Iterable[Patch], applied: Iterable[Patch]) -> list[Located]:
        filled = {path for patch in patches for path in patch.filled}
        wrong: list[Located] = []
        loose: list[str] = []
        for each in applied:
            expected = _adopted(self.party, expected, after, each)
            shown = each.shown_in(after)
            if each.field.reference is not None:
                loose.append(base(each.field) or "")
                if not self.party.reader.same(each.field, each.value, shown):
                    wrong.append(Located(each.field.response or "", one_difference(each.field.path, each.value, shown)[0]))
            elif each.field.children:
                loose += [path for path in self.party.reader.unset if path.startswith(f"{each.field.response}")]
        changed = self.party.reader.differences(expected, after)
        own = [each for each in changed if each.where not in filled and not _is_loose(each.where, loose)]
        return [*wrong, *own]

    def _compared_tags(self, tag: str, before: Record | None, after: Record, exchange: Exchange) -> Violation | None:
        """A strong entity tag that is still that of another record (RFC 9110, 8.8.3)."""
        if before is None or not tag or tag.startswith("W/") or tag != self._tag:
            return None
        changed = self.party.reader.differences(before, after)
        if not changed:
            return None
        return Violation(
            expected="another entity tag after a change",
            actual=f"a reading shows that {changed[0].told}, and still has the entity tag {tag}",
            exchange=exchange,
            level=Level.SHOULD,
        )

    # --- the other record ---

    def _of_the_other(self, step: Step) -> Taken:
        """Send the bystander what it holds: neither record changes."""
        if self._other is None or self._theirs is None or self._other.movement.loses:
            raise NotJudged("there is no other record that could be sent anything")
        before = self.now()
        held = [(each.field, look_up(self._theirs, each.field.response)) for each in step.changes]
        body = {field.name: self._other.composer.exact(field, value) for field, value in held if value is not ABSENT}
        exchange = self._other.patch(body)
        wrong = self._look_at_the_other() or self._compared(before, exchange, [], [], None)
        return Taken(step, exchange, wrong)


def chosen(record: Record, field: Field, at: int) -> Callable[[Any], bool] | None:
    """Prefers, in each array on the way to a field, the item of this number, counted round; None where there is no array."""
    if "[]" not in field.path:
        return None
    meant: list[Any] = []
    holder: Any = record
    for step in (field.response or "").split("."):
        holder = holder.get(step.removesuffix("[]")) if isinstance(holder, dict) else None
        if step.endswith("[]") and isinstance(holder, list) and holder:
            holder = holder[at % len(holder)]
            meant.append(holder)
    return lambda item: any(item is each for each in meant)


def _is_plain(patch: Patch) -> bool:
    """What the record shows afterwards follows from the patch alone."""
    loose = patch.field.children or patch.field.reference is not None or patch.field.schema.get("uniqueItems")
    return not loose and not patch.filled


def _is_loose(where: str, paths: Iterable[str]) -> bool:
    plain = where.replace("[]", "")
    return any(f"{plain}.".startswith(f"{path.replace('[]', '')}.") for path in paths if path)


def _adopted(party: Party, expected: Record, after: Record, patch: Patch) -> Record:
    """The expected record with what a server may choose: the order of a set, and members of new items that nobody sends."""
    field, shown = patch.field, patch.shown_in(after)
    if field.reference is not None or not isinstance(shown, list) or not isinstance(patch.value, list):
        return expected
    if not field.children:
        is_set = field.schema.get("uniqueItems") and Counter(map(repr, shown)) == Counter(map(repr, patch.value))
        return predicted(party.reader, expected, [replace(patch, value=shown)]) if is_set else expected
    items = patch.shown_in(expected)
    if isinstance(items, list) and len(items) == len(shown):
        for item, other in zip(items, shown, strict=True):
            for name in other if isinstance(item, dict) and isinstance(other, dict) else ():
                item.setdefault(name, other[name])
    return expected
