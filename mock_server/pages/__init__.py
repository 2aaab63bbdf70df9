"""What people open in a browser: the control page at /__admin/ui, Swagger UI at /docs, and the documents that it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from flask import Flask, Response, render_template, request, send_from_directory
from werkzeug.exceptions import HTTPException, NotFound

from mock_server.control import PREFIX, access, current
from mock_server.control.current import mock, worlds
from mock_server.resource.service import Resource
from mock_server.syntax.problem import Problem
from mock_server.worlds.beside import own_operations
from mock_server.worlds.definition import Definition, Site

UI = f"{PREFIX}/ui"
DOCS = "docs"
DOCUMENT = "openapi.yaml"

COMMANDS = 3
"""So many commands of an API stand on the welcome page."""

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

NOT_DERIVED = (
    "**This mock answers with an example; nothing is stored.** "
    "The document does not tell what this operation does to a record (answers have the header X-Mock-Answer)."
)

POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SWAGGER_POLICY = f"{POLICY}; img-src 'self' data:; style-src 'self' 'unsafe-inline'"
"""Swagger UI has its icons in data: addresses and sets style attributes; its scripts are files like any other."""

CLOSED = {"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def is_page(path: str, definitions: Sequence[Site]) -> bool:
    """Whether the path belongs to a page; a path that an API documents is the API's."""
    if path == "/":
        return not any(f"{each.prefix}{template}" == "/" for each in definitions for template in each.content["paths"])
    if path.startswith(f"{PREFIX}/"):
        return path == UI or path.startswith(f"{UI}/")
    if path.endswith(f"/{DOCUMENT}"):
        return _named(path, definitions) is not None and not _is_documented(path, definitions)
    return f"{path}/".startswith(f"/{DOCS}/") and not _is_documented(f"/{DOCS}", definitions)


def _named(path: str, definitions: Sequence[Site]) -> Site | None:
    """The API whose document has this path."""
    return next((each for each in definitions if path == f"{each.root}/{DOCUMENT}"), None)


def _is_documented(start: str, definitions: Sequence[Site]) -> bool:
    """Whether an API has a path that is this one or lies under it."""
    return any(f"{each.prefix}{path}/".startswith(f"{start}/") for each in definitions for path in each.content["paths"])


@cache
def application() -> Flask:
    """The pages, whichever mock is asked: the environ of a request says that. Made, like Swagger UI, when it is first needed."""
    app = Flask(__name__)
    app.url_map.strict_slashes = False
    app.add_url_rule("/", view_func=welcome)
    app.add_url_rule(UI, view_func=control_page)
    app.add_url_rule(f"/{DOCS}", view_func=swagger_page)
    app.add_url_rule(f"/{DOCS}/<name>", view_func=swagger_file)
    app.add_url_rule(f"/{DOCUMENT}", view_func=document)
    app.add_url_rule(f"/<name>/{DOCUMENT}", view_func=document)
    app.add_url_rule(f"{UI}/<path:filename>", view_func=app.send_static_file, endpoint="file")
    app.before_request(_admit)
    app.after_request(_close)
    app.register_error_handler(Problem, lambda problem: problem.response())
    app.register_error_handler(HTTPException, _refused)
    return app


def welcome() -> str:
    """What there is, for who comes for the first time."""
    shown = [
        {**each, "commands": [operation["curl"] for operation in each["operations"][:COMMANDS]]}
        for each in access.described().values()
    ]
    return render_template("welcome.html", sites=shown, root=request.root_path, ui=request.root_path + UI)


def control_page() -> str:
    """State, journal, faults and snapshots. It holds no data of its own: its script gets them by control calls."""
    return render_template("ui.html", root=request.root_path, ui=request.root_path + UI)


def swagger_page() -> Response:
    """Swagger UI, with every document that is served."""
    root = request.root_path
    documents: list[dict[str, Any]] = [
        {"name": each.name, "url": f"{root}{each.root}/{DOCUMENT}", "credentials": _credentials(each)} for each in worlds().sites
    ]
    documents.append({"name": "control interface", "url": f"{root}{PREFIX}/{DOCUMENT}"})
    page = Response(render_template("docs.html", docs=f"{root}/{DOCS}", ui=root + UI, documents=documents), mimetype="text/html")
    page.headers["Content-Security-Policy"] = SWAGGER_POLICY
    return page


def _credentials(site: Site) -> dict[str, str]:
    """The ones that are let in, by the names of the security schemes."""
    if isinstance(site, Definition):
        return dict(site.api.customers[0].auth)
    resource = worlds().default.resources[site.name].resource
    return {name: resource.access.credential(scheme) for name, scheme in resource.access.schemes.items()}


def swagger_file(name: str) -> Response:
    """One of the files that Swagger UI consists of."""
    return send_from_directory(str(files("flask_swagger_ui") / "dist"), name)


def document(**_name: str) -> Response:
    """The document of an API as its clients need it."""
    found = _named(request.path, worlds().sites)
    if found is None:
        raise NotFound
    content = _for_clients(found.content, request.root_path + found.prefix or "/")
    resource = worlds().default.resources.get(found.name)
    if resource is not None:
        _tell_examples(content, resource.resource, found)
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump(content, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
    return Response(text, mimetype="application/yaml")


def _for_clients(of: Mapping[str, Any], server: str) -> dict[str, Any]:
    """It leads to the mock alone, and is without our own extension, which holds credentials."""
    return {**of, "servers": [{"url": server}], "paths": {path: _without(item) for path, item in of["paths"].items()}}


def _tell_examples(content: dict[str, Any], resource: Resource, site: Site) -> None:
    """Says of every operation that nothing is stored by where it is so."""
    own = own_operations(site.api) if isinstance(site, Definition) else frozenset()
    for operation in resource.recognition.all():
        described = content["paths"].get(operation.path, {}).get(operation.method.lower())
        if described is not None and not operation.is_derived and (operation.path, operation.method) not in own:
            described["description"] = f"{NOT_DERIVED}\n\n{described.get('description', '')}".strip()


def _without(item: Any) -> Any:
    """A path item or an operation."""
    left_out = ("servers", "x-contract")
    return {key: _without(member) if key in METHODS else member for key, member in item.items() if key not in left_out}


def _admit() -> None:
    mock().admission.check_host(request.environ.get("HTTP_HOST", ""))
    if request.path == "/":
        request.environ[current.WORLD] = current.named_by(request.environ, worlds())


def _close(response: Response) -> Response:
    """Nothing from elsewhere is loaded, and no other page holds this one."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.update(CLOSED)
    return response


def _refused(error: HTTPException) -> Response:
    texts = {404: f"no page is at {request.path[:100]}; there are {UI} and /{DOCS}", 405: "a page is only read"}
    status = error.code or 500
    return Problem(status, texts.get(status, "the request cannot be read")).response()
