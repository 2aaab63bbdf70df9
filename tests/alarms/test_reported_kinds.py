"""Faults that public bug reports tell of, each in a service that is conforming without it, and is found to be."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, load_api
from specs import Api
from tests.services.people import serving
from tests.services.samples import FIRST, KEY, SECOND, Samples

DOCUMENT = Path(__file__).parents[1] / "openapi" / "samples.yaml"
OWNED = {("must", "sent-field-stored", "updated_at")}
"""Documented as writable, and the service's own: the one thing that is told of the service as it is."""


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("samples") / "samples.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def judged(api: Api, samples: Samples) -> RunReport:
    """A run of the gate, which leaves all that a client can write as it was."""
    before = _written(samples)
    with serving(samples) as url:
        own, other = (Identity(path={"id": key}, auth={"key": Secret(KEY)}) for key in (FIRST, SECOND))
        target = Target(api=api, url=url, identity=own, bystander=other, read="/samples/{id}")
        (report,) = judge_all(Plan(target=target, apis=(api,)))
    assert _written(samples) == before
    assert report.restored.ok
    return report


def _written(samples: Samples) -> dict[str, dict[str, Any]]:
    kept = copy.deepcopy(samples.records)
    return {key: {name: value for name, value in each.items() if name != "updated_at"} for key, each in kept.items()}


def violated(report: RunReport) -> set[tuple[str, str, str]]:
    """Level, rule and field of all that is violated."""
    return {(each.level, each.rule, each.field) for each in report.results if each.verdict == "violates"}


@pytest.fixture(name="plain", scope="module")
def _plain(api: Api) -> RunReport:
    return judged(api, Samples())


def test_a_service_that_keeps_to_its_document_is_not_failed(plain: RunReport) -> None:
    """A key of its own in Authorization; a time of the last change as a number, which requests may name and nobody sets."""
    assert violated(plain) == OWNED
    assert plain.moves == {"updated_at": "moves with every write"}


def test_five_values_are_enough_to_be_judged(plain: RunReport) -> None:
    """A whole number from 1 to 5 is not used up: the rules of values that are valid judge it."""
    left = {each.rule for each in plain.results if each.field == "grade" and each.verdict == "not_judged"}
    about = {each.rule for each in plain.results if each.field == "grade"}
    assert len(about) > 10
    assert len(left) <= len(about) / 4, left


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("past 32 bits crashes", ("must", "hostile-json-survived", "count")),
        ("a new order is no change", ("must", "value-unaltered", "words")),
        ("own e-mail in capitals is taken", ("should", "value-unaltered", "email")),
        ("the last character beyond the plane is cut in words", ("must", "value-unaltered", "words")),
        ("words are escaped", ("must", "value-unaltered", "words")),
        ("a large ratio cannot be read", ("must", "value-unaltered", "ratio")),
        ("an unknown charset crashes", ("must", "hostile-headers-survived", "*")),
        ("no body crashes", ("must", "no-body-handled", "*")),
        ("null for a name crashes", ("must", "null-refused", "name")),
    ],
)
def test_a_fault_is_found(api: Api, fault: str, found: tuple[str, str, str]) -> None:
    """By the rule that is for it, and for its field."""
    report = judged(api, Samples(fault))

    assert found in violated(report), violated(report)
    assert {field for _level, _rule, field in violated(report) - OWNED} <= {found[2], "grade", "ratio"}  # whole numbers as well
