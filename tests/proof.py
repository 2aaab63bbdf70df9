"""The proof: every deliberate defect is found, by the right family; every conforming implementation passes.

    python -m tests.proof --write            # all of it, in parallel, and docs/reference/kill-matrix.md anew
    python -m tests.proof --write --once     # the same with each defect in one API only
    python -m tests.proof --write --once --quick --thorough 30   # and what the other depths find, thorough on a sample
    python -m tests.proof --only limit-unchecked --api babyland

Each subject is a real server on a loopback port, judged by the gate. The other depths, and stock Schemathesis with all its
checks (``--stock 1``), can be run on the same defects in the same run.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any
from zlib import crc32

import click

import specs
from contracts.reports.promises import untold
from contracts.reports.result import Result
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.running.whole import judge_all
from contracts.target.embedded import targets
from contracts.target.target import Target
from tests import subjects
from tests.implementations.catalogue import FAULTS, VARIANTS

DOCUMENT = subjects.ROOT / "docs" / "reference" / "kill-matrix.md"
FIFTH = subjects.ROOT / "tests" / "apis" / "profile.yaml"
MOST_RULES = 2
LONG_RULES = frozenset({*(rule.id for rule, _ in load_rules() if rule.depth == "thorough"), "sequence-follows-model"})
LONG_LIMITS = {"max_requests": 30_000}
"""Rules that the gate leaves out."""
SAMPLED_LIMITS = {"max_requests": 12_000}
"""Of a whole run at --depth thorough, one of the sample."""
FOUND = {True: "found", False: "missed"}


UNOBSERVABLE = {
    "PU16": ("items that were not sent are kept or deleted wrongly", "open: no document says what becomes of them"),
    "TY21": ("null refused for an enum with null", "no document has such an enum"),
    "PU19": ("unknown field accepted", "open: no document says what becomes of one; that it is never stored is judged"),
    "EN19": ("enum checked on creation alone", "seen from a PATCH it is an enum that is not checked (EN01)"),
    "LN08": ("trimmed ahead of counting", "open: no document says that white space at the ends counts"),
    "LN19": ("blank text where one character is the least", "open: white space is characters, unless a document says otherwise"),
    "EE26": ("input repeated unescaped", "no fault in JSON, which no browser renders"),
    "TY03": ("boolean for a number", "open: what of a scalar is read as another is the framework's; what is stored is judged"),
    "TY09": ("1.0 refused for a whole number", "open: RFC 8259 leaves it to the implementation"),
    "TY18": ("precision of decimals", "no documented field is a decimal"),
    "TY19": ("byte order mark", "open: RFC 8259 8.1 allows to ignore it"),
    "TY22": ("-0 and 1e3", "open: RFC 8259 leaves it to the implementation"),
    "AU07": ("expired credential works", "needs a credential that is known to be expired"),
    "AU09": ("read-only credential writes", "no document has such credentials"),
    "CN05": ("415 without Accept-Patch", "open: RFC 5789 2.2 has it as a SHOULD, and no document has the header; it is observed"),
    "CN04": ("merge-patch treated otherwise", "no document has that media type; the fifth API in tests/apis does"),
    "CN06": ("a page for browsers", "open: Accept may be answered with what it asks for (RFC 9110 12.5.1)"),
    "IS04": ("shared reference row edited", "no documented read shows such a row for another customer"),
    "IS07": (
        "uniqueness error tells another's value",
        "open: the texts of messages are nobody's contract; secrets in them are judged",
    ),
    "RC13": ("too slow", "no document has a time; the report shows each exchange's"),
}
"""The catalogue's fault types that no request tells from a conforming server: what they are, and why."""


_api = lru_cache(specs.load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something to be judged. ``kind``: defect (of the mock), fault (of an implementation), variant or honest."""

    api: str
    kind: str
    name: str
    family: str = ""
    fault: str = ""
    field: str = ""
    says: str = ""

    @property
    def field_names(self) -> list[str]:
        """The field's names in requests and in records; none where no single field is meant."""
        shown = [each.response for each in _api(self.api).walk_fields() if each.path == self.field and each.response]
        return [self.field, *shown] if self.field else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a subject: the violated rules as ``rule/family/level/field``, what was expected, and what it cost.

    stock: the checks of stock Schemathesis that fail, "" where it was not asked. depths: whether the other depths find it, for
    those that were asked. untold: what a rule has left to another one that did not tell it.
    """

    subject: Subject
    violated: tuple[str, ...] = ()
    expected: str = ""
    internal: str = ""
    requests: int = 0
    seconds: float = 0.0
    restored: bool = True
    thorough: bool = False
    stock: str = ""
    depths: Mapping[str, str] = field(default_factory=dict)
    untold: tuple[str, ...] = ()

    @property
    def rules(self) -> list[tuple[str, str, str]]:
        """The violated rules with family and level, each once."""
        return sorted({(rule, family, level) for rule, family, level, _field in map(_parts, self.violated)})

    @property
    def asked(self) -> set[str]:
        """What judged it beside the gate."""
        return {*self.depths, *(["stock"] if self.stock else [])}

    @property
    def killed(self) -> bool:
        """A must or a should is violated."""
        return bool(self.violated)

    @property
    def failed(self) -> bool:
        """A must is violated: what the exit code is about."""
        return any(level == "must" for _rule, _family, level in self.rules)

    @property
    def strict_only(self) -> bool:
        """Only rules that are a should are violated."""
        return self.killed and all(level == "should" for _rule, _family, level in self.rules)

    @property
    def blamed_right(self) -> bool:
        """Every violated rule is of the defect's family, and there are at most two."""
        families = {family for _rule, family, _level in self.rules}
        return families == {self.subject.family} and len(self.rules) <= MOST_RULES

    @property
    def field_right(self) -> bool:
        """The field that the defect is about is among those reported or told of, where it is about a single one."""
        reported = {field for *_rest, field in map(_parts, self.violated)}
        names = self.subject.field_names
        return not names or any(name in self.expected or any(_related(name, each) for each in reported) for name in names)

    @property
    def good(self) -> bool:
        """As it should be: a defect found and blamed right, a conforming subject without any violation."""
        if self.internal:
            return False
        if self.subject.kind in ("defect", "fault"):
            return self.killed and self.blamed_right and self.field_right
        return not self.failed


def _parts(violated: str) -> tuple[str, str, str, str]:
    rule, family, level, field = violated.split("/", 3)
    return rule, family, level, field


def _related(left: str, right: str) -> bool:
    """Whether one path is the other or holds it; ``*`` stands for the whole record."""
    one, other = left.replace("[]", "").split("."), right.replace("[]", "").split(".")
    size = min(len(one), len(other))
    return "*" in (left, right) or one[:size] == other[:size]


# --- the subjects ---------------------------------------------------------------------------------------------------


def defects(apis: Sequence[str]) -> list[Subject]:
    """Every defect of the mock in each API that has a place for it; in the fifth API those that none of the four has."""
    fifth = specs.load(FIFTH).name
    with (
        subjects.running("mock_server", *specs.names(), str(FIFTH)) as ready,
        urllib.request.urlopen(f"{ready['url']}/__admin/defects", timeout=10) as answer,
    ):
        available = json.load(answer)["available"]
    return [
        Subject(
            api=str(FIFTH.relative_to(subjects.ROOT)) if api == fifth else api,
            kind="defect",
            name=each["id"],
            family=each["family"],
            fault=each["fault"],
            field=each["fields"][api] or "",
            says=each["says"],
        )
        for each in available
        for api in [*apis, *([fifth] if each["fields"].keys() == {fifth} else [])]
        if api in each["fields"]
    ]


def once_each(subjects_: Iterable[Subject]) -> list[Subject]:
    """Each defect in one of its APIs only: by its name, so that every API has its share, whatever other defects there are."""
    by_name: dict[str, list[Subject]] = {}
    for subject in subjects_:
        by_name.setdefault(subject.name, []).append(subject)
    return [found[crc32(name.encode()) % len(found)] for name, found in by_name.items()]


def drawn(count: int, seed: int, listed: Callable[[str], bool] = lambda _name: True) -> list[Subject]:
    """A sample of the defects of the documents in specs/, each in one of its APIs; ``listed``: whose names may be drawn."""
    known = [each for each in once_each(defects(specs.names())) if each.api in specs.names() and listed(each.name)]
    return random.Random(seed).sample(sorted(known, key=lambda each: each.name), count)


def faults(apis: Sequence[str]) -> list[Subject]:
    """The framework-typical faults of the independent implementations."""
    return [
        Subject(api=api, kind="fault", name=each.name, family=each.family, field=each.field, says=each.description)
        for api in apis
        for each in FAULTS[api]
    ]


def conforming(apis: Sequence[str]) -> list[Subject]:
    """The implementations as they are, without GET, and in each variant that the documents leave open."""
    plain = [Subject(api=api, kind="honest", name=name) for api in apis for name in ("with GET", "without GET")]
    return plain + [Subject(api=api, kind="variant", name=name) for api in apis for name in VARIANTS[api]]


# --- judging --------------------------------------------------------------------------------------------------------

_MOCKS: dict[str, tuple[ExitStack, Target, str]] = {}
"""The mocks of this worker process, one for each API, started once and switched between defects."""


def stop_mocks() -> None:
    """End the mocks that ``judge`` started in this process."""
    while _MOCKS:
        _MOCKS.popitem()[1][0].close()


def _stop_mocks_at_the_end() -> None:
    """Worker processes end without the interpreter's own clean-up."""
    Finalize(None, stop_mocks, exitpriority=1)


def judge(subject: Subject, *, also: Collection[str] = ()) -> Outcome:
    """Judge one subject with the gate, and with what is asked for beside it; an exception becomes the outcome's ``internal``.

    ``also``: quick, thorough, stock.
    """
    begun = time.monotonic()
    try:
        with _served(subject) as target:
            outcome = replace(judged(subject, target), seconds=round(time.monotonic() - begun, 1))
        return _compared(subject, outcome, also)
    except Exception as error:  # one broken subject must not end the proof
        outcome = Outcome(subject=subject, internal=f"{type(error).__name__}: {error}"[:300])
    return replace(outcome, seconds=round(time.monotonic() - begun, 1))


def _compared(subject: Subject, outcome: Outcome, also: Collection[str]) -> Outcome:
    """The outcome with what the other depths, and stock Schemathesis, make of the same subject, each on a fresh server."""
    for depth, limits in (("quick", {}), ("thorough", SAMPLED_LIMITS)):
        if depth in also:
            with _served(subject) as target:
                (report,) = judge_all(Plan(target=target, apis=(target.api,), depth=depth, seed=1, limits=limits))
            found = any(each.verdict == "violates" for each in report.results)
            outcome = replace(outcome, depths={**outcome.depths, depth: FOUND[found]})
    if "stock" in also:
        with _served(subject) as target:
            outcome = replace(outcome, stock=_stock(target) or "nothing")
    return outcome


@contextmanager
def _served(subject: Subject) -> Iterator[Target]:
    """The target that a subject is, as it starts."""
    if subject.kind == "defect":
        target, url = mock(subject.api)
        admin("PUT", f"{url}/__admin/defects", {"defects": [subject.name]})
        admin("POST", f"{url}/__admin/reset", None)
        yield target
        return
    with subjects.implementation(subject.api, **_options(subject)) as target:
        yield target


def mock(api: str) -> tuple[Target, str]:
    """The mock of one API, started once in this process: the target that it is, and its URL."""
    if api not in _MOCKS:
        stack = ExitStack()
        ready = stack.enter_context(subjects.running("mock_server", api))
        files = {} if api in specs.names() else {specs.load(api).name: api}
        _MOCKS[api] = (stack, targets(ready, files)[0], ready["url"])
    return _MOCKS[api][1], _MOCKS[api][2]


def admin(method: str, url: str, body: Any) -> None:
    """One call of the mock's control interface."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    urllib.request.urlopen(request, timeout=10).close()


def _options(subject: Subject) -> dict[str, Any]:
    """How an independent implementation is started."""
    if subject.kind == "fault":
        return {"fault": subject.name}
    return {"variants": [subject.name]} if subject.kind == "variant" else {"read": subject.name == "with GET"}


def judged(subject: Subject, target: Target, *, depth: str = "gate") -> Outcome:
    """The outcome at a depth; of what the gate does not find, that of the rules which only --depth thorough adds."""
    (report,) = judge_all(Plan(target=target, apis=(target.api,), depth=depth))
    violated = [each for each in report.results if each.verdict == "violates"]
    thorough = depth == "gate" and not violated and subject.kind in ("defect", "fault")
    if thorough:
        (report,) = judge_all(
            Plan(target=target, apis=(target.api,), depth="thorough", seed=1, rules=LONG_RULES, limits=LONG_LIMITS)
        )
        violated = [each for each in report.results if each.verdict == "violates"]
    internal = [each.actual or "" for each in report.results if (each.actual or "").startswith("internal error")]
    return Outcome(
        subject=subject,
        violated=tuple(_line(each) for each in violated),
        expected="; ".join(sorted({each.expected or "" for each in violated})),
        internal=internal[0] if internal else "",
        requests=report.requests,
        restored=report.restored.ok,
        thorough=thorough,
        untold=tuple(f"{each.rule} on {each.field}: {each.actual}" for each in untold(report.results)),
    )


def _line(result: Result) -> str:
    return f"{result.rule}/{result.family}/{result.level}/{result.field}"


def _stock(target: Target) -> str:
    """What stock Schemathesis says of the same server: the failed checks, or ""."""
    headers = [part for name, value in _headers(target).items() for part in ("-H", f"{name}: {value}")]
    command = [str(Path(sys.executable).with_name("st")), "run", str(target.api.file), "--url", target.url, "--checks", "all"]
    command += ["--seed", "1", "--continue-on-failure", "--no-color", "--generation-database", "none", *headers]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env={**os.environ, "COLUMNS": "200"})
    found = sorted(set(re.findall(r"^- (ST\d{3}) ", run.stdout, re.MULTILINE)))
    if bool(run.returncode) != bool(found):
        raise RuntimeError(f"st run: exit code {run.returncode} with the failures {found}: {run.stderr[-200:]}")
    return " ".join(found)


def _headers(target: Target) -> Mapping[str, str]:
    from contracts.target.presenting import present  # the suite's own way to present a credential

    return present(target.api.security, target.identity.auth).headers


def run_all(chosen: Sequence[Subject], jobs: int, also: Mapping[Subject, Collection[str]]) -> Iterator[Outcome]:
    """The outcomes, as they come; also: what judges a subject beside the gate."""
    with ProcessPoolExecutor(jobs, initializer=_stop_mocks_at_the_end) as pool:
        submitted = [pool.submit(judge, subject, also=also.get(subject, ())) for subject in chosen]
        for future in as_completed(submitted):
            yield future.result()


# --- writing --------------------------------------------------------------------------------------------------------


def totals(outcomes: Iterable[Outcome]) -> list[str]:
    """The figures of the proof, a line each."""
    listed = list(outcomes)
    wrong = [each for each in listed if each.subject.kind in ("defect", "fault")]
    right = [each for each in listed if each.subject.kind in ("variant", "honest")]
    lines = []
    if wrong:
        strict = sum(each.strict_only for each in wrong)
        lines.append(f"defects found: {sum(each.killed for each in wrong)} of {len(wrong)} ({strict} only with --strict)")
        lines.append(f"only at --depth thorough: {sum(each.thorough and each.killed for each in wrong)}")
        lines.append(f"right family, at most {MOST_RULES} rules: {sum(each.blamed_right for each in wrong)} of {len(wrong)}")
    for depth in ("quick", "thorough"):
        asked = [each for each in wrong if depth in each.depths]
        if asked:
            number, gate = sum(each.depths[depth] == FOUND[True] for each in asked), sum(each.killed for each in asked)
            lines.append(f"of {len(asked)} defects, --depth {depth} finds {number} in the same run, and the gate {gate}")
    compared = [each for each in wrong if each.stock]
    if compared:
        theirs, ours = sum(each.stock != "nothing" for each in compared), sum(each.killed for each in compared)
        lines.append(f"of {len(compared)} defects, stock Schemathesis finds {theirs} in the same run, these rules {ours}")
    left = [each for each in listed if each.untold]
    lines.append(f"services of which a rule leaves something to another one that does not tell it: {len(left)} of {len(listed)}")
    if right:
        lines.append(f"conforming services without a violated must: {sum(not each.failed for each in right)} of {len(right)}")
        lines.append(f"conforming services without any violation: {sum(not each.killed for each in right)} of {len(right)}")
    return lines


def document(outcomes: Sequence[Outcome]) -> str:
    """docs/reference/kill-matrix.md."""
    lines = [
        "# The kill matrix\n",
        "For whoever asks how far the suite can be trusted: which deliberate faults it finds,",
        "and whether it fails a conforming service. Written by `python -m tests.proof --write`.\n",
        "A defect is switched on in the mock alone, a fault in one of the",
        "independent services; with `--once` each defect is judged in one API, chosen by its name. Seconds depend on what",
        "else the machine does; rules, requests and seconds are the gate's. *Quick* and *thorough* tell what the other depths",
        f"find, thorough of a sample, with {SAMPLED_LIMITS['max_requests']:,} requests. *Stock* are the checks of Schemathesis",
        "that fail on the same server, where it was asked too.\n",
        *(f"- {line}" for line in totals(outcomes)),
        "",
    ]
    counts = Counter((each.subject.family, each.killed) for each in outcomes if each.subject.kind in ("defect", "fault"))
    families = sorted({family for family, _killed in counts})
    lines += ["| family | found | of |", "|---|---|---|"]
    lines += [f"| {family} | {counts[family, True]} | {counts[family, True] + counts[family, False]} |" for family in families]
    lines += [
        "",
        "| defect | API | family | catalogue | field | rules violated | requests | seconds | quick | thorough | stock |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(each) for each in sorted(outcomes, key=_order) if each.subject.kind in ("defect", "fault")]
    lines += [
        "",
        "## Conforming services\n",
        "| service | API | kind | musts violated | shoulds violated |",
        "|---|---|---|---|---|",
    ]
    lines += [_conforming_row(each) for each in sorted(outcomes, key=_order) if each.subject.kind in ("variant", "honest")]
    lines += ["", "## The rules\n", "| rule | found by it alone | found by it and another |", "|---|---|---|"]
    lines += [f"| {rule} | {alone} | {shared} |" for rule, (alone, shared) in finders(outcomes).items()]
    lines += ["", "## Fault types without a defect here\n", "| catalogue | fault | reason |", "|---|---|---|"]
    lines += [f"| {fault} | {what} | {reason} |" for fault, (what, reason) in UNOBSERVABLE.items()]
    return "\n".join(lines) + "\n"


def _conforming_row(outcome: Outcome) -> str:
    levels = Counter(level for _rule, _family, level in outcome.rules)
    subject = outcome.subject
    return f"| {subject.name} | {subject.api} | {subject.kind} | {levels['must']} | {levels['should']} |"


def finders(outcomes: Iterable[Outcome]) -> dict[str, tuple[int, int]]:
    """For each rule: how many defects and faults it alone finds, and how many together with another rule."""
    alone: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    for outcome in outcomes:
        rules = [rule for rule, _family, _level in outcome.rules]
        if outcome.subject.kind in ("defect", "fault"):
            (alone if len(rules) == 1 else shared).update(rules)
    return {rule.id: (alone[rule.id], shared[rule.id]) for rule, _function in load_rules()}


def _order(outcome: Outcome) -> tuple[str, str, str, str]:
    subject = outcome.subject
    return subject.kind, subject.family, subject.name, subject.api


def _row(outcome: Outcome) -> str:
    subject = outcome.subject
    rules = ", ".join(rule + (" (should)" if level == "should" else "") for rule, _family, level in outcome.rules) or "none"
    field = f"`{subject.field}`" if subject.field else ""
    cells = (
        subject.name,
        subject.api,
        subject.family,
        subject.fault,
        field,
        rules,
        outcome.requests,
        outcome.seconds,
        outcome.depths.get("quick", "-"),
        outcome.depths.get("thorough", "-"),
        outcome.stock or "-",
    )
    return f"| {' | '.join(map(str, cells))} |"


def summed(outcome: Outcome) -> str:
    """The violated rules, each with its family, level and the number of fields."""
    counts = Counter((rule, family, level) for rule, family, level, _field in map(_parts, outcome.violated))
    return ", ".join(f"{rule} ({family}, {level}, {count})" for (rule, family, level), count in counts.items()) or "not found"


def read(file: Path) -> dict[Subject, Outcome]:
    """The outcomes of a JSON file that were as they should be, by what was judged."""
    listed = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    found = [
        Outcome(
            **{
                **each,
                "subject": Subject(**each["subject"]),
                "violated": tuple(each["violated"]),
                "untold": tuple(each.get("untold", ())),
            }
        )
        for each in listed
    ]
    return {each.subject: each for each in found if each.good}


@click.command()
@click.option("--api", "apis", multiple=True, help="These APIs only.")
@click.option("--only", multiple=True, help="These subjects only, by name.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["defect", "fault", "variant", "honest"]), help="These kinds only."
)
@click.option("--jobs", default=os.cpu_count() or 2, show_default=True, help="Worker processes.")
@click.option("--once", is_flag=True, help="Each defect in one of its APIs only.")
@click.option("--resume", is_flag=True, help="Keep what the JSON file has of an earlier run that was as it should be.")
@click.option("--quick", is_flag=True, help="Run --depth quick too, on each defect and fault.")
@click.option("--thorough", default=0, metavar="N", help="Run --depth thorough too, on every N-th defect and fault (1: on each).")
@click.option("--stock", default=0, metavar="N", help="Run stock Schemathesis too, on every N-th defect (1: on each).")
@click.option("--write", is_flag=True, help="Write docs/reference/kill-matrix.md anew.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the outcomes as JSON.")
def main(
    apis: Sequence[str],
    only: Sequence[str],
    kinds: Sequence[str],
    jobs: int,
    once: bool,
    resume: bool,
    quick: bool,
    thorough: int,
    stock: int,
    write: bool,
    json_file: Path | None,
) -> None:
    """Judge every defect, fault, variant and implementation; exit 1 where one is not as it should be."""
    wanted = apis or specs.names()
    found = once_each(defects(wanted)) if once else defects(wanted)
    everything = [*found, *faults(wanted), *conforming(wanted)]
    chosen = [each for each in everything if (not only or each.name in only) and (not kinds or each.kind in kinds)]
    wrong = [each for each in everything if each.kind in ("defect", "fault")]
    steps = {"quick": int(quick), "thorough": thorough}
    also = {each: {name for name, step in steps.items() if step > 0 and number % step == 0} for number, each in enumerate(wrong)}
    for each in found[::stock] if stock > 0 else ():
        also[each].add("stock")
    kept = {} if json_file is None or not resume else read(json_file)
    kept = {subject: outcome for subject, outcome in kept.items() if also.get(subject, set()) <= outcome.asked}
    outcomes = [kept[each] for each in chosen if each in kept]
    for outcome in run_all([each for each in chosen if each not in kept], jobs, also):
        outcomes.append(outcome)
        if json_file is not None:
            json_file.write_text(json.dumps([asdict(each) for each in outcomes], indent=1), encoding="utf-8")
        if not outcome.good:
            subject = outcome.subject
            click.echo(
                f"{len(outcomes)}/{len(chosen)} {subject.kind} {subject.name} {subject.api} [{subject.family} {subject.field}]"
            )
            click.echo(f"   {outcome.internal or summed(outcome)}")
    for line in totals(outcomes):
        click.echo(line)
    if write:
        DOCUMENT.write_text(document(outcomes), encoding="utf-8")
    sys.exit(any(not outcome.good for outcome in outcomes))


if __name__ == "__main__":
    main(prog_name="python -m tests.proof")
