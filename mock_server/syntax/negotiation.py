"""What a client sends and can read, by its headers (RFC 9110, 8.3 and 12.5.1), whatever bytes stand in them.

Both are worked out once for every text that clients send: they send the same few over and over.
"""

from __future__ import annotations

from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header


@lru_cache(maxsize=512)
def accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept header covers the type: the most particular media range decides; an empty header accepts everything.

    Parameters of a range (``application/json; charset=utf-8``) are passed over.
    """
    ranges = parse_accept_header(accept, MIMEAccept)
    if not ranges:
        return True
    kind = media_type.partition("/")[0]
    for wanted in (media_type, f"{kind}/*", "*/*"):
        qualities = [quality for value, quality in ranges if value.partition(";")[0].strip().lower() == wanted]
        if qualities:
            return max(qualities) > 0
    return False


@lru_cache(maxsize=512)
def media_type(content_type: str) -> str:
    """The media type of a Content-Type header, without its parameters."""
    return parse_options_header(content_type)[0].strip().lower()
