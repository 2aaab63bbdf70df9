"""A run that is killed at any moment: the next one refuses to start, and ``restore`` makes every record what it was."""

from __future__ import annotations

import copy
import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.restore import restore
from contracts.running.whole import judge_all
from contracts.target.settings import from_file
from contracts.target.target import TargetError
from tests import subjects
from tests.services.people import People, serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "people.yaml"
WHOLE = 700
"""About so many requests has a run on this service."""
FIXTURE = """
[fixture.create]
path = "/people"
body = { username = "sample-{unique}" }
id = "/data/id"
[fixture.delete]
path = "/people/{id}"
"""
RECORDS = '[record]\nid = "p-100001"\n[bystander]\nid = "p-100002"\n'


class Killing(People):
    """Kills the run with its so-manieth request, before or after it took effect."""

    def __init__(self, number: int, *, after: bool) -> None:
        super().__init__("null removes", "map merges", "stores anything")
        self._left, self._after = number, after
        self.process: subprocess.Popen[bytes] | None = None

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """The service's answer, unless this is the moment."""
        self._left -= 1
        now = self._left == 0
        found = super().answer(method, path, headers, body) if self._after or not now else (500, {}, {})
        if now and self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
        return found


RUN = """
import sys
from pathlib import Path
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.settings import from_file
target = from_file(Path(sys.argv[1]))
judge_all(Plan(target=target, apis=(target.api,), report_dir=Path(sys.argv[2])))
"""
"""A whole run in a process of its own."""


def judged(file: Path) -> RunReport:
    """A short run in this process."""
    target = from_file(file)
    (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset({"empty-object-handled"})))
    return report


@pytest.fixture(name="contract", scope="module")
def _contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("people") / "people.yaml"
    write(DOCUMENT, None, output)
    return output


EARLY = [(3, True), (150, False)]
MOMENTS = [(number, bool(number % 2)) for number in sorted(random.Random(20).sample(range(8, WHOLE), 6))]


@pytest.mark.parametrize(("number", "after"), [*EARLY, *(pytest.param(*each, marks=pytest.mark.slow) for each in MOMENTS)])
@pytest.mark.parametrize("records", [RECORDS, FIXTURE], ids=["its own records", "records that are made"])
def test_a_killed_run_is_put_back(contract: Path, tmp_path: Path, records: str, number: int, after: bool) -> None:
    """Whatever was sent last, and whether it took effect."""
    people = Killing(number, after=after)
    before = copy.deepcopy(people.records)
    target = tmp_path / "target.toml"
    with serving(people) as url:
        target.write_text(f'api = {json.dumps(str(contract))}\nurl = "{url}"\n[read]\npath = "/people/{{id}}"\n{records}')
        command = [sys.executable, "-c", RUN, str(target), str(tmp_path / "out")]
        with subprocess.Popen(command, cwd=subjects.ROOT, stdin=subprocess.DEVNULL) as people.process:
            code = people.process.wait(200)
        people.process = None
        (journal,) = (tmp_path / "out").glob("journal-*.jsonl")
        with pytest.raises(TargetError, match=re.escape(f"patch-contracts restore {journal}")):
            judged(target)
        left = copy.deepcopy(people.records)
        told = [*restore(journal, {}, None)]
        again = copy.deepcopy(people.records)
        report = judged(target)

    assert code == -signal.SIGKILL
    assert again == before, left
    assert [name for name, each in told if not each.ok] == []
    assert report.restored.ok
    assert people.records == before
