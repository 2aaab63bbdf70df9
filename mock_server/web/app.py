"""The Flask application: routes from the documents, and nothing but JSON for an answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Flask, Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from mock_server import control, pages
from mock_server.access import cors
from mock_server.access.admission import Admission
from mock_server.access.session_prefix import Application, SessionPrefix, without_session
from mock_server.control.current import MOCK, Mock, named_by
from mock_server.disturbance.fault_rules import FaultRule
from mock_server.resource.custom import Mapped
from mock_server.resource.handling import handle
from mock_server.resource.reading.document import Document
from mock_server.resource.reading.model import Operation
from mock_server.resource.service import Resource
from mock_server.resource.stored.seeding import COUNT
from mock_server.state.settings import Settings
from mock_server.state.state_file import NotKept
from mock_server.syntax.problem import Problem
from mock_server.web.elsewhere import Elsewhere
from mock_server.web.forwarding import Forward
from mock_server.web.lean_flask import LeanFlask, Routed, View
from mock_server.web.responses import shown, without_body
from mock_server.web.visit import Visit
from mock_server.worlds.banner import prefix_of
from mock_server.worlds.beside import beside
from mock_server.worlds.definition import Definition, Site
from mock_server.worlds.worlds import Start, Worlds
from specs import Api

_PARAMETER = re.compile(r"\{([^{}]+)\}")
EXTENSION = "mock_server"
VISIT = "mock_server.web.visit"
"""Where in the environ of a request its visit stands."""

_SITUATIONS = {404: "unknown_path", 405: "method_not_allowed", 413: "too_large", 500: "server_error"}
"""What Flask itself refuses, by its status; anything else is a request that cannot be read."""


def create_app(
    apis: Sequence[Api | Document],
    *,
    defects: Iterable[str] = (),
    check_answers: bool = False,
    admission: Admission | None = None,
    settings: Settings | None = None,
    faults: Iterable[FaultRule] = (),
    records: int = COUNT,
    any_credential: bool = False,
    mappings: Sequence[Mapped] = (),
    forward: Forward | None = None,
) -> Flask:
    """The mock of these APIs: of a single one at its documented paths, of several each under ``/<name>``.

    defects: ids of deliberate defects that every world starts with. settings, faults: likewise.
    check_answers: whether openapi-core looks at every answer; one that the document does not have becomes a server error.
    admission: who may ask, beside this machine.
    records: how many are in each collection of a document without x-contract. any_credential: whether all are let in there.
    mappings: answers that a user wrote, ahead of everything that the documents have.
    forward: where requests go on to that are not served here; None for nowhere.
    Raises SpecError for a document that cannot be served, and ValueError for an unknown defect or two APIs of one name.
    """
    app = LeanFlask("mock_server")
    app.json.sort_keys = False  # type: ignore[attr-defined]  # records are shown in their own order
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    if len({api.name for api in apis}) < len(apis):
        raise ValueError(f"two files give an API of the same name: {', '.join(api.name for api in apis)}")
    definitions = tuple(Definition(each, prefix_of(apis, each)) for each in apis if isinstance(each, Api))
    resources = tuple(
        Resource(each, prefix_of(apis, each), records=records, any_credential=any_credential)
        for each in apis
        if isinstance(each, Document)
    )
    others = {each.name: found for each in definitions if (found := beside(each.api, each.prefix, records)) is not None}
    for definition in definitions:
        _mount(app, definition, others.get(definition.name))
    for resource in resources:
        _mount_resource(app, resource, frozenset())
    start = Start(settings or Settings(), tuple(defects), tuple(faults))
    mock = Mock(Worlds(definitions, start, (*resources, *others.values())), admission or Admission())
    app.extensions[EXTENSION] = worlds = mock.worlds
    kind = _Checked if check_answers else _Guard
    app.surroundings = kind(app, worlds, mock.admission, Elsewhere(mappings, forward, shown))
    app.wsgi_app = SessionPrefix(_with_control(app.wsgi_app, mock))  # type: ignore[method-assign]  # as Flask's documentation has it
    return app


def _with_control(apis: Application, mock: Mock) -> Application:
    """The control interface and the pages ahead of the APIs."""

    def dispatch(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if pages.is_page(path, mock.worlds.sites):
            application = pages.application()
        elif control.is_control(path):
            application = control.application()
        else:
            return apis(environ, start_response)
        environ[MOCK] = mock
        return application(environ, start_response)

    return dispatch


class _Guard:
    """Ahead of every request: may it come, and which world is meant; behind those to the APIs: may the page see the answer."""

    def __init__(self, app: Flask, worlds: Worlds, admission: Admission, elsewhere: Elsewhere) -> None:
        self._app = app
        self._worlds = worlds
        self._admission = admission
        self._elsewhere = elsewhere

    def enter(self, request: Request) -> Response | None:
        """The answer of a mapping or of another service; Problem for a request that may not come."""
        environ = request.environ
        self._admission.check_host(environ.get("HTTP_HOST", ""))
        self._admission.check_page(request)
        environ[VISIT] = visit = Visit(named_by(environ, self._worlds))
        return self._elsewhere.response(request, visit)

    def leave(self, request: Request, response: Response) -> Response:
        """The answer with what a page has to be told, once it stands in the journal."""
        answer = cors.shared(request, response, self._admission)
        visit: Visit | None = request.environ.get(VISIT)
        if visit is not None:  # else it was not admitted
            visit.end(request, answer)
        return answer

    def failed(self, request: Request, error: Exception) -> Response:
        """The answer to what was raised. Of a fault of the mock itself, the traceback goes to the log only."""
        if isinstance(error, Problem):
            return error.response()
        if isinstance(error, HTTPException):
            return _refused(self._worlds, request.path, error.code or 500, request.method)
        refused = _refused(self._worlds, request.path, 500)
        if isinstance(error, NotKept):  # a full disk is no fault of the mock, and is told as such
            self._app.logger.error("%s %s: %s", request.method, request.path, error.strerror)
            refused.headers["X-Mock-Warning"] = str(error.strerror)
        else:
            self._app.logger.error("%s %s", request.method, request.path, exc_info=error)
        return refused


class _Checked(_Guard):
    """Likewise; an answer that its document does not have becomes a server error."""

    def __init__(self, app: Flask, worlds: Worlds, admission: Admission, elsewhere: Elsewhere) -> None:
        from mock_server.web.own_answers import OwnAnswers  # importing it takes half a second

        super().__init__(app, worlds, admission, elsewhere)
        self._checks = {each.prefix: OwnAnswers(each.content, each.prefix) for each in worlds.sites}

    def leave(self, request: Request, response: Response) -> Response:
        """The answer, if its document has it."""
        answer = super().leave(request, response)
        site = _site_at(self._worlds, request.path)
        visit: Visit | None = request.environ.get(VISIT)
        if site is None or (visit and visit.passage and visit.passage.interference):
            return answer
        deviation = self._checks[site.prefix].deviation(request, answer)
        if deviation is None:
            return answer
        self._app.logger.error("not as documented: %s", deviation)
        return _refused(self._worlds, request.path, 500)


def worlds_of(app: Flask) -> Worlds:
    """The worlds that an application serves."""
    worlds: Worlds = app.extensions[EXTENSION]
    return worlds


# --- routes -------------------------------------------------------------------------------------------------------


def _mount(app: LeanFlask, definition: Definition, others: Resource | None) -> None:
    """One rule for each path and all methods: which of them is refused when is the document's to say."""
    for number, (template, methods) in enumerate(paths(definition.api).items()):
        endpoint = f"{definition.api.name}.{number}"
        names = tuple(_PARAMETER.findall(template))
        rule = definition.prefix + _rule(template, {each.name for each in definition.api.parameters if each.spans_segments})
        app.url_map.add(Rule(rule, endpoint=endpoint, methods=None))
        operations = {} if others is None else dict(others.recognition.operations.get(template, {}))
        further = {name: each for name, each in operations.items() if name not in methods}
        routed = _routed(definition, template, names, (*methods, *further))
        if others is not None and further:
            routed = _by_method(routed, _resource_routed(others, template, further), frozenset(further))
        app.routed[endpoint] = routed
    if others is not None:
        _mount_resource(app, others, frozenset(paths(definition.api)))


def _by_method(routed: Routed, other: Routed, methods: frozenset[str]) -> Routed:
    """Requests with these methods go to the other view."""

    def made(path: str, numbered: dict[str, str]) -> View:
        view, further = routed(path, numbered), other(path, numbered)
        return lambda request: further(request) if request.method in methods else view(request)

    return made


def paths(api: Api) -> dict[str, tuple[str, ...]]:
    """Path template to allowed methods."""
    found: dict[str, tuple[str, ...]] = {api.path: ("PATCH",)}
    if api.read is not None:
        found[api.read.path] = ("GET", "HEAD", *found.get(api.read.path, ()))
    return found


def _rule(template: str, spanning: Collection[str] = ()) -> str:
    """The path as Werkzeug writes it; parameters are numbered, and those in ``spanning`` may hold slashes."""
    kinds = ("path:" if name in spanning else "" for name in _PARAMETER.findall(template))
    numbered = (f"<{kind}p{number}>" for number, kind in enumerate(kinds))
    return _PARAMETER.sub(lambda _: next(numbered), template)


def _routed(definition: Definition, template: str, names: Sequence[str], methods: Sequence[str]) -> Routed:
    form = _PARAMETER.sub("%s", (definition.prefix + template).replace("%", "%%"))
    operations, name, allowed = _operations(definition.api, template), definition.api.name, tuple(methods)

    def made(path: str, numbered: dict[str, str]) -> View:
        values = [numbered[f"p{number}"] for number in range(len(names))]
        arguments, expected = dict(zip(names, values, strict=True)), form % tuple(values)

        def view(request: Request) -> Response:
            if path != expected and (refusal := _misspelt(definition, request, expected)) is not None:
                return refusal
            if request.method == "OPTIONS":
                return _options(definition, methods)
            visit: Visit = request.environ[VISIT]
            visit.api, visit.operation = name, operations.get(request.method)
            visit.passage = visit.world.services[name].handle(request, arguments, allowed)
            return shown(visit.passage.answer)

        return view

    return made


def _mount_resource(app: LeanFlask, resource: Resource, mounted: frozenset[str]) -> None:
    """Likewise, for every path of a whole document but those that are mounted."""
    for number, (template, operations) in enumerate(resource.recognition.operations.items()):
        if template in mounted:
            continue
        endpoint = f"{resource.name}.resource.{number}"
        app.url_map.add(Rule(resource.prefix + _rule(template), endpoint=endpoint, methods=None))
        app.routed[endpoint] = _resource_routed(resource, template, operations)


def _resource_routed(resource: Resource, template: str, operations: Mapping[str, Operation]) -> Routed:
    names = tuple(_PARAMETER.findall(template))
    methods = (*operations, *(["HEAD"] if "GET" in operations else []))

    def made(_path: str, numbered: dict[str, str]) -> View:
        arguments = {name: numbered[f"p{number}"] for number, name in enumerate(names)}

        def view(request: Request) -> Response:
            if request.method == "OPTIONS":
                return without_body(200, {"Allow": ", ".join((*methods, "OPTIONS"))})
            visit: Visit = request.environ[VISIT]
            operation = operations.get("GET" if request.method == "HEAD" else request.method)
            visit.api, visit.operation = resource.name, None if operation is None else operation.identity
            visit.passage = handle(visit.world.resources[resource.name], request, template, arguments, methods)
            return shown(visit.passage.answer)

        return view

    return made


def _operations(api: Api, template: str) -> dict[str, str]:
    """The operationId of each documented method of a path."""
    written = {"PATCH": api.operation_id} if template == api.path else {}
    read = api.read if api.read is not None and api.read.path == template else None
    return {**written, **(dict.fromkeys(("GET", "HEAD"), read.operation_id) if read else {})}


def _misspelt(definition: Definition, request: Request, expected: str) -> Response | None:
    """A slash too many or too few at the end, as the API's framework treats it; any other deviation is an unknown path."""
    mode = definition.api.choices["slash"].behaviour
    if request.path not in (expected + "/", expected.removesuffix("/")) or mode == "refuse":
        return shown(definition.refuse("unknown_path"))
    if mode == "accept":
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return without_body(308, {"Location": quote(request.root_path + expected) + query})


def _options(definition: Definition, methods: Sequence[str]) -> Response:
    headers = {"Allow": ", ".join((*methods, "OPTIONS"))}
    if "PATCH" in methods and definition.api.media_types:
        headers["Accept-Patch"] = ", ".join(definition.api.media_types)
    return without_body(200, headers)


# --- answers ------------------------------------------------------------------------------------------------------


def _site_at(worlds: Worlds, path: str) -> Site | None:
    if control.is_control(path):
        return None
    return next((each for each in worlds.sites if path.startswith(f"{each.prefix}/")), None)


def _refused(worlds: Worlds, path: str, status: int, value: str = "") -> Response:
    """What no exchange was made of, in the envelope of the API that the path belongs to, else as a problem."""
    site = _site_at(worlds, path)
    if site is not None:
        return shown(site.refuse(_SITUATIONS.get(status, "malformed_json"), value))
    prefixes = ", ".join(f"{each.prefix}/" for each in worlds.sites)
    texts = {404: f"nothing is at {path[:100]}; the paths begin with {control.PREFIX}/ or {prefixes}", 405: "no such operation"}
    return Problem(status, texts.get(status, "the request cannot be read")).response()


def protocol_refusal(app: Flask, path: str, status: int, reason: str) -> Response:
    """The answer to a request that the web server itself refuses."""
    return _refused(worlds_of(app), without_session(path), status, reason)
