"""The suite's own model of a PATCH: what a record must look like afterwards.

The mock has one too. They are two on purpose: an oracle that shared the mock's code would agree with it by
construction. This one predicts only what every reading of the documents has in common: the fields that were sent
hold what was sent, and nothing else differs. Of an object that is sent in part the rest stays or goes by its policy.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.record.patches import Patch
from contracts.record.records import Reader, Record, matching_items
from contracts.terms.verdict import NotJudged
from specs import Field


def predicted(reader: Reader, before: Record, patches: Iterable[Patch]) -> dict[str, Any]:
    """The record after patches of fields (no references) have been accepted together."""
    after = copy.deepcopy(dict(before))
    for patch in patches:
        if patch.field.response is not None:
            _set(reader, after, patch.field.response.split("."), list(patch.selectors), patch)
    return after


def _set(reader: Reader, holder: Any, steps: list[str], selectors: list[Any], patch: Patch) -> None:
    name = steps[0].removesuffix("[]")
    if not isinstance(holder, dict):  # an answer of another shape than the document's
        raise NotJudged(f"the record has no object to hold {steps[0]}")
    if len(steps) == 1 and not steps[0].endswith("[]"):
        holder[name] = _shown(reader, patch.field, patch.value, holder.get(name))
        return
    if steps[0].endswith("[]"):
        items = matching_items(holder.get(name), selectors[0]) if selectors else []
        if not items:
            raise NotJudged(f"the record has no such item in {name}")
        _set(reader, items[0], steps[1:], selectors[1:], patch)
        return
    if not isinstance(holder.get(name), dict):
        holder[name] = {}
    _set(reader, holder[name], steps[1:], selectors, patch)


def _shown(reader: Reader, field: Field, value: Any, old: Any) -> Any:
    """What the record shows for a value that is sent: members under the names that the record has for them."""
    if isinstance(value, Mapping) and field.kind == "object":
        return _object(reader, field, value, old)
    if isinstance(value, list) and field.children:
        return [_members(reader, field, each, {}) if isinstance(each, Mapping) else each for each in value]
    return reader.normalised(field, value)


def _object(reader: Reader, field: Field, value: Mapping[str, Any], old: Any) -> dict[str, Any]:
    """An object on top of the one that was there, unless it takes that one's place; null takes a key out of a map."""
    stays = field.merge is not None and field.merge.policy == "merge" and isinstance(old, Mapping)
    kept = dict(old) if stays else {}
    if field.children:
        return _members(reader, field, value, kept)
    kept |= value
    return {name: each for name, each in kept.items() if each is not None} if stays else kept


def _members(reader: Reader, field: Field, value: Mapping[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    for child in field.children:
        if child.name in value and child.response is not None:
            name = child.response.rsplit(".", 1)[-1]
            kept[name] = _shown(reader, child, value[child.name], kept.get(name))
    return kept
