"""What is judged: one implementation of one API at a URL, with the records that may be changed and the one that must not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import specs
from contracts.target.client import Limits
from contracts.target.expect import Expect
from contracts.target.secrecy import Secret
from contracts.terms.fixture import Fixture, FromDocument
from specs import Api

NORMALISERS: Mapping[str, Callable[[str], str]] = {"trim": str.strip, "lower": str.lower, "upper": str.upper}


class TargetError(Exception):
    """Settings that cannot be used, or a target that the preflight refuses; one line, free of secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A record on the target: the path parameters that name the record, and the credentials by scheme name."""

    path: Mapping[str, str]
    auth: Mapping[str, Secret]

    @property
    def name(self) -> str:
        """The record as a person knows it; a credential tells nothing."""
        return f"record {', '.join(f'{name}={value}' for name, value in self.path.items())}" if self.path else "the record"


def fingerprint(api: Api, identity: Identity) -> str:
    """What tells a record from others, the same in every process; it may hold secrets."""
    if api.identity == "path":
        return json.dumps(sorted(identity.path.items()))
    return json.dumps(sorted((scheme, secret.identity) for scheme, secret in identity.auth.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One implementation of one API at a URL.

    The record of ``identity`` may be changed, and so may those in ``more``; that of ``bystander`` must stay as it is.
    ``values``: known values by dotted path without brackets; ``read``: path template of a GET that returns the same
    representation, or None; ``settle``: seconds from a write until that shows it; ``listing``: path template of a GET whose
    answer lists the records; ``put``: path template of a PUT that takes what the GET shows. ``moves``: how properties move by
    themselves, by their path in the record. ``parameters``: values of query and header parameters that every request needs.
    ``fixture``: how records are made for a run.
    ``disposable``: nobody needs the records, so that nothing is spared.
    """

    api: Api
    url: str
    identity: Identity
    bystander: Identity | None = None
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    read: str | None = None
    listing: str | None = None
    put: str | None = None
    limits: Limits = field(default_factory=Limits)
    expect: Expect = field(default_factory=Expect)
    more: tuple[Identity, ...] = ()
    settle: float = 0
    moves: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    disposable: bool = False
    fixture: Fixture | FromDocument | None = None

    @property
    def identities(self) -> tuple[Identity, ...]:
        """All records that may be changed; each process that judges has one of its own."""
        return (self.identity, *self.more)


def load_api(name: str, base: Path = Path()) -> Api:
    """The API of a name in specs/ or of a file, relative to ``base``; TargetError where it cannot be used."""
    try:
        return specs.load(name if name in specs.names() else (base / name if (base / name).is_file() else name))
    except specs.SpecError as error:
        raise TargetError(str(error)) from None


def check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Raise TargetError for a key that is not among the known ones, which the message names."""
    known = tuple(known)
    for key in table:
        if key not in known:
            raise TargetError(f"unknown key {key!r} in {where}; known keys are {', '.join(known) or 'none'}")


def plain_path(path: str) -> str:
    """A field path as a target file writes it: dotted, without the brackets of arrays."""
    return path.replace("[]", "")


def top_of(path: str) -> str:
    """The name of the top-level property that a path leads into."""
    return plain_path(path).split(".", 1)[0]
