"""The points that a document may leave open, and what a target's owner declares there: ``[expect]``.

A rule reports an open point as observed. Where the owner has declared the behaviour, another one is a violation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default

from contracts.terms.exchange import Exchange
from contracts.terms.rule import Rule
from contracts.terms.verdict import Level, Observed, Violation

EVERYWHERE = "*"
"""Stands for all fields that are not named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point that a document may leave open.

    ``rules`` are those that see it, ``behaviours`` what they may see; ``otherwise`` is the behaviour of a target that
    passes such a rule without any observation, or "" where that says nothing; ``by_field``: it may differ by field.
    """

    rules: tuple[str, ...]
    behaviours: tuple[str, ...]
    about: str
    otherwise: str = ""
    by_field: bool = False


ACCEPT = ("accept", "refuse")
POINTS: Mapping[str, Point] = {
    "empty_body": Point(rules=("empty-object-handled",), behaviours=ACCEPT, about="an empty object"),
    "no_body": Point(rules=("no-body-handled",), behaviours=ACCEPT, about="a request without a body"),
    "unknown_field": Point(
        rules=("unknown-field-not-stored",), behaviours=("ignore", "refuse"), about="a member that the document does not know"
    ),
    "duplicate_keys": Point(
        rules=("hostile-json-survived",), behaviours=("first", "last", "ignore", "refuse"), about="one key twice in an object"
    ),
    "wrong_content_type": Point(
        rules=("unsupported-media-type-refused",),
        behaviours=("refuse", "ignore", "empty"),
        about="JSON that is declared as plain text",
    ),
    "wrong_accept": Point(
        rules=("unacceptable-accept-refused",), behaviours=("refuse", "ignore", "empty"), about="a sender that reads XML only"
    ),
    "post": Point(rules=("wrong-method-refused",), behaviours=ACCEPT, about="a POST to the path"),
    "accept_patch": Point(
        rules=("accept-patch-sent",), behaviours=("sent", "absent"), about="the header Accept-Patch", otherwise="sent"
    ),
    "null": Point(
        rules=("null-refused",), behaviours=("refuse", "ignore", "store"), about="null for a field without null", by_field=True
    ),
    "coercion": Point(
        rules=("coerced-value-typed",), behaviours=("coerce", "refuse"), about="a value of another type", by_field=True
    ),
    "falsy": Point(
        rules=("falsy-value-stored",),
        behaviours=("store", "ignore", "refuse"),
        about="an empty text, zero, false or an empty list",
        otherwise="store",
        by_field=True,
    ),
    "write": Point(
        rules=("sent-field-stored",), behaviours=ACCEPT, about="a valid value for the field", otherwise="accept", by_field=True
    ),
    "part": Point(
        rules=("nested-object-policy", "array-policy"),
        behaviours=ACCEPT,
        about="a part of an object or array",
        otherwise="accept",
        by_field=True,
    ),
    "unsent_items": Point(
        rules=("array-policy",),
        behaviours=("kept", "removed"),
        about="the items that a patch of an array leaves out",
        by_field=True,
    ),
    "unknown_record": Point(
        rules=("unknown-reference-survived",),
        behaviours=ACCEPT,
        about="a reference to a record that does not exist",
        by_field=True,
    ),
    "answer": Point(
        rules=("answer-shows-what-get-shows",),
        behaviours=("whole", "changes"),
        about="what the answer to a patch shows, where the document has no GET",
        otherwise="whole",
    ),
    "all_faults": Point(
        rules=("all-faults-reported",),
        behaviours=("all", "first"),
        about="further bad fields, where the error names the first",
        otherwise="all",
    ),
    "named_field": Point(
        rules=("names-the-field",),
        behaviours=("named", "absent"),
        about="the name of the faulty field in an error body",
        otherwise="named",
        by_field=True,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """A target's declared behaviour.

    ``normalise``: normalisation by field path. ``choices``: for each open point the behaviour by field, or for
    ``EVERYWHERE``. ``file`` and ``lines`` tell where that is written, the lines by point and field.
    """

    normalise: Mapping[str, tuple[str, ...]] = default(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = default(default_factory=dict)
    file: str = ""
    lines: Mapping[tuple[str, str], int] = default(default_factory=dict)

    def declared(self, point: str, field: str) -> tuple[str, str] | None:
        """The behaviour that is declared for a field, and the place where; None where the point stays open."""
        choices = self.choices.get(point, {})
        key = field if field in choices else EVERYWHERE
        if key not in choices:
            return None
        line = self.lines.get((point, key))
        return choices[key], f"{self.file}:{line}" if line else self.file or "[expect]"


class Changed(Violation):
    """The violation of a declaration: at an open point, the target does something else than its owner has declared.

    ``point`` and ``behaviour``: what it does. ``title``, ``claim``: the declaration that stands for the document.
    """

    def __init__(self, point: str, field: str, behaviour: str, declared: tuple[str, str], exchange: Exchange | None) -> None:
        expected, place = declared
        what = POINTS[point].about + (f" ({field})" if POINTS[point].by_field else "")
        super().__init__(
            expected=f"{point} {expected!r}, as {place} declares: {what}",
            actual=f"the target does {behaviour!r} now",
            exchange=exchange,
            level=Level.MUST,
        )
        self.point = point
        self.behaviour = behaviour
        self.title = "What the document leaves open stays as the target's owner has declared it."
        self.claim = {"document": place, "at": f"[expect] {point}", "says": f"{what}: {expected}"}


def shown(rule: str, observed: Observed | None) -> dict[str, str]:
    """The behaviour at each open point that an item of a rule shows, which ended in ``observed`` or (None) without one."""
    found = {name: point.otherwise for name, point in POINTS.items() if rule in point.rules and point.otherwise}
    return found | ({observed.point: observed.behaviour} if observed is not None else {})


def changed(
    expect: Expect, rule: Rule, field: str, outcome: BaseException | None, exchanges: Iterable[Exchange]
) -> Changed | None:
    """The violation of a declaration that an item shows by its ``outcome`` (None: it conforms); None where it shows none."""
    if not expect.choices or not (outcome is None or isinstance(outcome, Observed)):
        return None
    for point, behaviour in shown(rule.id, outcome).items():
        declared = expect.declared(point, field)
        if declared is not None and declared[0] != behaviour and rule.id in POINTS[point].rules:
            sent = [each for each in exchanges if each.method != "GET"]
            exchange = outcome.exchange if outcome is not None and outcome.point == point else None
            return Changed(point, field, behaviour, declared, exchange or (sent[-1] if sent else None))
    return None


def held(expect: Expect, field: str, outcome: BaseException | None) -> bool:
    """Whether the item ended in an observation, and the choice that was observed is the declared one."""
    declared = expect.declared(outcome.point, field) if isinstance(outcome, Observed) else None
    return declared is not None and isinstance(outcome, Observed) and declared[0] == outcome.behaviour
