"""Lists whose order means nothing: sets, by the document, and lists that are shown in another order at each reading.

A reading of the record has such a list as ``AnyOrder``, which equals every list of the same items, so that each comparison takes
it for what it is. Its items stay in the order in which they were shown, since they are sent back in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from specs import Api, Schema

SET = re.compile(
    r"\bunordered\b|\b(?:any|no|no (?:particular|specific|defined|guaranteed|fixed)) order\b|\border does(?: not|n't) matter\b"
    r"|\border (?:is|are) (?:not|never) (?:kept|preserved|retained|maintained|guaranteed|defined|significant|relevant|important"
    r"|meaningful)\b|\border has no (?:meaning|significance)\b"
    r"|\b(?:not|never) (?:keep|preserve|guarantee)s? (?:the|their|its|any) order\b"
    r"|(?:^|[.;:]\s+|\b(?:is|as|are) )an? set(?=\s*(?:[.,;:]|$))",
    re.IGNORECASE,
)
"""Words of a description by which the order of a list has no meaning."""


Alike = Callable[[str, Any, Any], bool]
"""A path, what is shown there and what was sent: whether both are spellings of one value."""


class AnyOrder(list[Any]):
    """A list whose order means nothing, its items in the order in which they were shown."""


def is_set(schema: Schema) -> bool:
    """Whether a schema says that a list is a set: by ``uniqueItems``, or in words."""
    return schema.get("uniqueItems") is True or SET.search(str(schema.get("description") or "")) is not None


def sets_of(api: Api) -> frozenset[str]:
    """The paths of the lists in the record that the document makes sets, in an answer or in a request."""
    shown = (each.path for each in api.walk_record() if is_set(each.schema))
    return frozenset([*shown, *(each.response for each in api.walk_fields() if each.response and is_set(each.schema))])


def equal(left: Any, right: Any) -> bool:
    """JSON equality: true is not 1, and 1 is 1.0; a list whose order means nothing is equal to any of the same items."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        if isinstance(left, AnyOrder) or isinstance(right, AnyOrder):
            left, right = in_one_order(left), in_one_order(right)
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(left == right)


def in_one_order(items: list[Any]) -> list[Any]:
    """The items in an order that follows from themselves."""
    return sorted(items, key=_text)


def paired(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """Both lists with what is equal in them first, side by side, and the rest behind it in the order in which it is shown."""
    places: dict[str, list[int]] = {}
    for place, item in reversed([*enumerate(new)]):
        places.setdefault(_text(item), []).append(place)
    found = [places[text].pop() if places.get(text := _text(item)) else None for item in old]
    same = [(item, new[place]) for item, place in zip(old, found, strict=True) if place is not None]
    others = [item for item, place in zip(old, found, strict=True) if place is None]
    taken = {*found}
    rest = [item for place, item in enumerate(new) if place not in taken]
    return [*(left for left, _ in same), *others], [*(right for _, right in same), *rest]


def _text(item: Any) -> str:
    """The JSON of an item; "" for one that is too deep, or a number of too many digits, which nobody sorts."""
    try:
        return json.dumps(_plain(item), sort_keys=True, default=str)
    except (RecursionError, ValueError):
        return ""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in (in_one_order(value) if isinstance(value, AnyOrder) else value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def marked(record: dict[str, Any], paths: Collection[str]) -> dict[str, Any]:
    """The record with the lists at these paths as what they are; all others are the same objects."""
    for path in paths:
        record = _marked(record, path.split("."))
    return record


def _marked(value: Any, steps: list[str]) -> Any:
    if not steps:
        return AnyOrder(value) if isinstance(value, list) else value
    name = steps[0].removesuffix("[]")
    if not isinstance(value, Mapping) or name not in value:
        return value
    inner = value[name]
    if not steps[0].endswith("[]"):
        found = _marked(inner, steps[1:])
    elif isinstance(inner, list):
        found = type(inner)(_marked(item, steps[1:]) for item in inner)
    else:
        return value
    return {**value, name: found}


def is_reordered(old: Any, new: Any) -> bool:
    """Whether two values differ in the order of lists alone; what a path means in several items is a list of such."""
    try:
        return _is_reordered(old, new)
    except RecursionError:
        return False


def _is_reordered(old: Any, new: Any) -> bool:
    if not isinstance(old, list) or not isinstance(new, list) or equal([*old], [*new]):
        return False
    if equal(AnyOrder(old), new):
        return True
    pairs = [*zip(old, new, strict=False)]
    return len(old) == len(new) and all(equal(*pair) or _is_reordered(*pair) for pair in pairs)


def holds(shown: Any, sent: Any, alike: Alike = lambda _path, _shown, _sent: False, path: str = "") -> bool:
    """Whether a shown value has all that was sent; beside it, an object may have more. Lists are as long as the sent ones.

    ``alike``: asked for the path of what is not equal, whether both are one value all the same. Null and absent are one.
    """
    if isinstance(shown, Mapping) and isinstance(sent, Mapping):
        return all(holds(shown.get(name), value, alike, f"{path}.{name}") for name, value in sent.items())
    if isinstance(shown, list) and isinstance(sent, list) and len(shown) == len(sent):
        if isinstance(shown, AnyOrder):
            return _holds_each([*shown], sent, alike, path)
        return all(holds(*pair, alike, path) for pair in zip(shown, sent, strict=True))
    return equal(shown, sent) or alike(path, shown, sent)


def _holds_each(left: list[Any], sent: list[Any], alike: Alike, path: str) -> bool:
    """For each sent item there is a shown one of its own, wherever it stands."""
    for each in sent:
        found = next((number for number, item in enumerate(left) if holds(item, each, alike, path)), None)
        if found is None:
            return False
        del left[found]
    return True
