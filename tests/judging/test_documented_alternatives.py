"""A credential that is let in where another documented scheme has it is not misplaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, load_api
from tests.services.parcels import Parcels
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "parcels.yaml"
KEY = "k-0123456789"
SCHEMES = {"key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}, "bearer": {"type": "http", "scheme": "bearer"}}


class Locked(Parcels):
    """Lets in who has the key, in its header or as a bearer token."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """401 to all others."""
        if headers.get("X-Api-Key") != KEY and headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {"message": "who are you"}, {"WWW-Authenticate": "Bearer"}
        return super().answer(method, path, headers, body)


@pytest.mark.parametrize(("alternatives", "found"), [(["key", "bearer"], False), (["key"], True)])
def test_the_place_of_another_documented_scheme_is_no_wrong_place(
    tmp_path: Path, alternatives: list[str], *, found: bool
) -> None:
    """Where the document has the key as a bearer token too, it may come as one; where it has not, that is told."""
    document = yaml.safe_load(DOCUMENT.read_text())
    document["security"] = [{name: []} for name in alternatives]
    document["components"]["securitySchemes"] = {name: SCHEMES[name] for name in alternatives}
    operation = document["paths"]["/parcels/{id}"]["patch"]
    operation["responses"]["401"] = operation["responses"]["400"]
    source, output = tmp_path / "parcels.yaml", tmp_path / "contract.yaml"
    source.write_text(yaml.safe_dump(document, sort_keys=False))
    write(source, None, output)
    api = load_api(str(output))
    with serving(Locked()) as url:
        target = Target(
            api=api, url=url, identity=Identity(path={"id": "p-100001"}, auth={"key": Secret(KEY)}), read="/parcels/{id}"
        )
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"misplaced-credential-refused"})))

    verdicts = {each.verdict for each in report.results}
    assert verdicts == ({"violates"} if found else {"conforms"}), report.results
    told = [each.curl or "" for each in report.results if each.verdict == "violates"]
    assert all('-H "Authorization: Bearer $KEY"' in each for each in told), told  # so that the line can be pasted
    assert not any(KEY in each for each in told)
