"""``patch-contracts restore``: putting back what a run that did not end has left, from its journal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from contracts.record.party import Party
from contracts.record.records import Record
from contracts.record.restoring import Restoration, brought_back
from contracts.running import journal
from contracts.running.made.leftovers import still_there, taken_away
from contracts.target.client import Budget, Client
from contracts.target.fixture import Fixtures
from contracts.target.locks import Held
from contracts.target.secrecy import STRUCK, Redactor, Secret
from contracts.target.settings import from_file
from contracts.target.target import Identity, Target, TargetError, load_api
from contracts.terms.fixture import Creation, Deletion, Fixture
from contracts.terms.verdict import NotJudged


def restore(path: Path, auth: Mapping[str, str], file: Path | None) -> Iterator[tuple[str, Restoration]]:
    """Put each record of a journal back and read it again; what it is called, and how that went, one after another.

    ``auth``: the credential by security scheme; ``file``: the target file of the run in its place. Credentials are never in a
    journal. Raises TargetError, one line, for a journal or a target that cannot be used.
    """
    left = journal.read(path)
    target = from_file(file) if file is not None else _target(left, auth)
    identities = []
    restored = True
    made = [dict(each) for each in left.made]
    for kept in left.saved:
        if dict(kept.path) in made:
            continue  # nobody needs it: it is removed
        identity = _identity(target, kept.path, kept.name)
        identities.append(identity)
        party = _party(target, identity)
        now = _now(party, given=bool(auth or file))
        found = brought_back(party, _known(kept.record, now), _known(kept.beside, party.state.beside))
        restored = restored and found.ok
        yield kept.name or "the record", found
    if made or left.lost:
        found = _removed(target, made, left.lost)
        restored = restored and found.ok
        yield "the records that were made", found
    if left.appeared and identities:
        party = _party(target, identities[0])
        stayed = [each for key, told in left.appeared.items() if (each := taken_away(party, key, told)) is not None]
        restored = restored and not stayed
        yield "what requests have made", Restoration(ok=not stayed, differences=tuple(stayed))
    if restored:
        journal.forget(journal.marks(target, [*identities, *(replace(target.identity, path=each) for each in made)]))
        Held.abandoned(target, path.resolve(), forget=True)


def _now(party: Party, *, given: bool) -> Record:
    """The record as it is; TargetError where nobody sees it."""
    try:
        return party.read()
    except NotJudged as reason:
        told = (
            ""
            if given
            else "; a journal has no credential: give it with --auth SCHEME=VALUE, or the run's target file with --target"
        )
        raise TargetError(f"{reason}{told}") from None


def _party(target: Target, identity: Identity) -> Party:
    """One record with a client of its own, and its credentials."""
    party = Party(target, Client(target.limits, Redactor(), Budget.of_restoring(time)), identity)
    party.learn_credentials()
    return party


def _removed(target: Target, made: Sequence[Mapping[str, str]], lost: int) -> Restoration:
    """Remove the records that a run had made; those that stay are told, and that one may have been made in the last moment."""
    left = [f"a record may be there of which no answer came ({lost})"] if lost else []
    if target.fixture is None:
        left += [
            f"record {', '.join(each.values())} is still there: give the target file, which says how it is removed"
            for each in made
        ]
    else:
        fixtures = Fixtures(target, Client(target.limits, Redactor(), Budget.of_restoring(time)))
        fixtures.made += [replace(target.identity, path=each) for each in made]
        left += fixtures.remove()
    return still_there(left, Redactor()) if left else Restoration(ok=True)


def _known(saved: Record, now: Record) -> Record:
    """The saved record; what held a credential is not in a journal, and stays as it is."""
    return {name: now.get(name) if STRUCK in json.dumps(value) else value for name, value in saved.items()}


def _target(left: journal.Left, auth: Mapping[str, str]) -> Target:
    api = load_api(left.api)
    credentials = {name: Secret(value) for name, value in auth.items()}
    how = left.delete
    delete = Deletion(method=how["method"], path=how["path"]) if how is not None else None
    return Target(
        api=api,
        url=left.url,
        identity=Identity(path={}, auth=credentials),
        read=left.read,
        fixture=Fixture(Creation(), delete) if delete is not None else None,
    )


def _identity(target: Target, path: Mapping[str, str], name: str) -> Identity:
    """The identity of a saved record: that of the target file where it has one, else the target's credential."""
    known = [*target.identities, *([target.bystander] if target.bystander is not None else [])]
    if target.api.identity == "credential" and name == "the bystander" and target.bystander is not None:
        return target.bystander
    found = next((each for each in known if dict(each.path) == dict(path)), None)
    return found or replace(target.identity, path=path)
