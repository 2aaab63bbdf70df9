"""What is known of a run, and report.json, version 1: its machine-readable outcome."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contracts.record.restoring import NO_RECORD, Restoration
from contracts.reports.known import Stale
from contracts.reports.promises import looked_after
from contracts.reports.result import Result
from contracts.terms.rule import RULES
from contracts.terms.search import SEARCHING
from contracts.terms.verdict import Difference, Level, Verdict
from specs import Api

MEMBERS = ("rule", "family", "level", "field", "verdict", "title", "expected", "actual", "difference", "curl", "claim", "wfc")
LEFT_CHANGED = 6
"""The exit code of a run that has left a record changed."""
VIOLATED_ALREADY = "a rule on single patches is violated already; mend that first"
"""Why a generated rule is not judged."""


@dataclass(slots=True, kw_only=True)
class RunReport:
    """What is known of the run against one API.

    ``fields``: the paths of the document's fields, in its order; not part of report.json, and empty where unknown.
    ``disposable``: nobody needs the records, so that none has to be as it was.
    ``moves``: how properties were found to move by themselves, by path; a member of report.json only where there are some.
    ``stale``: what has to go from the list of known deviations; a member of report.json only where there is something.
    """

    api: str
    url: str
    started: str
    seconds: float = 0.0
    requests: int = 0
    restored: Restoration = field(default_factory=lambda: Restoration(ok=True))
    results: list[Result] = field(default_factory=list)
    fields: tuple[str, ...] = ()
    stale: list[Stale] = field(default_factory=list)
    moves: dict[str, str] = field(default_factory=dict)
    disposable: bool = False

    def summary(self) -> dict[str, int]:
        """How many results there are of each verdict."""
        counts = Counter(result.verdict for result in self.results)
        return {verdict: counts[verdict] for verdict in map(str, Verdict)}

    def to_dict(self) -> dict[str, Any]:
        """Everything that is known of it, as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> RunReport:
        """The inverse of ``to_dict``."""
        restored = plain["restored"]
        return cls(
            **{
                **plain,
                "restored": Restoration(
                    ok=restored["ok"],
                    differences=tuple(Difference(**each) for each in restored["differences"]),
                    repairs=tuple(restored["repairs"]),
                ),
                "results": [Result.from_dict(each) for each in plain["results"]],
                "fields": tuple(plain["fields"]),
                "stale": [Stale(**each) for each in plain["stale"]],
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The run as report.json holds it."""
        return {
            "api": self.api,
            "url": self.url,
            "started": self.started,
            "seconds": round(self.seconds, 1),
            "requests": self.requests,
            "restored": {"ok": self.restored.ok, "differences": [_plain(each) for each in self.restored.differences]},
            "results": [_result(each) for each in self.results],
            "summary": self.summary(),
            **({"moves": self.moves} if self.moves else {}),
            **({"stale": [asdict(each) for each in self.stale]} if self.stale else {}),
        }

    @classmethod
    def from_json(cls, run: Mapping[str, Any]) -> RunReport:
        """The inverse of ``to_json``; requests and answers of the results are not in it."""
        return cls(
            api=run["api"],
            url=run["url"],
            started=run["started"],
            seconds=run["seconds"],
            requests=run["requests"],
            restored=Restoration(
                ok=run["restored"]["ok"], differences=tuple(Difference(**each) for each in run["restored"]["differences"])
            ),
            results=[Result(**{**each, "difference": tuple(each["difference"])}, api=run["api"]) for each in run["results"]],
            moves=dict(run.get("moves", {})),
            stale=[Stale(**each) for each in run.get("stale", [])],
        )


def field_paths(api: Api) -> tuple[str, ...]:
    """The paths of what may be sent and then of what is only shown, each in document order."""
    sent, shown = [each.path for each in api.walk_fields()], [each.path for each in api.walk_record()]
    return tuple(dict.fromkeys(sent + shown))


def exit_code(runs: Sequence[RunReport], *, strict: bool) -> int:
    """What a run exits with.

    6: a record was left changed, or one is there that was not, whatever the verdict; 1: a violation or a stale known deviation;
    3: an internal error; 5: no verdict at all.
    """
    if not all(run.restored.ok or (run.disposable and not _has_left_records(run)) for run in runs):
        return LEFT_CHANGED
    results = [result for run in runs for result in run.results]
    if any(result.fails(strict=strict) for result in results) or any(run.stale for run in runs):
        return 1
    if any((result.actual or "").startswith("internal error") for result in results):
        return 3
    return 5 if all(result.verdict == Verdict.NOT_JUDGED for result in results) else 0


def _has_left_records(run: RunReport) -> bool:
    """Records are there that the run has made: nobody needs its own, and nobody has asked for others."""
    return any(each.before == NO_RECORD for each in run.restored.differences)


def settled(results: Sequence[Result], *, whole: bool = True) -> list[Result]:
    """The results in the order of the run, as one process would have judged them.

    Several processes do not know of each other's violations; a generated rule is not judged after one of a must, except for the
    search of a thorough run: that leaves out the fields of those. ``whole``: these are all, and not the share of a shard: what
    a rule has left to another one, and that has not told, says so.
    """
    found: list[Result] = []
    violated = False
    thorough = any(each.rule in RULES and RULES[each.rule].depth == "thorough" for each in results)
    for each in sorted(results, key=lambda result: result.order):
        later = each.rule in RULES and RULES[each.rule].generated and not (thorough and each.rule == SEARCHING)
        found.append(_passed_over(each) if violated and later else each)
        violated = violated or (found[-1].verdict in (Verdict.VIOLATES, Verdict.KNOWN) and found[-1].level == Level.MUST)
    return looked_after(found) if whole else found


def _passed_over(result: Result) -> Result:
    return Result(
        **{name: getattr(result, name) for name in ("rule", "family", "level", "field", "title", "claim", "wfc", "api", "order")},
        verdict=str(Verdict.NOT_JUDGED),
        actual=VIOLATED_ALREADY,
    )


def _plain(difference: Difference) -> dict[str, Any]:
    return {"path": difference.path, "before": difference.before, "after": difference.after}


def _result(result: Result) -> dict[str, Any]:
    whole: Mapping[str, Any] = result.to_dict()
    known = {"known": result.known} if result.known else {}
    return {member: whole[member] for member in MEMBERS} | known


def write_json(folder: Path, runs: Sequence[RunReport]) -> Path:
    """Write report.json into ``folder``, which is made where it is missing; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "report.json"
    text = json.dumps({"version": 1, "runs": [run.to_json() for run in runs]}, indent=2, ensure_ascii=False, default=str)
    path.write_text(f"{text}\n", encoding="utf-8", errors="backslashreplace")
    return path


def read_json(path: Path) -> list[RunReport]:
    """The runs of a report.json, without the requests and answers of their results.

    Raises OSError where it cannot be read; KeyError, TypeError or ValueError where it is something else.
    """
    return [RunReport.from_json(run) for run in json.loads(path.read_text(encoding="utf-8"))["runs"]]
