"""The end of a run: restoring undisturbed by signals, and what the process exits with."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from contracts.reports.report import LEFT_CHANGED, exit_code
from contracts.running.depths.connected import ConnectedRun
from contracts.running.run import Run

INTERNAL_ERROR = 3
ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""How pytest says that it has come to the end of the items."""


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends the run as Ctrl-C does: with the record restored."""
    raise KeyboardInterrupt


def halt(run: Run) -> None:
    """End the threads of an interrupted run.

    pytest tells of an interruption with source code, and in Python 3.11 and 3.12 two threads cannot read source code at the same
    time (``SystemError``, gh-106905): a thread that draws examples does so too.
    """
    if isinstance(run, ConnectedRun):
        with undisturbed():
            run.halt()


@contextmanager
def undisturbed() -> Iterator[None]:
    """A second signal must not cut the restoration short."""
    previous = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)


def code(run: Run, exitstatus: int, *, crashed: bool) -> int:
    """What the process exits with: pytest's own code where the run was cut short, unless a record was left changed.

    ``crashed``: a worker has died, and with it the verdict on what it was judging.
    """
    found = exit_code(list(run.reports.values()), strict=run.plan.strict)
    if exitstatus not in ENDED:
        return found if found == LEFT_CHANGED else exitstatus
    return INTERNAL_ERROR if crashed and found in (0, 5) else found
