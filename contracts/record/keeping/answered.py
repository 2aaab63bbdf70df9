"""What the answer to a patch shows and a GET does not: nothing would show whether it is as it was, so that it is not written."""

from __future__ import annotations

from typing import Any

from contracts.record.party import Party
from contracts.record.records import ABSENT, is_empty, look_up, raw, shown
from contracts.terms.verdict import Difference, NotJudged
from specs import Field
from specs.normalise import resolve

UNSEEN = "the answer to a patch shows "
"""How the reason begins why such a field is not written."""


def only_answered(party: Party) -> dict[str, Any]:
    """The values of settable fields that the first answer to a patch showed and no reading around it, by their place there."""
    first = party.movement.first_write
    answer = party.record_in(first.exchange) if first is not None and party.reads_by_get else None
    if first is None or answer is None:
        return {}
    places = [each.response for each in party.api.walk_fields() if not each.read_only and "[]" not in (each.response or "[]")]
    unread = (each for each in places if each and raw(first.before, each) is ABSENT and raw(first.after, each) is ABSENT)
    return {each: value for each in unread if not is_empty(value := look_up(answer, each))}


def unseen(party: Party, field: Field) -> str:
    """Why a field that a reading lacks is not written; "" where the answer to a patch does not show it either."""
    if field.response not in only_answered(party):
        return ""
    return f"{UNSEEN}{field.path}, and a GET does not, so that nobody could see it put back{_way_out(party)}"


def brought_back(party: Party, *, write: bool = True) -> tuple[Difference, ...]:
    """What the answer to the first patch showed alone, and the answer to the same patch shows otherwise now.

    It is sent once more with what it should show. ``write``: False sends nothing, and tells nothing.
    """
    known, first = only_answered(party), party.movement.first_write
    if not known or first is None or not write or party.movement.is_taken_over:  # else it is the patch of another record
        return ()
    body = {first.name: first.present}
    try:
        if left := _differing(party, known, body):
            tops = [each for each in party.api.fields if each.response in left]
            _differing(party, known, {**body, **{each.name: left[each.response or ""] for each in tops}})
            left = _differing(party, known, body)
    except NotJudged:
        return ()
    last = party.state.last or {}
    return tuple(Difference(path=each, before=shown(value), after=shown(look_up(last, each))) for each, value in left.items())


def _differing(party: Party, known: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Of the known values, those that the answer to a patch does not show; none where it shows no record."""
    answer = party.record_in(party.patch(body))
    if answer is None:
        return {}
    party.state.last = answer
    return {each: value for each, value in known.items() if not party.reader.equal(look_up(answer, each), value)}


def _way_out(party: Party) -> str:
    """The query parameter of the GET that may decide what it shows, and how it is sent; "" where the document has none."""
    path = party.api.read.path if party.api.read is not None else ""
    listed = party.api.document["paths"].get(path, {}).get("get", {}).get("parameters", ())
    for each in (resolve(parameter, party.api.document) for parameter in listed):
        members = [str(one) for one in each.get("schema", {}).get("enum", ())]
        if each["in"] == "query" and len(members) > 1 and f"{each['name']}=" not in (party.target.read or ""):
            others = [one for one in members if one != str(each["schema"].get("default", members[0]))]
            told = " or ".join(f'"{path}?{each["name"]}={one}"' for one in others)
            return f"; if the query parameter {each['name']} of the GET decides what is shown, write path = {told} in [read]"
    return "; give a [read] path that shows it"
