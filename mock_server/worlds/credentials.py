"""How a curl command presents a credential."""

from __future__ import annotations

import base64
from urllib.parse import quote

from specs import SecurityScheme


def with_credential(url: str, scheme: SecurityScheme, credential: str) -> tuple[str, list[str]]:
    """The address and the words of a command that presents a credential."""
    if scheme.kind == "basic":
        return url, ["-H", "Authorization: Basic " + base64.b64encode(credential.encode()).decode()]
    if scheme.kind == "bearer":
        return url, ["-H", f"Authorization: Bearer {credential}"]
    if scheme.location == "cookie":
        return url, ["-b", f"{scheme.parameter}={credential}"]
    if scheme.location == "query":
        return f"{url}{'&' if '?' in url else '?'}{quote(scheme.parameter)}={quote(credential)}", []
    return url, ["-H", f"{scheme.parameter}: {credential}"]
