"""A part of the proof that fits into the ordinary tests: some defects of each family, and the implementations as they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from tests import subjects
from tests.proof import Subject, judge, stop_mocks

DEFECTS = {
    "partial_update": (
        "omitted-nullable-nulled",
        "null-ignored",
        "echoed-not-stored",
        "answer-is-stale",
        "merged-object-loses-member",
    ),
    "idempotence": ("earlier-value-ignored", "repeat-without-content", "repeat-answered-in-part"),
    "enum": ("case-ignored", "prefix-accepted", "look-alike-accepted"),
    "length": ("one-too-many-accepted", "limit-itself-refused", "bytes-counted"),
    "error_envelope": ("other-field-named", "unprocessable-for-invalid-data", "stack-trace-shown"),
    "atomicity": ("valid-part-applied", "one-field-saved-early", "nested-object-half-written", "crash-after-write"),
    "isolation": ("neighbour-updated", "nested-object-shared"),
    "types": ("list-stored-for-text", "text-stored-for-object", "nul-character-crashes"),
    "auth": ("no-credential-needed", "any-credential-works"),
    "negotiation": ("charset-refused", "wrong-method-crashes"),
    "response": ("text-shown-as-list", "nested-required-member-missing", "secret-shown"),
}
API = "babyland"


@pytest.fixture(autouse=True, scope="module")
def _mocks() -> Iterator[None]:
    """The mocks that are kept between defects end with the last of them."""
    yield
    stop_mocks()


@pytest.mark.parametrize(
    ("family", "defect"),
    [(family, defect) for family, listed in DEFECTS.items() for defect in listed],
    ids=str,
)
def test_a_defect_is_found_by_its_family(family: str, defect: str) -> None:
    """A defect violates a must of its own family, in at most two rules, and the target is restored."""
    outcome = judge(Subject(api=API, kind="defect", name=defect, family=family))

    assert not outcome.internal
    assert outcome.killed
    assert not outcome.strict_only
    assert outcome.blamed_right, outcome.violated


RECOMMENDED = {"babyland": ["hostile-headers-survived"], "customers_me": ["unknown-reference-survived"]}
"""What is recommended to them: the framework reads forms unless it is told not to, and takes 2.5 for the key 2."""


@pytest.mark.parametrize("read", [True, False], ids=["with GET", "without GET"])
@pytest.mark.parametrize("api", subjects.IMPLEMENTATIONS)
def test_an_independent_implementation_conforms(api: str, read: bool) -> None:
    """A service written from the document alone, on another framework, breaks nothing that the document says, and is restored."""
    with subjects.implementation(api, read=read) as target:
        (report,) = judge_all(Plan(target=target, apis=(target.api,)))

    violated = {(each.rule, each.level) for each in report.results if each.verdict == "violates"}
    internal = [each.actual for each in report.results if (each.actual or "").startswith("internal")]
    assert violated == {(rule, "should") for rule in RECOMMENDED.get(api, ())}
    assert internal == []
    # This one refuses whatever changes nothing, so that without a GET a value has to be overwritten to see the others.
    lost = ["taxIdType"] if api == "checkoutpage" and not read else []
    assert [each.path for each in report.restored.differences] == lost
    assert report.restored.ok is not bool(lost)


def test_a_fifth_api_needs_no_python() -> None:
    """An OpenAPI file with x-contract is all that the mock and the suite need."""
    with subjects.mock([str(subjects.ROOT / "tests" / "apis" / "profile.yaml")]) as (target,):
        (report,) = judge_all(Plan(target=target, apis=(target.api,)))

    violated = [
        (each.rule, each.field, each.actual) for each in report.results if each.verdict == "violates" and each.level == "must"
    ]
    assert violated == []
    assert report.summary()["conforms"] > 200
