"""Keeps web pages away from a server on localhost: DNS rebinding and cross-site requests (mock_servers.md 6)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from flask import Request

OWN_SITES = frozenset({"same-origin", "none"})


@lru_cache(maxsize=256)
def is_allowed_host(host: str) -> bool:
    """Whether a Host header is localhost or an IP literal, with or without a port: names that no DNS server can move.

    A missing Host and two different ones arrive here as an empty text.
    """
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_from_elsewhere(request: Request) -> bool:
    """Whether a browser sent this for a page of another site."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    return site not in OWN_SITES or (origin is not None and origin != request.host_url.rstrip("/"))
