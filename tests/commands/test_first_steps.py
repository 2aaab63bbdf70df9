"""What a first run says where a document leaves out what the suite needs: one line, with what would help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.record.party import Party
from contracts.rules.search.engine import judge_standard_checks
from contracts.target.client import Budget, Client
from contracts.target.secrecy import Redactor
from contracts.target.settings import from_settings
from contracts.target.target import TargetError, load_api
from contracts.terms.verdict import NotJudged
from tests.services.people import People, serving
from tests.targets.test_no_harm import DOCUMENT, target_of


def drafted(tmp_path: Path, change: Any) -> Path:
    """A draft of a changed document of people."""
    document = yaml.safe_load(DOCUMENT.read_text())
    change(document)
    source, output = tmp_path / "document.yaml", tmp_path / "draft.yaml"
    source.write_text(yaml.safe_dump(document, sort_keys=False))
    write(source, None, output)
    return output


def test_a_credential_for_a_document_without_schemes(tmp_path: Path) -> None:
    """The message says what has to be written into the file."""
    output = drafted(tmp_path, lambda _document: None)
    settings = {"api": str(output), "url": "http://127.0.0.1:9", "record": {"id": "p"}, "auth": {"token": "SECRET"}}

    with pytest.raises(TargetError, match="no security scheme; say there") as caught:
        from_settings(settings)

    assert "securitySchemes" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def _free(document: dict[str, Any]) -> None:
    """Describe the record as any object, and a patch as one too."""
    document["components"]["schemas"]["Person"] = {"type": "object"}
    patch = document["paths"]["/people/{id}"]["patch"]
    patch["requestBody"]["content"]["application/json"]["schema"] = {"type": "object"}


def test_a_record_of_which_no_member_is_described(tmp_path: Path) -> None:
    """The GET answers, and the file does not say what is a record."""
    api = load_api(str(drafted(tmp_path, _free)))
    with serving(People()) as url:
        party = Party(target_of(api, url), Client(target_of(api, url).limits, Redactor(), Budget()))
        with pytest.raises(TargetError, match="describes no member of the record"):
            party.state.preflight()


def _nothing_generable(document: dict[str, Any]) -> None:
    """Leave a list as the only member of a patch."""
    patch = document["paths"]["/people/{id}"]["patch"]
    schema = patch["requestBody"]["content"]["application/json"]["schema"]
    schema["properties"] = {"tags": schema["properties"]["tags"]}


def test_generated_bodies_where_no_schema_gives_values(tmp_path: Path) -> None:
    """A patch of one list alone: there is nothing to generate, which is a reason and no error."""
    api = load_api(str(drafted(tmp_path, _nothing_generable)))
    target = target_of(api, "http://127.0.0.1:9")

    with pytest.raises(NotJudged, match="no field has values"):
        judge_standard_checks(Party(target, Client(target.limits, Redactor(), Budget())))
