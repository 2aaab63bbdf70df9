"""One run: its targets and their records, what is saved and restored, and the results that come in."""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import specs
from contracts import reports
from contracts.judging.caution import Caution
from contracts.record.party import Party, Restoration, joined
from contracts.record.records import Record
from contracts.reports import known, observe, shards
from contracts.reports.findings import findings
from contracts.reports.known import Item, KnownList, Stale
from contracts.reports.report import VIOLATED_ALREADY, RunReport, settled
from contracts.reports.result import Result, judged, struck
from contracts.reports.shards import Part, Shard
from contracts.reports.traffic import Traffic
from contracts.target.client import Budget, Client, Transcript
from contracts.target.embedded import Embedded, targets
from contracts.target.expect import changed, held
from contracts.target.locks import Locks
from contracts.target.secrecy import Redactor
from contracts.target.target import Target, TargetError, load_api
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Rule, rule_of
from contracts.terms.verdict import Level, NotJudged, Verdict
from specs import Api

RECORD_WAIT = 600.0
"""Seconds that a run waits for a record that another run on this machine is using."""
RESERVED_READS = 12
"""Requests for a login, the preflight and the readings of a restoration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for: the target (None: the embedded mock of ``apis``), and how to judge it.

    ``workers``: the processes that judge; ``customer_wait``: seconds to wait for a record that another run is using.
    """

    target: Target | None
    apis: tuple[Api, ...]
    rules: frozenset[str] = frozenset()
    strict: bool = False
    depth: str = "gate"
    report_dir: Path | None = None
    dry_run: bool = False
    known: KnownList | None = None
    known_update: bool = False
    observe: Path | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    read_only: bool = False
    shard: Shard | None = None
    workers: int = 1
    record_wait: float = RECORD_WAIT

    def includes(self, rule: Rule) -> bool:
        """Whether the rule is selected, by --rule, by depth and by --read-only-check."""
        deep_enough = rule.depth == "gate" or self.depth == "thorough"
        return (not self.rules or rule.id in self.rules) and deep_enough and (rule.harmless or not self.read_only)


def embedded_apis(name: str | None) -> tuple[Api, ...]:
    """The APIs that the embedded mock serves: the one that was named, or all of specs/."""
    return (load_api(name),) if name else tuple(specs.load(each) for each in specs.names())


@dataclass(slots=True)
class _Judging:
    """A record under test, and the exchanges of the current item."""

    party: Party
    transcript: Transcript = field(default_factory=Transcript)


@dataclass(frozen=True, slots=True)
class _Saved:
    """A record with its record before anything was changed; ``name`` tells it from the first one."""

    name: str
    party: Party
    record: Record


class Run:
    """The state of a run in one process: the controller owns saving, restoring and reports; workers only judge."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.redactor = Redactor()
        self.reports: dict[str, RunReport] = {}
        self.ready: Mapping[str, Any] | None = None
        self.restoring = False
        self.listed = 0
        self.expected = 0
        self._embedded: Embedded | None = None
        self.taken: dict[str, tuple[int, ...]] = {}
        self.say: Callable[[str], None] = lambda _line: None
        self._locks = Locks()
        self._targets: dict[str, Target] = {}
        self._judging: dict[tuple[str, int], _Judging] = {}
        self._saved: dict[str, list[_Saved]] = {}
        self._others: dict[str, _Saved] = {}
        self._violated: set[str] = set()
        self.begun = time.monotonic()
        self._traffic = Traffic(plan.report_dir, self.redactor) if plan.report_dir is not None else None

    # --- opening and closing (the controller) ---

    def open(self) -> None:
        """Start the embedded mock if there is no target, check every target, and save its record.

        Raises TargetError, one line, when a target cannot be used.
        """
        if self.plan.target is None:
            self._embedded = Embedded([_name_or_file(api) for api in self.plan.apis])
            self.ready = self._embedded.ready
        else:
            self.taken[self.plan.target.api.name] = self._take(self.plan.target)
        self.join(self.ready, taken=self.taken)
        if self._traffic is not None:
            self._traffic.clear()
        for name, target in self._targets.items():
            self._about(name, "preflight")
            self.reports[name] = RunReport(
                api=name,
                url=target.url,
                started=datetime.now(UTC).isoformat(timespec="seconds"),
                fields=_fields(target.api),
            )
            if self.plan.read_only and target.read is None:
                raise TargetError("--read-only-check needs a GET that shows the record: give --read or [read] path")
            for number in self.parties(name):
                self._save(name, number)

    def _take(self, target: Target) -> tuple[int, ...]:
        """The numbers of the records that this run has for itself; runs of other shards begin with others."""
        count = len(target.identities)
        first = (self.plan.shard.number - 1) * self.plan.workers if self.plan.shard is not None else 0
        order = [(first + number) % count for number in range(count)]
        return self._locks.take(target, order, self.plan.workers, self.plan.record_wait, self.say)

    def _save(self, name: str, number: int) -> None:
        """Check and save one record, and with the first one the bystander, if it can be read."""
        party = self._new_customer(self._target(name, number), Budget())  # restoring must never fail for lack of budget
        record, first = party.preflight(), name not in self._saved
        self._saved.setdefault(name, []).append(_Saved("" if first else party.identity.name, party, record))
        if party.bystander is not None and first:
            with suppress(TargetError):  # what it is needed for cannot be judged either
                self._others[name] = _Saved("the bystander", party.bystander, party.bystander.preflight())

    def parties(self, name: str) -> tuple[int, ...]:
        """The numbers of the records of an API that this run may change; each is for one process."""
        return self.taken.get(name, (0,))

    def _target(self, name: str, number: int) -> Target:
        """The target with one of its records."""
        target = self._targets[name]
        return replace(target, identity=target.identities[number])

    def join(
        self, ready: Mapping[str, Any] | None, begun: float | None = None, taken: Mapping[str, Sequence[int]] | None = None
    ) -> None:
        """Know the targets; ``ready`` describes the embedded mock that the controller started.

        ``begun``: when the controller's run began, by ``time.monotonic``, for the time budget. ``taken``: the records that
        it has locked, by API. Raises TargetError for a budget that has no room for any judging.
        """
        self.taken = {name: tuple(numbers) for name, numbers in (taken or {}).items()}
        self.begun = self.begun if begun is None else begun
        found = [self.plan.target] if self.plan.target is not None else []
        if ready is not None:
            found = [*targets(ready, {api.name: _name_or_file(api) for api in self.plan.apis})]
        self._targets = {
            target.api.name: _limited(target, self.plan.limits, len(self.parties(target.api.name))) for target in found
        }

    def close(self) -> None:
        """Restore every record and verify it, write the report, and stop the embedded mock."""
        try:
            for name, saved in self._saved.items():
                self._about(name, "restoration")
                others = [self._others[name]] if name in self._others else []
                self.reports[name].restored = _all_restored([*saved, *others], self.redactor)
                self.reports[name].requests += sum(each.party.client.count for each in saved) + self.requests().get(name, 0)
                self.reports[name].seconds = time.monotonic() - self.begun
                self.reports[name].results = settled(self.reports[name].results)
                self.reports[name].stale = self._stale(name)
            self._list_violations()
            self._write_observed()
            if self.plan.report_dir is not None and self._traffic is not None and self.reports:
                reports.write(self.plan.report_dir, list(self.reports.values()), strict=self.plan.strict)
                self._traffic.merge()
                self._write_part(self.plan.report_dir)
        finally:
            self._saved.clear()
            self._locks.release()
            if self._embedded is not None:
                self._embedded.stop()
                self._embedded = None

    def _write_part(self, folder: Path) -> None:
        """With --shard, leave what ``merge`` needs; without, nothing that it could take for that."""
        if self.plan.shard is None:
            (folder / shards.FILE).unlink(missing_ok=True)
            return
        Part(
            shard=self.plan.shard,
            strict=self.plan.strict,
            expected=self.expected,
            runs=tuple(self.reports.values()),
            known=self.plan.known,
            covered=shards.covered(self.plan.known, sorted(items(self.plan)) if self.plan.known is not None else ()),
        ).write(folder)

    def _list_violations(self) -> None:
        """With --known-update, append what fails to the list: an entry for each rule of a root cause."""
        if self.plan.known is None or not self.plan.known_update:
            return
        found = [each for report in self.reports.values() for each in findings(report)]
        failing = [each for each in found if self.plan.strict or each.first.level == Level.MUST]
        groups = [[part for part in each.results if part.rule == rule] for each in failing for rule in each.rules]
        self.listed = known.extend(self.plan.known, groups)

    def _write_observed(self) -> None:
        """With --observe, write what the target does at the open points."""
        for name, target in self._targets.items():
            if self.plan.observe is not None and name in self.reports:
                observe.write(self.plan.observe, target, self.reports[name].results)

    def _stale(self, name: str) -> list[Stale]:
        if self.plan.known is None:
            return []
        return self.plan.known.stale(self.reports[name].results, items(self.plan))

    def add(self, result: Result) -> None:
        """Take a result, from this process or from a worker."""
        if result.api in self.reports:
            self.reports[result.api].results.append(result)

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
        begun = time.monotonic()
        outcome: BaseException | None = None
        exchanges: list[Exchange] = []
        try:
            judging = self._begin(api, number)
            exchanges = judging.transcript.exchanges
            exchanges.clear()
            judging.party.client.stopped = ""
            if rule.generated and api in self._violated:
                raise NotJudged(VIOLATED_ALREADY)
            call(judging.party)
        except TargetError as error:  # a worker cannot get the credential
            outcome = NotJudged(str(error))
        except (Exception, BaseExceptionGroup) as error:  # whatever happens in a rule is a result
            outcome = error
        seconds = time.monotonic() - begun
        outcome = self._unless_stopped((api, number), outcome)
        self._undo_accepted((api, number))
        target = self._targets[api]
        kept = held(target.expect, field, outcome)
        outcome = changed(target.expect, rule, field, outcome, exchanges) or outcome
        result = judged(target.api, rule, field, outcome, exchanges, self.redactor, seconds)
        if kept and result.verdict == Verdict.OBSERVED:
            result = replace(result, verdict=str(Verdict.CONFORMS))
        if result.verdict == Verdict.VIOLATES:
            if result.failed:  # what is only a should leaves the rest as sound as it was
                self._violated.add(api)
            listed = self.plan.known.applied(result) if self.plan.known is not None else None
            if listed is not None:
                result = replace(result, verdict=str(Verdict.KNOWN), known=listed)
        return result, outcome

    def _undo_accepted(self, key: tuple[str, int]) -> None:
        """With --read-only-check: put the record back at once where the target accepted what it had to refuse."""
        caution = self._judging[key].party.caution if key in self._judging else None
        if caution is not None:
            caution.undo()

    def _unless_stopped(self, key: tuple[str, int], outcome: BaseException | None) -> BaseException | None:
        """What an item says whose requests were not all sent, or given up for being throttled, is no verdict."""
        stopped = self._judging[key].party.client.stopped if key in self._judging else ""
        return NotJudged(stopped) if stopped else outcome

    def requests(self) -> dict[str, int]:
        """The requests that this process sent while judging, by API."""
        counts: Counter[str] = Counter()
        for (api, _number), judging in self._judging.items():
            counts[api] += judging.party.client.count
        return dict(counts)

    def _begin(self, api: str, number: int) -> _Judging:
        key = api, number
        if key not in self._judging:
            judging = _Judging(self._new_customer(self._target(api, number), self._budget(self._targets[api])))
            judging.party.client.listeners.append(judging.transcript)
            judging.party.look_at_bystander()
            if self.plan.read_only:
                judging.party.caution = Caution(judging.party, judging.party.preflight())
            self._judging[key] = judging
        return self._judging[key]

    def _about(self, api: str, purpose: str) -> None:
        """Say in the traffic what the next requests are sent for."""
        if self._traffic is not None:
            self._traffic.about = f"{api}: {purpose}"

    def _budget(self, target: Target) -> Budget:
        """What is left for judging: saving and restoring have their part of the requests, and all the time they need."""
        limits, processes = target.limits, len(self.parties(target.api.name))
        share = (limits.max_requests - processes * reserve(target.api)) // processes
        until = self.begun + limits.max_seconds if limits.max_seconds else None
        return Budget(requests=share, until=until, kept=limits.max_requests - share)

    def _new_customer(self, target: Target, budget: Budget) -> Party:
        client = Client(target.limits, self.redactor, budget)
        if self._traffic is not None:
            client.listeners.append(self._traffic)
        party = Party(target, client)
        party.learn_credentials()
        if target.bystander is not None:
            party.bystander = Party(target, client, target.bystander)
            party.bystander.sacrifices = False
            party.bystander.learn_credentials()
        return party


def _fields(api: Api) -> tuple[str, ...]:
    """The paths of what may be sent and then of what is only shown, each in document order."""
    sent, shown = [each.path for each in api.walk_fields()], [each.path for each in api.walk_record()]
    return tuple(dict.fromkeys(sent + shown))


def reserve(api: Api) -> int:
    """The requests that are kept back for saving the record and for two attempts to restore it, property by property."""
    return 2 * (1 + len(api.fields)) + RESERVED_READS


def _limited(target: Target, limits: Mapping[str, Any], processes: int) -> Target:
    """The target with some other limits; several processes together send no faster than one."""
    limited = replace(target, limits=replace(target.limits, **limits))
    pace = limited.limits.requests_per_second / processes
    limited = replace(limited, limits=replace(limited.limits, requests_per_second=pace))
    least = processes * reserve(target.api)
    if limited.limits.max_requests <= least:
        raise TargetError(f"max_requests: {least} are kept for saving and restoring; expected more than {least}")
    return limited


def judge_all(plan: Plan) -> list[RunReport]:
    """A whole run without pytest: every selected rule, the generated ones last, and the records restored.

    Raises TargetError, one line, when a target cannot be used.
    """
    rules = [found for found in load_rules() if plan.includes(found[0])]
    run = Run(plan)
    try:
        run.open()
        for rule, function in sorted(rules, key=lambda found: found[0].generated):
            for api in plan.apis:
                for case in rule.cases(api):
                    result, _outcome = run.judge(api.name, rule, case.field, partial(function, case=case.value))
                    run.add(replace(result, order=len(run.results)))
    finally:
        run.close()
    return list(run.reports.values())


def items(plan: Plan) -> set[Item]:
    """Everything there is to judge at the plan's depth, whatever else is selected."""
    rules = [rule for rule, _function in load_rules() if rule.depth == "gate" or plan.depth == "thorough"]
    return {(api.name, rule.id, case.field) for api in plan.apis for rule in rules for case in rule.cases(api)}


def load_rules() -> list[tuple[Rule, Callable[..., object]]]:
    """Every rule with its function, in the order of folders, files and lines."""
    from contracts import rules

    found = []
    for module in sorted(
        each.name for each in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}.") if ".test_" in each.name
    ):
        for member in vars(importlib.import_module(module)).values():
            rule = rule_of(member)
            if rule is not None:
                found.append((rule, member))
    return found


def _all_restored(everyone: Sequence[_Saved], redactor: Redactor) -> Restoration:
    """Restore each record; where mending one may have spoilt another, the first one counts, and the others are told."""
    first, *others = everyone
    found = [_restored(first, redactor)]
    before = _writes(others)
    found += [_restored(each, redactor) for each in others]
    if _writes(others) != before:
        found = [_restored(first, redactor), *(_restored(each, redactor, write=False) for each in others)]
    return joined(found)


def _writes(everyone: Sequence[_Saved]) -> int:
    return sum(each.party.client.writes for each in everyone)


def _restored(saved: _Saved, redactor: Redactor, *, write: bool = True) -> Restoration:
    """Restoring never raises: whatever goes wrong is told in the report, with whose record it is."""
    try:
        restored = saved.party.restore(saved.record, write=write)
        told = f"{saved.name}: " if saved.name else ""
        differences = (struck(replace(each, path=f"{told}{each.path}"), redactor) for each in restored.differences)
        return replace(restored, differences=tuple(differences))
    except Exception as error:  # the report must be written whatever a broken target does here
        return Restoration(ok=False, differences=(), repairs=(f"restoring failed: {type(error).__name__}",))


def _name_or_file(api: Api) -> str:
    return api.name if api.name in specs.names() else str(api.file)
