"""Locks on records: two processes on one machine never change the same record of the same target at once."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from contracts.target.target import Identity, Target, TargetError, fingerprint

PAUSE = 0.2
"""Seconds between two attempts."""
OPEN_TO_ALL = 0o666
"""Runs of several users of a machine share the locks."""


class Locks:
    """The locks that a run holds; a process that ends has released its own, however it ends."""

    def __init__(self) -> None:
        self._held: list[FileLock] = []

    def take(self, target: Target, order: Iterable[int], wanted: int, wait: float, say: Callable[[str], None]) -> tuple[int, ...]:
        """Take as many of a target's records as are wanted and free, but at least one; their numbers.

        ``order``: which ones are tried first. While none is free, it waits for ``wait`` seconds at most, and says so.
        Raises TargetError when that is over, or where there can be no lock.
        """
        numbers = tuple(order)
        until, told = time.monotonic() + wait, False
        while True:
            taken: list[int] = []
            for number in numbers:
                if len(taken) < wanted and self._took(target, target.identities[number]):
                    taken.append(number)
            if taken:
                return tuple(taken)
            names = " and ".join(target.identities[number].name for number in sorted(numbers))
            if time.monotonic() >= until:
                raise TargetError(f"{target.url}: another run on this machine is using {names}; waited {wait:g} s")
            if not told:
                say(f"{target.url}: waiting at most {wait:g} s for another run on this machine that is using {names}")
                told = True
            time.sleep(PAUSE)

    def release(self) -> None:
        """Give all of them back."""
        while self._held:
            self._held.pop().release()

    def _took(self, target: Target, identity: Identity) -> bool:
        path = folder() / f"{digest(target, identity)}.lock"
        lock = FileLock(path, timeout=0, mode=OPEN_TO_ALL, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise TargetError(f"the lock {path} cannot be taken: {error.strerror}; set TMPDIR to another folder") from None
        self._held.append(lock)
        return True


class Held:
    """The mark of a run that makes records for itself: it names the run's journal, and is locked while the run lives."""

    def __init__(self, target: Target, journal: Path) -> None:
        self._mark = folder() / f"{_made(target)}{secrets.token_hex(6)}.journal"
        self._lock = FileLock(self._mark.with_suffix(".lock"), timeout=0, mode=OPEN_TO_ALL, thread_local=False)
        self._lock.acquire()
        self._mark.write_text(str(journal), encoding="utf-8")

    def end(self) -> None:
        """The run has removed what it made, or told what is left."""
        _forget(self._mark)
        self._lock.release()

    @staticmethod
    def abandoned(target: Target, journal: Path | None = None, *, forget: bool = False) -> Path | None:
        """The journal of a run that was ended from outside, or that one; with ``forget``, nothing tells of it any more."""
        for mark in sorted(folder().glob(f"{_made(target)}*.journal")):
            path = Path(mark.read_text(encoding="utf-8"))
            try:
                with FileLock(mark.with_suffix(".lock"), timeout=0, mode=OPEN_TO_ALL, thread_local=False):
                    if path.exists() and not forget and journal in (None, path):
                        return path
                    if not path.exists() or (forget and journal in (None, path)):
                        _forget(mark)
            except Timeout:
                continue
        return None


def _forget(mark: Path) -> None:
    for each in (mark, mark.with_suffix(".lock")):
        each.unlink(missing_ok=True)


def _made(target: Target) -> str:
    return f"made-{hashlib.sha256(f'{target.url} {target.api.name}'.encode()).hexdigest()[:24]}-"


def folder() -> Path:
    """The folder of all locks on this machine."""
    path = Path(tempfile.gettempdir()) / "patch-contracts-locks"
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise TargetError(f"the folder of locks {path} cannot be made: {error.strerror}; set TMPDIR to another folder") from None
    with suppress(PermissionError):  # somebody else's, who has opened it to all
        os.chmod(path, 0o1777)
    return path


def digest(target: Target, identity: Identity) -> str:
    """A file name for a record of a URL that tells nothing of either."""
    return hashlib.sha256(f"{target.url} {fingerprint(target.api, identity)}".encode()).hexdigest()[:32]
