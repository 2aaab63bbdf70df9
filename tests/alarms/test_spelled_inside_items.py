"""Items of lists whose members a service spells its own way: each member is compared as one on the top level is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.record.records import Reader
from contracts.target.expect import Expect
from contracts.target.target import load_api
from specs import Api

LINE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "Stored in lower case."},
        "amount": {"type": "string", "format": "decimal", "pattern": r"^[0-9]{1,5}(\.[0-9]{1,3})?$"},
        "due": {"type": "string", "format": "date-time"},
        "note": {"type": ["string", "null"]},
        "code": {"type": "string"},
    },
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    """A record with a list of lines, and one of lines whose order means nothing."""
    lists = {"lines": {"type": "array", "items": LINE}, "basket": {"type": "array", "uniqueItems": True, "items": LINE}}
    content = {"application/json": {"schema": {"type": "object", "properties": lists}}}
    answers = {"200": {"description": "The list.", "content": content}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Lists", "version": "1"},
        "paths": {
            "/lists/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "show", "responses": answers},
                "patch": {"operationId": "change", "requestBody": {"content": content}, "responses": answers},
            }
        },
    }
    folder = tmp_path_factory.mktemp("lists")
    source, output = Path(folder, "lists.yaml"), Path(folder, "contract.yaml")
    source.write_text(yaml.safe_dump(document))
    write(source, None, output)
    return load_api(str(output))


@pytest.mark.parametrize(
    ("sent", "shown", "same"),
    [
        ({"amount": "02202"}, {"amount": "2202"}, True),
        ({"amount": "1.50"}, {"amount": "1.5"}, True),
        ({"amount": "1.50"}, {"amount": "1.05"}, False),
        ({"code": "02202"}, {"code": "2202"}, False),
        ({"due": "2031-05-06T10:00:00Z"}, {"due": "2031-05-06T10:00:00.000+00:00"}, True),
        ({"due": "2031-05-06T10:00:00Z"}, {"due": "2031-05-06T12:00:00+00:00"}, False),
        ({"name": "Kelp"}, {"name": "kelp"}, True),
        ({"code": "Kelp"}, {"code": "kelp"}, False),
        ({"note": None, "code": "a"}, {"code": "a"}, True),
        ({"note": "", "code": "a"}, {"code": "a"}, False),
        ({"code": "a"}, {"code": "a", "note": "shown beside it"}, True),
    ],
)
@pytest.mark.parametrize("name", ["lines", "basket"])
def test_members_of_items_are_compared_as_their_fields_are(
    api: Api, name: str, sent: dict[str, Any], shown: dict[str, Any], *, same: bool
) -> None:
    """A number's zeros, a moment's zone, a documented case, null and absent: the same inside an item as outside of one."""
    reader = Reader(api, Expect())
    other = {"code": "other"}
    (field,) = (each for each in api.fields if each.name == name)
    record = reader.marked({name: [other, shown] if name == "lines" else [shown, other]})

    assert reader.same(field, [other, sent], record[name]) is same


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"amount": "02202"}, {"amount": "2202"}, []),
        ({"amount": "1.50"}, {"amount": "1.5"}, []),
        ({"amount": "1.50"}, {"amount": "1.05"}, ["lines[].amount"]),
        ({"code": "02202"}, {"code": "2202"}, ["lines[].code"]),
        ({"due": "2031-05-06T10:00:00Z"}, {"due": "2031-05-06T10:00:00.000+00:00"}, []),
    ],
)
def test_another_spelling_is_no_other_record(api: Api, before: dict[str, Any], after: dict[str, Any], changed: list[str]) -> None:
    """What is predicted by what was sent, beside what is shown then."""
    differences = Reader(api, Expect()).differences({"lines": [before]}, {"lines": [after]})

    assert [each.where for each in differences] == changed
