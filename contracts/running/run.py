"""One run: its targets and their records, what is saved and restored, and the results that come in."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from contracts.drafting.creating import described
from contracts.judging.caution import Caution
from contracts.record.guard import Guard
from contracts.record.keeping.appeared import untold
from contracts.record.party import Party
from contracts.record.restoring import joined
from contracts.reports.report import VIOLATED_ALREADY, RunReport, field_paths, settled
from contracts.reports.result import Result
from contracts.reports.traffic import Traffic
from contracts.running.concluding import Item, concluded
from contracts.running.journal import Journal, pending, unfinished
from contracts.running.made.leftovers import left_behind, remove_made
from contracts.running.made.making import Making
from contracts.running.made.onlooker import Onlooker
from contracts.running.made.renewal import Renewal
from contracts.running.outputs import Outputs
from contracts.running.parties import Saved, all_restored, budget, is_too_slow, learn, limited, moves_of, save, with_bystander
from contracts.running.plan import Plan
from contracts.running.selection import stale
from contracts.running.watch import Watch
from contracts.target.client import Budget, Client, Transcript
from contracts.target.embedded import Embedded, name_or_file, targets
from contracts.target.fixture import with_records
from contracts.target.locks import Locks
from contracts.target.secrecy import Redactor
from contracts.target.target import Target, TargetError
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Rule
from contracts.terms.threads import each_in_a_thread
from contracts.terms.verdict import NotJudged


@dataclass(slots=True)
class _Judging:
    """A record under test, and the exchanges of the current item."""

    party: Party
    transcript: Transcript = field(default_factory=Transcript)


class Run:
    """The state of a run in one process: the controller owns saving, restoring and reports; workers only judge."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.redactor = Redactor()
        self.reports: dict[str, RunReport] = {}
        self.ready: Mapping[str, Any] | None = None
        self.listed = 0
        self.expected = 0
        self._embedded: Embedded | None = None
        self.taken: dict[str, tuple[int, ...]] = {}
        self.say: Callable[[str], None] = lambda _line: None
        self._locks = Locks()
        self._targets: dict[str, Target] = {}
        self._judging: dict[tuple[str, int], _Judging] = {}
        self._saved: dict[str, list[Saved]] = {}
        self._bystanders: dict[str, Saved] = {}
        self._violated: set[str] = set()
        self._journal: Journal | None = None
        self._watch = Watch()
        self._making: Making | None = None
        self._renewal, self._renewing = Renewal(), Lock()
        self.begun = plan.clock.monotonic()
        self._traffic = Traffic(plan.report_dir, self.redactor) if plan.report_dir is not None else None

    # --- opening and closing (the controller) ---

    def open(self) -> None:
        """Start the embedded mock if there is no target, check every target, and save its record.

        Raises TargetError, one line, when a target cannot be used.
        """
        if self.plan.target is None:
            self._embedded = Embedded([name_or_file(api) for api in self.plan.apis])
            self.ready = self._embedded.ready
        else:
            target = self._with_records(described(self.plan.target))
            self.taken[target.api.name] = self._take(target)
            self._begin_journal(target)
        self.join(self.ready, taken=self.taken)
        if self._traffic is not None:
            self._traffic.clear()
        for name, target in self._targets.items():
            self._about(name, "preflight")
            self.reports[name] = RunReport(
                api=name,
                url=target.url,
                started=datetime.now(UTC).isoformat(timespec="seconds"),
                fields=field_paths(target.api),
                disposable=target.disposable and target.fixture is None,  # those that were made are not restored at all
            )
            if self.plan.read_only and target.read is None:
                raise TargetError("--read-only-check needs a GET that shows the record: give --read or [read] path")
            first, *others = self.parties(name)
            self._save(name, first)
            each_in_a_thread(partial(self._save, name), others)
            self._saved[name].sort(key=lambda each: target.identities.index(each.party.identity))

    def _with_records(self, target: Target) -> Target:
        """The target, with records that are made for this run where it says how."""
        if target.fixture is not None:
            unfinished(target)
            self._journal = Journal.begin(target, self.plan.report_dir, self.redactor)
            self._making = Making(target, self._journal, self.redactor, self.plan.clock)
            target = self._making.target(self.plan.workers)
            self.plan = replace(self.plan, target=target)
        return target

    @property
    def made(self) -> list[Mapping[str, str]]:
        """The path parameters of the records that were made for this run, the bystander last."""
        return self._making.paths if self._making is not None else []

    def _begin_journal(self, target: Target) -> None:
        """Refuse records that an earlier run may have left changed, and keep a journal from the first write on."""
        pending(target, [target.identities[number] for number in self.parties(target.api.name)])
        if self._journal is None and not self.plan.read_only and not self.plan.dry_run:
            self._journal = Journal.begin(target, self.plan.report_dir, self.redactor)

    def _take(self, target: Target) -> tuple[int, ...]:
        """The numbers of the records that this run has for itself; runs of other shards begin with others."""
        return self._locks.take(
            target, self.plan.order(len(target.identities)), self.plan.workers, self.plan.record_wait, self.say
        )

    def _save(self, name: str, number: int) -> None:
        """Check and save one record, and with the first one the bystander, if it can be read."""
        party = self._new_party(self._target(name, number), Budget())  # restoring has a budget of its own
        first = name not in self._saved
        saved = save(party, "" if first else party.identity.name, self._journal)
        self._saved.setdefault(name, []).append(saved)
        if party.bystander is not None and first:
            with suppress(TargetError):  # what it is needed for cannot be judged either
                self._bystanders[name] = save(party.bystander, "the bystander", self._journal)
        if not self.plan.only_refused(party.api):  # only now: a fault may reach the bystander with the first write
            learn(party, saved.record)

    def parties(self, name: str) -> tuple[int, ...]:
        """The numbers of the records of an API that this run may change; each is for one process."""
        return self.taken.get(name, (0,))

    def _target(self, name: str, number: int) -> Target:
        """The target with one of its records."""
        target = self._targets[name]
        return replace(target, identity=target.identities[number])

    @property
    def journal_path(self) -> str:
        """The file of the journal, "" where none is kept."""
        return str(self._journal.path) if self._journal is not None else ""

    def join(
        self,
        ready: Mapping[str, Any] | None,
        begun: float | None = None,
        taken: Mapping[str, Sequence[int]] | None = None,
        journal: str = "",
        made: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Know the targets; ``ready`` describes the embedded mock that the controller started.

        ``begun``: when the controller's run began, by the plan's clock, for the time budget. ``taken``: the records that
        it has locked, by API. ``journal``: the file to which the controller writes.
        ``made``: the path parameters of the records that it has made. Raises TargetError for a budget without room.
        """
        if made and self.plan.target is not None:
            target = described(self.plan.target)
            self._making = Making(target, Journal(Path(journal), self.redactor), self.redactor, self.plan.clock)
            self.plan = replace(self.plan, target=with_records(target, made))
        self.taken = {name: tuple(numbers) for name, numbers in (taken or {}).items()}
        self.begun = self.begun if begun is None else begun
        self._journal = Journal(Path(journal), self.redactor) if journal else self._journal
        found = [self.plan.target] if self.plan.target is not None else []
        if ready is not None:
            found = [*targets(ready, {api.name: name_or_file(api) for api in self.plan.apis})]
        self._targets = {
            target.api.name: limited(target, self.plan.limits, len(self.parties(target.api.name))) for target in found
        }

    def close(self) -> None:
        """Restore every record and verify it, write the report, and stop the embedded mock."""
        try:
            for name, saved in self._saved.items():
                self._about(name, "restoration")
                report = self.reports[name]
                bystander = [self._bystanders[name]] if name in self._bystanders else []
                needed = [each for each in [*saved, *bystander] if each.party.identity.path not in self.made]
                found = moves_of([*(each.party for each in saved), *self._parties_of(name)])
                report.moves = dict(sorted({**report.moves, **found}.items()))
                restored = all_restored(needed, self.redactor, self.plan.clock, report.moves)
                report.restored = joined([restored, *left_behind(saved[0], self._parties_of(name), self._journal, self._making)])
                report.requests += sum(each.party.client.count for each in saved) + self.requests().get(name, 0)
                report.seconds = self.plan.clock.monotonic() - self.begun
                report.results = settled(report.results, whole=self.plan.shard is None)
                report.stale = stale(self.plan, report.results)
            self._remove_made()
            self.listed = Outputs(self.plan, self.reports).write(self._targets, self._traffic, self.expected)
            if self._journal is not None:
                self._journal.close(restored=all(each.restored.ok for each in self.reports.values()))
        finally:
            self._remove_made()  # also after an error on the way
            self._saved.clear()
            self._locks.release()
            if self._embedded is not None:
                self._embedded.stop()
                self._embedded = None

    def _remove_made(self) -> None:
        remove_made(self._making, [*self.reports.values()], self.redactor, self.say)

    def _parties_of(self, name: str) -> list[Party]:
        """The parties of an API that this process has judged, those whose record was spoilt behind the others."""
        judging = [each.party for (api, _number), each in self._judging.items() if api == name]
        return [*judging, *self._renewal.retired(name)]

    def movements(self) -> dict[str, dict[str, str]]:
        """What the parties of this process have learnt to move by itself, by API."""
        return {name: moves_of(self._parties_of(name)) for name in {api for api, _number in self._judging}}

    def add(self, result: Result) -> None:
        """Take a result, from this process or from a worker."""
        if result.api in self.reports:
            self.reports[result.api].results.append(result)

    def will_be_cut(self, items: int) -> bool:
        """Whether there seems to be too little time for so many items."""
        return any(is_too_slow(saved, items) for saved in self._saved.values())

    @property
    def results(self) -> Sequence[Result]:
        """All results so far."""
        return [result for report in self.reports.values() for result in report.results]

    # --- judging (each process) ---

    def judge(
        self, api: str, rule: Rule, field: str, call: Callable[[Party], object], number: int | None = None
    ) -> tuple[Result, BaseException | None]:
        """Judge one item: ``call`` runs the rule function on the record. The result, and the exception it ended in.

        ``number``: which of the run's records it is run on, the first one if None.
        A generated rule is not judged once another rule has been violated: it would only find the same fault again.
        """
        number = self.parties(api)[0] if number is None else number
        self._about(api, f"{rule.id} [{field}]")
        begun, exchanges = time.monotonic(), list[Exchange]()
        outcome: BaseException | None = None
        try:
            judging = self._judging_of(api, number)
            exchanges = judging.transcript.exchanges
            exchanges.clear()
            judging.party.client.stopped = ""
            if rule.generated and api in self._violated:
                raise NotJudged(VIOLATED_ALREADY)
            self._watch.check(judging.party)
            call(judging.party)
        except TargetError as error:  # a worker cannot get the credential
            outcome = NotJudged(str(error))
        except (Exception, BaseExceptionGroup) as error:  # whatever happens in a rule is a result
            outcome = error
        seconds = time.monotonic() - begun
        if (api, number) in self._judging:
            party = self._judging[api, number].party
            outcome = self._watch.settled(party, outcome)  # no verdict where requests were not sent, or given up
            if not rule.spoils:
                outcome = self._watch.look(party, f"{rule.id} [{field}]") or self._watch.missed(party, exchanges, outcome)
            self._renewal.note((api, number), exchanges, spoils=rule.spoils, lost=self._watch.spoilt(party))
            if party.caution is not None:  # with --read-only-check, what was accepted is put back at once
                party.caution.undo()
        item = Item(rule=rule, field=field, exchanges=exchanges, seconds=seconds)
        found = concluded(item, outcome, self._targets[api], self.plan.known, self.redactor)
        if found.failed:  # what is only a should leaves the rest as sound as it was
            self._violated.add(api)
        return found.result, found.outcome

    def _judging_of(self, api: str, number: int) -> _Judging:
        """The record for the next item: another one in the place of one that was made for this run, and is spoilt."""
        try:
            if self._making is None or not self._renewal.is_due((api, number)):
                return self._begin(api, number)
        except TargetError:
            if self._making is None:
                raise  # else a worker that is gone had the record before, and has spoilt it
        with self._renewing:  # several may be spoilt at the same time
            self._targets[api] = self._making.renewed(self._targets[api], number)
        spoilt = self._judging.pop((api, number), None)
        self._renewal.done((api, number), spoilt.party if spoilt is not None else None)
        return self._begin(api, number)

    def requests(self) -> dict[str, int]:
        """The requests that this process sent while judging, by API."""
        names = {api for api, _number in self._judging}
        return {name: sum(each.client.count for each in self._parties_of(name)) for name in names}

    def _budget(self, target: Target, number: int) -> Budget:
        whole = budget(target, len(self.parties(target.api.name)), self.begun)
        gone = sum(party.client.count for party in self._renewal.retired(target.api.name, number))
        return whole if whole.requests is None else replace(whole, requests=max(0, whole.requests - gone))

    def _begin(self, api: str, number: int) -> _Judging:
        key = api, number
        if key not in self._judging:
            judging = _Judging(self._new_party(self._target(api, number), self._budget(self._targets[api], number)))
            judging.party.client.listeners.append(judging.transcript)
            self._prepare(judging.party, api)
            if self.plan.only_refused(judging.party.api):
                judging.party.caution = Caution(judging.party, judging.party.state.preflight())
            self._judging[key] = judging
        return self._judging[key]

    def _prepare(self, party: Party, api: str) -> None:
        """What is learnt before the first rule: the bystander as it is, what moves by itself, and what is to be spared."""
        party.look_at_bystander()
        for saved in self._saved.get(api, ()):
            if saved.party.identity == party.identity:
                party.movement.take_over(saved.party.movement)
        if self.plan.only_refused(party.api):
            return
        record = party.at_first = party.state.preflight()
        learn(party, record)
        guard = Onlooker if party.target.disposable else Guard
        party.guard = guard(party, record, self._journal.appeared if self._journal is not None else untold)

    def _about(self, api: str, purpose: str) -> None:
        """Say in the traffic what the next requests are sent for."""
        if self._traffic is not None:
            self._traffic.about = f"{api}: {purpose}"

    def _new_party(self, target: Target, budget: Budget) -> Party:
        client = Client(target.limits, self.redactor, budget, self.plan.clock)
        if self._traffic is not None:
            client.listeners.append(self._traffic)
        if self._journal is not None:
            client.listeners.append(self._journal)
        return with_bystander(target, client)
