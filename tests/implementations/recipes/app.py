"""The application. The document: ``flask openapi write openapi.json``."""

from __future__ import annotations

import marshmallow as ma
from api import Api, authenticate
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from resources import blueprints
from seeds import ACCOUNTS, fill
from switches import on

DESCRIPTION = """Recipes, the cookbooks they come from and the shopping lists they lead to.

Every request carries the key of an account in `X-API-Key`. Bodies are `application/json`; anything else is answered with 415.
A body that is no JSON is answered with 400, one that breaks this document with 422, and nothing is changed then.
A member that has no value is null, or left out, in answers."""
OPTIONS = {
    "info": {"description": DESCRIPTION},
    "security": [{"ApiKeyAuth": []}],
    "components": {"securitySchemes": {"ApiKeyAuth": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}},
}


def schema_name(schema: ma.Schema | type[ma.Schema]) -> str:
    """A component's name: RecipeSchema as Recipe, and as RecipePatch where it is partial."""
    name = resolve_schema_cls(schema).__name__.removesuffix("Schema")
    return name + "Patch" if getattr(schema, "partial", None) else name


def create_app() -> Flask:
    """The application with its records."""
    app = Flask(__name__)
    app.config.update(
        API_TITLE="Cookshelf", API_VERSION="2.4", OPENAPI_VERSION="3.1.0", API_SPEC_OPTIONS=OPTIONS, MAX_CONTENT_LENGTH=1_000_000
    )
    app.json.sort_keys = False
    if on("utf8_pretty"):
        app.json.sort_keys, app.json.compact, app.json.ensure_ascii = True, False, False
        app.json.mimetype = "application/json; charset=utf-8"
    app.before_request(authenticate(ACCOUNTS))
    api = Api(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=schema_name)})
    for blueprint in blueprints():
        api.register_blueprint(blueprint)
    fill()
    return app
