"""What stands beside the record in the object that holds both: no patch names it, and it is the client's data all the same."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

from contracts.record.answers import lost
from contracts.record.calls import encoded
from contracts.record.party import Party
from contracts.record.records import ABSENT, Record, look_up
from contracts.terms.verdict import Difference, NotJudged
from specs.placing import placed, value_at


def brought_back(party: Party, saved: Record, *, write: bool = True) -> tuple[Difference, ...]:
    """What a run has lost beside the record and could not put back; nothing where a GET shows nothing there.

    ``write``: False only compares. Never raises: what cannot be read is told by the record's own restoration.
    """
    if not saved:
        return ()
    try:
        party.state.forget()
        party.read()
        gone = tuple(lost(saved, party.state.beside))
        if gone and write:
            _send(party, {each.path.partition(".")[0] for each in gone}, saved)
            party.state.forget()
            party.read()
            gone = tuple(lost(saved, party.state.beside))
    except NotJudged:
        return ()
    holder = party.api.read_at.rpartition("/")[0].strip("/").replace("/", ".")
    return tuple(replace(each, path=f"{holder}.{each.path}") for each in gone)


def _send(party: Party, names: set[str], saved: Record) -> None:
    """A patch that changes nothing of the record, with these members beside it, where the body has the form of the record."""
    holder = party.api.body_at.rpartition("/")[0]
    if not holder or party.api.body_at != party.api.read_at:
        return
    for top in party.api.fields:
        present = look_up(party.state.last or {}, top.response)
        if top.read_only or present is ABSENT:
            continue
        call = party.calls.call("PATCH", encoded({top.name: party.composer.exact(top, present)}), {})
        with suppress(ValueError):
            body = json.loads(call.body or b"")
            around = {**value_at(body, holder), **{name: saved[name] for name in names}}
            whole = placed(body, holder, around)
            if party.client.send(replace(call, body=encoded(whole))).ok:
                return
