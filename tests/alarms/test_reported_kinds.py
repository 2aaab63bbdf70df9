"""Faults that public bug reports tell of, each in a service that is conforming without it, and is found to be."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.record.restoring import brought_back
from contracts.reports.advice import advice
from contracts.reports.report import RunReport
from contracts.running.parties import learn, with_bystander
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.client import Budget, Client
from contracts.target.secrecy import Redactor, Secret
from contracts.target.target import Identity, Target, load_api
from specs import Api
from tests.services.people import serving
from tests.services.samples import FIRST, KEY, SECOND, Samples

DOCUMENT = Path(__file__).parents[1] / "openapi" / "samples.yaml"
EDITORS = "e-mails are shown to editors"
OWNED = {("must", "sent-field-stored", "updated_at")}
"""Documented as writable, and the service's own: the one thing that is told of the service as it is."""


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("samples") / "samples.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def target_of(api: Api, url: str, read: str = "/samples/{id}") -> Target:
    """The first sample, with the second one as bystander."""
    own, other = (Identity(path={"id": key}, auth={"key": Secret(KEY)}) for key in (FIRST, SECOND))
    return Target(api=api, url=url, identity=own, bystander=other, read=read)


def judged(api: Api, samples: Samples, read: str = "/samples/{id}") -> RunReport:
    """A run of the gate, which leaves all that a client can write as it was."""
    before = _written(samples)
    with serving(samples) as url:
        (report,) = judge_all(Plan(target=target_of(api, url, read), apis=(api,)))
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


# --- members that a GET leaves out, and the answer to a patch does not ------------------------------------------------


def test_what_a_get_leaves_out_is_not_written_and_the_way_to_see_it_is_told(api: Api) -> None:
    """Nothing would show whether it is put back; the document's GET has a parameter that may decide what is shown."""
    report = judged(api, Samples(EDITORS))

    about = [each for each in report.results if (each.rule, each.field) == ("sent-field-stored", "email")]
    assert [each.verdict for each in about] == ["not_judged"]
    assert 'write path = "/samples/{id}?context=edit" in [read]' in (about[0].actual or "")
    assert "context=edit" in advice(report)
    assert violated(report) == OWNED


def test_a_reading_with_that_parameter_shows_all(api: Api) -> None:
    """Every rule that judges the field where a GET shows it does so here."""
    report = judged(api, Samples(EDITORS), "/samples/{id}?context=edit")

    about = [each for each in report.results if (each.rule, each.field) == ("sent-field-stored", "email")]
    assert [each.verdict for each in about] == ["conforms"]
    assert advice(report) == ""


@pytest.mark.parametrize(("faults", "ok"), [((EDITORS,), True), ((EDITORS, "e-mails stay"), False)])
def test_what_the_answer_alone_shows_is_put_back_or_told(api: Api, faults: tuple[str, ...], *, ok: bool) -> None:
    """By the answer to the patch that showed it first; never that of another record's."""
    samples = Samples(*faults)
    before = _written(samples)
    with serving(samples) as url:
        target = target_of(api, url)
        party = with_bystander(target, Client(target.limits, Redactor(), Budget()))
        saved = party.read()
        learn(party, saved)
        samples.records[FIRST]["email"] = "other@example.org"
        found = brought_back(party, saved, {})

    assert found.ok is ok
    assert [(each.path, each.after) for each in found.differences] == ([] if ok else [("email", "other@example.org")])
    assert (_written(samples) == before) is ok
    assert samples.records[SECOND]["name"] == "Sand"
