"""The documents that were found valid, by their content, so that an unchanged one is not checked at every start.

An empty file for each of them, in the user's folder for what can be made again. Where none can be written, documents are checked
every time.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CHECKERS = ("openapi-spec-validator", "jsonschema")
"""The libraries that say what is valid: another version of one is another opinion."""


def is_known(content: bytes) -> bool:
    """Whether a document of this content was found valid by these very checks."""
    mark = _mark(content)
    return mark is not None and mark.exists()


def remember(content: bytes) -> None:
    """Take note of a content that was found valid."""
    mark = _mark(content)
    with suppress(OSError):
        if mark is None:
            return
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def _mark(content: bytes) -> Path | None:
    """The file that says so; None for a user without a home, as in containers."""
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return base / "patch-contracts" / "documents" / hashlib.sha256(_checks() + content).hexdigest()


@lru_cache(maxsize=1)
def _checks() -> bytes:
    """What the opinion depends on, beside the document: the code that checks, the schema of the extension, the libraries."""
    here = Path(__file__).parent
    files = (here / "checking.py", here / "x-contract.schema.json")
    return b"".join(hashlib.sha256(each.read_bytes()).digest() for each in files) + repr([*map(_version, CHECKERS)]).encode()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
