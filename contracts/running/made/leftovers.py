"""Records that requests of a run have made though nobody asked for them: taken away where that can be done, else told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from contracts.record.keeping.collection import listed
from contracts.record.party import Party
from contracts.record.restoring import NO_RECORD, Restoration, joined
from contracts.reports.report import RunReport
from contracts.running.journal import Journal
from contracts.running.made.making import Making
from contracts.running.parties import Saved
from contracts.target.secrecy import Redactor
from contracts.terms.fixture import Fixture
from contracts.terms.verdict import Difference, NotJudged


def left_behind(saved: Saved, parties: Iterable[Party], journal: Journal | None, making: Making | None) -> list[Restoration]:
    """Records that requests of a run have made: taken away by DELETE where the document has one, else told.

    ``saved``: the first record, with the list as it was. ``parties``: those of this process; what the others have made stands in
    the journal. ``making``: has made records for the run itself, which are no matter of this.
    """
    parties = [*parties]
    judging = [saved.party, *parties]
    made = dict(journal.left().appeared) if journal is not None else {}
    for each in judging:
        made |= {key: f"made by {by.method} {by.url}" for key, by in (each.guard.made if each.guard is not None else {}).items()}
    own = frozenset([*each.values()][-1] for each in making.everything()) if making is not None else frozenset()
    appeared = (listed(saved.party) or frozenset()) - (saved.listed or frozenset()) if saved.listed is not None else frozenset()
    appeared -= own
    known = {*map(_unknown, judging), *(key for each in judging for key in each.answered_to_post)}
    asked = saved.party.target.listing is not None  # somebody else's record may come into a list too: told where it is named
    found = [
        *(taken_away(saved.party, key, told, parties) for key, told in made.items()),
        *(
            taken_away(saved.party, key, f"record {key} is in the list now", parties)
            for key in sorted((appeared & known) - made.keys())
        ),
        *(
            _still(f"record {key} is in the list now, made by this run or by somebody else")
            for key in sorted(appeared - known)
            if asked
        ),
    ]
    return [Restoration(ok=False, differences=(each,)) for each in found if each is not None]


def _unknown(party: Party) -> str:
    """The identifier that was made up for a record that does not exist."""
    return next(iter([*party.unknown_path().values()][::-1]), "")


def _still(told: str) -> Difference:
    return Difference(path="*", before=NO_RECORD, after=told)


def _is_gone(party: Party) -> bool:
    """The record is not shown any more: what appeared may be it, under another key."""
    try:
        return party.record_in(party.read_exchange()) is None
    except NotJudged:
        return True


def taken_away(party: Party, key: str, told: str, kept: Iterable[Party] = ()) -> Difference | None:
    """Take away a record that only this run can have made, where the document or the target file says how; else tell it.

    ``kept``: whose records are to be there still, for else that may be one of them, which nothing could bring back.
    """
    fixture = party.target.fixture
    how = fixture.delete if isinstance(fixture, Fixture) else None
    documented = "delete" in party.api.document["paths"].get(party.api.path, {})
    template = how.path if how is not None and not how.command else party.api.path if documented else ""
    if template and any(map(_is_gone, [party, *kept])):
        return _still(f"{told}; it may be the record itself, which is not under its own key any more, and is not removed")
    if template and party.identity.path:
        last = [*party.identity.path][-1]
        with suppress(NotJudged):
            path = {**party.identity.path, last: key}
            if party.send(how.method if how is not None else "DELETE", None, path=path, template=template).ok:
                return None
    return _still(told)


def remove_made(making: Making | None, reports: Sequence[RunReport], redactor: Redactor, say: Callable[[str], None]) -> None:
    """Remove the records that were made for a run; those that stay are told in its reports, or said where there are none."""
    left = [*making.remove()] if making is not None else []
    for report in reports if left else ():
        report.restored = joined([report.restored, still_there(left, redactor)])
    for each in left if not reports else ():
        say(redactor.strike(each))


def still_there(told: Iterable[str], redactor: Redactor) -> Restoration:
    """Records that were made for a run and could not be removed."""
    return Restoration(
        ok=False,
        differences=tuple(Difference(path="*", before=NO_RECORD, after=redactor.strike(each)) for each in told),
    )
