"""What was asked of a run: the target, the rules, how deep and how strictly."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import specs
from contracts.reports.known import KnownList
from contracts.reports.shards import Shard
from contracts.target.client import Clock
from contracts.target.target import Target, load_api
from contracts.terms.rule import Rule
from specs import Api

DEPTHS = ("quick", "gate", "thorough")
"""How much is asked, the least first."""
QUICK_REQUESTS = 250
"""Requests to each API of a quick run, those for saving and restoring included, unless another number is asked for."""
RECORD_WAIT = 600.0
"""Seconds that a run waits for a record that another run on this machine is using."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for: the target (None: the embedded mock of ``apis``), and how to judge it.

    ``seed``: of what a thorough run draws. ``workers``: the processes that judge, or with ``threads`` those of the only one, each
    with a record of its own; ``record_wait``: seconds to wait for a record that another run is using; ``clock``: what the time
    budget, the pace and waiting out a 429 go by.
    """

    target: Target | None
    apis: tuple[Api, ...]
    rules: frozenset[str] = frozenset()
    strict: bool = False
    depth: str = "gate"
    seed: int = 0
    report_dir: Path | None = None
    dry_run: bool = False
    known: KnownList | None = None
    known_update: bool = False
    observe: Path | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    read_only: bool = False
    shard: Shard | None = None
    workers: int = 1
    threads: bool = False
    record_wait: float = RECORD_WAIT
    clock: Clock = time

    def only_refused(self, api: Api) -> bool:
        """No request is sent that might be accepted: as asked, or since it would perform an operation that takes no body."""
        return self.read_only or api.style == "action"

    def includes(self, rule: Rule) -> bool:
        """Whether the rule is selected, by --rule, by depth and by --read-only-check."""
        return (not self.rules or rule.id in self.rules) and self.reaches(rule) and (rule.harmless or not self.read_only)

    def reaches(self, rule: Rule) -> bool:
        """Whether the run is deep enough for the rule."""
        return rule.depth == "gate" or self.depth == "thorough"

    def order(self, count: int) -> list[int]:
        """The numbers of so many records, in the order in which they are tried: each shard begins with others."""
        first = (self.shard.number - 1) * self.workers if self.shard is not None else 0
        return [(first + number) % count for number in range(count)]


def embedded_apis(name: str | None) -> tuple[Api, ...]:
    """The APIs that the embedded mock serves: the one that was named, or all of specs/."""
    return (load_api(name),) if name else tuple(specs.load(each) for each in specs.names())
