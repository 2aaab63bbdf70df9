"""Random sequences of patches are judged on the fields that can be put back, whatever else a request may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from tests.alarms.test_unseen_services import drafted, request
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of


class Forgetful(People):
    """Checks the length of a code that it never shows; a refused patch leaves its city behind where the service is wrong."""

    def __init__(self, *, wrong: bool) -> None:
        super().__init__()
        self.wrong = wrong

    def _wrong(self, sent: dict[str, Any]) -> str:
        code = sent.get("code", "")
        found = super()._wrong(sent) if isinstance(code, str) and len(code) <= 4 else "code"
        if found and self.wrong:
            self.records["p-100001"]["city"] = "Sfax"
        return found


def _with_a_code(content: dict[str, Any]) -> None:
    request(content)["properties"]["code"] = {"type": "string", "maxLength": 4, "writeOnly": True}


@pytest.mark.parametrize(("wrong", "verdict"), [(False, "conforms"), (True, "violates")])
def test_a_member_that_is_never_shown_keeps_no_sequence_from_being_judged(tmp_path: Path, *, wrong: bool, verdict: str) -> None:
    """Nobody can put the code back, so that no bad one is sent; bad values of the other fields are."""
    with serving(Forgetful(wrong=wrong)) as url:
        target = target_of(drafted(tmp_path, _with_a_code), url)
        (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset({"sequence-follows-model"})))

    (result,) = report.results
    assert result.verdict == verdict, result.actual
