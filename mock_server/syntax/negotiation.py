"""What a client sends and can read, by its headers (RFC 9110, 8.3 and 12.5.1), whatever bytes stand in them.

What a client can read is worked out once for every text that clients send: they send the same few over and over.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mock_server.syntax.strict_json import QUOTED

_QUALITY = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_KEPT = 1_000
"""Characters of a header; what comes of a longer one is worked out anew, so that no memory is filled with them."""


def accepts(accept: str, media_type: str) -> bool:
    """Whether an Accept header covers the type: the most particular media range decides; an empty header accepts everything.

    Parameters of a range (``application/json; charset=utf-8``) are passed over.
    """
    return _accepts(accept, media_type) if len(accept) < _KEPT else _accepts.__wrapped__(accept, media_type)


@lru_cache(maxsize=512)
def _accepts(accept: str, media_type: str) -> bool:
    ranges = _ranges(accept)
    if not ranges:
        return True
    kind = media_type.partition("/")[0]
    return next((ranges[name] > 0 for name in (media_type, f"{kind}/*", "*/*") if name in ranges), False)


def _ranges(accept: str) -> dict[str, float]:
    """The best quality of each media range; ranges whose quality is none are passed over.

    Werkzeug's own reader takes quadratic time for blanks in a range.
    """
    found: dict[str, float] = {}
    for item in QUOTED.sub("", accept).split(","):
        name, *parameters = (part.strip(" \t").lower() for part in item.split(";"))
        qualities = [part[2:].lstrip(" \t") for part in parameters if part.startswith("q=")] or ["1"]
        if name and _QUALITY.fullmatch(qualities[-1]) and float(qualities[-1]) <= 1:
            found[name] = max(float(qualities[-1]), found.get(name, 0))
    return found


def media_type(content_type: str) -> str:
    """The media type of a Content-Type header, without its parameters."""
    return content_type.partition(";")[0].strip(" \t").lower()
