"""The pages on what the mock chose and where it differs: the mock does what they say of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

import specs
from mock_server import create_app
from mock_server.commands import choices_page as choices
from mock_server.commands import main
from tests import subjects
from tests.mock.mock_client import presented

DOCS = subjects.ROOT / "docs"
DIFFERENCES = (DOCS / "reference" / "known-differences.md").read_text(encoding="utf-8")
SCHEMA = json.loads((subjects.ROOT / "specs" / "x-contract.schema.json").read_text(encoding="utf-8"))
JSON = "application/json"


def test_the_page_of_choices_is_up_to_date() -> None:
    """docs/reference/mock-choices.md is what ``python -m mock_server choices`` prints."""
    printed = CliRunner().invoke(main, ["choices"], catch_exceptions=False).stdout

    assert (DOCS / "reference" / "mock-choices.md").read_text(encoding="utf-8") == printed, (
        "run: python -m mock_server choices > docs/reference/mock-choices.md"
    )


def test_every_choice_has_its_words() -> None:
    """Each point of x-contract, and each behaviour that it can have."""
    points = next(_objects(SCHEMA, "choices"))["properties"]
    behaviours = {name: set(_enum(point)) for name, point in points.items()}

    assert {name: set(words) for name, words in choices.CHOICES.items()} == behaviours


def _objects(value: Any, key: str) -> Any:
    """What stands under a key, at any depth."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        for member in value.values():
            yield from _objects(member, key)


def _enum(point: Any) -> list[str]:
    if "$ref" in point:
        return _enum(SCHEMA["$defs"][point["$ref"].rpartition("/")[2]])
    if "enum" in point:
        return list(point["enum"])
    return _enum(point["properties"]["unspecified"])


@pytest.mark.parametrize(
    ("name", "about", "method", "path", "headers", "body", "status"),
    [
        ("babyland", "path without the last slash", "PATCH", "/api/customer/57", {}, {}, 404),
        ("babyland", "an id that is no number", "PATCH", "/api/customer/057/", {}, {}, 404),
        ("babyland", "`Accept: text/html`", "PATCH", "", {"Accept": "text/html"}, {}, 406),
        ("babyland", "forms", "PATCH", "", {"Content-Type": "application/x-www-form-urlencoded"}, {}, 415),
        ("babyland", "`is_active: false`", "PATCH", "", {}, {"is_active": False}, 200),
        ("babyland", "without a credential", "PATCH", "", {"Authorization": ""}, {}, 401),
        ("babyland", "deep nesting", "PATCH", "", {}, "[" * 101, 400),
        ("wizcommerce", "null", "PATCH", "", {}, {"display_name": None}, 400),
        ("wizcommerce", "text after the JSON", "PATCH", "", {}, "{} x", 400),
        ("wizcommerce", "other method", "POST", "", {}, {}, 405),
        ("wizcommerce", "slash at the end", "PATCH", "/v1/customers/{id}/", {}, {}, 404),
        (
            "wizcommerce",
            "ids of representatives, price lists, contacts, addresses",
            "PATCH",
            "",
            {},
            {"primary_contact_id": "x"},
            400,
        ),
        ("customers_me", "`image`", "PATCH", "", {}, {"image": "x.png"}, 400),
        ("customers_me", "`birth_date`", "PATCH", "", {}, {"birth_date": "1990-1-1"}, 400),
        ("customers_me", "unknown path", "PATCH", "/nothing/", {}, {}, 404),
        ("checkoutpage", "malformed id", "PATCH", "/v1/customers/nope", {}, {"name": "x"}, 404),
        ("checkoutpage", "tax id types", "PATCH", "", {}, {"taxIdType": "anything"}, 200),
        ("checkoutpage", "formats and limits of texts", "PATCH", "", {}, {"email": "x" * 1000}, 200),
    ],
)
def test_the_mock_does_what_the_page_says(
    name: str, about: str, method: str, path: str, headers: dict[str, str], body: Any, status: int
) -> None:
    """A row of the API's table; a status that the row tells is the one that comes, in JSON."""
    api = specs.load(name)
    section = DIFFERENCES.partition(f"## {name}\n")[2].partition("\n## ")[0]
    (row,) = [line for line in section.splitlines() if line.startswith(f"| {about} |")]
    customer = api.customers[0]
    sent = {**presented(api, customer.auth), "Content-Type": JSON, **headers}
    content = body if isinstance(body, str) else json.dumps(body)

    answer = (
        create_app([api])
        .test_client()
        .open((path or api.path).format(**customer.path), method=method, headers=sent, data=content)
    )

    assert (answer.status_code, answer.mimetype) == (status, JSON)
    told = re.findall(r"\b[2-5]\d\d\b", row.rpartition(" | ")[2])
    assert told in ([], [str(status)])
