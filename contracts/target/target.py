"""What is judged: the settings of one target, from options or a TOML file, checked before anything is sent."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import specs
from contracts.target import access
from contracts.target.client import Limits
from contracts.target.credentials import CredentialError
from contracts.target.expect import EVERYWHERE, POINTS, Expect
from contracts.target.secrecy import Secret
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
    representation, or None. ``moves``: how properties move by themselves, by their path in the record. ``disposable``: nobody
    needs the records, so that nothing is spared.
    """

    api: Api
    url: str
    identity: Identity
    bystander: Identity | None = None
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    read: str | None = None
    limits: Limits = field(default_factory=Limits)
    expect: Expect = field(default_factory=Expect)
    more: tuple[Identity, ...] = ()
    moves: Mapping[str, str] = field(default_factory=dict)
    disposable: bool = False

    @property
    def identities(self) -> tuple[Identity, ...]:
        """All records that may be changed; each process that judges has one of its own."""
        return (self.identity, *self.more)


TABLES: Mapping[str, tuple[str, ...] | None] = {
    "auth": None,
    "auth_command": None,
    "login": None,
    "record": None,
    "bystander": None,
    "values": None,
    "read": ("path",),
    "limits": ("requests_per_second", "max_requests", "timeout", "max_wait", "max_seconds"),
    "expect": None,
}
"""The tables of a target file; None where the API decides which keys are known."""
PLAIN_KEYS = ("api", "url", "auth_file", "auth_user", "disposable", "records")
"""The other keys of a target file."""
EARLIER_NAMES: Mapping[str, str] = {"record": "customer", "records": "customers", "bystander": "other_customer"}
"""What tables were called before records of any kind were judged; they are read as ever."""


def from_file(path: Path) -> Target:
    """The target of a TOML file; ``${NAME}`` in a string reads an environment variable.

    Raises TargetError, one line, for an unreadable file, an unknown key or a value of the wrong kind.
    """
    text, document = read_toml(path)
    try:
        target = from_settings(_expanded(document), base=path.parent)
        return replace(target, expect=_expect(document.get("expect", {}), target.api, path, text))
    except TargetError as error:
        raise TargetError(f"{path}: {error}") from None


def with_expect(target: Target, path: Path) -> Target:
    """The target with the ``[expect]`` section of a file of its own; TargetError where that cannot be used."""
    text, document = read_toml(path)
    try:
        check_keys(document, ("expect",), "the file")
        return replace(target, expect=_expect(document.get("expect", {}), target.api, path, text))
    except TargetError as error:
        raise TargetError(f"{path}: {error}") from None


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file, and what it says; TargetError, one line, where it is unreadable or no TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetError(f"{path}: not valid TOML: {' '.join(str(error).split())}") from None


def from_settings(settings: Mapping[str, Any], base: Path = Path()) -> Target:
    """The target of a mapping shaped like the TOML file."""
    check_keys(settings, (*PLAIN_KEYS, *TABLES, *EARLIER_NAMES.values()), "the file")
    for table, keys in TABLES.items():
        written = _written(settings, table)
        if not isinstance(settings.get(written, {}), Mapping):
            raise TargetError(f"{written}: expected a table [{written}]")
        if keys is not None:
            check_keys(settings.get(table, {}), keys, f"[{table}]")
    api = load_api(_text(settings, "api"), base)
    url = _url(_text(settings, "url"))
    identities = _identities(settings, api, url, base)
    named = _written(settings, "bystander")
    bystander = _further(settings, settings[named], api, url, base, f"[{named}]", named) if named in settings else None
    _check_distinct(api, identities, bystander, settings)
    return Target(
        api=api,
        url=url,
        identity=identities[0],
        more=identities[1:],
        bystander=bystander,
        values=_values(settings.get("values", {}), api),
        read=_read(settings.get("read", {}), api),
        limits=_limits(settings.get("limits", {})),
        disposable=_flag(settings, "disposable"),
    )


def _flag(settings: Mapping[str, Any], key: str) -> bool:
    value = settings.get(key, False)
    if not isinstance(value, bool):
        raise TargetError(f"{key}: expected true or false, not {value!r}")
    return value


def load_api(name: str, base: Path = Path()) -> Api:
    """The API of a name in specs/ or of a file, relative to ``base``; TargetError where it cannot be used."""
    try:
        return specs.load(name if name in specs.names() else (base / name if (base / name).is_file() else name))
    except specs.SpecError as error:
        raise TargetError(str(error)) from None


def pairs(options: Iterable[str], option: str) -> dict[str, str]:
    """The NAME=VALUE pairs of a repeatable option; TargetError names the option for anything else."""
    found = {}
    for text in options:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise TargetError(f"{option}: expected NAME=VALUE")
        found[name] = value
    return found


def _expanded(value: Any) -> Any:
    """``value`` with ``${NAME}`` in strings replaced by environment variables."""
    if isinstance(value, dict):
        return {key: _expanded(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_expanded(member) for member in value]
    return re.sub(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", _variable, value) if isinstance(value, str) else value


def _variable(match: re.Match[str]) -> str:
    value = os.environ.get(match[1])
    if value is None:
        raise TargetError(f"the environment variable {match[1]} is not set")
    return value


def check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Raise TargetError for a key that is not among the known ones, which the message names."""
    known = tuple(known)
    for key in table:
        if key not in known:
            raise TargetError(f"unknown key {key!r} in {where}; known keys are {', '.join(known) or 'none'}")


def _text(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key)
    if not isinstance(value, str) or not value:
        raise TargetError(f"{key}: expected a non-empty string")
    return value


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise TargetError("url: expected http://HOST[:PORT] or https://HOST[:PORT]")
    if parts.username or parts.password:
        raise TargetError("url: credentials belong into [auth], not into the URL")
    if parts.query or parts.fragment:
        raise TargetError("url: expected no query and no fragment")
    return text.rstrip("/")


def _auth(table: Mapping[str, Any], api: Api, url: str, base: Path, prefix: str = "") -> dict[str, Secret]:
    try:
        return access.credentials(table, api, url, base, prefix)
    except CredentialError as error:
        raise TargetError(str(error)) from None


def _path(table: Mapping[str, Any], api: Api, where: str) -> dict[str, str]:
    known = [parameter.name for parameter in api.parameters if parameter.location == "path"]
    check_keys(table, known, where)
    missing = [name for name in known if str(table.get(name, "")) == ""]
    if missing:
        raise TargetError(f"{where}: needs {', '.join(missing)}, the path parameters of {api.path}")
    return {name: str(value) for name, value in table.items()}


def _written(settings: Mapping[str, Any], table: str) -> str:
    """The name by which a settings mapping has a table: its own, or an earlier one; TargetError where it has both."""
    earlier = EARLIER_NAMES.get(table, table)
    if earlier == table or earlier not in settings:
        return table
    if table in settings:
        raise TargetError(f"[{table}] and [{earlier}]: expected one of them, they mean the same")
    return earlier


def _identities(settings: Mapping[str, Any], api: Api, url: str, base: Path) -> tuple[Identity, ...]:
    """The records that may be changed: of ``[record]``, or of each ``[[records]]``."""
    one, several = _written(settings, "record"), _written(settings, "records")
    tables = settings.get(several)
    if tables is None:
        path = _path(settings.get(one, {}), api, f"[{one}]")
        return (Identity(path=path, auth=_auth(settings, api, url, base)),)
    if one in settings:
        raise TargetError(f"[{one}] and [[{several}]]: expected one of them")
    if not isinstance(tables, list) or not tables or not all(isinstance(each, Mapping) for each in tables):
        raise TargetError(f"{several}: expected tables [[{several}]]")
    return tuple(_further(settings, table, api, url, base, f"[[{several}]]", several) for table in tables)


def _further(
    settings: Mapping[str, Any], table: Mapping[str, Any], api: Api, url: str, base: Path, where: str, name: str
) -> Identity:
    """A record of a table of its own, with the target's credentials unless it has some of its own."""
    own = {key: value for key, value in table.items() if key in access.KEYS}
    if api.identity == "credential" and not own:
        raise TargetError(f"{where}: the credential identifies the record, so it needs its own [{name}.auth]")
    if "auth_user" in own and "auth_file" in settings:
        own = {"auth_file": settings["auth_file"], **own}
    return Identity(
        path=_path({key: value for key, value in table.items() if key not in own}, api, where),
        auth=_auth(own or settings, api, url, base, f"{name}." if own else ""),
    )


def _check_distinct(api: Api, identities: Sequence[Identity], bystander: Identity | None, settings: Mapping[str, Any]) -> None:
    """No record twice, and a bystander that nobody is to change."""
    known = [fingerprint(api, each) for each in identities]
    for number, each in enumerate(known):
        if each in known[:number]:
            raise TargetError(f"[[{_written(settings, 'records')}]]: {identities[number].name} is there twice")
    if bystander is not None and fingerprint(api, bystander) in known:
        where = _written(settings, "bystander")
        raise TargetError(f"[{where}]: {bystander.name} is one of those that may be changed; expected another")


def _values(table: Mapping[str, Any], api: Api) -> dict[str, tuple[Any, ...]]:
    check_keys(table, [plain_path(each.path) for each in api.walk_fields()], "[values]")
    for key, values in table.items():
        if not isinstance(values, list) or not values:
            raise TargetError(f"{key} in [values]: expected a non-empty list")
    return {key: tuple(values) for key, values in table.items()}


def _read(table: Mapping[str, Any], api: Api) -> str | None:
    path = table.get("path")
    if path is None:
        return None
    if not isinstance(path, str) or not path.startswith("/"):
        raise TargetError("path in [read]: expected a path that starts with /")
    known = {parameter.name for parameter in api.parameters if parameter.location == "path"}
    unknown = sorted(set(re.findall(r"\{([^}]*)\}", path)) - known)
    if unknown:
        raise TargetError(
            f"path in [read]: unknown parameter {', '.join(unknown)}; known are {', '.join(sorted(known)) or 'none'}"
        )
    return path


def _limits(table: Mapping[str, Any]) -> Limits:
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise TargetError(f"{key} in [limits]: expected a number, 0 or more")
        if key in ("timeout", "max_requests") and value <= 0:
            raise TargetError(f"{key} in [limits]: expected more than 0")
    return Limits(**table)


def _expect(table: Mapping[str, Any], api: Api, path: Path, text: str) -> Expect:
    """The ``[expect]`` section of a file, with the line of each declaration."""
    if not isinstance(table, Mapping):
        raise TargetError("expect: expected a table [expect]")
    written = {key: value for key, value in table.items() if key != "normalise"}
    check_keys(written, (*POINTS, "normalise"), "[expect]")
    choices = {point: _behaviours(point, value, api) for point, value in written.items()}
    normalise = table.get("normalise", {})
    if not isinstance(normalise, Mapping):
        raise TargetError("normalise in [expect]: expected a table of field = normalisation")
    check_keys(normalise, [plain_path(each.path) for each in api.walk_fields()], "normalise in [expect]")
    return Expect(
        normalise={field: _normalisers(field, value) for field, value in normalise.items()},
        choices=choices,
        file=str(path),
        lines={(point, field): _line(text, point, field) for point in choices for field in choices[point]},
    )


def _behaviours(point: str, value: Any, api: Api) -> dict[str, str]:
    """What is declared at a point, by field: for all of them with one text, or with a table."""
    where, known = f"{point} in [expect]", POINTS[point]
    choice = api.choices.get(point)
    if choice is not None and choice.documented and not known.by_field:
        raise TargetError(f"{where}: the document is not open here, it says {choice.behaviour!r}")
    if isinstance(value, Mapping) and not known.by_field:
        raise TargetError(f"{where}: expected a text, since the point is none of single fields")
    table = value if isinstance(value, Mapping) else {EVERYWHERE: value}
    paths = {EVERYWHERE: EVERYWHERE} | {plain_path(each.path): each.path for each in api.walk_fields()}
    check_keys(table, paths, where)
    for behaviour in table.values():
        if behaviour not in known.behaviours:
            raise TargetError(f"{where}: unknown behaviour {behaviour!r}; known are {', '.join(known.behaviours)}")
    return {paths[key]: behaviour for key, behaviour in table.items()}


def _line(text: str, point: str, field: str) -> int:
    """The line of a declaration: the field's own in ``[expect.point]``, else the point's in ``[expect]``; 0 if not found."""
    inside, name = "", plain_path(field)
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        inside = header[1].replace('"', "") if header else inside
        key = line.partition("=")[0].strip().strip("\"'")
        if (inside, key) in ((f"expect.{point}", name), ("expect", point)):
            return number
    return 0


def _normalisers(path: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(value)
    for name in names:
        if name not in NORMALISERS:
            raise TargetError(f"{path} in normalise: unknown {name!r}; known are {', '.join(NORMALISERS)}")
    return names


def plain_path(path: str) -> str:
    """A field path as a target file writes it: dotted, without the brackets of arrays."""
    return path.replace("[]", "")
