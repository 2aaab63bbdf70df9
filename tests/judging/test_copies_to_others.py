"""A value that is written to another record too is told, also where that one held it before: the way back shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from tests.alarms.test_unseen_services import drafted, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import FIRST, SECOND, target_of


class Spreading(People):
    """The flag of the bystander is off, and all flags are one where the service is wrong."""

    def __init__(self, *, own: bool, wrong: bool) -> None:
        super().__init__()
        self.wrong = wrong
        self.records[FIRST]["newsletter"] = own
        self.records[SECOND]["newsletter"] = False

    def _kept(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        found = super()._kept(key, record, sent)
        if self.wrong and "newsletter" in sent:
            for each in self.records.values():
                each["newsletter"] = sent["newsletter"]
        return found


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("wrong", [True, False])
def test_a_flag_that_is_set_for_all_records_is_told(tmp_path: Path, *, own: bool, wrong: bool) -> None:
    """Off first, as the bystander has it, and then on again; or on at once."""
    service = Spreading(own=own, wrong=wrong)
    with serving(service) as url:
        target = target_of(drafted(tmp_path), url)
        (report,) = judge_all(Plan(target=target, apis=(target.api,)))  # all rules: they share what they write

    found = {each for each in violated(report) if each[1] == "other-customer-unchanged"}
    assert found == ({("must", "other-customer-unchanged", "newsletter")} if wrong else set())
    assert service.records[FIRST]["newsletter"] is own
