"""One document at work in one world: each request to its operation, and the operation to the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Request

from mock_server.disturbance.fault_rules import Rules
from mock_server.disturbance.rate_limit import Limiter
from mock_server.exchange.exchange import Answer, Refusal
from mock_server.resource.access import Access
from mock_server.resource.answering.answers import Answers
from mock_server.resource.answering.refusals import Refusals
from mock_server.resource.incoming import Incoming
from mock_server.resource.reading.document import Document
from mock_server.resource.reading.model import Collection, Operation, Role
from mock_server.resource.reading.recognition import Recognition
from mock_server.resource.stored.records import Record, Records
from mock_server.resource.stored.seeding import COUNT, Seeding
from mock_server.resource.stored.upkeep import typed
from mock_server.resource.values.samples import MISSING
from mock_server.resource.writing import Writing, scope_of
from mock_server.state.clock import Clock
from mock_server.state.settings import Settings

READS = frozenset({Role.LIST, Role.READ})


class Surroundings(Protocol):
    """What a service reads of its world at every request; each may be another object at the next one."""

    clock: Clock
    settings: Settings
    faults: Rules
    limiter: Limiter


class Resource:
    """One document, with all that is worked out of it once for every world.

    prefix: where its paths begin. records: how many are in a collection at start.
    credentials: those that are let in, by scheme, where it is not the mock that hands them out.
    """

    def __init__(
        self,
        document: Document,
        prefix: str,
        *,
        records: int = COUNT,
        any_credential: bool = False,
        credentials: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.document = document
        self.name = document.name
        self.title = document.title
        self.file = document.file
        self.content = document.content
        self.prefix = prefix
        self.root = prefix.removesuffix(document.base)
        self.recognition = Recognition(document)
        self.seeding = Seeding(self.recognition, records)
        self.access = Access(document, any_credential=any_credential, known=credentials)
        self.answers = Answers(self.recognition)
        self.refusals = Refusals(self.recognition)
        self.incoming = Incoming(self.recognition.bodies, self.recognition.schemas)
        self.above = {path: self._above(path) for path in self.recognition.operations}
        self.looked_up = {each: self._looked_up(each) for each in self.recognition.all()}

    @property
    def secrets(self) -> frozenset[str]:
        """Names of the members that no answer shows."""
        schemas = self.recognition.schemas
        described = [each.schema for each in self.recognition.collections.values()]
        described += [sent for each in self.recognition.all() if (sent := self.recognition.bodies.sent_json(each)) is not None]
        members = [item for schema in described for item in schemas.properties(schema).items()]
        return frozenset(
            name
            for name, member in members
            if schemas.says(member, "writeOnly") is True or schemas.says(member, "format") == "password"
        )

    def refuse(self, situation: str, value: str = "") -> Answer:
        """The answer to a request that is for none of its operations."""
        told = f"{value}." if value and situation != "unknown_path" else ""
        return self.refusals.answer(None, Refusal(situation, value=told), "")

    def _looked_up(self, operation: Operation) -> frozenset[str | None]:
        """The path parameters that a record has to be found by."""
        return frozenset(each.parameter for each in (*self.above[operation.path], operation.collection) if each is not None)

    def _above(self, path: str) -> tuple[Collection, ...]:
        """The collections of the records that a path leads through, which have to be there."""
        found = []
        for collection in self.recognition.collections.values():
            item = collection.item_path
            if item is not None and not collection.singular and path.startswith(f"{item}/"):
                found.append(collection)
        return tuple(found)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """One request to an operation, and what came of it, as the journal shows it.

    Attributes:
        operation: None for a method that the path does not have.
        body, sent_type: the JSON value that was sent, None for none, and its media type.
        before, after: the record ahead of a write and behind it; None for both where nothing was written.
    """

    request: Request
    operation: Operation | None
    arguments: Mapping[str, str]
    allowed: tuple[str, ...]
    body: Any = None
    sent_type: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    answer: Answer = field(init=False)
    refusal: Refusal | None = None
    interference: Mapping[str, Any] | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes what is stored."""
        return self.operation is not None and self.operation.is_derived and self.operation.role not in READS


class ResourceService:
    """Answers the requests for one document in one world."""

    def __init__(self, resource: Resource, world: Surroundings, store: Records | None = None) -> None:
        self.resource = resource
        self.name = resource.name
        self.store = store or Records(resource.recognition.collections, resource.seeding)
        self.writing = Writing(resource.recognition, self.store, resource.seeding)
        self.world = world
        self._acts = {
            Role.LIST: self._list,
            Role.CREATE: self._create,
            Role.READ: self._read,
            Role.UPDATE: self._change,
            Role.REPLACE: self._change,
            Role.DELETE: self._delete,
        }

    def refuse(self, outcome: Outcome, refusal: Refusal) -> None:
        """Ends an outcome with the documented envelope."""
        outcome.refusal = refusal
        outcome.answer = self.resource.refusals.answer(outcome.operation, refusal, outcome.request.path)

    def play(self, outcome: Outcome, *, is_kept: bool = True) -> None:
        """Takes an outcome to its answer; without ``is_kept`` as if, with nothing stored."""
        try:
            operation = self._admitted(outcome)
            if not is_kept and outcome.writes:
                outcome.answer = self.resource.answers.example(operation)
                return
            outcome.answer = self._act(operation, outcome)
            if outcome.body is None and outcome.writes and self.resource.incoming.is_unread(operation, outcome.request):
                outcome.answer.warn(f"{outcome.request.mimetype} is not read: the mock takes JSON and forms")
        except Refusal as refusal:
            self.refuse(outcome, refusal)

    # --- ahead of the act -----------------------------------------------------------------------------------------

    def _admitted(self, outcome: Outcome) -> Operation:
        """The operation, if the request may have it; what it sent is read and held against the document."""
        operation, request, resource = outcome.operation, outcome.request, self.resource
        if operation is None:
            headers = {"Allow": ", ".join((*outcome.allowed, "OPTIONS"))}
            raise Refusal("method_not_allowed", value=f"{request.method}.", headers=headers)
        resource.access.check(request, operation)
        looked_up = resource.looked_up[operation]
        resource.incoming.check_path(operation, {name: text for name, text in outcome.arguments.items() if name not in looked_up})
        for collection in resource.above[operation.path]:
            self._find(collection, outcome.arguments)
        record = self._addressed(operation, outcome.arguments)
        resource.incoming.check_parameters(operation, request)
        body, outcome.sent_type = resource.incoming.body(operation, request)
        schema = resource.recognition.bodies.sent_as(operation, outcome.sent_type)
        if body is not MISSING and schema is not None:
            outcome.body = body
            resource.incoming.check_body(resource.incoming.without_read_only(body, schema), schema)
        if record is not None:
            self._check_precondition(request, record)
        return operation

    def _addressed(self, operation: Operation, arguments: Mapping[str, str]) -> Record | None:
        """The record that the path names; Refusal for one that is not there, unless a PUT makes it."""
        collection = operation.collection
        if collection is None or operation.role in (Role.LIST, Role.CREATE) or not self._names_record(operation, collection):
            return None
        is_made = operation.role is Role.REPLACE and not self._can_create(collection)
        return self._looked_up(collection, arguments) if is_made else self._find(collection, arguments)

    def _names_record(self, operation: Operation, collection: Collection) -> bool:
        return collection.singular or (collection.parameter is not None and collection.parameter in operation.names)

    def _can_create(self, collection: Collection) -> bool:
        return any(each.collection is collection and each.role is Role.CREATE for each in self.resource.recognition.all())

    def _looked_up(self, collection: Collection, arguments: Mapping[str, str]) -> Record | None:
        key = "" if collection.singular else arguments.get(collection.parameter or "", "")
        return self.store.find(collection, scope_of(collection, arguments), key)

    def _find(self, collection: Collection, arguments: Mapping[str, str]) -> Record:
        record = self._looked_up(collection, arguments)
        if record is None:
            raise Refusal("unknown_record")
        return record

    def _check_precondition(self, request: Request, record: Record) -> None:
        wanted = request.environ.get("HTTP_IF_MATCH")
        if wanted is not None and wanted.strip() != "*" and f'"{record.version}"' not in wanted:
            raise Refusal("precondition_failed")

    # --- the act --------------------------------------------------------------------------------------------------

    def _act(self, operation: Operation, outcome: Outcome) -> Answer:
        act = self._acts.get(operation.role)
        return self.resource.answers.example(operation) if act is None else act(operation, outcome)

    def _list(self, operation: Operation, outcome: Outcome) -> Answer:
        collection, arguments = _of(operation), outcome.arguments
        scope = scope_of(collection, arguments)
        records = self.store.listed(collection, scope if len(scope) == len(collection.parents) else ())
        for parameter, member in operation.views.items():
            records = [each for each in records if str(each.value.get(member)) == arguments[parameter]]
        sent = dict(outcome.request.args.lists())
        sent |= {name.removesuffix("[]"): values for name, values in sent.items() if name.endswith("[]")}
        return self.resource.answers.list(operation, records, sent, outcome.request.base_url)

    def _read(self, operation: Operation, outcome: Outcome) -> Answer:
        return self._shown(operation, self._find(_of(operation), outcome.arguments), outcome)

    def _create(self, operation: Operation, outcome: Outcome) -> Answer:
        body = outcome.body if isinstance(outcome.body, dict) else {}
        arguments = {**outcome.arguments}
        record = self.writing.create(operation, arguments, body, _schema(self, operation, outcome), self.world.clock.now())
        for parameter, member in operation.views.items():
            members = self.resource.recognition.schemas.properties(_of(operation).schema)
            value = {**record.value, member: typed(arguments[parameter], members[member], self.resource.recognition.schemas)}
            record = self.store.new(record.key, record.scope, value)
            self.store.write({_of(operation).name: {record.identity: record}})
        outcome.before, outcome.after = {}, record.value
        return self._shown(operation, record, outcome)

    def _change(self, operation: Operation, outcome: Outcome) -> Answer:
        collection, moment = _of(operation), self.world.clock.now()
        schema = _schema(self, operation, outcome)
        with self.store.lock:
            record = self._record_of(operation, collection, outcome)
            if record is None:
                return self._made(operation, collection, outcome, schema, moment)
            if operation.role is Role.REPLACE:
                changed, wanted_key = self.writing.replace(operation, record, outcome.body, schema, moment)
            else:
                changed, wanted_key = self.writing.update(operation, record, outcome.body, outcome.sent_type, schema, moment)
        outcome.before, outcome.after = record.value, changed.value
        answer = self._shown(operation, changed, outcome)
        if wanted_key:
            answer.warn(f"{collection.key} stays {changed.key}")
        return answer

    def _record_of(self, operation: Operation, collection: Collection, outcome: Outcome) -> Record | None:
        if self._names_record(operation, collection):
            found = self._looked_up(collection, outcome.arguments)
        else:
            sent = self.writing.sent(operation, outcome.body, _schema(self, operation, outcome))
            found = self.store.find(collection, scope_of(collection, outcome.arguments), str(sent.get(collection.key or "")))
        if found is None and (self._can_create(collection) or operation.role is not Role.REPLACE):
            raise Refusal("unknown_record")
        return found

    def _made(
        self, operation: Operation, collection: Collection, outcome: Outcome, schema: Mapping[str, Any], moment: str
    ) -> Answer:
        """A PUT to an address where no record is yet, of a collection without another way to make one."""
        record = self.writing.create(operation, outcome.arguments, outcome.body, schema, moment)
        if collection.parameter is not None:
            key = outcome.arguments[collection.parameter]
            members = self.resource.recognition.schemas.properties(collection.schema)
            named = (
                {}
                if collection.key is None
                else {collection.key: typed(key, members[collection.key], self.resource.recognition.schemas)}
            )
            kept = self.store.new(key, record.scope, {**record.value, **named})
            self.store.write({collection.name: {record.identity: None, kept.identity: kept}})
            record = kept
        outcome.before, outcome.after = {}, record.value
        return self._shown(operation, record, outcome)

    def _delete(self, operation: Operation, outcome: Outcome) -> Answer:
        collection = _of(operation)
        with self.store.lock:
            record = self._find(collection, outcome.arguments)
            self.writing.delete(collection, record)
        outcome.before, outcome.after = record.value, {}
        return self._shown(operation, record, outcome)

    def _shown(self, operation: Operation, record: Record, outcome: Outcome) -> Answer:
        prefix = outcome.request.root_path + self.resource.prefix
        return self.resource.answers.record(operation, record, prefix, outcome.arguments)


def _of(operation: Operation) -> Collection:
    assert operation.collection is not None, "a derived operation has one"
    return operation.collection


def _schema(service: ResourceService, operation: Operation, outcome: Outcome) -> Mapping[str, Any]:
    """The schema of the body that was sent; an empty one where nothing is documented."""
    bodies = service.resource.recognition.bodies
    found = bodies.sent_as(operation, outcome.sent_type)
    return found if found is not None else bodies.sent_json(operation) or {}
