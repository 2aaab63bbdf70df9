"""The credentials of a draft: those of the documented alternatives that a request can present, with their schemes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.drafting.document import swagger
from contracts.drafting.document.source import Source

USABLE = frozenset({"apiKey", "http", "oauth2", "openIdConnect"})
SIMPLE = frozenset({"bearer", "basic"})
_AUTHORIZATION = {"type": "apiKey", "in": "header", "name": "Authorization"}
PREFIXED = "(that is the name of a scheme, which goes ahead of a credential; RFC 9110, 11.6.2)"


def secured(source: Source, operation: Mapping[str, Any]) -> tuple[list[dict[str, list[str]]], dict[str, Any]]:
    """The requirements of the operation as a draft has them, and their schemes; both empty where no credential is needed.

    Each alternative that a request can present is one, the smallest first: which of them a tester has, no document says.
    """
    schemes = _schemes(source)
    listed = operation.get("security", source.content.get("security"))
    alternatives = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    if listed is None:
        alternatives = _inferred(source, operation, schemes)
    if not alternatives:
        return [], {}
    if any(not each for each in alternatives):
        source.note("security: a request without any credential is one of the documented alternatives; none is sent.")
        return [], {}
    usable = [each for each in alternatives if all(_is_usable(schemes.get(name)) for name in each)]
    if not usable:
        names = ", ".join(dict.fromkeys(name for each in alternatives for name in each))
        source.note(f"security: {names} cannot be presented in a request, or is not described; none is sent.")
        return [], {}
    kept = sorted(usable, key=len)
    if len(alternatives) > 1:
        left = [" and ".join(each) for each in alternatives if each not in usable]
        source.note(
            f"security: a credential for one of these is enough: {', '.join(' and '.join(each) for each in kept)}"
            + (f"; not presented in a request here: {', '.join(left)}." if left else ".")
        )
    return [{name: [] for name in each} for each in kept], _placed(
        source, {name: schemes[name] for each in kept for name in each}
    )


def described(source: Source) -> dict[str, Any]:
    """Every scheme that a request can present, whether it is required or not."""
    return _placed(source, {name: each for name, each in _schemes(source).items() if _is_usable(each)})


def _inferred(source: Source, operation: Mapping[str, Any], schemes: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The scheme that the operation needs by its 401, where the document describes schemes and asks for none anywhere."""
    responses = operation.get("responses")
    named = [name for name, each in schemes.items() if _is_usable(each)]
    if not named or not isinstance(responses, Mapping) or "401" not in map(str, responses):
        return []
    chosen = next((name for name in named if schemes[name].get("in", "header") == "header"), named[0])
    source.note(
        f"security: the document describes {', '.join(named)} and requires none of them; the operation lists 401, so that "
        f"{chosen} is taken here (inferred)."
    )
    return [{chosen: []}]


def _schemes(source: Source) -> dict[str, Any]:
    if source.swagger:
        return swagger.security_schemes(source.content)
    components = source.content.get("components")
    listed = components.get("securitySchemes") if isinstance(components, Mapping) else None
    found = listed if isinstance(listed, Mapping) else {}
    return {name: _plain(source.resolved(each)) for name, each in found.items() if isinstance(each, Mapping)}


def _plain(scheme: Mapping[str, Any]) -> dict[str, Any]:
    """What of a scheme a request shows; flows and addresses are of no use here, and often not valid."""
    kind = str(scheme.get("type"))
    if kind in ("oauth2", "openIdConnect"):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"{kind} in the document: the token is sent as a bearer token.",
        }
    kept = {name: scheme[name] for name in ("type", "scheme", "name", "in", "description") if isinstance(scheme.get(name), str)}
    return {**kept, "scheme": kept["scheme"].lower()} if "scheme" in kept else kept


def _placed(source: Source, schemes: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The schemes, those that are meant to stand in Authorization there; each of them is told."""
    found = {}
    for name, each in schemes.items():
        scheme, where = _of_authorization(each) or (each, "")
        found[name] = dict(scheme)
        if where:
            source.note(f"security: {name} is described as a header named {each['name']}: {where} {PREFIXED}.")
        elif scheme.get("type") == "apiKey":
            found[name].pop("description", None)
    return found


def _of_authorization(scheme: Mapping[str, Any]) -> tuple[dict[str, Any], str] | None:
    """The scheme that is meant by a header which has the name of one, and where its credential goes; None for any other.

    Any word can be the name of a header as well, so that it has to be a common scheme's, or one that is said to be a prefix.
    """
    name, is_header = str(scheme.get("name")), (scheme.get("type"), scheme.get("in")) == ("apiKey", "header")
    if is_header and name.lower() in SIMPLE:
        return {"type": "http", "scheme": name.lower()}, "its credential is sent in Authorization"
    if is_header and re.search(rf"\bprefix\b\W*{re.escape(name)}\b", str(scheme.get("description")), re.IGNORECASE):
        return _AUTHORIZATION, f"the whole of Authorization is its credential, {name} ahead of it"
    return None


def _is_usable(scheme: Mapping[str, Any] | None) -> bool:
    if scheme is None or scheme.get("type") not in USABLE:
        return False
    if scheme["type"] == "apiKey":
        return scheme.get("in") in ("header", "query", "cookie") and bool(scheme.get("name"))
    return scheme["type"] != "http" or scheme.get("scheme") in SIMPLE


def header_credential(parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """A scheme for a required Authorization header that the document describes as a plain parameter."""
    for each in parameters:
        if each.get("in") == "header" and str(each.get("name")).lower() == "authorization" and each.get("required"):
            return dict(_AUTHORIZATION)
    return None
