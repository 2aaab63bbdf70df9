"""The checks for Schemathesis: what they find that stock does not, what they leave alone, and what they never print."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.record.party import Party
from contracts.record.records import Record
from contracts.record.requested import requests, unrequested
from contracts.target.client import Budget, Client, Limits
from contracts.target.secrecy import Redactor
from contracts.target.target import Identity, Target, load_api
from tests import subjects
from tests.judging import hooks

PAGE = subjects.ROOT / "docs" / "how-to" / "schemathesis-hooks.md"
COVERAGE = ("--phases", "coverage", "--include-method", "PATCH")
DEFECTS = {
    "omitted-reset-to-default": "A field that was not sent changed: gender",
    "repeats-counted": "A repeated PATCH changed a field: last_name",
    "nested-object-half-written": "A refused request changed a field: address.street",
    "neighbour-updated": "Another record changed: address.province",
}
"""Defects of the mock, and the failure that shows each; their fields are different ones."""
PINNED = """
[parameters]
"path.id" = 57
"""
ISOLATION = """
[checks.isolation]
id = 58
headers = { Authorization = "Bearer babyland-token-2" }
"""


def record_of(target: Target) -> Party:
    """The record of a target, for a reading of its own."""
    return Party(target, Client(Limits(), Redactor(), Budget()))


@pytest.mark.slow
def test_the_command_of_the_page_finds_nothing_wrong_with_the_mock() -> None:
    """What the page says to type passes on the correct mock, and leaves the record as it was."""
    (line,) = [text for text in PAGE.read_text(encoding="utf-8").splitlines() if "/st run " in text]
    with subjects.mock([hooks.API]) as (target,):
        before = record_of(target).read()
        variable, *command = shlex.split(line.replace("http://127.0.0.1:4010", target.url))
        command[0] = str(Path(sys.executable).with_name("st"))
        environment = {**os.environ, **dict([variable.split("=", 1)])}
        command += ["--generation-database", "none"]
        run = subprocess.run(
            command, cwd=subjects.ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        after = record_of(target).read()

    assert run.returncode == 0, run.stdout
    assert before == after


@pytest.mark.slow
def test_defects_are_found_that_stock_does_not_find(tmp_path: Path) -> None:
    """On the same seed stock Schemathesis passes, and the checks name each defect by its requirement and field."""
    own = (subjects.ROOT / "schemathesis.toml").read_text(encoding="utf-8")
    pinned, isolating = tmp_path / "pinned.toml", tmp_path / "isolating.toml"
    pinned.write_text(f"{PINNED}{own}", encoding="utf-8")
    isolating.write_text(f"{PINNED}{ISOLATION}{own}", encoding="utf-8")
    with subjects.mock([hooks.API], [*DEFECTS]) as (target,):
        stock = hooks.schemathesis(target, *COVERAGE, hooks=False, config=pinned)
    with subjects.mock([hooks.API], [*DEFECTS]) as (target,):
        run = hooks.schemathesis(target, *COVERAGE, hooks=True, config=isolating)

    assert (stock.returncode, hooks.failures(stock)) == (0, []), stock.stdout
    assert run.returncode == 1
    assert set(DEFECTS.values()) - set(hooks.failures(run)) == set(), run.stdout
    for secret in target.identity.auth.values():
        assert secret.reveal() not in run.stdout + run.stderr


def test_a_run_that_judges_nothing_fails() -> None:
    """With the credential of another record nothing can be read, which is no success."""
    with subjects.mock([hooks.API]) as (target,):
        assert target.bystander is not None
        stranger = Identity(path=target.identity.path, auth=target.bystander.auth)
        run = hooks.schemathesis(replace(target, identity=stranger), "--phases", "examples", hooks=True)

    assert hooks.failures(run) == ["No request could be judged"], run.stdout
    assert "403" in run.stdout


# --- what a body asks for -------------------------------------------------------------------------------------------


def reader_of(api: str) -> Party:
    """A record that is never asked anything: what a body asks for is worked out without a request."""
    target = Target(api=load_api(api), url="http://127.0.0.1:9", identity=Identity(path={}, auth={}))
    return Party(target, Client(Limits(), Redactor(), Budget()))


@pytest.mark.parametrize(
    ("api", "body", "certain", "open_"),
    [
        ("babyland", {"first_name": "Asha"}, ["first_name"], []),
        ("babyland", {"first_name": " Asha"}, [], ["first_name"]),
        ("babyland", {"first_name": "A\u0301sha"}, [], ["first_name"]),
        ("babyland", {"first_name": 12}, [], ["first_name"]),
        ("babyland", {"email": "Asha@Example.com"}, [], ["email"]),
        ("babyland", {"phone": None}, ["phone"], []),
        ("babyland", {"first_name": None}, [], ["first_name"]),
        ("babyland", {"gender": "F"}, ["gender"], []),
        ("babyland", {"gender": "f"}, [], ["gender"]),
        ("babyland", {"unknown": 1, "id": 3, "password": "another-one"}, [], []),
        (
            "babyland",
            {"address": {"city": "Pokhara"}},
            ["address.city"],
            [f"address.{name}" for name in ("name", "addressline", "street", "province", "phone", "country")],
        ),
        ("checkoutpage", {"shipping": {"name": "Kim"}}, ["shipping.name", "shipping.phone"], ["shipping.address"]),
        ("checkoutpage", {"shipping": {}}, [], ["shipping.name", "shipping.phone", "shipping.address"]),
        ("wizcommerce", {"addresses": [{"city": "Pune"}]}, [], ["addresses"]),
        ("babyland", ["first_name"], [], []),
    ],
    ids=str,
)
def test_what_a_body_asks_for(api: str, body: Any, certain: list[str], open_: list[str]) -> None:
    """Only what every reading of the document agrees on is certain; unknown, read-only and hidden members ask for nothing."""
    asked = requests(reader_of(api), body)

    assert [each.path for each in asked if each.certain] == certain
    assert [each.path for each in asked if not each.certain] == open_


@pytest.mark.parametrize(
    ("body", "after", "granted", "changed"),
    [
        ({"phone": "9800000002"}, {"phone": "9800000002", "first_name": "Asha"}, [True], []),
        ({"phone": "9800000002"}, {"phone": "9800000001", "first_name": "Asha"}, [False], []),
        ({"phone": "9800000002"}, {"phone": "9800000002", "first_name": ""}, [True], ["first_name"]),
        ({"phone": "9800000002"}, {"phone": "9800000002"}, [True], ["first_name"]),
        ({"phone": None}, {"first_name": "Asha"}, [True], []),
        ({"phone": None}, {"phone": "9800000001", "first_name": "Asha"}, [False], []),
        ({"first_name": " Asha "}, {"phone": "9800000001", "first_name": "Asha"}, [], []),
        ({}, {"phone": "9800000001", "first_name": "asha"}, [], ["first_name"]),
    ],
    ids=str,
)
def test_a_record_is_compared_with_what_was_asked_for(
    body: dict[str, Any], after: Record, granted: list[bool], changed: list[str]
) -> None:
    """A sent value must be shown, and nothing else may differ; what is open is neither."""
    party = reader_of("babyland")
    before = {"phone": "9800000001", "first_name": "Asha"}
    asked = requests(party, body)
    differences = party.reader.differences(before, after)

    assert [each.granted(party, before, after) for each in asked if each.certain] == granted
    assert [each.where for each in unrequested(differences, asked)] == changed
