"""Headers with an underscore in their name: waitress drops them, and documents have them (``api_key``).

CGI, and WSGI after it, has one name for ``X_Y`` and ``X-Y``, so that a client could pass for a proxy by the one that the proxy
does not remove. Here nothing is in front; and only the names that a served document has are let through, never those that HTTP
itself has a use for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mock_server.resource.service import Resource
from mock_server.web.strict_http import Parser
from mock_server.worlds.definition import Definition
from mock_server.worlds.worlds import Worlds

_OF_HTTP = re.compile(r"content_.*|transfer_.*|host|connection|expect|te|upgrade|x_forwarded_.*|forwarded", re.IGNORECASE)


def names(worlds: Worlds) -> frozenset[bytes]:
    """The headers with an underscore that the served documents have, in lower case."""
    found = [name for each in worlds.definitions for name in _of_api(each)]
    found += [name for each in worlds.resources for name in _of_document(each)]
    return frozenset(name.lower().encode("latin-1", "ignore") for name in found if "_" in name and not _OF_HTTP.fullmatch(name))


def _of_api(definition: Definition) -> Iterator[str]:
    yield from (each.parameter for each in definition.api.security if each.location == "header")


def _of_document(resource: Resource) -> Iterator[str]:
    yield from (each.parameter for each in resource.access.schemes.values() if each.location == "header")
    yield from (name for each in resource.recognition.all() for place, name in each.parameters if place == "header")


def parser(wanted: frozenset[bytes]) -> type[Parser]:
    """A parser of requests that lets these headers through."""
    return type("Letting", (Parser,), {"underscored": wanted}) if wanted else Parser
