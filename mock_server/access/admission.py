"""Who may ask: DNS rebinding and pages of other sites are kept out (mock_servers.md 6)."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from flask import Request

from mock_server.syntax.problem import Problem

OWN_SITES = frozenset({"same-origin", "none"})
OPEN_CALLS = frozenset({"/__admin/health"})
"""Control calls that need no token."""

ANY = "*"
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@\[\]]+))(?::\d{0,5})?", re.ASCII)
_LOOPBACK_ORIGIN = re.compile(
    r"https?://(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Admission:
    """What the mock was started with.

    Attributes:
        hosts: names that a Host header may have beside localhost and IP addresses.
        origins: origins beside those of this machine whose pages may read answers of the APIs; ``*`` for all, then without
            credentials.
        token: what control calls have to present; empty where they need nothing.
    """

    hosts: Collection[str] = ()
    origins: Collection[str] = ()
    token: str = field(default="", repr=False)

    def check_host(self, host: str) -> None:
        """Problem 403 for a name that a DNS server could move; a missing Host and two different ones arrive as an empty text."""
        if not (_is_steady(host) or _name_of(host) in map(str.lower, self.hosts)):
            raise Problem(403, f"the Host {host[:100]!r} is not served: use localhost or an IP address, or --allowed-host")

    def admits(self, origin: str) -> bool:
        """Whether pages of this origin may read the answers of the APIs."""
        return origin in self.origins or ANY in self.origins or _is_loopback(origin)

    def check_page(self, request: Request) -> None:
        """Problem 403 for what a browser sends for a page that may not read the answer: it is refused before it has an effect."""
        environ = request.environ
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and not self.admits(origin) and origin != request.host_url.rstrip("/"):
            raise Problem(403, f"pages of {origin[:100]!r} are not let in: start the mock with --cors-origin and this origin")
        if environ.get("HTTP_SEC_FETCH_MODE") == "no-cors" and environ.get("HTTP_SEC_FETCH_SITE") == "cross-site":
            raise Problem(403, "refused: embedded by a page of another site")

    def check_control(self, request: Request) -> None:
        """Problem 401 or 403 for a control call by a page of another site, or without the token."""
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none")
        if site not in OWN_SITES or (origin is not None and origin != request.host_url.rstrip("/")):
            raise Problem(403, "refused: sent by a page of another site")
        if self.token and request.path not in OPEN_CALLS:
            kind, _, presented = request.headers.get("Authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(presented.strip().encode("latin-1"), self.token.encode()):
                challenge = {"WWW-Authenticate": 'Bearer realm="mock control"'}
                raise Problem(401, "send the token of --admin-token as Authorization: Bearer TOKEN", headers=challenge)


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach a server that listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@lru_cache(maxsize=256)
def _is_steady(host: str) -> bool:
    """Whether a Host header is localhost or an IP literal, with or without a port: names that no DNS server can move."""
    name = _name_of(host)
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _name_of(host: str) -> str:
    """The name or address in a Host header, without port and brackets; empty for what is none."""
    found = _HOST.fullmatch(host)
    return (found.group(1) or found.group(2)).lower() if found else ""


@lru_cache(maxsize=256)
def _is_loopback(origin: str) -> bool:
    return _LOOPBACK_ORIGIN.fullmatch(origin) is not None
