"""Records that requests have made though nobody asked for them: noted at once, since nobody else knows of them."""

from __future__ import annotations

from collections.abc import Callable

from contracts.terms.exchange import Exchange

Told = Callable[[str, Exchange], None]


def untold(_key: str, _by: Exchange) -> None:
    """Nobody keeps a journal."""


class Appeared(dict[str, Exchange]):
    """The request that has made each record, by the record's identifier; ``tell`` is told of each as it comes in."""

    def __init__(self, tell: Told) -> None:
        super().__init__()
        self._tell = tell

    def __setitem__(self, key: str, by: Exchange) -> None:
        super().__setitem__(key, by)
        self._tell(key, by)
