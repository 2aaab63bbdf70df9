"""--shard I/N: one run on several machines. Each judges its share, and ``merge`` makes one report of all of them."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from contracts.reports.known import Item, KnownList
from contracts.reports.report import RunReport
from contracts.target.target import TargetError

FILE = "shard.json"
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """The share ``number`` (from 1) of ``count``."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def share(self, keys: Iterable[Key]) -> frozenset[Key]:
        """Its part of some items: dealt out in their order, so that like items spread evenly over the shards."""
        return frozenset(sorted(keys)[self.number - 1 :: self.count])  # type: ignore[type-var]  # keys are texts or tuples of them


def shard(text: str) -> Shard:
    """The shard of an option, ``2/3``; TargetError for anything else."""
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise TargetError(f"--shard: expected I/N with I from 1 to N, such as 1/2, not {text!r}")
    return Shard(number=int(number), count=int(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one shard leaves for ``merge``: its runs with all details, and what the whole is judged by.

    ``expected``: the number of items of its share. ``covered``: the items that the known list is about.
    """

    shard: Shard
    strict: bool
    expected: int
    runs: tuple[RunReport, ...]
    known: KnownList | None = None
    covered: tuple[Item, ...] = ()

    @property
    def missing(self) -> int:
        """The items that were not run, because the shard was stopped."""
        return max(0, self.expected - sum(len(run.results) for run in self.runs))

    def write(self, folder: Path) -> None:
        """Write it into the folder of the shard's reports."""
        document = {
            "version": 1,
            "shard": [self.shard.number, self.shard.count],
            "strict": self.strict,
            "expected": self.expected,
            "runs": [run.to_dict() for run in self.runs],
            "known": self.known.to_dict() if self.known is not None else None,
            "covered": self.covered,
        }
        (folder / FILE).write_text(json.dumps(document, default=str) + "\n", encoding="utf-8")


def read(path: Path) -> Part:
    """The part that a shard has written; KeyError, TypeError or ValueError where the file is something else."""
    document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    number, count = document["shard"]
    return Part(
        shard=Shard(number=number, count=count),
        strict=document["strict"],
        expected=document["expected"],
        runs=tuple(RunReport.from_dict(run) for run in document["runs"]),
        known=KnownList.from_dict(document["known"]) if document["known"] is not None else None,
        covered=tuple((api, rule, field) for api, rule, field in document["covered"]),
    )


def covered(known: KnownList | None, items: Sequence[Item]) -> tuple[Item, ...]:
    """The items that a known list is about."""
    return tuple(each for each in items if known is not None and any(entry.covers(each) for entry in known.entries))
