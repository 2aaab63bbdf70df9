"""Reads the credential of a request as its security scheme says, and only from there."""

from __future__ import annotations

import base64
import binascii

from flask import Request

from mock_server.syntax.cookies import cookie
from specs import SecurityScheme

UNREADABLE = ""
"""Stands for a credential that is there and cannot be read; no customer holds it."""


def presented(request: Request, scheme: SecurityScheme) -> str | None:
    """The credential that the request presents under this scheme, or None where it presents none."""
    if scheme.kind == "apiKey":
        return _parameter(request, scheme)
    kind, _, rest = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() != scheme.kind:
        return None
    return rest.strip() if scheme.kind == "bearer" else _user_and_password(rest)


def _parameter(request: Request, scheme: SecurityScheme) -> str | None:
    if scheme.location == "query":
        return request.args.get(scheme.parameter)
    if scheme.location == "cookie":
        return cookie(request.environ.get("HTTP_COOKIE", ""), scheme.parameter)
    return request.headers.get(scheme.parameter)


def challenge(scheme: SecurityScheme) -> str:
    """The WWW-Authenticate value that asks for this scheme; ApiKey is no registered scheme, but nothing better is."""
    return {"bearer": "Bearer", "basic": "Basic", "apiKey": "ApiKey"}[scheme.kind] + ' realm="api"'


def _user_and_password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return UNREADABLE
