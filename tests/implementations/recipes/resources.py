"""The endpoints of a resource: list, create, read, change, delete."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import faults
import marshmallow as ma
from api import Blueprint
from flask import g, url_for
from flask.views import MethodView
from flask_smorest import Page, abort
from schemas import CookbookSchema, RecipeSchema, ShoppingListSchema, times_in_order
from store import Row, store

CHANGE = """Changes what the body carries and nothing else: a member that is left out keeps its value, and null clears one that
may be null. Objects and lists are replaced as a whole. Read-only members are refused with 422, as is any unknown one; nothing is
changed then.

Send the ETag of the last GET or PATCH in If-Match: without it the answer is 428, with an outdated one 412."""
LOCATION = {"Location": {"description": "Where the new record is.", "schema": {"type": "string"}}}
ERRORS = {401: "UNAUTHORIZED", 404: "NOT_FOUND"}
BODY_ERRORS = {400: "BAD_REQUEST", 415: "UNSUPPORTED_MEDIA_TYPE"}


def refusing(blp: Blueprint, errors: dict[int, str]) -> Callable[[Any], Any]:
    """A decorator that documents error answers."""

    def decorate(function: Any) -> Any:
        for status, name in errors.items():
            function = blp.alt_response(status, response=name)(function)
        return function

    return decorate


def nothing_wrong(row: Row) -> dict[str, list[str]]:
    """For resources without a rule across members."""
    return {}


def refuse(errors: dict[str, list[str]]) -> None:
    """Answer 422 if there is an error."""
    if errors:
        abort(422, errors={"json": errors})


def resource(name: str, noun: str, path: str, schema: type[ma.Schema], wrong: Callable[[Row], dict[str, list[str]]]) -> Blueprint:
    """A resource's blueprint, with all its endpoints."""
    blp = Blueprint(name, name, url_prefix=path, description=f"Your {noun}s.")
    blp.schema = schema
    add_collection(blp, noun, wrong)
    add_item(blp, noun, wrong)
    return blp


def add_collection(blp: Blueprint, noun: str, wrong: Callable[[Row], dict[str, list[str]]]) -> None:
    """GET of the list, POST."""

    @blp.route("")
    class Collection(MethodView):
        @refusing(blp, {401: "UNAUTHORIZED"})
        @blp.doc(summary=f"List your {noun}s", operationId=f"list_{blp.name}s")
        @blp.response(200, blp.schema(many=True))
        @blp.paginate(Page)
        def get(self) -> list[Row]:
            return store.all(blp.name, g.account)

        @refusing(blp, {401: "UNAUTHORIZED", **BODY_ERRORS})
        @blp.doc(summary=f"Create a {noun}", operationId=f"create_{blp.name}")
        @blp.etag
        @blp.arguments(blp.schema)
        @blp.response(201, blp.schema, headers=LOCATION)
        def post(self, values: Row) -> tuple[Row, int, dict[str, str]]:
            refuse(wrong(values))
            row = store.add(blp.name, g.account, values)
            return row, 201, {"Location": url_for(f"{blp.name}.Item", **{f"{blp.name}_id": row["id"]})}


def add_item(blp: Blueprint, noun: str, wrong: Callable[[Row], dict[str, list[str]]]) -> None:
    """GET, PATCH and DELETE of a record."""

    @blp.route(f"/<uuid:{blp.name}_id>", endpoint="Item")
    @blp.etag
    class Item(MethodView):
        @refusing(blp, ERRORS)
        @blp.doc(summary=f"Read a {noun}", operationId=f"get_{blp.name}")
        @blp.response(200, blp.schema)
        def get(self, **path: uuid.UUID) -> Row:
            return blp.row(*path.values())

        @refusing(blp, {**ERRORS, **BODY_ERRORS})
        @blp.doc(summary=f"Change a {noun}", description=CHANGE, operationId=f"update_{blp.name}")
        @blp.arguments(blp.schema(partial=True))
        @blp.response(200, blp.schema)
        def patch(self, changes: Row, **path: uuid.UUID) -> Row:
            (key,) = path.values()
            with store.lock:
                row = blp.row(key)
                blp.check_etag(row, blp.schema)
                refuse({**wrong({**row, **changes}), **faults.refused(blp.name, changes)})
                changed = store.change(blp.name, key, faults.distort(row, changes))
                faults.spread(blp.name, row, changes)
            return changed

        @refusing(blp, ERRORS)
        @blp.doc(summary=f"Delete a {noun}", operationId=f"delete_{blp.name}")
        @blp.response(204)
        def delete(self, **path: uuid.UUID) -> None:
            (key,) = path.values()
            with store.lock:
                blp.check_etag(blp.row(key), blp.schema)
                store.remove(blp.name, key)


def blueprints() -> list[Blueprint]:
    """All resources."""
    return [
        resource("recipe", "recipe", "/recipes", RecipeSchema, nothing_wrong),
        resource("cookbook", "cookbook", "/cookbooks", CookbookSchema, nothing_wrong),
        resource("shopping_list", "shopping list", "/shopping-lists", ShoppingListSchema, times_in_order),
    ]
