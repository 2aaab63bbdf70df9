"""From what was sent to what is to be written: trimmed, coerced, and without the members that are ignored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mock_server.exchange.exchange import Fault, Path
from mock_server.exchange.plan import Member, Members

TRUE_TEXTS = frozenset({"true", "t", "yes", "y", "on", "1"})
FALSE_TEXTS = frozenset({"false", "f", "no", "n", "off", "0"})
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(?:\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(?:\.[0-9]{1,300})?", re.ASCII)
_NORMALISE: Mapping[str, Callable[[str], str]] = {"trim": str.strip, "lower": str.lower, "upper": str.upper}
_LEFT_OUT: Any = object()


class Cleaning:
    """One body on its way through the plan; ``faults`` fills up with the members that may not be there.

    refuses_unknown: whether a member that no document lists is a fault; else it is left out.
    refuses_read_only: whether one that the client may not write is a fault even where the API leaves it out.
    """

    def __init__(self, *, refuses_unknown: bool, refuses_read_only: bool = False) -> None:
        self.faults: list[Fault] = []
        self._refuses_unknown = refuses_unknown
        self._refuses_read_only = refuses_read_only

    def members(self, sent: Mapping[str, Any], plan: Members, path: Path = ()) -> dict[str, Any]:
        """The members of an object that are to be written."""
        kept = {}
        for name, value in sent.items():
            member = plan.get(name)
            cleaned = self._unknown(value, (*path, name)) if member is None else self._member(value, member, (*path, name))
            if cleaned is not _LEFT_OUT:
                kept[name] = cleaned
        return kept

    def _unknown(self, value: Any, path: Path) -> Any:
        if self._refuses_unknown:
            self.faults.append(Fault(path, "unknown_field", value))
        return _LEFT_OUT

    def _member(self, value: Any, member: Member, path: Path) -> Any:
        if member.ignored is not None:
            if member.ignored == "refuse" or self._refuses_read_only:
                self.faults.append(Fault(path, "read_only", value))
            return _LEFT_OUT
        if value is None:
            return _LEFT_OUT if member.null == "ignore" else None
        if member.members and isinstance(value, dict):
            return self.members(value, member.members, path)
        if member.members and isinstance(value, list):
            return [self._item(item, member, (*path, index)) for index, item in enumerate(value)]
        return normalised(value, member)

    def _item(self, item: Any, member: Member, path: Path) -> Any:
        return self.members(item, member.members, path) if isinstance(item, dict) else item


def normalised(value: Any, member: Member) -> Any:
    """A scalar as it is validated and stored: coerced and trimmed where this API does so, and as documented for the field."""
    if member.coerced is not None and (member.coerced != "string" or not isinstance(value, str)):
        value = coerced(value, member.coerced)
    if isinstance(value, str):
        if member.trimmed:
            value = value.strip()
        for name in member.field.normalise:
            value = _NORMALISE[name](value)
    elif isinstance(value, list) and member.field.normalise:
        return [normalised(each, member) if isinstance(each, str) else each for each in value]
    elif isinstance(value, float) and value.is_integer() and "integer" in member.field.types:
        return int(value)
    return value


def coerced(value: Any, wanted: str) -> Any:
    """``value`` as the wanted JSON type where a form-minded framework reads it so, else unchanged (domain_facts.md 1.3).

    Text is never made from true, a list or an object.
    """
    if wanted == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if wanted == "boolean":
        return _boolean(value)
    if isinstance(value, str) and wanted == "integer" and _WHOLE_NUMBER.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    if isinstance(value, str) and wanted == "number" and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return value


def _boolean(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        return value
    text = value.lower() if isinstance(value, str) else str(int(value)) if value in (0, 1) else ""
    if text in TRUE_TEXTS:
        return True
    return False if text in FALSE_TEXTS else value
