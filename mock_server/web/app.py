"""The Flask application: routes from the documents, and nothing but JSON for an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from mock_server import control, pages
from mock_server.access import cors
from mock_server.access.admission import Admission
from mock_server.access.session_prefix import Application, SessionPrefix, without_session
from mock_server.control.current import MOCK, Mock, named_by
from mock_server.disturbance.fault_rules import FaultRule
from mock_server.exchange.exchange import Answer
from mock_server.resource.custom import Mapped
from mock_server.resource.handling import EMPTY, handle
from mock_server.resource.reading.bodies import JSON
from mock_server.resource.reading.document import Document
from mock_server.resource.reading.model import Operation
from mock_server.resource.service import Resource
from mock_server.resource.stored.seeding import COUNT
from mock_server.state.settings import Settings
from mock_server.state.state_file import NotKept
from mock_server.syntax.encoding import encoded
from mock_server.syntax.problem import Problem
from mock_server.web.elsewhere import Elsewhere
from mock_server.web.forwarding import Forward
from mock_server.web.lean_flask import LeanFlask
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
    app.register_error_handler(Problem, lambda problem: problem.response())
    app.register_error_handler(HTTPException, lambda error: _refused(worlds, request.path, error.code or 500, request.method))
    app.register_error_handler(Exception, lambda error: _crash(app, worlds, error))
    if check_answers:
        _check_answers(app, worlds)
    _guard(app, worlds, mock.admission, Elsewhere(mappings, forward, _response))
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


def _guard(app: Flask, worlds: Worlds, admission: Admission, elsewhere: Elsewhere) -> None:
    """Ahead of every request: may it come, and which world is meant; behind those to the APIs: may the page see the answer."""

    @app.before_request
    def admit() -> Response | None:
        sent: Request = request._get_current_object()  # type: ignore[attr-defined]  # the proxy costs at every look
        environ = sent.environ
        admission.check_host(environ.get("HTTP_HOST", ""))
        admission.check_page(sent)
        environ[VISIT] = visit = Visit(named_by(environ, worlds))
        return elsewhere.response(sent, visit)

    @app.after_request
    def finish(response: Response) -> Response:
        sent: Request = request._get_current_object()  # type: ignore[attr-defined]
        visit: Visit | None = sent.environ.get(VISIT)
        answer = cors.shared(sent, response, admission)
        if visit is not None:  # else it was not admitted
            visit.end(sent, answer)
        return answer


def worlds_of(app: Flask) -> Worlds:
    """The worlds that an application serves."""
    worlds: Worlds = app.extensions[EXTENSION]
    return worlds


# --- routes -------------------------------------------------------------------------------------------------------


def _mount(app: Flask, definition: Definition, others: Resource | None) -> None:
    """One rule for each path and all methods: which of them is refused when is the document's to say."""
    for number, (template, methods) in enumerate(paths(definition.api).items()):
        endpoint = f"{definition.api.name}.{number}"
        names = tuple(_PARAMETER.findall(template))
        rule = definition.prefix + _rule(template, {each.name for each in definition.api.parameters if each.spans_segments})
        app.url_map.add(Rule(rule, endpoint=endpoint, methods=None))
        operations = {} if others is None else dict(others.recognition.operations.get(template, {}))
        further = {name: each for name, each in operations.items() if name not in methods}
        view = _view(definition, template, names, (*methods, *further))
        further_view = _resource_view(others, template, further) if others is not None else view
        app.view_functions[endpoint] = _by_method(view, further_view, frozenset(further))
    if others is not None:
        _mount_resource(app, others, frozenset(paths(definition.api)))


def _by_method(view: Callable[..., Response], other: Callable[..., Response], methods: frozenset[str]) -> Callable[..., Response]:
    """Requests with these methods go to the other view."""

    def chosen(**numbered: str) -> Response:
        return other(**numbered) if request.method in methods else view(**numbered)

    return chosen if methods else view


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


def _view(definition: Definition, template: str, names: Sequence[str], methods: Sequence[str]) -> Callable[..., Response]:
    path = _PARAMETER.sub("%s", (definition.prefix + template).replace("%", "%%"))
    operations = _operations(definition.api, template)
    numbers = [f"p{number}" for number in range(len(names))]

    def view(**numbered: str) -> Response:
        sent: Request = request._get_current_object()  # type: ignore[attr-defined]
        values = [numbered[number] for number in numbers]
        expected = path % tuple(values)
        if sent.path != expected and (refusal := _misspelt(definition, expected)) is not None:
            return refusal
        if sent.method == "OPTIONS":
            return _options(definition, methods)
        visit: Visit = sent.environ[VISIT]
        visit.api, visit.operation = definition.api.name, operations.get(sent.method)
        service = visit.world.services[definition.api.name]
        visit.passage = service.handle(sent, dict(zip(names, values, strict=True)), methods)
        return _response(visit.passage.answer)

    return view


def _mount_resource(app: Flask, resource: Resource, mounted: frozenset[str]) -> None:
    """Likewise, for every path of a whole document but those that are mounted."""
    for number, (template, operations) in enumerate(resource.recognition.operations.items()):
        if template in mounted:
            continue
        endpoint = f"{resource.name}.resource.{number}"
        app.url_map.add(Rule(resource.prefix + _rule(template), endpoint=endpoint, methods=None))
        app.view_functions[endpoint] = _resource_view(resource, template, operations)


def _resource_view(resource: Resource, template: str, operations: Mapping[str, Operation]) -> Callable[..., Response]:
    names = tuple(_PARAMETER.findall(template))
    methods = (*operations, *(["HEAD"] if "GET" in operations else []))

    def view(**numbered: str) -> Response:
        sent: Request = request._get_current_object()  # type: ignore[attr-defined]
        if sent.method == "OPTIONS":
            return _without_body(200, {"Allow": ", ".join((*methods, "OPTIONS"))})
        visit: Visit = sent.environ[VISIT]
        operation = operations.get("GET" if sent.method == "HEAD" else sent.method)
        visit.api, visit.operation = resource.name, None if operation is None else operation.identity
        arguments = {name: numbered[f"p{number}"] for number, name in enumerate(names)}
        visit.passage = handle(visit.world.resources[resource.name], sent, template, arguments, methods)
        return _response(visit.passage.answer)

    return view


def _operations(api: Api, template: str) -> dict[str, str]:
    """The operationId of each documented method of a path."""
    written = {"PATCH": api.operation_id} if template == api.path else {}
    read = api.read if api.read is not None and api.read.path == template else None
    return {**written, **(dict.fromkeys(("GET", "HEAD"), read.operation_id) if read else {})}


def _misspelt(definition: Definition, expected: str) -> Response | None:
    """A slash too many or too few at the end, as the API's framework treats it; any other deviation is an unknown path."""
    mode = definition.api.choices["slash"].behaviour
    if request.path not in (expected + "/", expected.removesuffix("/")) or mode == "refuse":
        return _response(definition.refuse("unknown_path"))
    if mode == "accept":
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return _without_body(308, {"Location": quote(request.root_path + expected) + query})


def _options(definition: Definition, methods: Sequence[str]) -> Response:
    headers = {"Allow": ", ".join((*methods, "OPTIONS"))}
    if "PATCH" in methods and definition.api.media_types:
        headers["Accept-Patch"] = ", ".join(definition.api.media_types)
    return _without_body(200, headers)


# --- answers ------------------------------------------------------------------------------------------------------


def _without_body(status: int, headers: Mapping[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]  # Flask's is HTML
    return response


def _response(answer: Answer) -> Response:
    if answer.body == b"" and (answer.status in EMPTY or JSON.fullmatch(answer.media_type)):
        return _without_body(answer.status, answer.headers)
    content = answer.body if isinstance(answer.body, bytes) else encoded(answer.body)
    return Response(content, answer.status, answer.headers, content_type=answer.media_type)


def _site_at(worlds: Worlds, path: str) -> Site | None:
    if control.is_control(path):
        return None
    return next((each for each in worlds.sites if path.startswith(f"{each.prefix}/")), None)


def _refused(worlds: Worlds, path: str, status: int, value: str = "") -> Response:
    """What no exchange was made of, in the envelope of the API that the path belongs to, else as a problem."""
    site = _site_at(worlds, path)
    if site is not None:
        return _response(site.refuse(_SITUATIONS.get(status, "malformed_json"), value))
    prefixes = ", ".join(f"{each.prefix}/" for each in worlds.sites)
    texts = {404: f"nothing is at {path[:100]}; the paths begin with {control.PREFIX}/ or {prefixes}", 405: "no such operation"}
    return Problem(status, texts.get(status, "the request cannot be read")).response()


def protocol_refusal(app: Flask, path: str, status: int, reason: str) -> Response:
    """The answer to a request that the web server itself refuses."""
    return _refused(worlds_of(app), without_session(path), status, reason)


def _crash(app: Flask, worlds: Worlds, error: Exception) -> Response:
    """A fault of the mock itself: the traceback goes to the log only. A full disk is none, and is told as such."""
    if isinstance(error, NotKept):
        app.logger.error("%s %s: %s", request.method, request.path, error.strerror)
        refused = _refused(worlds, request.path, 500)
        refused.headers["X-Mock-Warning"] = str(error.strerror)
        return refused
    app.logger.error("%s %s", request.method, request.path, exc_info=error)
    return _refused(worlds, request.path, 500)


def _check_answers(app: Flask, worlds: Worlds) -> None:
    from mock_server.web.own_answers import OwnAnswers  # importing it takes half a second

    checks = {each.prefix: OwnAnswers(each.content, each.prefix) for each in worlds.sites}

    @app.after_request
    def check(response: Response) -> Response:
        site = _site_at(worlds, request.path)
        visit: Visit | None = request.environ.get(VISIT)
        if site is None or (visit and visit.passage and visit.passage.interference):
            return response
        deviation = checks[site.prefix].deviation(request, response)
        if deviation is None:
            return response
        app.logger.error("not as documented: %s", deviation)
        return _refused(worlds, request.path, 500)
