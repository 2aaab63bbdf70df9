"""The Flask application: routes from the documents, and nothing but JSON for an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from mock_server import admin, guard
from mock_server.exchange import Answer
from mock_server.service import Service
from specs import Api

_PARAMETER = re.compile(r"\{([^}]+)\}")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SITUATIONS = {404: "unknown_path", 405: "method_not_allowed", 413: "too_large", 500: "server_error"}
"""What Flask itself refuses, by its status; anything else is a request that cannot be read."""

HOST_REFUSED = '{"error": "this Host is not served; use localhost or an IP address"}\n'


def create_app(apis: Sequence[Api], *, defects: Iterable[str] = (), check_answers: bool = False) -> Flask:
    """The mock of these APIs: of a single one at its documented paths, of several each under ``/<name>``.

    defects: ids of deliberate defects to start with.
    check_answers: whether openapi-core looks at every answer; one that the document does not have becomes a server error.
    Raises SpecError for a document that cannot be served, and ValueError for an unknown defect or two APIs of one name.
    """
    app = Flask("mock_server", static_folder=None)
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    if len({api.name for api in apis}) < len(apis):
        raise ValueError(f"two files give an API of the same name: {', '.join(api.name for api in apis)}")
    services = tuple(Service(api, f"/{api.name}" if len(apis) > 1 else "") for api in apis)
    for service in services:
        _mount(app, service)
    app.extensions[__name__] = services
    app.register_blueprint(admin.blueprint(services))
    app.before_request(_check_host)
    app.register_error_handler(HTTPException, lambda error: _refused(services, request.path, error.code or 500, request.method))
    app.register_error_handler(Exception, lambda error: _crash(app, services, error))
    admin.activate(services, tuple(defects))
    if check_answers:
        _check_answers(app, services)
    return app


def services_of(app: Flask) -> tuple[Service, ...]:
    """The APIs that an application serves."""
    services: tuple[Service, ...] = app.extensions[__name__]
    return services


def _check_host() -> Response | None:
    if guard.is_allowed_host(request.environ.get("HTTP_HOST", "")):
        return None
    return Response(HOST_REFUSED, 403, mimetype="application/json")


# --- routes -------------------------------------------------------------------------------------------------------


def _mount(app: Flask, service: Service) -> None:
    """One rule for each path and all methods: which of them is refused when is the document's to say."""
    for number, (template, methods) in enumerate(paths(service.api).items()):
        endpoint = f"{service.api.name}.{number}"
        names = tuple(_PARAMETER.findall(template))
        rule = service.prefix + _rule(template)
        app.url_map.add(Rule(rule, endpoint=endpoint, methods=None))
        app.view_functions[endpoint] = _view(service, template, names, methods)


def paths(api: Api) -> dict[str, tuple[str, ...]]:
    """Path template to allowed methods."""
    found: dict[str, tuple[str, ...]] = {api.path: ("PATCH",)}
    if api.read is not None:
        found[api.read.path] = ("GET", "HEAD", *found.get(api.read.path, ()))
    return found


def _rule(template: str) -> str:
    """The path as Werkzeug writes it; parameters are numbered, since a document may name them as it likes."""
    numbered = (f"<p{number}>" for number in range(template.count("{")))
    return _PARAMETER.sub(lambda _: next(numbered), template)


def _view(service: Service, template: str, names: Sequence[str], methods: Sequence[str]) -> Callable[..., Response]:
    path = _PARAMETER.sub("%s", (service.prefix + template).replace("%", "%%"))
    numbers = [f"p{number}" for number in range(len(names))]

    def view(**numbered: str) -> Response:
        sent: Request = request._get_current_object()  # type: ignore[attr-defined]  # the proxy costs at every look
        values = [numbered[number] for number in numbers]
        expected = path % tuple(values)
        if sent.path != expected and (refusal := _misspelt(service, expected)) is not None:
            return refusal
        if sent.method == "OPTIONS":
            return _options(service, methods)
        return _response(service.handle(sent, dict(zip(names, values, strict=True)), methods))

    return view


def _misspelt(service: Service, expected: str) -> Response | None:
    """A slash too many or too few at the end, as the API's framework treats it; any other deviation is an unknown path."""
    mode = service.api.choices["slash"].behaviour
    if request.path not in (expected + "/", expected.removesuffix("/")) or mode == "refuse":
        return _response(service.refuse("unknown_path"))
    if mode == "accept":
        return None
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return _without_body(308, {"Location": quote(expected) + query})


def _options(service: Service, methods: Sequence[str]) -> Response:
    headers = {"Allow": ", ".join((*methods, "OPTIONS"))}
    if "PATCH" in methods:
        headers["Accept-Patch"] = ", ".join(service.api.media_types)
    return _without_body(200, headers)


# --- answers ------------------------------------------------------------------------------------------------------


def _without_body(status: int, headers: Mapping[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]  # Flask's is HTML
    return response


def _response(answer: Answer) -> Response:
    content = answer.body if isinstance(answer.body, bytes) else _ENCODER.encode(answer.body).encode()
    return Response(content, answer.status, answer.headers, content_type=answer.media_type)


def _service_at(services: Sequence[Service], path: str) -> Service | None:
    if path.startswith(admin.PREFIX):
        return None
    return next((each for each in services if path.startswith(f"{each.prefix}/")), None)


def _refused(services: Sequence[Service], path: str, status: int, value: str = "") -> Response:
    """What no exchange was made of, in the envelope of the API that the path belongs to, else as plain JSON."""
    service = _service_at(services, path)
    if service is None:
        return Response(json.dumps({"error": HTTPStatus(status).phrase}) + "\n", status, mimetype="application/json")
    return _response(service.refuse(_SITUATIONS.get(status, "malformed_json"), value))


def protocol_refusal(app: Flask, path: str, status: int, reason: str) -> Response:
    """The answer to a request that the web server itself refuses."""
    return _refused(services_of(app), path, status, reason)


def _crash(app: Flask, services: Sequence[Service], error: Exception) -> Response:
    """A fault of the mock itself: the traceback goes to the log only."""
    app.logger.error("%s %s", request.method, request.path, exc_info=error)
    return _refused(services, request.path, 500)


def _check_answers(app: Flask, services: Sequence[Service]) -> None:
    from mock_server.own_answers import OwnAnswers  # importing it takes half a second

    checks = {service.prefix: OwnAnswers(service.api, service.prefix) for service in services}

    @app.after_request
    def check(response: Response) -> Response:
        service = _service_at(services, request.path)
        deviation = checks[service.prefix].deviation(request, response) if service else None
        if deviation is None:
            return response
        app.logger.error("not as documented: %s", deviation)
        return _refused(services, request.path, 500)
