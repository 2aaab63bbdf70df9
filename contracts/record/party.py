"""The record under test with its credential: everything that a rule does to it goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from contextvars import copy_context
from typing import Any, Protocol, TypeVar

from contracts.record.answers import disguised, identifiers, record_in
from contracts.record.calls import Calls, encoded, top_names
from contracts.record.learning import FirstWrite, Learning
from contracts.record.movement import Movement
from contracts.record.patches import Composer
from contracts.record.records import ABSENT, Reader, Record, look_up
from contracts.record.state import HIDDEN, State
from contracts.record.values import Values
from contracts.target.client import Client
from contracts.target.credentials import CredentialError, Obtained, learn
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, TargetError, plain_path
from contracts.terms.exchange import Exchange
from contracts.terms.search import Search
from contracts.terms.threads import Shared
from contracts.terms.verdict import NotJudged
from specs import Api, Field

Kind = TypeVar("Kind")

UNAUTHENTICATED = 401


class Caution(Protocol):
    """What keeps writes from a record that may only be read, see ``contracts.judging.caution``."""

    def check(
        self,
        method: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str | None],
        auth: Mapping[str, Secret] | None,
        path: Mapping[str, str] | None,
        query: Mapping[str, str],
    ) -> None:
        """Raise NotJudged for a request that might take effect."""

    def note(self, exchange: Exchange) -> None:
        """Take notice of what came of a request."""

    def undo(self) -> None:
        """Put the record back where a request was accepted all the same."""


class Guard(Protocol):
    """What keeps writes from a record that could not be undone, see ``contracts.record.guard``."""

    stuck: Exchange | None
    renamed: Exchange | None
    made: dict[str, Exchange]
    taken: Exchange | None

    def check(self, method: str, body: bytes | None, path: Mapping[str, str] | None, media_type: str | None = None) -> None:
        """Raise NotJudged for a request that might leave something behind; ``media_type``: where it is not the usual one."""

    def check_field(self, field: Field) -> None:
        """Raise NotJudged where a field is not to be written."""

    def note(self, method: str, body: bytes | None, exchange: Exchange, path: Mapping[str, str] | None) -> None:
        """Take notice of what came of a request."""

    def look(self) -> None:
        """Put back what locks the record: between two items, or two plain writes."""

    def first_write(self, field: Field) -> FirstWrite | None:
        """What came of sending the present value of a field's property back, None where that was not done."""

    def learning(self) -> AbstractContextManager[None]:
        """What is sent inside, by who knows what it does, is neither checked nor noted."""

    def copied(self, key: str, by: Exchange | None) -> bool:
        """Whether there is a record of another key; one that a request has made is told, or taken away, at the end."""


class Party:
    """One record of a target, and everything that a rule does to it.

    Attributes:
        refused_last: the last request to change this very record was refused.
        unread: the requests since the last reading that showed the record, by which it may have been lost.
        sent: the top-level properties of the accepted patches, in their order.
        at_first: the record before anything was written here, None where that is not known.
        answered_to_post: the identifiers that answers to a POST or PUT showed: records which that request made, or changed.
        bystander_at_first: the bystander's record before anything was written here, where a GET shows it.
        search: what a thorough run is to search with.
        thrifty: requests are few, so that rules ask less of the same kind.
        disturbances: what plain writes change unasked, as the records find out together that are judged at the same time.
    """

    def __init__(self, target: Target, client: Client, identity: Identity | None = None) -> None:
        self.target = target
        self.api: Api = target.api
        self.client = client
        self.identity = identity or target.identity
        self.calls = Calls(target, self.identity)
        self.state = State(self)
        self.movement = Movement(Learning(self), target.moves)
        self.reader = Reader(self.api, target.expect, self.movement.moves, self.movement.found, self.movement.reorders)
        self.values = Values(target)
        self.composer = Composer(self.api, self.values, self.reader)
        self.memory: dict[object, Any] = {}
        self.refused_last = False
        self.bystander: Party | None = None
        self.at_first: Record | None = None
        self.bystander_at_first: Record | None = None
        self.sent: list[str] = []
        self.answered_to_post: set[str] = set()
        self.unread: list[Exchange] = []
        self.caution: Caution | None = None
        self.guard: Guard | None = None
        self.thrifty = False
        self.disturbances: Shared[Field, frozenset[str]] | None = None
        self.search: Search | None = None
        moving = {each.path for each in self.api.record if each.volatile}
        required = {each.response for each in self.api.fields if each.required and not each.read_only}
        self._names_versions = bool(moving & required) and target.read is not None

    @property
    def thorough(self) -> bool:
        """Requests are many: rules that ask about some cases in turn ask about all of them."""
        return self.search is not None

    # --- credentials ---

    def learn_credentials(self) -> None:
        """Obtain the credentials that have to be asked for, and let all of them be struck out; TargetError says what fails."""
        for scheme, secret in self.identity.auth.items():
            try:
                learn(secret, self.client)
            except CredentialError as error:
                raise TargetError(f"the credential for {scheme}: {error}") from None
            except NotJudged as reason:
                raise TargetError(f"the credential for {scheme}: {reason}") from None

    def _renewed(self, stale: Mapping[str, str]) -> list[Obtained]:
        """The credentials that could be had anew in place of refused ones."""
        obtained = [(scheme, each) for scheme, each in self.identity.auth.items() if isinstance(each, Obtained)]
        return [each for scheme, each in obtained if each.renew(self.client, stale[scheme])]

    # --- sending ---

    def patch(self, body: Any, *, headers: Mapping[str, str | None] | None = None, **how: Any) -> Exchange:
        """PATCH a JSON body; ``headers`` and ``how`` as for ``send``."""
        return self.send("PATCH", encoded(body), headers=headers, **how)

    def patch_together(self, bodies: Sequence[Mapping[str, Any]]) -> list[Exchange]:
        """PATCH several JSON bodies at the same time."""
        if self.caution is not None:
            raise NotJudged("several writes at once are left out of a read-only check")
        completed = [self.calls.completed(encoded(body), self._carried()) for body in bodies]
        return self.client.send_together([self.calls.call("PATCH", body, {}) for body in completed])

    def read_beside(self, body: Mapping[str, Any], most: int) -> tuple[Exchange, list[Record]]:
        """PATCH a JSON body, and what a GET shows meanwhile, again and again until the patch is answered: at most so often."""
        template, found = self.target.read, list[Record]()
        with ThreadPoolExecutor(1) as pool:
            patching = pool.submit(copy_context().run, self.patch_together, [body])
            while not patching.done() and len(found) < most:
                (read,) = self.client.send_together([self.calls.call("GET", None, {}, template=template)])
                found += [record] if (record := self.record_in(read)) is not None else []
            (exchange,) = patching.result()
        return exchange, found

    def send(
        self,
        method: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str | None] | None = None,
        auth: Mapping[str, Secret] | None = None,
        path: Mapping[str, str] | None = None,
        template: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send any request to the endpoint.

        ``headers`` replace the usual ones, None takes one away. ``auth``: other credentials, {} for none.
        ``path``: other path parameters. ``template``: another path. A 401 to the record's own credentials may mean that
        they have expired: where they can be obtained anew, they are, and the request is sent once more.
        """
        if self.caution is not None:
            self.caution.check(method, body, headers=headers or {}, auth=auth, path=path, query=query or {})
        if self.guard is not None and method != "GET":
            self.guard.check(method, body, path, (headers or {}).get("Content-Type"))
        body = self.calls.completed(body, self._carried()) if method == "PATCH" else body
        used = {name: secret.reveal() for name, secret in self.identity.auth.items()} if auth is None else {}
        writes = self.client.writes
        exchange = self.client.send(self.calls.call(method, body, headers or {}, auth, path, template, query or {}))
        if exchange.status == UNAUTHENTICATED and used and (renewed := self._renewed(used)):
            exchange = self.client.send(self.calls.call(method, body, headers or {}, auth, path, template, query or {}))
            for each in renewed if exchange.status != UNAUTHENTICATED else ():
                each.worked()
        own = auth is None and path is None
        self._remember(method, body, exchange, own=own, plain=own and not (headers or template or query))
        if exchange.refused and method != "GET":
            self.state.note_refusal(writes)
        if self.caution is not None:
            self.caution.note(exchange)
        if self.guard is not None:
            self.guard.note(method, body, exchange, path)
        return exchange

    def _carried(self) -> dict[str, Any]:
        """The present values of the members that the document asks of every patch, as far as they are known."""
        # a version has to be that of the last write, which may have been a probe's
        present = self.record_in(self.read_exchange()) if self._names_versions else None
        last = present or self.state.last or {}
        shown = {each: look_up(last, each.response) for each in self.api.fields if each.required and not each.read_only}
        found = {each.name: self.composer.exact(each, value) for each, value in shown.items() if value is not ABSENT}
        missing = [each for each in shown if each.name not in found and (self.state.last or each.response is None)]
        return {**self._made_up(missing), **found}

    def _made_up(self, required: Sequence[Field]) -> dict[str, Any]:
        """Values for required members that the record does not show: declared ones, null, or a word that confirms the change."""
        found: dict[str, Any] = {}
        for each in required:
            if each not in self.memory:
                declared = self.target.values.get(plain_path(each.path))
                with suppress(NotJudged):
                    self.memory[each] = declared[0] if declared else None if each.nullable else self.values.fresh(each)
            if each in self.memory:
                found[each.name] = self.memory[each]
        return found

    def check_writable(self, leaf: Field) -> None:
        """Raise NotJudged, with the reason, where a field is not to be written since it could not be put back."""
        if self.state.is_hidden and not self.target.disposable:
            raise NotJudged(f"{HIDDEN}, or say that nobody needs the record (disposable = true)")
        if self.guard is not None:
            self.guard.check_field(leaf)
        self.values.check_choice(leaf)

    def unknown_path(self) -> dict[str, str]:
        """Path parameters of the same form as the record's, for a record that does not exist.

        Integers stay within 32 bits; other values keep their length and alphabet.
        """
        return self.calls.unknown_path()

    def _remember(self, method: str, body: bytes | None, exchange: Exchange, *, own: bool, plain: bool) -> None:
        if method != "GET" and (own or exchange.refused):
            self.refused_last = exchange.refused
        if method not in ("GET", "HEAD", "OPTIONS") and not exchange.refused and not self.state.is_failing:
            self.unread.append(exchange)
        if method in ("POST", "PUT") and exchange.ok:
            self.answered_to_post |= identifiers(exchange)
        if method == "PATCH" and exchange.ok:
            self.state.learn(exchange, plain=plain)
            self.sent += [name for name in top_names(body) if name not in self.sent[-1:]]
            self.state.note_set(top_names(body))
        if exchange.ok and exchange.answer is not None:
            self.calls.tag = exchange.answer.headers.get("ETag", self.calls.tag)

    # --- reading answers ---

    def record_in(self, exchange: Exchange) -> dict[str, Any] | None:
        """The record that a success answer shows, or None."""
        found = record_in(self.api, exchange)
        return self.reader.marked(found) if found is not None else None

    def accepted(self, exchange: Exchange) -> bool:
        """The request took effect by its answer: a success status, and not an error in disguise."""
        return exchange.ok and not self.disguised(exchange)

    def disguised(self, exchange: Exchange) -> bool:
        """A success status whose body is an object that shows no record: an error body under a false status."""
        return disguised(self.api, exchange)

    def show(self, exchange: Exchange, leaf: Field) -> Any:
        """What a success answer shows for a field without array items on its way, ABSENT for nothing."""
        return look_up(self.record_in(exchange) or {}, leaf.response)

    # --- reading the state ---

    def read(self, without: str | None = None) -> Record:
        """The record now, see ``State.read``."""
        known = len(self.unread)
        try:
            record = self.state.read(without)
        except NotJudged:
            del self.unread[known:]  # the reading itself, where it has to be a patch
            raise
        self.unread.clear()
        return record

    def known(self, without: str | None) -> Record:
        """The record as it is: where requests are few, as it was shown last; arguments as for ``read``."""
        return self.state.last if self.thrifty and self.state.last else self.read(without)

    def few(self, values: Iterable[Kind], most: int) -> list[Kind]:
        """Some values; where requests are few, no more than the first ``most``: the most telling, each of another kind."""
        return [*values][: most if self.thrifty else None]

    def read_exchange(self) -> Exchange:
        """The exchange that reads the state."""
        return self.state.read_exchange()

    @property
    def reads_by_get(self) -> bool:
        """The state is read without any write."""
        return self.state.reads_by_get

    def entity_tag(self) -> str:
        """The entity tag of the record now, or "" where the target sends none."""
        answer = self.state.read_exchange().answer
        return answer.headers.get("ETag", "") if answer is not None else ""

    def look_at_bystander(self) -> None:
        """Keep the bystander's record as it is now: some of what a patch does there shows but once."""
        if self.bystander is not None and self.reads_by_get:
            with suppress(NotJudged):
                self.bystander_at_first = self.bystander.read()
