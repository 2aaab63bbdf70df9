"""Cookies as a server reads them (RFC 6265, 4.2)."""

from __future__ import annotations


def cookie(header: str, name: str) -> str | None:
    """The first value of this name in a Cookie header, without quotation marks around it; None where there is none.

    Werkzeug's reader takes quadratic time for blanks ahead of a quotation mark: half a minute for a header of 64 KB.
    """
    for pair in header.split(";"):
        key, _, value = pair.partition("=")
        if key.strip(" \t") == name:
            value = value.strip(" \t")
            return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    return None
