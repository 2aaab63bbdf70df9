"""The register of faults and variants: each is a function that changes one thing of a service."""

import inspect
from collections.abc import Callable
from typing import Any

from service import Service

Change = Callable[[Service], None]
FAULTS: dict[str, dict[str, Any]] = {}
VARIANTS: dict[str, dict[str, Any]] = {}


def fault(family: str, field: str = "") -> Callable[[Change], Change]:
    """Register a fault; its name is the function's, its description the doc string."""

    def register(change: Change) -> Change:
        name = change.__name__.replace("_", "-")
        FAULTS[name] = {"name": name, "family": family, "field": field, "description": inspect.getdoc(change), "change": change}
        return change

    return register


def variant(change: Change) -> Change:
    """Register a conforming choice."""
    name = change.__name__.replace("_", "-")
    VARIANTS[name] = {"name": name, "description": inspect.getdoc(change), "change": change}
    return change


def listed(register: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """The register as it is printed."""
    return [{key: value for key, value in each.items() if key != "change"} for each in register.values()]


def around(service: Service, step: str, outer: Callable[..., Any]) -> None:
    """Replace a step: `outer` is called with the step before and its arguments."""
    inner = getattr(service, step)
    setattr(service, step, lambda *arguments: outer(inner, *arguments))
