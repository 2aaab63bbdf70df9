"""The settings of a target, from a TOML file or options, checked before anything is sent."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contracts.target import access
from contracts.target.client import Limits
from contracts.target.credentials import CredentialError
from contracts.target.declared import declarations, declared_fixture, declared_moves
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, TargetError, check_keys, fingerprint, load_api, plain_path
from specs import Api

TABLES: Mapping[str, tuple[str, ...] | None] = {
    "auth": None,
    "auth_command": None,
    "login": None,
    "record": None,
    "bystander": None,
    "values": None,
    "parameters": None,
    "read": ("path", "settle", "list"),
    "restore": ("put",),
    "moves": None,
    "limits": ("requests_per_second", "max_requests", "timeout", "max_wait", "max_seconds"),
    "expect": None,
    "fixture": ("create", "delete", "from_document"),
}
"""The tables of a target file; None where the API decides which keys are known."""
PLAIN_KEYS = ("api", "url", "auth_file", "auth_user", "disposable", "records")
"""The other keys of a target file."""
LONGEST_SETTLE = 30
"""Seconds; with more, a run of some hundred writes would take hours."""
EARLIER_NAMES: Mapping[str, str] = {"record": "customer", "records": "customers", "bystander": "other_customer"}
"""What tables were called before records of any kind were judged; they are read as ever."""


def from_file(path: Path) -> Target:
    """The target of a TOML file; ``${NAME}`` in a string reads an environment variable.

    Raises TargetError, one line, for an unreadable file, an unknown key or a value of the wrong kind.
    """
    text, document = read_toml(path)
    try:
        target = from_settings(_expanded(document), base=path.parent)
        return replace(target, expect=declarations(document.get("expect", {}), target.api, path, text))
    except TargetError as error:
        raise TargetError(f"{path}: {error}") from None


def with_expect(target: Target, path: Path) -> Target:
    """The target with the sections ``[expect]`` and ``[moves]`` of a file of its own; TargetError where they cannot be used."""
    text, document = read_toml(path)
    try:
        check_keys(document, ("expect", "moves"), "the file")
        moves = document.get("moves", {})
        if not isinstance(moves, Mapping):
            raise TargetError("moves: expected a table [moves]")
        found = declarations(document.get("expect", {}), target.api, path, text)
        return replace(target, expect=found, moves={**target.moves, **declared_moves(moves, target.api)})
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
    """The target of a mapping shaped like the TOML file; files that it names are relative to ``base``.

    Raises TargetError, one line, for an unknown key, a missing one or a value of the wrong kind.
    """
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
        settle=_settle(settings.get("read", {})),
        moves=declared_moves(settings.get("moves", {}), api),
        listing=_read(settings.get("read", {}), api, "list"),
        put=_read(settings.get("restore", {}), api, "put", "restore"),
        limits=_limits(settings.get("limits", {})),
        disposable=_flag(settings, "disposable") or "fixture" in settings,
        fixture=declared_fixture(settings["fixture"], base) if "fixture" in settings else None,
        parameters=_parameters(settings.get("parameters", {}), api),
    )


def _parameters(table: Mapping[str, Any], api: Api) -> dict[str, str]:
    """Values of query and header parameters; TargetError for one that the document does not ask for."""
    known = sorted(each.name for each in api.parameters if each.location != "path")
    check_keys(table, known, "[parameters]")
    masks = [each.name for each in api.field_masks]
    for name, value in table.items():
        if name in masks:
            raise TargetError(f"[parameters] {name}: leave it out; each patch is sent with the mask of what its body holds")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TargetError(f"[parameters] {name}: expected a text or a number, not {value!r}")
    return {name: str(value) for name, value in table.items()}


def _flag(settings: Mapping[str, Any], key: str) -> bool:
    value = settings.get(key, False)
    if not isinstance(value, bool):
        raise TargetError(f"{key}: expected true or false, not {value!r}")
    return value


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
        given = settings.get(one, {})
        path = {name: str(value) for name, value in given.items()} if "fixture" in settings else _path(given, api, f"[{one}]")
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


def _read(table: Mapping[str, Any], api: Api, key: str = "path", name: str = "read") -> str | None:
    path = table.get(key)
    if path is None:
        return None
    if not isinstance(path, str) or not path.startswith("/"):
        raise TargetError(f"{key} in [{name}]: expected a path that starts with /")
    known = {parameter.name for parameter in api.parameters if parameter.location == "path"}
    unknown = sorted(set(re.findall(r"\{([^}]*)\}", path)) - known)
    if unknown:
        raise TargetError(
            f"{key} in [{name}]: unknown parameter {', '.join(unknown)}; known are {', '.join(sorted(known)) or 'none'}"
        )
    return path


def _settle(table: Mapping[str, Any]) -> float:
    """Seconds from a write until a GET shows it; 0 where that is at once."""
    value = table.get("settle", 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_SETTLE:
        raise TargetError(f"settle in [read]: expected seconds, 0 to {LONGEST_SETTLE}, not {value!r}")
    return float(value)


def _limits(table: Mapping[str, Any]) -> Limits:
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise TargetError(f"{key} in [limits]: expected a number, 0 or more")
        if key in ("timeout", "max_requests") and value <= 0:
            raise TargetError(f"{key} in [limits]: expected more than 0")
    return Limits(**table)
