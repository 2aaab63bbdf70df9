"""Several threads: calls at the same time, and what they find out together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Condition
from typing import Generic, TypeVar

Given = TypeVar("Given", bound=Hashable)
Found = TypeVar("Found")
Item = TypeVar("Item")


def each_in_a_thread(call: Callable[[Item], Found], items: Sequence[Item]) -> list[Found]:
    """What ``call`` returns for each of the items, in their order; what context variables say of the caller holds in each call.

    The first exception in that order is raised, after all have ended.
    """
    if len(items) < 2:
        return [call(each) for each in items]
    with ThreadPoolExecutor(len(items)) as pool:
        running = [pool.submit(copy_context().run, call, each) for each in items]
    return [each.result() for each in running]


class Shared(Generic[Given, Found]):
    """What several threads find out together: each thing once, by whichever thread comes to it first."""

    def __init__(self) -> None:
        self._found: dict[Given, Found] = {}
        self._sought: set[Given] = set()
        self._news = Condition()

    def each(self, keys: Iterable[Given], find: Callable[[Given], Found | None]) -> list[Found]:
        """What is found for the keys: by ``find`` for those that no thread is at; None is for no other thread, and left out."""
        missing, found = list(dict.fromkeys(keys)), list[Found]()
        while missing:
            key, known = self._next(missing)
            missing.remove(key)
            own = known if known is not None else self._kept(key, find)
            found += [own] if own is not None else []
        return found

    def _next(self, missing: Sequence[Given]) -> tuple[Given, Found | None]:
        """A key that is found already, or one that is to be found now; waits while others are at all of them."""
        with self._news:
            while True:
                for key in missing:
                    if key in self._found:
                        return key, self._found[key]
                for key in missing:
                    if key not in self._sought:
                        self._sought.add(key)
                        return key, None
                self._news.wait()

    def _kept(self, key: Given, find: Callable[[Given], Found | None]) -> Found | None:
        found = None
        try:
            found = find(key)
        finally:
            with self._news:
                self._sought.discard(key)
                if found is not None:
                    self._found[key] = found
                self._news.notify_all()
        return found
