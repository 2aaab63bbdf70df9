"""Tells collections, records and sub-resources from paths, methods and schemas, and what each operation does to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mock_server.resource.reading.bodies import Bodies, parameter_schema, parameters_of
from mock_server.resource.reading.document import Document, operations
from mock_server.resource.reading.model import PARAMETER, Collection, Operation, Role
from mock_server.resource.reading.names import KEYS, foreign_member, key_member, singular
from mock_server.resource.reading.schemas import Schemas
from specs import Schema

EXTENSION = "x-mock-resource"
"""On an operation: its role, where the document alone tells another one, or none."""

Routes = Mapping[str, Mapping[str, Operation]]


class Recognition:
    """The collections and operations of one document.

    Attributes:
        operations: by path template and method.
        collections: by name.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.bodies = Bodies(document, self.schemas)
        self.operations: dict[str, dict[str, Operation]] = {}
        for path, method, item, described in operations(document):
            self.operations.setdefault(path, {})[method.upper()] = self._operation(path, method.upper(), item, described)
        self.collections: dict[str, Collection] = {}
        self._by_path: dict[str, Collection] = {}
        for path in sorted(self.operations, key=lambda path: (path.count("/"), path)):
            self._recognise(path)
        self._find_views()
        for operation in self.all():
            self._override(operation)
            self._check_body(operation)
        for collection in self.collections.values():
            self._describe(collection)
        for operation in self.all():
            self._place(operation)

    def all(self) -> Iterable[Operation]:
        """Every operation, in document order."""
        return [operation for methods in self.operations.values() for operation in methods.values()]

    def _operation(self, path: str, method: str, item: Mapping[str, Any], described: Mapping[str, Any]) -> Operation:
        identity = described.get("operationId") or f"{method} {path}"
        return Operation(path, method, str(identity), described, dict(parameters_of(self.document, item, described)))

    # --- collections ----------------------------------------------------------------------------------------------

    def _recognise(self, path: str) -> None:
        parent, last = _split(path)
        methods = self.operations[path]
        if PARAMETER.search(last):
            if PARAMETER.fullmatch(last) or PARAMETER.fullmatch(last.rpartition(".")[0]):
                self._recognise_item(parent, path, methods)
        elif self._has_items(path) or self._is_listed_or_created(path, methods):
            self._recognise_collection(path, methods)
        elif self._is_single(methods):
            self._recognise_single(path, methods)

    def _has_items(self, path: str) -> bool:
        """Whether there is a path for one record below this one."""
        stem = _stem(path)
        found = [other for other in self.operations if _split(other)[0] == stem and PARAMETER.search(_split(other)[1])]
        return any(self.operations[each].keys() & {"GET", "PUT", "PATCH", "DELETE"} for each in found)

    def _is_listed_or_created(self, path: str, methods: Mapping[str, Operation]) -> bool:
        return "GET" in methods and self._lists(methods["GET"], path)

    def _lists(self, operation: Operation, path: str) -> bool:
        schema = self.bodies.answered_success(operation, "list")
        found = None if schema is None else self.bodies.list_place(schema, _name(path))
        if schema is None or found is None:
            return False
        siblings = set(self.schemas.properties(schema)) - set(found[0][:1])
        return (
            self._has_items(path)
            or not found[0]
            or len(found[0]) > 1
            or found[0][0] == _name(path)
            or not siblings
            or _is_page(siblings)
        )

    def _recognise_collection(self, path: str, methods: Mapping[str, Operation]) -> None:
        collection = self._collection(_stem(path))
        if "GET" in methods and (self._lists(methods["GET"], path) or self._answers_nothing(methods["GET"])):
            _assign(methods["GET"], Role.LIST, collection)
        if "POST" in methods:
            _assign(methods["POST"], Role.CREATE, collection)

    def _answers_nothing(self, operation: Operation) -> bool:
        """A success without a documented body: the list as it is then."""
        return self.bodies.answered_success(operation, "list") in (None, {})

    def _recognise_item(self, parent: str, path: str, methods: Mapping[str, Operation]) -> None:
        if not methods.keys() & {"GET", "PUT", "PATCH", "DELETE"}:
            return
        collection = self._collection(_stem(parent))
        if collection.item_path is not None:
            return
        collection.item_path = path
        collection.parameter = PARAMETER.findall(path)[-1]
        roles = {"GET": Role.READ, "PUT": Role.REPLACE, "PATCH": Role.UPDATE, "DELETE": Role.DELETE}
        if not methods.keys() & {"PUT", "PATCH"} and "POST" in methods and self.bodies.sent(methods["POST"]):
            roles["POST"] = Role.UPDATE
        for method, operation in methods.items():
            if method in roles and not (method == "GET" and self._lists(operation, path)):
                _assign(operation, roles[method], collection)

    def _is_single(self, methods: Mapping[str, Operation]) -> bool:
        """A path that is read and written, and holds one record."""
        if "GET" not in methods or not methods.keys() & {"PUT", "PATCH"}:
            return False
        schema = self.bodies.answered_success(methods["GET"], "read")
        return schema is not None and bool(self.schemas.properties(schema))

    def _recognise_single(self, path: str, methods: Mapping[str, Operation]) -> None:
        collection = self._collection(_stem(path))
        collection.singular, collection.item_path = True, path
        roles = {"GET": Role.READ, "PUT": Role.REPLACE, "PATCH": Role.UPDATE}
        for method, role in roles.items():
            if method in methods:
                _assign(methods[method], role, collection)

    def _collection(self, path: str) -> Collection:
        if path not in self._by_path:
            words = [word for word in path.split("/") if word and not PARAMETER.search(word)]
            names = [".".join(words[-count:]) for count in range(1, len(words) + 1)] or ["root"]
            free = next((name for name in names if name not in self.collections), f"{names[-1]}.{len(self.collections)}")
            collection = self._by_path[path] = self.collections[free] = Collection(free, path)
            collection.parents = self._parents(path)
        return self._by_path[path]

    def _parents(self, path: str) -> dict[str, Collection]:
        """The records on the way to a path, by their parameters; a parameter that names no record of this document is free."""
        found = {}
        for collection in self._by_path.values():
            above = collection.item_path
            if above is not None and not collection.singular and collection.parameter and f"{path}/".startswith(f"{above}/"):
                found[collection.parameter] = collection
        return found

    # --- lists that show a part of a collection -------------------------------------------------------------------

    def _find_views(self) -> None:
        """A list of records that have their address elsewhere is a view of these."""
        homes: dict[str, Collection] = {}
        for collection in self.collections.values():
            if collection.item_path and not collection.singular:
                homes.setdefault(self.schemas.origin(self._rough_schema(collection)), collection)
        for collection in [each for each in self.collections.values() if each.item_path is None]:
            home = homes.get(self.schemas.origin(self._rough_schema(collection)))
            if home is not None and self._rough_schema(collection):
                self._look_at(collection, home)

    def _look_at(self, collection: Collection, home: Collection) -> None:
        members = self.schemas.properties(self._rough_schema(home))
        views = {}
        for parameter, parent in collection.parents.items():
            if parent is not home and (member := foreign_member(parameter, parent, members)) is not None:
                views[parameter] = member
        if len(views) < len(collection.parents):
            return
        for operation in self.all():
            if operation.collection is collection:
                operation.collection, operation.views = home, views
        del self.collections[collection.name], self._by_path[collection.path]

    # --- what a record is -----------------------------------------------------------------------------------------

    def _rough_schema(self, collection: Collection) -> Schema:
        """The record's schema, by the operation that shows it most fully."""
        own = {operation.role: operation for operation in self.all() if operation.collection is collection}
        listed = self._listed(own.get(Role.LIST), collection)
        for role in (Role.READ, Role.CREATE, Role.UPDATE, Role.REPLACE):
            operation = own.get(role)
            schema = None if operation is None else self.bodies.answered_success(operation, role.value)
            if schema is not None and self.schemas.properties(schema):
                place = self.bodies.record_place(schema, listed, singular(_name(collection.path)))
                if place is not None:
                    return self.at(schema, place)
        if listed is not None:
            return listed
        sent = (self.bodies.sent_json(own[role]) for role in (Role.CREATE, Role.REPLACE, Role.UPDATE) if role in own)
        return next((schema for schema in sent if schema is not None), {})

    def _listed(self, operation: Operation | None, collection: Collection) -> Schema | None:
        schema = None if operation is None else self.bodies.answered_success(operation, "list")
        found = None if schema is None else self.bodies.list_place(schema, _name(collection.path))
        return None if found is None else found[1]

    def _describe(self, collection: Collection) -> None:
        collection.schema = self._rough_schema(collection)
        members = self.schemas.properties(collection.schema)
        own = [operation for operation in self.all() if operation.collection is collection]
        if collection.parameter is not None:
            collection.key = key_member(collection.parameter, members)
            place = ("path", collection.parameter)
            schemas = [parameter_schema(each.parameters[place]) for each in own if place in each.parameters]
            collection.key_schema = next((each for each in schemas if each), {})
        elif not collection.singular:
            collection.key = next((each for each in KEYS[:6] if each in members), None)
        written: set[str] = set()
        for operation in own:
            sent = self.bodies.sent_json(operation)
            if sent is not None and operation.role in (Role.CREATE, Role.REPLACE, Role.UPDATE):
                inner = self.at(sent, self._sent_place(sent, collection))
                properties = self.schemas.properties(inner)
                written |= {name for name, member in properties.items() if self.schemas.says(member, "readOnly") is not True}
        collection.written = frozenset(written)

    def at(self, schema: Schema, place: Iterable[str]) -> Schema:
        """The schema of a member, at any depth."""
        for name in place:
            schema = self.schemas.properties(schema)[name]
        return schema

    # --- where the record stands ----------------------------------------------------------------------------------

    def _place(self, operation: Operation) -> None:
        collection = operation.collection
        if collection is None:
            return
        kind = operation.role.value
        schema = self.bodies.answered_success(operation, kind)
        name = _name(operation.path)
        if operation.role is Role.LIST:
            found = None if schema is None else self.bodies.list_place(schema, name)
            operation.list_at = None if found is None else found[0]
        elif schema is not None:
            operation.record_at = self.bodies.record_place(schema, collection.schema, singular(_name(collection.path)))
        sent = self.bodies.sent_json(operation)
        if sent is not None:
            operation.sent_at = self._sent_place(sent, collection)

    def _sent_place(self, sent: Schema, collection: Collection) -> tuple[str, ...]:
        name = singular(_name(collection.path))
        return self.bodies.record_place(sent, collection.schema, name) or ()

    def _check_body(self, operation: Operation) -> None:
        """What is sent has to be a record, or a patch of one."""
        sent = self.bodies.sent_json(operation) if operation.role in (Role.CREATE, Role.REPLACE, Role.UPDATE) else None
        types = frozenset() if sent is None else self.schemas.types(sent)
        is_patch = operation.role is Role.UPDATE and "array" in types
        if types and "object" not in types and not is_patch:
            _assign(operation, Role.NONE, None)

    def _override(self, operation: Operation) -> None:
        """The document's own word on what an operation does; a PUT that has no address names the record in its body."""
        role = operation.described.get(EXTENSION)
        if role is not None and role in {each.value for each in Role}:
            collection = (
                operation.collection or self._by_path.get(_stem(operation.path)) or self._by_path.get(_split(operation.path)[0])
            )
            if role == Role.NONE.value or collection is not None:
                _assign(operation, Role(role), None if role == Role.NONE.value else collection)
        elif operation.method == "PUT" and not operation.is_derived and (home := self._by_path.get(_stem(operation.path))):
            sent = self.bodies.sent_json(operation)
            if sent is not None and self.schemas.origin(sent) == self.schemas.origin(self._rough_schema(home)):
                _assign(operation, Role.REPLACE, home)


def _assign(operation: Operation, role: Role, collection: Collection | None) -> None:
    operation.role, operation.collection = role, collection


def _stem(path: str) -> str:
    """A path without a slash or an ending (.json) behind its last name."""
    head, _, last = path.rstrip("/").rpartition("/")
    return f"{head}/{last if PARAMETER.search(last) else re.sub(r'[.](json|xml|ya?ml)$', '', last)}"


def _split(path: str) -> tuple[str, str]:
    parent, _, last = path.rstrip("/").rpartition("/")
    return parent, last


def _name(path: str) -> str:
    """The last word of a path that is no parameter."""
    words = [word for word in _stem(path).split("/") if word and not PARAMETER.search(word)]
    return words[-1] if words else "root"


def _is_page(names: Iterable[str]) -> bool:
    """Whether members beside a list only tell of its pages."""
    return all(_PAGING.search(name) for name in names)


_PAGING = re.compile(
    r"total|count|page|paging|pagination|next|prev|first|last|limit|offset|cursor|more|links|meta|size|self|kind|object|success|status|message|"
    r"token|href|url|etag|error|sync|start|^ok$|type|code|time|version|schema|took|request",
    re.IGNORECASE,
)
