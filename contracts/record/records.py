"""Readings of a record: looking a field up, and comparing two readings the way the document describes them.

Only documented properties count; volatile and derived ones never do; null and absent are one state, as are an
empty list and none; items with a key are matched by it, wherever they stand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.record.comparing import sets
from contracts.record.comparing.purpose import is_set_anew
from contracts.target.expect import Expect
from contracts.target.target import NORMALISERS, plain_path
from contracts.terms.looks import is_spelling
from contracts.terms.moving import BY_ITSELF, IN_ANY_ORDER, WITH_TIME
from contracts.terms.spelling import SHOWN_ABSENT, spelled
from contracts.terms.verdict import Difference
from specs import Api, Field, RecordField
from specs.model import json_types

Record = Mapping[str, Any]


class Absent:
    """Stands for a value that is not there."""

    def __repr__(self) -> str:
        return SHOWN_ABSENT

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Keyed:
    """Selects the array item whose member ``key`` is ``value``."""

    key: str
    value: Any


Selector = Keyed | int


def member(value: Any, name: str) -> Any:
    """The member of an object, or ABSENT; null counts as absent."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return ABSENT if found is None else found


def matching_items(items: Any, selector: Selector) -> list[Any]:
    """The items of an array that a selector means; more than one only where keys are not unique."""
    if not isinstance(items, list):
        return []
    if isinstance(selector, int):
        return items[selector : selector + 1]
    return [item for item in items if member(item, selector.key) == selector.value]


def look_up(record: Any, path: str | None, selectors: Sequence[Selector] = (), prefer: Any = ABSENT) -> Any:
    """The value at a response path, ABSENT where there is none.

    ``selectors`` pick the item of each array on the way; arrays beyond the last selector give the list of what
    their items hold. Of several items with one key, one that shows ``prefer`` is taken.
    """
    if path is None:
        return ABSENT
    found = _look_up(record, path.split("."), list(selectors))
    return prefer if prefer is not ABSENT and len(found) > 1 and prefer in found else next(iter(found), ABSENT)


def _look_up(value: Any, steps: list[str], selectors: list[Selector]) -> list[Any]:
    """Every value that the path and the selectors mean, usually one."""
    if not steps:
        return [value]
    step, rest = steps[0], steps[1:]
    found = member(value, step.removesuffix("[]"))
    if not step.endswith("[]"):
        return _look_up(found, rest, selectors)
    if selectors:
        return [each for item in matching_items(found, selectors[0]) for each in _look_up(item, rest, selectors[1:])]
    if not isinstance(found, list):
        return []
    return [[each for item in found for each in _look_up(item, rest, [])]]


def raw(record: Any, path: str) -> Any:
    """What stands at a path of plain members, null included; ABSENT where a member on the way is not there."""
    value = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return ABSENT
        value = value[step]
    return value


def lacks(record: Any, path: str | None) -> bool:
    """Whether a record has no member at a path. What is below null, or in the items of a list, is not lacking."""
    value = record
    for step in (path or "").split(".") if path else ():
        if not isinstance(value, Mapping):
            return False
        if step.removesuffix("[]") not in value:
            return True
        value = value[step.removesuffix("[]")]
    return False


class Reader:
    """Compares readings of one API's record, with a target's declared normalisation.

    moves: asked for the path of a property that differs and that no request sets: whether it changes by itself, so that no
        request is to blame.
    known: how properties are known to move, by their path; members of free-form objects among them.
    reorders: asked for the path of a list that differs in its order alone: whether each reading shows it in another one.
    unset: the properties that no request sets, by the document or (added as that is seen) by the target.
    """

    def __init__(
        self,
        api: Api,
        expect: Expect,
        moves: Callable[[str], bool] = lambda _path: False,
        known: Mapping[str, str] | None = None,
        reorders: Callable[[str], bool] = lambda _path: False,
    ) -> None:
        self.api, self.moves, self.reorders = api, moves, reorders
        self._sets = sets.sets_of(api)
        self._known = known if known is not None else {}
        self._expect = expect
        self._scalars = {plain_path(each.path): each for each in api.walk_fields() if each.kind == "scalar"}
        self._item_keys = {
            each.response: each.merge.key
            for each in api.walk_fields()
            if each.response is not None and each.merge is not None and each.merge.key
        }
        self.derived = frozenset(each.path for each in api.walk_record() if each.derived)
        uncleared = {each.response for each in api.walk_fields() if each.safe.get("type") == "null"}
        written = {each.response for each in api.walk_fields() if not each.read_only} - uncleared
        self.unset = frozenset(
            each.path for each in api.walk_record() if each.path not in written and not _below(each.path, written, api)
        )

    # --- one field ---

    def same(self, field: Field, sent: Any, shown: Any) -> bool:
        """Whether the record shows what was sent, under the declared normalisation; null and absent are one."""
        if sent is None or sent is ABSENT:
            return shown is ABSENT or shown is None or shown in ([], {})
        if isinstance(sent, list) and field.kind == "array":
            return self._same_list(field, sent, shown)
        if isinstance(sent, Mapping) and isinstance(shown, Mapping) and not field.children:
            sent, shown = self._steady(field.response or "", sent), self._steady(field.response or "", shown)
        if isinstance(sent, Mapping) and isinstance(shown, Mapping) and not field.children and not _replaced(field):
            return all(self.equal(value, shown.get(key)) for key, value in sent.items())  # a map may keep its other keys
        if self.equal(self.normalised(field, sent), self.normalised(field, shown)):
            return True
        return is_spelling(field.schema, field.types, sent, shown)

    def _same_list(self, field: Field, sent: list[Any], shown: Any) -> bool:
        if not isinstance(shown := [] if shown is ABSENT else shown, list):
            return False
        if field.reference is not None:
            return Counter(map(repr, sent)) == Counter(map(repr, shown))
        if field.children:  # an item may be shown with members that nobody sends
            return sets.holds(shown, sent, self._is_spelling, plain_path(field.path))
        return self.equal_lists(field.response or "", self.normalised(field, sent), self.normalised(field, shown))

    def _is_spelling(self, path: str, shown: Any, sent: Any) -> bool:
        """Whether a value inside an item is shown in another spelling that its field allows."""
        field = self._scalars.get(path)
        return field is not None and self.same(field, sent, shown)

    def normalised(self, field: Field, value: Any) -> Any:
        """A string, or each one of a list, as the target stores it by its declared and documented normalisation."""
        if isinstance(value, list) and not field.children:
            return type(value)(self.normalised(field, each) for each in value)  # a list whose order means nothing stays one
        if not isinstance(value, str):
            return value
        for name in (*field.normalise, *self._expect.normalise.get(plain_path(field.path), ())):
            value = NORMALISERS[name](value)
        return value

    def _steady(self, path: str, value: Any) -> Any:
        """A free-form object without the members that are known to move by themselves."""
        if not isinstance(value, Mapping) or not any(each.startswith(f"{path}.") for each in self._known):
            return value
        kept = {name: each for name, each in value.items() if self._known.get(f"{path}.{name}", IN_ANY_ORDER) == IN_ANY_ORDER}
        return {name: self._steady(f"{path}.{name}", each) for name, each in kept.items()}

    equal = staticmethod(sets.equal)

    def marked(self, record: dict[str, Any]) -> dict[str, Any]:
        """A reading with its lists whose order means nothing as such."""
        return sets.marked(record, self._sets.union(path for path, how in self._known.items() if how == IN_ANY_ORDER))

    def equal_lists(self, path: str, old: list[Any], new: list[Any]) -> bool:
        """Equality of two values of one list; where the order alone differs, it may be another one at each reading."""
        return self.equal(old, new) or (sets.is_reordered(old, new) and self.reorders(path))

    # --- whole records ---

    def differences(self, before: Record, after: Record, *, derived: bool = False) -> list[Located]:
        """Where two readings differ in documented properties that neither change by themselves nor follow from others.

        ``derived`` takes the latter in as well: where nothing at all was written, nothing can follow from it.
        """
        return [
            found
            for each in self.api.record
            if not _alike(before.get(each.path), after.get(each.path))
            for found in self._compare(each, each.path, before, after, derived)
            if not self.is_copy(found, found.difference.after, before, after)
        ]

    def is_copy(self, found: Located, new: Any, before: Record, after: Record) -> bool:
        """Whether ``new`` is in both readings what a text is that requests set: a copy of it, kept for a while, was behind."""
        texts = [each.response for each in self.api.fields if each.types == {"string"} and each.response and not each.read_only]
        late = found.where in self.unset and isinstance(new, str) and new
        return bool(late) and any(look_up(before, each) == look_up(after, each) == new for each in texts)

    def _compare(self, each: RecordField, place: str, before: Any, after: Any, derived: bool) -> Iterator[Located]:
        if each.volatile or (each.derived and not derived) or self._known.get(each.path) == WITH_TIME:
            return
        name = each.path.rsplit(".", 1)[-1]
        old, new = member(before, name), member(after, name)
        if isinstance(old, list | Absent) and isinstance(new, list | Absent):
            yield from self._compare_lists(each, place, _items(old), _items(new), derived)
        elif each.children and isinstance(old, Mapping | Absent) and isinstance(new, Mapping | Absent):
            for child in each.children:
                yield from self._compare(child, f"{place}.{child.path.rsplit('.', 1)[-1]}", old, new, derived)
        elif (
            not self.equal(self._steady(each.path, old), self._steady(each.path, new))
            and not is_spelling(each.schema, json_types(each.schema), old, new)
            and not self._excused(each)
            and not self._is_stamped(each, new)
        ):
            yield Located(each.path, Difference(path=place, before=shown(old), after=shown(new)))

    def _excused(self, each: RecordField) -> bool:
        """No request sets it, and it moves by itself."""
        return each.path in self.unset and self.moves(each.path)

    def _is_stamped(self, each: RecordField, new: Any) -> bool:
        """A time of the last change that requests may name as well, and that a write which named another property has moved."""
        return is_set_anew(each.path, new) and self.moves(each.path) and self._known.get(each.path) in BY_ITSELF

    def _compare_lists(self, each: RecordField, place: str, old: list[Any], new: list[Any], derived: bool) -> Iterator[Located]:
        if not each.children:
            if not self.equal_lists(each.path, old, new) and not self._excused(each):
                yield Located(each.path, Difference(path=place, before=old, after=new))
            return
        if isinstance(old, sets.AnyOrder) or isinstance(new, sets.AnyOrder):
            old, new = sets.paired(old, new)
        found = [*self._compare_items(each, place, old, new, derived)]
        if found and not (sets.is_reordered(old, new) and self.reorders(each.path)):
            yield from found

    def _compare_items(self, each: RecordField, place: str, old: list[Any], new: list[Any], derived: bool) -> Iterator[Located]:
        before, after = self._by_key(each, old), self._by_key(each, new)
        other = len(before) != len(old) or len(after) != len(new) or before.keys() != after.keys()
        if other and not self._excused(each):
            yield Located(each.path, Difference(path=place, before=self._brief(before, old), after=self._brief(after, new)))
        for key in before.keys() & after.keys():
            for child in each.children:
                yield from self._compare(
                    child, f"{place}[{key}].{child.path.rsplit('.', 1)[-1]}", before[key], after[key], derived
                )

    def item_key(self, response: str) -> str:
        """The member that identifies the items of an array in the record: its declared key, else ``id``."""
        return self._item_keys.get(response) or "id"

    def _by_key(self, each: RecordField, items: list[Any]) -> dict[Any, Any]:
        key = self.item_key(each.path)
        keys = [member(item, key) for item in items]
        if any(isinstance(found, Absent | list | dict) for found in keys):
            return dict(enumerate(items))
        return dict(zip(keys, items, strict=True))

    @staticmethod
    def _brief(keyed: Mapping[Any, Any], items: list[Any]) -> str:
        return f"{len(items)} items: {', '.join(map(str, keyed))}"


def _below(path: str, written: Collection[str | None], api: Api) -> bool:
    """The property is part of a value that requests set as a whole, such as a free-form object, or holds one that they set."""
    plain = [each for each in api.walk_fields() if each.response in written]
    inside = (each.response for each in plain if each.response and not each.children)
    return any(path.startswith((f"{each}.", f"{each}[]")) for each in inside) or any(
        each.response is not None and each.response.startswith((f"{path}.", f"{path}[]")) for each in plain
    )


def _replaced(field: Field) -> bool:
    """The document says that a sent object takes the place of the stored one."""
    return field.merge is not None and field.merge.documented and field.merge.policy == "replace"


def _items(value: list[Any] | Absent) -> list[Any]:
    return [] if isinstance(value, Absent) else value


def _alike(old: Any, new: Any) -> bool:
    """The same JSON text: the quick answer for what did not change at all."""
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Located:
    """A difference, and the path of the record property (without keys of items) that it belongs to."""

    where: str
    difference: Difference

    @property
    def told(self) -> str:
        """The difference in words."""
        return f"{self.difference.path} changed from {spelled(self.difference.before)} to {spelled(self.difference.after)}"


def is_empty(value: Any) -> bool:
    """Absent, null, an empty text or list, or an object of nothing but such."""
    if isinstance(value, Mapping):
        return all(map(is_empty, value.values()))
    return value is ABSENT or value is None or value in ("", [])


def shown(value: Any) -> Any:
    """A value as a report writes it."""
    return SHOWN_ABSENT if value is ABSENT else value


def related(property_path: str, response: str | None) -> bool:
    """Whether a record property is the one that shows a field, holds it, or is part of it."""
    if response is None:
        return False
    left, right = plain_path(property_path).split("."), plain_path(response).split(".")
    size = min(len(left), len(right))
    return left[:size] == right[:size]
