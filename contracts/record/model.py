"""The suite's own model of a PATCH: what a record must look like afterwards.

The mock has one too. They are two on purpose: an oracle that shared the mock's code would agree with it by
construction. This one predicts only what every reading of the documents has in common: the fields that were sent
hold what was sent, and nothing else differs.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from contracts.record.patches import Patch
from contracts.record.records import Reader, Record, matching_items
from contracts.terms.verdict import NotJudged


def predicted(reader: Reader, before: Record, patches: Iterable[Patch]) -> dict[str, Any]:
    """The record after patches of plain fields (no references) have been accepted together."""
    after = copy.deepcopy(dict(before))
    for patch in patches:
        if patch.field.response is not None:
            _set(after, patch.field.response.split("."), list(patch.selectors), reader.normalised(patch.field, patch.value))
    return after


def _set(holder: Any, steps: list[str], selectors: list[Any], value: Any) -> None:
    name = steps[0].removesuffix("[]")
    if not isinstance(holder, dict):  # an answer of another shape than the document's
        raise NotJudged(f"the record has no object to hold {steps[0]}")
    if len(steps) == 1 and not steps[0].endswith("[]"):
        holder[name] = value
        return
    if steps[0].endswith("[]"):
        items = matching_items(holder.get(name), selectors[0]) if selectors else []
        if not items:
            raise NotJudged(f"the record has no such item in {name}")
        _set(items[0], steps[1:], selectors[1:], value)
        return
    if not isinstance(holder.get(name), dict):
        holder[name] = {}
    _set(holder[name], steps[1:], selectors, value)
