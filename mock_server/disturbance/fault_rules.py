"""Rules for what goes wrong: which requests they fit, how often they strike, and what happens then; and named sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from threading import Lock
from typing import Any

from mock_server.disturbance.interference import DELAY_LIMIT, Interference
from mock_server.syntax.wildcards import fits_path

FaultRule = Mapping[str, Any]
"""A rule as the control interface takes it: FaultRule in admin.yaml."""

RULE_LIMIT = 100

PROFILES: Mapping[str, tuple[str, tuple[FaultRule, ...]]] = {
    "slow-network": (
        "Every answer comes in drops over two seconds, after up to one more.",
        (
            {"name": "slow-network-delay", "type": "delay", "delay": 200, "jitter": 800},
            {"name": "slow-network-dribble", "type": "dribble", "delay": 2000},
        ),
    ),
    "flaky": (
        "Of ten requests one fails on the server, one loses its connection, and one loses its answer after the write.",
        (
            {"name": "flaky-error", "type": "status", "probability": 0.1, "code": 500},
            {"name": "flaky-reset", "type": "reset", "probability": 0.1},
            {"name": "flaky-lost-answer", "type": "empty", "probability": 0.1, "phase": "after_commit"},
        ),
    ),
    "overloaded": (
        "Every answer is half a second to three seconds late, one of four is 503, and one of five of the others 429.",
        (
            {"name": "overloaded-delay", "type": "delay", "delay": 500, "jitter": 2500},
            {"name": "overloaded-unavailable", "type": "status", "probability": 0.25, "code": 503},
            {"name": "overloaded-throttled", "type": "status", "probability": 0.2, "code": 429},
        ),
    ),
    "maintenance": (
        "Every answer is 503.",
        ({"name": "maintenance", "type": "status", "code": 503},),
    ),
}
"""What it is like, and its rules, by the name of the profile."""


class Rule:
    """One rule at work; ``matched`` and ``struck`` count the requests that it fitted, and those that it struck."""

    def __init__(self, definition: FaultRule) -> None:
        self.definition = definition
        self.matched = 0
        self.struck = 0
        self._match = definition.get("match", {})
        self._path: str = self._match.get("path", "*")
        self._random = Random(definition.get("seed"))

    def as_json(self) -> dict[str, Any]:
        """As the control interface shows it."""
        return {**self.definition, "matched": self.matched, "struck": self.struck}

    def fits(self, operation: str | None, method: str, path: str) -> bool:
        """Whether it is for such requests."""
        wanted = self._match
        of_operation = wanted.get("operation", operation) == operation
        return of_operation and wanted.get("method", method).upper() == method and fits_path(self._path, path)

    def strikes(self) -> bool:
        """Whether it strikes this request, which it fits; counts both."""
        definition = self.definition
        self.matched += 1
        is_due = self.matched > definition.get("after", 0) and self.struck < definition.get("times", self.matched)
        if is_due and self._random.random() < definition.get("probability", 1):
            self.struck += 1
            return True
        return False

    def interference(self) -> Interference:
        """What happens when it strikes."""
        definition = self.definition
        delay = min(DELAY_LIMIT, int(definition.get("delay", 0) + self._random.random() * definition.get("jitter", 0)))
        phase, kind = definition.get("phase", "before"), definition["type"]
        if kind == "status":
            return Interference(status=definition["code"], example=definition.get("example"), delay=delay, phase=phase)
        return Interference(fault=None if kind == "delay" else kind, delay=delay, phase=phase)


class Rules:
    """The rules of one world, tried in the order in which they came.

    start: those that it starts with, each with a name.
    """

    def __init__(self, start: Iterable[FaultRule] = ()) -> None:
        self._start = tuple(start)
        self._lock = Lock()
        self.reset()

    def __bool__(self) -> bool:
        return bool(self._rules)

    def all(self) -> list[Rule]:
        """Every rule, the one that is tried first at the front."""
        with self._lock:
            return list(self._rules.values())

    def named(self, name: str) -> Rule:
        """One rule; KeyError where there is none."""
        return self._rules[name]

    def put(self, definition: FaultRule) -> Rule:
        """Adds a rule, or takes the place of the one with its name; OverflowError where there are too many."""
        with self._lock:
            name = definition.get("name") or self._free_name(definition["type"])
            if name not in self._rules and len(self._rules) >= RULE_LIMIT:
                raise OverflowError(f"there are {RULE_LIMIT} rules already")
            rule = self._rules[name] = Rule({**definition, "name": name})
            return rule

    def remove(self, name: str) -> None:
        """One less; KeyError where there is none."""
        with self._lock:
            del self._rules[name]

    def replace(self, definitions: Iterable[FaultRule]) -> None:
        """These rules and no others."""
        with self._lock:
            self._rules: dict[str, Rule] = {each["name"]: Rule(each) for each in definitions}

    def interference(self, operation: str | None, method: str, path: str) -> tuple[Interference, list[str]] | None:
        """What is to happen to a request, and the names of the rules that say so: delays add up, of all else the first counts."""
        with self._lock:
            struck = [rule for rule in self._rules.values() if rule.fits(operation, method, path) and rule.strikes()]
            found = [rule.interference() for rule in struck]
        if not found:
            return None
        delay = min(DELAY_LIMIT, sum(each.delay for each in found))
        first = next((each for each in found if each.status or each.fault), found[0])
        return replace(first, delay=delay), [str(rule.definition["name"]) for rule in struck]

    def reset(self) -> None:
        """The rules at start, with nothing counted."""
        self.replace(self._start)

    def _free_name(self, kind: str) -> str:
        return next(name for number in range(1, RULE_LIMIT + 2) if (name := f"{kind}-{number}") not in self._rules)
