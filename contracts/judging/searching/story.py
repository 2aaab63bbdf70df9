"""Searching until the budget is spent, and telling what was found: only what happens again from the saved record, cut short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random

from contracts.judging.faults import Fault
from contracts.judging.searching.drawing import Deck
from contracts.judging.searching.stage import Stage
from contracts.judging.searching.steps import Kind, Step, Taken
from contracts.judging.searching.ways import Ways
from contracts.record.party import Party
from contracts.record.records import ABSENT, look_up
from contracts.terms.exchange import Exchange
from contracts.terms.search import Search
from contracts.terms.verdict import Level, NotJudged, Violation

LONGEST = 24
"""Steps of one sequence."""
ATTEMPTS = 80
"""Sequences that are tried to make one shorter."""
LEFT = 12
"""Requests that are not worth another sequence."""
SETTLED = 6
"""Properties that are sent as they are ahead of a sequence that is taken again."""
TRAIL = 3 * LONGEST
"""Steps ahead of a sequence that may have led to what goes wrong in it."""


def search(party: Party, asked: Search, bad: Sequence[Fault]) -> None:
    """Take random steps until the search has had its requests and seconds.

    Raises Violation, with the story, for a sequence that goes wrong each time it is taken from the saved record; NotJudged where
    nothing could be searched.
    """
    _Search(party, asked, bad).run()


class _Search:
    """One search: what was taken since the record was last as it was saved is kept, for what goes wrong late."""

    def __init__(self, party: Party, asked: Search, bad: Sequence[Fault]) -> None:
        self._party, self._asked = party, asked
        self._sent = party.client.count
        self._random = Random(asked.seed)
        self._ways = Ways(party, self._random, asked.without)
        self._stage = Stage(party)
        self._deck = Deck(self._stage, self._random, self._ways, [each for each in bad if each.field.path not in asked.without])
        self._trail: list[Step] = []
        self._dependent: frozenset[str] = frozenset()
        self._accepted = 0

    def run(self) -> None:
        """Search, see ``search``."""
        try:
            while self._goes_on():
                self._sequence()
        except NotJudged:
            if not self._party.client.stopped:
                raise
        self._party.client.stopped = ""  # that the budget was used up is what was asked for
        if not self._accepted:
            raise NotJudged("no step of any sequence was accepted")

    def _goes_on(self) -> bool:
        enough = self._party.client.count >= self._asked.times * self._sent
        return self._party.client.left > LEFT and (self._asked.whole or not enough)

    def _sequence(self) -> None:
        """Take some steps; judge the first that goes wrong."""
        first = len(self._trail)
        for _ in range(self._random.randint(2, LONGEST)):
            try:
                step = self._deck.step()
                if not step.changes:
                    continue
                self._trail.append(step)
                taken = self._stage.take(step)
            except NotJudged:
                if self._party.client.stopped:
                    raise
                self._stage.forget()
                continue
            self._accepted += self._party.accepted(taken.exchange)
            if taken.wrong is not None:
                self._gone_wrong(first)
                return
            if not taken.turned_down:
                self._deck.proves(step)
            elif not self._is_dependent(step):
                self._turned_down(first)
                return
        if self._stage.look() is not None:
            self._gone_wrong(first)
        del self._trail[: -TRAIL or None]

    def _is_dependent(self, step: Step) -> bool:
        """It was seen that what may be sent of one of its fields depends on the rest of the record."""
        return any(each.field.path in self._dependent for each in step.changes)

    def _turned_down(self, first: int) -> None:
        """Judge the refusal of a valid patch, unless the record may explain it: it is refused on an equal record as well.

        Then the field that is refused is not judged by this any more.
        """
        step = self._trail[-1]
        if self._stage.elsewhere(step) is not None:
            self._gone_wrong(first, Refusals(self._stage))
            return
        own = self._stage.dependent(step)
        if self._deck.doubts(step) and Story(self._stage).is_refused(self._deck.doubtful(step)):
            self._deck.bars(step)
        else:
            self._dependent |= own
        self._trail.clear()
        self._stage.forget()

    def _gone_wrong(self, first: int, story: Story | None = None) -> None:
        """Bar what is doubtful in the last step and goes wrong alone as well; judge everything else."""
        step, story = self._trail[-1], story or Story(self._stage)
        if self._deck.doubts(step):
            alone = story.again([self._deck.doubtful(step)])
            if alone is not None:
                self._deck.bars(step)
                self._trail.clear()
                return
            self._deck.proves(step)
        own, whole = self._trail[first:], [*self._trail]
        self._trail.clear()
        found = story.again(own) or (story.again(whole) if whole != own else None)
        self._stage.forget()
        if found is not None:
            raise story.violation(found, self._asked.seed)


class Story:
    """Tells what goes wrong: replays steps from the saved record, and cuts them to those that it takes."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._idle: list[tuple[str, Exchange]] = []

    def again(self, steps: Sequence[Step], *, settled: bool = True) -> list[Taken] | None:
        """The steps from the saved record up to the one that goes wrong, None where none does.

        settled: what the properties of the steps hold is sent first, one after the other: whatever had to be put back, a service
        that remembers the last requests remembers the same ones then.
        """
        if not steps or not self._stage.reset():
            return None
        self._idle = []
        if settled:
            self._settle(steps)
        taken = self._judged(self._stage.plays(steps))
        return taken if taken and taken[-1].wrong is not None else None

    def _judged(self, taken: list[Taken]) -> list[Taken]:
        """What was taken, with what is wrong at its end."""
        return taken

    def is_refused(self, step: Step) -> bool:
        """Whether a valid patch is refused on the saved record too."""
        taken = self._stage.plays([step]) if self._stage.reset() else []
        return bool(taken) and taken[-1].turned_down

    def violation(self, found: list[Taken], seed: int) -> Violation:
        """The violation with the shortest story that was found for it, within the budget that is left."""
        idle = self._idle
        try:
            cut = self._cut([each.step for each in found])
            told = self.again(cut, settled=False) or self.again(cut)
        except NotJudged:  # the budget ended: the story is longer than it need be
            self._stage.party.client.stopped, told = "", None
        if told is None:
            told, self._idle = found, idle
        wrong = told[-1].wrong
        assert wrong is not None
        lines = [*(line for line, _exchange in self._idle), *(taken.told for taken in told)]
        numbered = (f"{number}. {line}" for number, line in enumerate(lines, start=1))
        levels = [each.level for taken in told for each in taken.step.changes if each.level is not None]
        return Violation(
            expected=wrong.expected,
            actual=f"{'; '.join(numbered)}; then {wrong.actual} (seed {seed})",
            exchange=told[-1].exchange,
            difference=wrong.difference,
            level=Level.SHOULD if Level.SHOULD in levels else wrong.level,
            story=[*(exchange for _line, exchange in self._idle), *(taken.exchange for taken in told)],
        )

    def _settle(self, steps: Sequence[Step]) -> None:
        party, record = self._stage.party, self._stage.now()
        changed = {each.field.top for step in steps for each in step.changes}
        for top in sorted(party.api.fields, key=lambda each: each.name not in changed)[: max(2, min(len(changed), SETTLED))]:
            shown = look_up(record, top.response)
            if not top.read_only and shown is not ABSENT and (top.children or party.values.safe(top, shown)):
                with suppress(NotJudged):
                    self._idle.append((f"PATCH {top.name} as it is", party.patch({top.name: party.composer.exact(top, shown)})))

    def _cut(self, steps: list[Step]) -> list[Step]:
        """The sequence without the steps, and the fields of steps, that it goes wrong without as well, twice."""
        attempts, at = 0, 0
        for size in (1, 2, 4, 8):
            found = self._twice(steps[-size:]) if size < len(steps) else None
            if found is not None:
                steps = found
                break
        while at < len(steps) and attempts < ATTEMPTS:
            for shorter in _shorter(steps, at):
                attempts += 1
                found = self._twice(shorter)
                if found is not None:
                    steps = found
                    break
            else:
                at += 1
        return steps

    def _twice(self, steps: Sequence[Step]) -> list[Step] | None:
        if self.again(steps) is None:
            return None
        found = self.again(steps)
        return [taken.step for taken in found] if found is not None else None


class Refusals(Story):
    """Tells of valid patches that are refused for no reason that the record shows: each time, and not on an equal record."""

    def _judged(self, taken: list[Taken]) -> list[Taken]:
        if not taken or taken[-1].wrong is not None or not taken[-1].turned_down:
            return []
        step, exchange = taken[-1].step, taken[-1].exchange
        other = self._stage.elsewhere(step)
        if other is None:
            return []
        expected = f"a patch to be accepted, as it is with {other.status} on an equal record that other patches make"
        wrong = Violation(expected=expected, actual=exchange.said, exchange=exchange, level=Level.SHOULD)
        return [*taken[:-1], replace(taken[-1], wrong=wrong)]


def _shorter(steps: list[Step], at: int) -> Iterator[list[Step]]:
    """The sequence without one step, or without one field of it."""
    step = steps[at]
    if len(steps) > 1:
        yield [*steps[:at], *steps[at + 1 :]]
    for number, change in enumerate(step.changes) if len(step.changes) > 1 else ():
        if change.way != Kind.FAULT:
            fewer = replace(step, changes=(*step.changes[:number], *step.changes[number + 1 :]))
            yield [*steps[:at], fewer, *steps[at + 1 :]]
    if step.unread:
        yield [*steps[:at], replace(step, unread=False), *steps[at + 1 :]]
