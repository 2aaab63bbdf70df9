"""How a target file says which credentials there are: texts, commands, logins, or a Web Fuzzing Commons auth file."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from contracts.target import wfc
from contracts.target.credentials import Command, CredentialError, Login, Obtained, json_body, texts_in
from contracts.target.secrecy import Secret
from specs import Api

KEYS = ("auth", "auth_command", "login", "auth_file", "auth_user")
"""The keys by which a record's credentials are given, in a target file and in its tables of further records."""
LOGIN_KEYS = ("path", "url", "method", "headers", "body", "form", "token")
METHODS = ("POST", "GET", "PUT", "PATCH")


def credentials(table: Mapping[str, Any], api: Api, url: str, base: Path, prefix: str = "") -> dict[str, Secret]:
    """The credentials by security scheme that the ``KEYS`` of a table give; nothing is run or sent yet.

    ``url``: of the target, for the paths of logins; ``base``: the folder that file names are relative to; ``prefix``:
    what stands before the names of tables in messages. Raises CredentialError, one line.
    """
    found: dict[str, Secret] = {}
    given = [key for key in ("auth", "auth_command", "login") if table.get(key)]
    if given and not api.schemes:
        raise CredentialError(
            f"[{prefix}{given[0]}]: {api.file} has no security scheme; say there how the credential is sent, such as "
            "components: {securitySchemes: {key: {type: apiKey, in: header, name: Authorization}}}, "
            f"and security: [{{key: []}}] in the operation; then [{prefix}{given[0]}] has key"
        )
    for key, read in (("auth", _text), ("auth_command", _command), ("login", _login)):
        where = f"[{prefix}{key}]"
        for scheme, value in _table(table.get(key, {}), where).items():
            _check_known(scheme, [each.name for each in api.schemes], where)
            if scheme in found:
                raise CredentialError(f"{scheme} in {where}: it has a credential already")
            found[scheme] = read(value, f"{scheme} in {where}", url)
    found |= {scheme: value for scheme, value in _from_file(table, api, url, base, prefix).items() if scheme not in found}
    if api.security and not found:
        names = " or ".join(each.name for each in api.security)
        raise CredentialError(f"[{prefix}auth]: a credential is needed for {names}")
    return found


def _from_file(table: Mapping[str, Any], api: Api, url: str, base: Path, prefix: str) -> dict[str, Secret]:
    file, user = table.get("auth_file"), table.get("auth_user")
    for key, value in (("auth_file", file), ("auth_user", user)):
        if value is not None and (not isinstance(value, str) or not value):
            raise CredentialError(f"{prefix}{key}: expected a non-empty string")
    if file is None:
        if user is not None:
            raise CredentialError(f"{prefix}auth_user: needs auth_file, the file that has the user")
        return {}
    return wfc.credentials(base / file, user, api, url)


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CredentialError(f"{where}: expected a table of security scheme = value")
    return value


def _check_known(key: str, known: Iterable[str], where: str) -> None:
    known = tuple(known)
    if key not in known:
        raise CredentialError(f"unknown key {key!r} in {where}; known keys are {', '.join(known) or 'none'}")


def _text(value: Any, where: str, _url: str) -> Secret:
    if not isinstance(value, str) or not value:
        raise CredentialError(f"{where}: expected a non-empty string")
    if not value.isprintable() or not value.isascii():
        raise CredentialError(f"{where}: a credential has printable ASCII characters only")
    return Secret(value)


def _command(value: Any, where: str, _url: str) -> Secret:
    try:
        argv = shlex.split(value) if isinstance(value, str) else value
    except ValueError as error:
        raise CredentialError(f"{where}: {error}") from None
    if not isinstance(argv, list) or not argv or not all(isinstance(each, str) and each for each in argv):
        raise CredentialError(f"{where}: expected a program and its arguments, as one string or a list of strings")
    return Obtained(Command(tuple(argv)))


def _login(value: Any, where: str, url: str) -> Secret:
    for key in _table(value, where):
        _check_known(key, LOGIN_KEYS, where)
    if ("path" in value) is ("url" in value):
        raise CredentialError(f"{where}: expected either path or url, of the token request")
    if "body" in value and "form" in value:
        raise CredentialError(f"{where}: expected either body (JSON) or form, for the token request")
    pointer, method = value.get("token"), value.get("method", "POST")
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise CredentialError(f"{where}: token: expected a JSON Pointer into the answer, such as /access_token")
    if method not in METHODS:
        raise CredentialError(f"{where}: method: expected one of {', '.join(METHODS)}")
    headers = _texts(value.get("headers", {}), f"headers of {where}")
    form = _texts(value.get("form", {}), f"form of {where}")
    body, media_type = None, ""
    if "body" in value:
        body, media_type = json_body(value["body"]), "application/json"
    elif form:
        body, media_type = urlencode(form).encode(), "application/x-www-form-urlencoded"
    to = wfc.login_url(url, value.get("path"), value.get("url"), where)
    return Obtained(
        Login(
            method=method,
            url=to,
            headers={"Accept": "application/json", **({"Content-Type": media_type} if body is not None else {}), **headers},
            body=body,
            place="body",
            selector=pointer,
            secrets=(*texts_in(value.get("body", {})), *texts_in(form), *headers.values()),
        )
    )


def _texts(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
        raise CredentialError(f"{where}: expected a table of name = string")
    return dict(value)
