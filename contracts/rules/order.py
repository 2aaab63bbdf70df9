"""The order in which a quick run asks: what tells most for a request first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from contracts.terms.rule import Rule

Listed = TypeVar("Listed")

FIRST: tuple[str, ...] = (
    # plain writes of all fields at once, sent again, and what their answers show
    "sent-field-stored",
    "response-shows-stored",
    "repeat-same-state",
    "repeat-same-answer",
    "success-status",
    "success-media-type",
    "record-shown",
    "documented-types",
    "required-members-present",
    "documented-members-shown",
    "answer-shows-what-get-shows",
    "answer-shows-own-record",
    "answer-shows-owned-value",
    "no-secret-shown",
    "write-only-not-shown",
    "server-error-changes-nothing",
    "no-op-changes-nothing",
    "return-to-value",
    "other-customer-unchanged",
    "fields-stored-together",
    "omitted-fields-unchanged",
    # values that are to be refused, those of all fields at once
    "over-limit-refused",
    "wrong-type-refused",
    "null-refused",
    "under-limit-refused",
    "bad-format-refused",
    "off-pattern-refused",
    "off-step-refused",
    "required-member-refused",
    "array-limit-enforced",
    "item-limit-enforced",
    "repeated-item-not-stored",
    "order-of-members-kept",
    "near-miss-refused",
    # how a refusal is answered
    "invalid-field-status",
    "invalid-field-envelope",
    "names-the-field",
    "malformed-json-envelope",
    "unknown-customer-envelope",
    "unknown-customer-not-created",
    "empty-body-envelope",
    "missing-credential-refused",
    "unauthenticated-envelope",
    "wrong-credential-refused",
    "challenge-sent",
    "authentication-precedes-validation",
    "wrong-method-refused",
    "allow-header-sent",
    "unacceptable-accept-refused",
    "unsupported-media-type-refused",
    "negotiation-envelope",
    "no-leak",
    "status-member-agrees",
    "error-status-listed",
    "error-media-type",
    "names-no-right-field",
    "all-faults-reported",
    # what a refusal may have changed
    "refusal-changes-nothing",
    "invalid-part-changes-nothing",
    "refused-open-value-changes-nothing",
    "invalid-member-changes-no-sibling",
    "invalid-item-changes-no-item",
    "refusal-leaves-timestamps",
    "refused-patch-leaves-other",
    "repeat-after-refusal",
    # values that are to be stored as they were sent
    "within-limit-stored",
    "limit-counts-code-points",
    "null-stored",
    "falsy-value-stored",
    "member-stored",
    "value-unaltered",
    "valid-format-accepted",
    "bound-itself-stored",
    "limits-together-stored",
    "coerced-value-typed",
    "nested-object-policy",
    "array-policy",
    "items-stored-together",
    "left-out-member-gone",
    "item-part-keeps-rest",
    "items-treated-alike",
    "read-only-unchanged",
    "unknown-field-not-stored",
    # bodies and credentials of other forms
    "empty-object-handled",
    "no-body-handled",
    "other-credential-refused",
    "malformed-credential-refused",
    "misplaced-credential-refused",
    "scheme-in-any-case",
    "unknown-reference-survived",
    "hostile-json-survived",
    "non-object-body-changes-nothing",
    "over-long-id-refused",
    "json-accept-answered",
    "json-media-type-accepted",
    "other-spelling-protected",
    "no-redirect",
    "unasked-encoding-not-sent",
    "accept-patch-sent",
    # what is seldom wrong, or takes many requests
    "escaped-json-read",
    "any-text-stays-json",
    "language-independent-shape",
    "hostile-headers-survived",
    "key-order-irrelevant",
    "repeat-null-same-state",
    "same-body-for-each",
    "others-value-stored",
    "path-names-the-record",
    "equal-values-kept-apart",
    "other-times-stay",
    "change-moves-time",
    "same-shape-on-repeat",
    "record-inside-enum",
    "language-leaves-data",
    "preference-leaves-data",
    "entity-tag-changes",
    "stale-precondition-refused",
)
SEVERAL = frozenset(
    {"omitted-fields-unchanged", "fields-stored-together", "invalid-part-changes-nothing", "repeat-after-refusal"}
)
"""Rules whose items are about several fields at once: none of them can be judged beside another."""
WHOLE = frozenset({"fields-stored-together", "omitted-fields-unchanged", "other-customer-unchanged", "value-unaltered"})
"""Rules about single fields that are judged from patches of all of them, sent once for a record."""

REFUSED = dict.fromkeys(
    (
        "refusal-changes-nothing",
        "invalid-part-changes-nothing",
        "invalid-member-changes-no-sibling",
        "invalid-item-changes-no-item",
        "other-spelling-protected",
        "malformed-credential-refused",
        "misplaced-credential-refused",
        "refused-patch-leaves-other",
    )
)
"""Rules that send nothing but what is to be refused, and yet are not harmless: it is valid but for one part."""


def rank(rule: Rule) -> tuple[bool, int]:
    """A sort key: the place of a rule among the others; generated ones, and those that spoil a record, come last."""
    return rule.generated or rule.spoils, FIRST.index(rule.id) if rule.id in FIRST else len(FIRST)


def soonest(items: Iterable[Listed], rule_of: Callable[[Listed], Rule]) -> list[Listed]:
    """Items in the order for a run that will be cut: the first of every rule, what tells most ahead, then the second, and so on.

    What is generated, and what spoils a record, stays at the end.
    """
    seen: Counter[str] = Counter()
    placed = []
    for item in sorted(items, key=lambda each: rank(rule_of(each))):
        found = rule_of(item)
        late = found.turn if found.generated or found.spoils else 0
        placed.append((late, seen[found.id], item))
        seen[found.id] += 1
    return [item for _late, _number, item in sorted(placed, key=lambda each: each[:2])]


def only_refused(rule: Rule) -> bool:
    """Whether a rule sends, after its controls, nothing but what is to be refused: several such rules share a reading."""
    return rule.harmless or rule.id in REFUSED
