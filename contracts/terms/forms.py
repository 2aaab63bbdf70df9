"""A patch as a form: the members of its object as fields, each value as the text that reads back as this value and no other.

In a form every value is a text (WHATWG URL, 5; RFC 7578), and nothing says how null, a list or an object is written: what
cannot be told from another value is not sent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from contracts.terms.verdict import NotJudged
from specs import Field
from specs.model import FORMS

BOUNDARY = "patch-contracts-form-boundary"
FLAGS = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off", "y", "n", "t", "f", ""})
"""Texts that some server reads as true or false."""
MULTIPART = FORMS[1]
SAFE = " !#$&()*+,/:;=?@[]^`{|}~"
"""What stands as it is in the name of a part (WHATWG HTML, 4.10.22.8)."""


def is_form(declared: str) -> bool:
    """Whether a Content-Type, or none at all, is that of a form."""
    return _plain(declared) in ("", *FORMS)


def with_boundary(declared: str) -> str:
    """The Content-Type of a multipart body with the boundary that its parts are separated by; any other one as it is."""
    is_parts = _plain(declared) == MULTIPART
    return f"{declared}; boundary={BOUNDARY}" if is_parts and "boundary" not in declared.lower() else declared


def form_of(body: bytes, fields: Sequence[Field], declared: str) -> bytes:
    """The object in a JSON body as a form of this media type. NotJudged for a body that no form could be."""
    try:
        value = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise NotJudged("the document takes a form: there is no malformed JSON in it") from None
    if not isinstance(value, dict):
        raise NotJudged("the document takes a form, which always has fields")
    known = {each.name: each for each in fields}
    texts = {name: _text(name, each, known.get(name)) for name, each in value.items()}
    try:
        if _plain(declared) == MULTIPART:
            return b"".join(_part(name, text) for name, text in texts.items()) + f"--{BOUNDARY}--\r\n".encode()
        return urlencode(texts).encode()
    except UnicodeEncodeError:
        raise NotJudged("a form is UTF-8: half a character cannot be sent in it") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise NotJudged("in a form, a name that stands twice is a list")
    return dict(pairs)


def _text(name: str, value: Any, field: Field | None) -> str:
    if not isinstance(value, str | int | float):
        kind = "null" if value is None else "a list" if isinstance(value, list) else "an object"
        raise NotJudged(f"the document takes a form, and does not say how {kind} is written in it ({name})")
    text = value if isinstance(value, str) else json.dumps(value)
    if field is not None and not _is_told(value, text, field.types):
        raise NotJudged(f"in a form, {json.dumps(value)[:40]} cannot be told from the text that it is sent as ({name})")
    return text


def _is_told(value: Any, text: str, types: frozenset[str]) -> bool:
    """The text says this value by the documented types, or is one that none of them admits."""
    if isinstance(value, str):
        if "string" in types or not types:
            return True
        return not (_reads_as_number(text) if types & {"integer", "number"} else text.strip().lower() in FLAGS)
    if isinstance(value, bool):
        return "boolean" in types or bool(types & {"integer", "number"})
    return bool(types & {"integer", "number"}) and ("number" in types or isinstance(value, int) or not value.is_integer())


def _reads_as_number(text: str) -> bool:
    try:
        float(text.strip() or "0")
    except ValueError:
        return False
    return True


def _part(name: str, text: str) -> bytes:
    """One field of a multipart body."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{quote(name, safe=SAFE)}"\r\n\r\n'
    return f"{head}{text}\r\n".encode()


def _plain(declared: str) -> str:
    return declared.partition(";")[0].strip().lower()
