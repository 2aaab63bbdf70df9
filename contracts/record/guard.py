"""Do no harm: what keeps writes from a record that could not be undone.

Before a property is written for the first time, its present value is sent back: a property whose present value is refused, or
comes back changed, is not written at all. Keys are never written; what sticks once, or makes a record once, is not sent again.
For a record that nobody needs there is an onlooker in its place, see ``contracts.running.made``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

from contracts.record.calls import MALFORMED, parsed
from contracts.record.keeping.appeared import Appeared, Told, untold
from contracts.record.keeping.hidden import hides
from contracts.record.keeping.items import loss
from contracts.record.keeping.keys import names_the_record
from contracts.record.keeping.kinds import Kinds
from contracts.record.keeping.locks import Locks
from contracts.record.keeping.presence import adds_items, adds_keys, new_members
from contracts.record.keeping.removal import Removal, unlike
from contracts.record.keeping.renamed import is_moved
from contracts.record.learning import FirstWrite
from contracts.record.party import Party
from contracts.record.records import Reader, Record, lacks, look_up
from contracts.record.restoring import Restorer
from contracts.record.state import left_by_a_run
from contracts.target.target import top_of
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import NotJudged
from specs import Field

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "PROPFIND", "PATCH")
"""Methods that change nothing where a server acts on them, and the one that is judged."""
WITNESSES = 4
"""So many texts are asked whether the service keeps their type: it may know some of its members only by name."""
DISPOSABLE = "on a record that nobody needs (disposable = true) it would be"


class Guard:
    """Stands before the requests for one record that is to be as it was afterwards.

    ``spared``: why a top-level property of the request is not written, by its name. ``first``: the first write of each.
    ``stuck``: the request whose undocumented members stayed in the record; ``made``: those that made records, by
    the identifier of each, of which ``tell`` is told. ``taken``: the patch of a record that does not exist which was accepted.
    ``renamed``: the patch after which the record had the key that it named.
    """

    def __init__(self, party: Party, saved: Record, tell: Told = untold) -> None:
        self._party = party
        self._api = party.api
        self._saved = saved
        self._proven: set[str] = set()
        self._probing = False
        self._sticks, self._makes = left_by_a_run(saved), ""
        self._removal = Removal(party, saved, self._is_usable)
        self._kinds = Kinds(party, self._check_for_learning)
        self._locks = Locks(party, saved, self._is_usable)
        self._typed: bool | None = None
        self.stuck: Exchange | None = None
        self.renamed: Exchange | None = None
        self.taken: Exchange | None = None
        self.made: dict[str, Exchange] = Appeared(tell)
        self._asked = False
        self._allowed: frozenset[str] | None = None
        self.spared: dict[str, str] = {}
        self.first: dict[str, FirstWrite] = {}

    # --- ahead of a request ---

    def check(self, method: str, body: bytes | None, path: Mapping[str, str] | None, media_type: str | None = None) -> None:
        """Raise NotJudged for a request that might leave something behind; ``media_type``: where it is not the usual one."""
        if self._probing or (method == "DELETE" and self.made):
            return
        if method not in SAFE_METHODS:
            self._check_method(method)
        if method != "PATCH" or body is None:
            return
        if path is not None and dict(path) != dict(self._party.identity.path):
            if self._makes:
                raise NotJudged(self._makes)
            if self._shows(path):
                raise NotJudged(
                    f"there is a record {', '.join(path.values())}: a patch of it would change what is not to be changed"
                )
            self._ask_for_nothing(path)
            return
        sent, foreign = parsed(body), media_type is not None and "json" not in media_type.lower()
        if isinstance(sent, Mapping):
            for name, value in sent.items():
                self._check_member(name, value)
        if foreign or not isinstance(sent, Mapping):
            self._check_strange(well_formed=foreign or sent is not MALFORMED)

    def check_field(self, field: Field) -> None:
        """Raise NotJudged where a field, or the property that holds it, is not to be written."""
        if self._probing:
            return
        top = self._top(field)
        if self._names_the_record(top):
            raise NotJudged(f"{top.name} names the record and is never changed; {DISPOSABLE}")
        self._prove(top)
        if top.name in self.spared:
            raise NotJudged(self.spared[top.name])
        if field is not top and "[]" not in field.path and lacks(self._saved, field.response):
            self._check_removable(field)

    def _check_removable(self, field: Field) -> None:
        """Raise NotJudged for a member that the record lacks, unless it can be taken out again."""
        self._undisturbed(self._removal.check, field)

    def _undisturbed(self, check: Callable[..., None], *about: Any) -> None:
        """A check that sends by itself; its reason says what would help."""
        with self.learning():
            try:
                check(*about)
            except NotJudged as reason:
                raise NotJudged(f"{reason}; {DISPOSABLE}") from None

    def _check_for_learning(self, field: Field) -> None:
        """Raise NotJudged for a member that the record lacks, or that no document lets be written."""
        if field.hazard is not None or (field is not self._top(field) and lacks(self._saved, field.response)):
            raise NotJudged(f"{field.path} is not written for learning")

    def _top(self, field: Field) -> Field:
        return next(each for each in self._api.fields if each.name == field.top)

    def _is_usable(self, field: Field) -> bool:
        """Whether a member that the record shows may be written for learning."""
        top = self._top(field)
        if self._names_the_record(top):
            return False
        self._prove(top)
        return top.name not in self.spared

    @contextmanager
    def learning(self) -> Iterator[None]:
        """What is sent by the guard itself, or by who knows what it does, is neither checked again nor noted."""
        before, self._probing = self._probing, True
        try:
            yield
        finally:
            self._probing = before

    def first_write(self, field: Field) -> FirstWrite | None:
        """What came of sending the present value of a field's property back, None where that was not done."""
        return self.first.get(field.top)

    def _check_member(self, name: str, value: Any) -> None:
        top = next((each for each in self._api.fields if each.name == name), None)
        if top is None:
            self._check_strange(well_formed=True)
            return
        if self._is_as_it_is(top, value):
            return
        self._party.values.checked(top, value)
        self.check_field(top)
        for each in new_members(top, value, self._saved, self._party.reader.item_key(top.response or "")):
            if each is not top:
                self._check_removable(each)
        self._undisturbed(self._kinds.check, top, value)
        present = look_up(self._saved, top.response)
        if adds_keys(top, value, present, self._api.media_types) or adds_items(top, value, present):
            raise NotJudged(f"what is added to {name} could not be taken out again; {DISPOSABLE}")
        if lacking := loss(top, value, present, look_up(self._party.state.last or self._saved, top.response)):
            raise NotJudged(f"{lacking}; {DISPOSABLE}")

    def _is_as_it_is(self, top: Field, value: Any) -> bool:
        """The value is the one that the record shows; null is not what a record shows that lacks the member, or never has it."""
        if top.response is None or (value is None and lacks(self._saved, top.response)):
            return False
        return any(Reader.equal(value, self._present(top, each)) for each in (self._saved, self._party.state.last or {}))

    def _check_strange(self, *, well_formed: bool) -> None:
        """Raise NotJudged for what no document knows, where it is known or likely to stay."""
        if not self._sticks and well_formed and not self._types_are_kept() and not self._null_removes():
            self._sticks = f"values of any type are stored here, so that members that no document knows would stay; {DISPOSABLE}"
        if self._sticks and (well_formed or self.stuck is not None):
            raise NotJudged(self._sticks)

    def _null_removes(self) -> bool:
        with self.learning():
            return self._removal.null_removes()

    def _types_are_kept(self) -> bool:
        """Whether texts that are sent as true are refused or made a text: what stores one as it is stores any member too."""
        if self._typed is None:
            self._typed = True
            with self.learning():
                texts = (each for each in self._api.fields if isinstance(look_up(self._saved, each.response), str))
                plain = (each for each in texts if each.reference is None and each.hazard is None and not each.read_only)
                telling = [each for each in plain if not each.unique]  # what may hold anything tells only where all may
                telling = [each for each in telling if each.types == {"string"}] or telling
                self._typed = not any(map(self._stores_any, islice(filter(self._is_usable, telling), WITNESSES)))
        return self._typed

    def _stores_any(self, witness: Field) -> bool:
        before = self._party.read()
        self._party.patch({witness.name: True})
        after = self._party.read()
        if unlike(self._party, before, after):
            self._party.patch({witness.name: self._present(witness, before)})
        return look_up(after, witness.response) is True

    def _check_method(self, method: str) -> None:
        if self._allowed is None:
            self._allowed = self._methods()
        if not self._allowed or method in self._allowed:
            reason = "no answer says which methods act here" if not self._allowed else f"{method} acts here, by the header Allow"
            raise NotJudged(f"a {method} might change or make a record: {reason}; {DISPOSABLE}")

    def _methods(self) -> frozenset[str]:
        """The methods of the header Allow, of a 405 or an OPTIONS; empty where none says them."""
        for method in ("OPTIONS", "PROPFIND"):
            answer = self._party.send(method, None).answer
            allow = answer.headers.get("Allow", "") if answer is not None else ""
            if allow:
                return frozenset(each.strip().upper() for each in allow.split(","))
        return frozenset()

    # --- the first write of a property ---

    def _prove(self, top: Field) -> None:
        """Send the present value back once; what is refused, or comes back changed, is spared from then on."""
        if top.name in self._proven or top.name in self.spared or top.read_only:
            return
        with self.learning():
            try:
                reason = self._unsafe(top)
            except NotJudged as unknown:
                reason = f"whether {top.name} can be put back is not known: {unknown}"
        if reason:
            self.spared[top.name] = f"{reason}; {DISPOSABLE}"
        else:
            self._proven.add(top.name)

    def _unsafe(self, top: Field) -> str:
        if top.response is None:
            return f"{top.name} is never shown, so that nobody knows how to put it back"
        if lacks(self._saved, top.response):
            try:
                self._removal.check(top)
            except NotJudged as reason:
                return str(reason)
            return ""
        if hidden := hides(top, look_up(self._saved, top.response)):
            return hidden
        present = self._present(top, self._saved)
        before, exchange = Restorer(self._party).write_back(self._saved, top, present)
        after = self._party.read(without=top.name)
        self.first[top.name] = FirstWrite(top.name, present, before, exchange, after)
        shown = top_of(top.response)
        if any(top_of(each.where) != shown for each in self._party.reader.differences(before, after)):
            Restorer(self._party).restore({**before, shown: after.get(shown)})
        if not self._party.accepted(exchange):
            status = exchange.status if exchange.answer is not None else exchange.failure
            what = "it holds no value, and null" if present is None else "its present value"
            return f"{top.name} is not written: {what} is not accepted ({status}), so that it could not be put back"
        altered = any(top_of(each.where) == shown for each in self._party.reader.differences(self._saved, after))
        return f"{top.name} is not written: its present value comes back changed and could not be put back" if altered else ""

    def _present(self, top: Field, record: Record) -> Any:
        return self._party.composer.exact(top, look_up(record, top.response))

    def _names_the_record(self, top: Field) -> bool:
        other = self._party.bystander
        path = other.identity.path if other is not None else None
        return names_the_record(top, self._saved, self._party.identity.path, self._party.bystander_at_first, path)

    # --- behind a request ---

    def note(self, method: str, body: bytes | None, exchange: Exchange, path: Mapping[str, str] | None) -> None:
        """Take notice of what came of a request: what sticks, or makes a record, is not sent again."""
        if self._probing or method != "PATCH" or not exchange.ok or body is None:
            return
        if path is not None and dict(path) != dict(self._party.identity.path):
            self._note_unknown(exchange, path, shown=self._party.record_in(exchange) is not None)
            return
        sent = parsed(body)
        names = {each.name for each in self._api.fields}
        if not self._sticks and not (isinstance(sent, Mapping) and sent.keys() <= names):
            self._look_for_what_sticks(exchange)
        if isinstance(sent, Mapping) and not self._party.thrifty:
            self._locks.note(sent)

    def look(self) -> None:
        """Between items and plain writes: what locks the record is put back, and that value not written again."""
        with self.learning(), suppress(NotJudged):
            for each, value, reason in self._locks.found():
                self._party.values.spare(each, value, f"{reason}; {DISPOSABLE}")

    def _ask_for_nothing(self, path: Mapping[str, str]) -> None:
        """A patch without content, once, ahead of the first that changes a record which does not exist.

        Who takes the one takes the other, and might write it into a record of somebody else. Raises NotJudged then.
        """
        if self._asked:
            return
        self._asked = self._probing = True
        try:
            exchange = self._party.patch({}, path=path)
        finally:
            self._probing = False
        if exchange.ok or self._shows(path):
            self._note_unknown(exchange, path, shown=False)
            raise NotJudged(self._makes)

    def _note_unknown(self, exchange: Exchange, path: Mapping[str, str], *, shown: bool) -> None:
        """A patch of a record that does not exist was taken; ``shown``: its answer shows a record, wherever that is."""
        self._makes = "a patch of a record that does not exist is taken here: judged by unknown-customer-not-created"
        self.taken = exchange
        if shown or self._shows(path):
            self.made[[*path.values()][-1]] = exchange

    def copied(self, key: str, by: Exchange | None) -> bool:
        """Whether there is a record of another key; one that a request has made is told, or taken away, at the end."""
        names = [*self._party.identity.path]
        found = bool(names) and self._shows({**self._party.identity.path, names[-1]: key})
        with self.learning():
            if found and by is not None and not is_moved(self._party, by.body, self._shows):
                self.made[key] = by
        return found

    def _shows(self, path: Mapping[str, str]) -> bool:
        """Whether a GET shows a record of other path parameters; False where nothing could show one."""
        template = self._party.target.read
        if template is None:
            return False
        return self._party.record_in(self._party.send("GET", None, template=template, path=path)) is not None

    def _look_for_what_sticks(self, exchange: Exchange) -> None:
        with self.learning(), self._told_unreadable(exchange):
            added = self._party.read().keys() - self._saved.keys() - {each.path for each in self._api.record}
            if added:
                names = ", ".join(sorted(added)[:3])
                self.stuck = exchange
                self._sticks = f"members that no document knows stay in the record here ({names}): not sent again"

    @contextmanager
    def _told_unreadable(self, exchange: Exchange) -> Iterator[None]:
        try:
            yield
        except NotJudged:
            self._sticks = "after a body that the document does not allow, the record could not be read"
            if is_moved(self._party, exchange.body, self._shows):
                self.renamed = exchange
                self._sticks = "the record takes the key that a body names: judged by read-only-unchanged"
