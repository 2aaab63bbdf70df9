"""Partial update: faults that only some sequences or some values show, so that a fixed list of questions passes them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.defects.choosing import is_text, last, takes
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import hold, write_instead
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from specs import Field

defect = Family("partial_update")

BUFFER = 24
PATIENCE = 3


@defect.steps("PU13")
def update_between_undone() -> Turns:
    """Keeps the record that each form was opened with: saving a form again undoes what another form saved in between."""
    saved: dict[str, list[tuple[frozenset[str], Mapping[str, Any]]]] = {}

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        earlier = saved.setdefault(exchange.entry.name, [])
        form = frozenset(exchange.changes)
        if len(earlier) > 1 and earlier[-2][0] == form and not earlier[-1][0] & form:
            opened = {name: value for name, value in earlier[-1][1].items() if name in earlier[-1][0]}
            hold(exchange, {**exchange.after.record, **opened})
        earlier[:] = [*earlier[-1:], (form, exchange.before.record)]

    return {"merge": merge}


@defect.steps("PU13")
def refusals_open_a_breaker() -> Turns:
    """Three refusals in a row open a circuit breaker: the next update is answered, and not written."""
    refused: dict[str, int] = {}

    def validate(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if exchange.faults:
            refused[exchange.entry.name] = refused.get(exchange.entry.name, 0) + 1

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if refused.pop(exchange.entry.name, 0) >= PATIENCE:
            hold(exchange, exchange.before.record)

    return {"validate": validate, "merge": merge}


@defect.step("merge", "PU13")
def third_of_three_forgotten(exchange: Exchange, right: Step) -> None:
    """Unrolls the loop over the members of a body by hand, and forgets the third of three."""
    if len(exchange.changes) == PATIENCE:
        names = list(exchange.changes)[: PATIENCE - 1]
        exchange.changes = {name: exchange.changes[name] for name in names}
    right(exchange)


@defect.step("merge", "LN16", last(is_text, takes("x" * BUFFER)))
def text_that_just_fits_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Writes a text through a buffer of 24 bytes, in which one of 23 leaves no room for the zero behind it."""
    write_instead(exchange, field, _cut)
    right(exchange)


def _cut(value: Any) -> Any:
    return value[:-1] if isinstance(value, str) and len(value.encode()) == BUFFER - 1 else value


@defect.step("merge", "PU23", last(is_text, takes("1=")))
def padding_stripped(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes equals signs at the end of a text for the padding of an encoded one."""
    write_instead(exchange, field, lambda value: value.rstrip("=") if isinstance(value, str) and value.strip("=") else value)
    right(exchange)
