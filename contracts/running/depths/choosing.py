"""Which run a plan needs, by its depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.running.depths.quick import Asked, QuickRun
from contracts.running.depths.thorough import ThoroughRun
from contracts.running.plan import Plan
from contracts.running.run import Run


def run_of(plan: Plan) -> Run:
    """The run that a plan asks for."""
    kinds: Mapping[str, type[Run]] = {"quick": QuickRun, "thorough": ThoroughRun}
    return kinds.get(plan.depth, Run)(plan)


def expect(run: Run, asked: Sequence[Asked]) -> None:
    """Tell a run that arranges its items itself which ones there are."""
    if isinstance(run, QuickRun):
        run.expect(asked)
