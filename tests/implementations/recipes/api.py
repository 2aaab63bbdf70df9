"""flask-smorest as this API uses it: its parser, its blueprint, its errors."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import faults
import flask_smorest
import marshmallow as ma
from flask import g, request
from flask_smorest import abort
from flask_smorest.error_handler import ErrorSchema
from flask_smorest.exceptions import NotModified, PreconditionFailed
from kinds import PUBLISHED
from store import Row, store
from switches import on
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException
from werkzeug.http import quote_etag


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


class BodyParser(FlaskParser):
    """A body is JSON and not missing."""

    def _raw_load_json(self, req: Any) -> object:
        if req.mimetype != "application/json":
            if on("other_media_type_ignored"):
                return {}
            abort(415, message="Send application/json.")
        try:
            body = json.loads(req.get_data(), parse_constant=_no_constant)
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError):
            abort(400, message="The body is no JSON.", errors={"json": ["Invalid JSON body."]})
        return faults.loosen(body) if req.method == "PATCH" else body

    def handle_error(self, error: ma.ValidationError, req: Any, schema: ma.Schema, **kwargs: Any) -> None:
        if on("half_applied") and req.method == "PATCH":
            (key,) = req.view_args.values()
            wrong = {name for name, field in schema.fields.items() if field.data_key in error.normalized_messages()}
            store.change(request.blueprint, key, {name: each for name, each in error.valid_data.items() if name not in wrong})
        super().handle_error(error, req, schema, **kwargs)


class Blueprint(flask_smorest.Blueprint):
    """A resource: its records, and what an entity tag is made of."""

    ARGUMENTS_PARSER = BodyParser()
    schema: type[ma.Schema]

    def row(self, key: uuid.UUID) -> Row:
        """The record, if the account may see it."""
        row = store.find(self.name, key)
        if row is None:
            abort(404, message="There is no such record.")
        if row["account"] != g.account:
            abort(403 if on("others_forbidden") else 404, message="There is no such record.")
        return row

    def _check_precondition(self) -> None:
        if not on("body_before_precondition"):
            super()._check_precondition()
        if on("precondition_first") and request.method in self.METHODS_NEEDING_CHECK_ETAG:
            self.check_etag(self.row(next(iter(request.view_args.values()))), self.schema)

    def check_etag(self, etag_data: Any, etag_schema: Any = None) -> None:
        super()._check_precondition()
        super().check_etag(etag_data, etag_schema)
        if request.if_none_match.contains_weak(self._generate_etag(etag_schema().dump(etag_data))):
            raise PreconditionFailed

    def _check_not_modified(self, etag: str) -> None:
        if request.method in self.METHODS_CHECKING_NOT_MODIFIED and request.if_none_match.contains_weak(etag):
            unchanged = NotModified()
            unchanged.data = {"headers": {"ETag": quote_etag(etag)}}
            raise unchanged

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        if on("etag_versioned") and "updatedAt" in etag_data:
            return f"{etag_data['id']},{etag_data['updatedAt']}"
        if on("etag_blind") and "items" in etag_data:
            etag_data = {
                name: etag_data[name] for name in ("id", "name", "status", "shared", "dueAt", "budget") if name in etag_data
            }
        return flask_smorest.Blueprint._generate_etag(etag_data, extra_data)


class ProblemSchema(ErrorSchema):
    """Every error's body."""

    class Meta:
        unknown = ma.RAISE

    code = ma.fields.Integer(required=True, metadata={"description": "The status code of the answer.", "example": 422})
    status = ma.fields.String(required=True, metadata={"description": "Its name.", "example": "Unprocessable Entity"})
    message = ma.fields.String(metadata={"description": "A sentence for a person."})
    errors = ma.fields.Dict(metadata={"description": "By place (json, query) and member, lists of what is wrong."})


class Api(flask_smorest.Api):
    """The documented API."""

    ERROR_SCHEMA = ProblemSchema

    def init_app(self, app: Any, **kwargs: Any) -> None:
        super().init_app(app, **kwargs)
        for field, (kind, form) in PUBLISHED.items():
            self.register_field(field, kind, form)

    def handle_http_exception(self, error: HTTPException) -> tuple[dict[str, Any], int, dict[str, str]]:
        payload, code, headers = super().handle_http_exception(error)
        payload.setdefault("message", error.description)
        if on("terse_errors"):
            payload.pop("errors", None)
        if on("code_as_text") and code == 422:
            payload["code"] = str(code)
        allowed = getattr(error, "valid_methods", None)
        return payload, code, {**(headers or {}), **({"Allow": ", ".join(sorted(allowed))} if allowed else {})}


def authenticate(accounts: dict[str, str]) -> Callable[[], None]:
    """What finds the account of a request's key, before anything else."""

    def check() -> None:
        key = request.headers.get("X-API-Key", "")
        g.account = accounts.get(key)
        if on("unknown_key_writes") and key and not g.account and request.method == "PATCH" and request.blueprint == "cookbook":
            row = store.find("cookbook", request.view_args["cookbook_id"])
            g.account = row and row["account"]
        if request.method != "OPTIONS" and not g.account:
            abort(401, message="Send a key in X-API-Key.", headers={"WWW-Authenticate": 'ApiKey realm="cookshelf"'})

    return check
