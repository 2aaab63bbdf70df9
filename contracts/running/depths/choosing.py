"""Which run a plan needs, by its depth and how many records it judges at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.running.depths.connected import ConnectedRun, ConnectedThoroughRun
from contracts.running.depths.quick import Asked, QuickRun
from contracts.running.depths.thorough import ThoroughRun
from contracts.running.plan import Plan
from contracts.running.run import Run


def run_of(plan: Plan) -> Run:
    """The run that a plan asks for."""
    kinds: Mapping[str, type[Run]] = {"quick": QuickRun, "thorough": ThoroughRun}
    connected: Mapping[str, type[Run]] = {"thorough": ConnectedThoroughRun, "gate": ConnectedRun}
    return (connected if plan.threads else kinds).get(plan.depth, Run)(plan)


def expect(run: Run, asked: Sequence[Asked]) -> None:
    """Tell a run that arranges its items itself which ones there are."""
    if isinstance(run, QuickRun | ConnectedRun):
        run.expect(asked)
