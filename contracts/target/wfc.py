"""The auth file of Web Fuzzing Commons (schemas/auth.yaml, read at 0.12): users with fixed headers or a login."""

from __future__ import annotations

import base64
import binascii
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

from contracts.target.credentials import CredentialError, Login, Obtained, texts_in
from contracts.target.secrecy import Secret
from specs import Api, SecurityScheme

TOP_KEYS = ("schemaVersion", "auth", "authTemplate", "configs")
USER_KEYS = ("name", "requireMockHandling", "fixedHeaders", "loginEndpointAuth")
LOGIN_KEYS = (
    "endpoint", "externalEndpointURL", "payloadRaw", "payloadUserPwd", "headers", "verb", "contentType", "token", "expectCookies"
)  # fmt: skip
TOKEN_KEYS = ("extractFrom", "extractSelector", "sendIn", "sendName", "sendTemplate")
PAYLOAD_KEYS = ("username", "password", "usernameField", "passwordField")
WORDS = {"bearer": "Bearer ", "basic": "Basic "}
"""What stands before the credential in Authorization, by the kind of the scheme."""


def credentials(path: Path, user: str | None, api: Api, url: str) -> dict[str, Secret]:
    """The credentials of one user of an auth file (the first, without a name) by the API's security schemes.

    Raises CredentialError, one line, for a file that cannot be read, and for a user whose way to authenticate is not
    one of the document's.
    """
    try:
        entry = _user(_document(path), user)
        found = {scheme.name: value for scheme in api.schemes if (value := _credential(entry, scheme, url)) is not None}
    except CredentialError as error:
        raise CredentialError(f"auth_file {path}: {error}") from None
    if not found:
        raise CredentialError(
            f"auth_file {path}: user {entry['name']!r} has no credential for "
            f"{' or '.join(f'{each.name} ({each.parameter})' for each in api.schemes) or 'this API, which has no security'}"
        )
    return found


def login_url(target: str, path: Any, url: Any, where: str) -> str:
    """Where a login is sent: a path on the target's own server, or a URL."""
    if path is not None:
        if not isinstance(path, str) or not path.startswith("/"):
            raise CredentialError(f"{where}: expected a path that starts with /")
        return target + path
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise CredentialError(f"{where}: expected http://HOST... or https://HOST...")
    return url


# --- the file ---------------------------------------------------------------------------------------------------------


def _document(path: Path) -> Mapping[str, Any]:
    """The file, which may be YAML, JSON or TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except OSError as error:
        raise CredentialError(f"cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, tomllib.TOMLDecodeError, UnicodeDecodeError):  # their texts quote lines of the file
        raise CredentialError("not valid YAML, JSON or TOML") from None
    return _known(document, TOP_KEYS, "the file")


def _user(document: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    users = document.get("auth")
    if not isinstance(users, list) or not users or not all(isinstance(each, Mapping) for each in users):
        raise CredentialError("auth: expected a list of users")
    names = [str(each.get("name")) for each in users]
    if name is not None and name not in names:
        raise CredentialError(f"no user {name!r}; known are {', '.join(names)}")
    found = users[0] if name is None else users[names.index(name)]
    merged = _merged(document.get("authTemplate") or {}, found)
    return _known({"name": names[0], **merged}, USER_KEYS, f"user {name or names[0]!r}")


def _merged(template: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with what only the template has, member by member."""
    both = template.keys() & entry.keys()
    inner = {
        key: _merged(template[key], entry[key])
        for key in both
        if isinstance(template[key], Mapping) and isinstance(entry[key], Mapping)
    }
    return {**template, **entry, **inner}


def _known(value: Any, keys: tuple[str, ...], where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CredentialError(f"{where}: expected a mapping")
    unknown = [str(key) for key in value if key not in keys]
    if unknown:
        raise CredentialError(f"{where}: {unknown[0]!r} is not supported; supported are {', '.join(keys)}")
    return value


def _needed(value: Mapping[str, Any], key: str, where: str) -> str:
    if not isinstance(value.get(key), str) or not value[key]:
        raise CredentialError(f"{where}: {key}: expected a non-empty string")
    return str(value[key])


def _headers(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, list):
        raise CredentialError(f"{where}: expected a list of name and value")
    listed = [_known(each, ("name", "value"), where) for each in value]
    return {_needed(each, "name", where): _needed(each, "value", where) for each in listed}


# --- one user, by one scheme --------------------------------------------------------------------------------------------


def _credential(entry: Mapping[str, Any], scheme: SecurityScheme, url: str) -> Secret | None:
    """The user's credential in the place where the scheme has it, or None."""
    fixed = {name.lower(): value for name, value in _headers(entry.get("fixedHeaders", []), "fixedHeaders").items()}
    if scheme.location == "header" and scheme.parameter.lower() in fixed:
        return Secret(_stripped(fixed[scheme.parameter.lower()].strip(), scheme))
    return _login(_known(entry["loginEndpointAuth"], LOGIN_KEYS, "loginEndpointAuth"), scheme, url) if _logs_in(entry) else None


def _logs_in(entry: Mapping[str, Any]) -> bool:
    return entry.get("loginEndpointAuth") is not None


def _stripped(value: str, scheme: SecurityScheme) -> str:
    """The credential without the word before it, which the document's scheme puts there itself."""
    word = WORDS.get(scheme.kind, "")
    if not value.lower().startswith(word.lower()):
        raise CredentialError(f"{scheme.parameter}: the document's scheme {scheme.name} is sent as '{word}...'")
    rest = value[len(word) :].strip()
    if scheme.kind != "basic":
        return rest
    try:
        return base64.b64decode(rest, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise CredentialError(f"{scheme.parameter}: expected base64 of user:password after Basic") from None


def _login(login: Mapping[str, Any], scheme: SecurityScheme, url: str) -> Secret | None:
    where = "loginEndpointAuth"
    place, selector, template = _token(login, scheme)
    if not selector:
        return None
    body, media_type, secrets = _payload(login)
    headers = _headers(login.get("headers", []), f"headers of {where}")
    return Obtained(
        Login(
            method=_needed(login, "verb", where),
            url=login_url(url, login.get("endpoint"), login.get("externalEndpointURL"), where),
            headers={"Accept": "application/json", **({"Content-Type": media_type} if body else {}), **headers},
            body=body,
            place=place,
            selector=selector,
            template=template,
            secrets=(*secrets, *headers.values()),
        )
    )


def _token(login: Mapping[str, Any], scheme: SecurityScheme) -> tuple[Any, str, str]:
    """Where the login's answer has the token, and what the credential is made of; no selector where it is for another scheme."""
    if login.get("expectCookies"):
        return ("cookie", scheme.parameter, "{token}") if scheme.location == "cookie" else ("cookie", "", "")
    where = "token of loginEndpointAuth"
    token = _known(login.get("token"), TOKEN_KEYS, where)
    sent_in, name = _needed(token, "sendIn", where), _needed(token, "sendName", where)
    if sent_in != scheme.location or name.lower() != scheme.parameter.lower():
        return "body", "", ""
    if token.get("extractFrom") not in ("body", "header"):
        raise CredentialError(f"{where}: extractFrom: expected body or header")
    template = str(token.get("sendTemplate", "{token}"))
    word = WORDS.get(scheme.kind, "")
    if not template.lower().startswith(word.lower()):
        raise CredentialError(f"{where}: sendTemplate: the document's scheme {scheme.name} is sent as '{word}{{token}}'")
    return token["extractFrom"], _needed(token, "extractSelector", where), template[len(word) :].strip()


def _payload(login: Mapping[str, Any]) -> tuple[bytes | None, str, list[str]]:
    """The body of the login, its media type, and what of it must not show."""
    media_type = str(login.get("contentType", "application/json"))
    raw, parts = login.get("payloadRaw"), login.get("payloadUserPwd")
    if raw is not None:
        return str(raw).encode(), media_type, [str(raw), *_texts_of(str(raw))]
    if parts is None:
        return None, media_type, []
    where = "payloadUserPwd"
    given = {key: _needed(_known(parts, PAYLOAD_KEYS, where), key, where) for key in PAYLOAD_KEYS}
    body = {given["usernameField"]: given["username"], given["passwordField"]: given["password"]}
    is_form = media_type.startswith("application/x-www-form-urlencoded")
    encoded = urlencode(body) if is_form else json.dumps(body, ensure_ascii=False)
    return encoded.encode(), media_type, [given["username"], given["password"]]


def _texts_of(raw: str) -> list[str]:
    try:
        return texts_in(json.loads(raw))
    except ValueError:
        return []
