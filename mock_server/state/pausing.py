"""Waiting on purpose: a thread that is going to wait says so first, so that whoever depends on it can go on without it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_OF_THREAD = threading.local()


def call_ahead(hook: Callable[[], None]) -> None:
    """Has this called whenever the current thread is going to wait."""
    _OF_THREAD.hook = hook


def ahead() -> None:
    """To be called ahead of anything that may take long without computing anything: a call to another service, say."""
    hook: Callable[[], None] | None = getattr(_OF_THREAD, "hook", None)
    if hook is not None:
        hook()


def pause(seconds: float) -> None:
    """Sleeps; not at all for no time."""
    if seconds > 0:
        ahead()
        time.sleep(seconds)
