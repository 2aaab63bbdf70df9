"""Looks after the documents of a running mock: a changed one is served with the state kept, a broken one is told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

from mock_server.worlds.loading import Served, load
from specs import SpecError

SECONDS = 0.5
"""Between two looks: the time of change of a few files, which works on every file system, mounted ones too."""


def watch(apis: Sequence[Served], changed: Callable[[Sequence[Served]], None], tell: Callable[[str], None]) -> None:
    """Calls ``changed`` with all documents whenever one has changed, and ``tell`` with a line about it, from a thread.

    ``changed`` raises SpecError or ValueError for documents that cannot be served.
    """
    Thread(target=_look, args=(list(apis), changed, tell), name="mock_server.web.watching", daemon=True).start()


def _look(apis: list[Served], changed: Callable[[Sequence[Served]], None], tell: Callable[[str], None]) -> None:
    seen = [_time_of(api.file) for api in apis]
    while True:
        time.sleep(SECONDS)
        times = [_time_of(api.file) for api in apis]
        if times != seen and 0 not in times:
            names = ", ".join(api.file.name for api, before, now in zip(apis, seen, times, strict=True) if before != now)
            seen = times
            try:
                apis = [load(api.file) for api in apis]
                changed(apis)
            except (SpecError, ValueError) as error:
                tell(f"{error}; what was served before still is")
            else:
                tell(f"{names}: served anew, with the state kept")


def _time_of(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:  # gone; if an editor is replacing it, it is there at the next look
        return 0
