"""A deliberate defect: what a programmer did wrong, as a wrong step of an exchange.

To add one, write a function in the file of its family: its name is the id, its docstring the sentence. Nothing else is to be
registered. ``step`` takes the wrong step itself; it gets the exchange, the right step (to run before, after or not at all) and
the field that shows the defect. ``steps`` takes a function that returns several wrong steps by name; it is called anew at every
start and reset, so that what they remember may stand in its variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mock_server.defects.choosing import Choice
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step, Steps
from specs import Api, Field

Turn = Callable[[Exchange, Step], None]
"""A wrong step. It gets the right one as its second argument."""

Turns = Mapping[str, Turn]
Condition = Callable[[Api], bool]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A defect in one API. ``field``: path of the request field that shows it, None where no single one does."""

    field: str | None
    steps: Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One way to be wrong.

    fault: its id in the catalogue of faults that the suite is measured by.
    says: what the programmer did, in one sentence.
    applied_to: the wrong steps in one API, None where the API has no place for the defect.
    """

    id: str
    family: str
    fault: str
    says: str
    applied_to: Callable[[Api], Wrong | None]


DEFECTS: dict[str, Defect] = {}
"""Every defect by its id."""


AUTH = "auth"
"""The family of defects that only an API with credentials can have."""


class Family:
    """The defects that one family of rules is to find."""

    def __init__(self, name: str) -> None:
        self._name = name

    def step(self, name: str, fault: str, at: Choice | None = None, *, only: Condition | None = None) -> Callable[[Any], Any]:
        """Registers one wrong step; with ``at``, for APIs with such a field, which is its third argument.

        only: whether this is a fault in an API at all.
        """

        def applied(author: Callable[..., None], field: Field | None) -> Turns:
            return {name: author if field is None else lambda exchange, right: author(exchange, right, field)}

        return self._register(fault, at, only, applied)

    def steps(self, fault: str, at: Choice | None = None, *, only: Condition | None = None) -> Callable[[Any], Any]:
        """Registers a function from the field (or, without ``at``, from nothing) to wrong steps by name."""

        def applied(author: Callable[..., Turns], field: Field | None) -> Turns:
            return author() if field is None else author(field)

        return self._register(fault, at, only, applied)

    def _register(
        self,
        fault: str,
        at: Choice | None,
        only: Condition | None,
        applied: Callable[[Callable[..., Any], Field | None], Turns],
    ) -> Callable[[Any], Any]:
        def register(author: Callable[..., Any]) -> Callable[..., Any]:
            def applied_to(api: Api) -> Wrong | None:
                field = at(api) if at else None
                if (at and field is None) or (only and not only(api)) or (self._name == AUTH and not api.security):
                    return None
                return Wrong(field.path if field else None, applied(author, field))

            _add(author, self._name, fault, applied_to)
            return author

        return register


def _add(author: Callable[..., Any], family: str, fault: str, applied_to: Callable[[Api], Wrong | None]) -> None:
    identity = author.__name__.replace("_", "-")
    if identity in DEFECTS:
        raise ValueError(f"two defects are called {identity}")
    says = " ".join((author.__doc__ or "").split())
    DEFECTS[identity] = Defect(id=identity, family=family, fault=fault, says=says, applied_to=applied_to)


def wronged(right: Steps, wrongs: Iterable[Wrong]) -> Steps:
    """The steps with defects in them; a later one meets the step as an earlier one left it."""
    steps = right
    for each in wrongs:
        turned: dict[str, Any] = {name: _turned(turn, getattr(steps, name)) for name, turn in each.steps.items()}
        steps = replace(steps, **turned)
    return steps


def _turned(turn: Turn, step: Step) -> Step:
    return lambda exchange: turn(exchange, step)
