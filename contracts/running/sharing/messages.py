"""The messages between the controller of a run and its workers, as texts and numbers: xdist hands on nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contracts.running.run import Run


def told(run: Run, seat: int | None) -> dict[str, Any]:
    """What a worker needs to join a run; ``seat``: the record that it has to itself, None where there are too few."""
    return {
        "patch_contracts": json.dumps(run.ready),
        "patch_contracts_taken": json.dumps(run.taken),
        "patch_contracts_begun": run.begun,
        "patch_contracts_journal": run.journal_path,
        "patch_contracts_seat": seat,
        "patch_contracts_made": json.dumps([dict(each) for each in run.made]),
    }


def joined(run: Run, message: Mapping[str, Any]) -> int | None:
    """A worker joins the run of the controller; the record that it has to itself."""
    ready, taken = json.loads(message["patch_contracts"]), json.loads(message["patch_contracts_taken"])
    made = json.loads(message["patch_contracts_made"])
    run.join(ready, message["patch_contracts_begun"], taken, message["patch_contracts_journal"], made)
    seat: int | None = message["patch_contracts_seat"]
    return seat


def summed_up(run: Run) -> dict[str, str]:
    """What a worker tells at its end."""
    return {"patch_contracts": json.dumps(run.requests()), "patch_contracts_moves": json.dumps(run.movements())}


def added(run: Run, message: Mapping[str, str]) -> None:
    """Add up what a worker told."""
    for api, count in json.loads(message.get("patch_contracts", "{}")).items():
        if api in run.reports:
            run.reports[api].requests += count
    for api, moves in json.loads(message.get("patch_contracts_moves", "{}")).items():
        if api in run.reports:
            run.reports[api].moves |= moves
