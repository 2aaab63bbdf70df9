"""Credentials that have to be asked for: by a command or by a login, when first needed, and again once they have expired."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from contracts.target.client import Call, Client
from contracts.target.secrecy import Secret
from contracts.terms.exchange import Answer
from specs.placing import unescaped

FRUITLESS = 2
"""Renewals that did not help, after which a 401 is taken for the answer that it is."""
PROTOCOL_WORDS = ("grant_type", "scope")
"""Members of a token request whose values are the protocol's own (RFC 6749 4), and no secrets."""


class CredentialError(Exception):
    """A credential that cannot be had, or settings that cannot lead to one; one line, without any output or answer."""


class Source(Protocol):
    """A way to get a credential; ``secrets`` are further texts that must not show."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is sent to get it."""

    @property
    def identity(self) -> str:
        """What tells this way from others, the same in every process; may hold secrets."""

    def obtain(self, client: Client) -> str:
        """The credential; CredentialError where there is none."""


class Obtained(Secret):
    """A credential that is not known before it has been obtained."""

    __slots__ = ("_fruitless", "_getting", "_source")

    def __init__(self, source: Source) -> None:
        super().__init__("")
        self._source = source
        self._fruitless = 0
        self._getting = Lock()  # records that are judged at the same time may share it

    @property
    def identity(self) -> str:
        """The way to get it: the credential itself may be another one each time."""
        return self._source.identity

    def obtain(self, client: Client) -> None:
        """Get it, once; CredentialError where that fails."""
        with self._getting:
            if not self._value:
                self._get(client)

    def renew(self, client: Client, stale: str) -> bool:
        """Get another one in place of ``stale``, which was refused; whether there is another one now."""
        with self._getting:
            if self._value == stale and self._fruitless < FRUITLESS:
                self._fruitless += 1
                try:
                    self._get(client)
                except CredentialError:  # what the target said to the stale one stands
                    return False
            return self._value != stale

    def worked(self) -> None:
        """A renewed credential was let in: so the old one had expired, and the new one may expire too."""
        self._fruitless = 0

    def _get(self, client: Client) -> None:
        for text in self._source.secrets:
            client.redactor.add(Secret(text))
        value = self._source.obtain(client)
        if not value or not value.isprintable() or not value.isascii():
            raise CredentialError("what came is no credential: expected one line of printable ASCII characters")
        self._value = value
        client.redactor.add(self)


def learn(secret: Secret, client: Client) -> None:
    """Obtain a credential if it has to be, and let it be struck out of every text."""
    if isinstance(secret, Obtained):
        secret.obtain(client)
    client.redactor.add(secret)


# --- a command --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """A program whose standard output, outer white space aside, is the credential; started without a shell."""

    argv: tuple[str, ...]
    timeout: float = 30
    secrets: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """The command line."""
        return json.dumps(self.argv)

    def obtain(self, _client: Client) -> str:
        """Run the program; its output is never part of a message, since it may hold the credential."""
        told = f"auth_command {self.argv[0]!r}"
        try:
            process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
            )
        except OSError as error:
            raise CredentialError(f"{told} cannot be started: {error.strerror}") from None
        try:
            output, _ = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with what it started itself, which would hold the pipe open
            process.communicate()
            raise CredentialError(f"{told} did not end within {self.timeout:g} s") from None
        if process.returncode != 0:
            raise CredentialError(f"{told} ended with exit code {process.returncode}")
        if not output.strip():
            raise CredentialError(f"{told} printed nothing")
        return output.decode("utf-8", "replace").strip()


# --- a login ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A token request, and where its answer has the token: at a JSON Pointer of the body, in a header, or in a cookie.

    ``template``: what the credential is made of, ``{token}`` standing for the token.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    place: Literal["body", "header", "cookie"]
    selector: str
    template: str = "{token}"
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def identity(self) -> str:
        """The request."""
        return repr((self.method, self.url, sorted(self.headers.items()), self.body))

    def obtain(self, client: Client) -> str:
        """Send the request, which no transcript and no archive gets to see."""
        told = f"login: {self.method} {urlsplit(self.url)._replace(query='').geturl()}"
        exchange = client.send(Call(method=self.method, url=self.url, headers=self.headers, body=self.body), told=False)
        if exchange.answer is None:
            raise CredentialError(f"{told}: the target cannot be reached or used: {exchange.failure}")
        if not exchange.answer.ok:
            raise CredentialError(f"{told}: answered {exchange.status}; check what it is sent")
        found = self._found(exchange.answer)
        if not isinstance(found, str) or not found:
            raise CredentialError(f"{told}: the answer has no text at {self.place} {self.selector}")
        client.redactor.add(Secret(found))
        return self.template.replace("{token}", found)

    def _found(self, answer: Answer) -> Any:
        if self.place == "header":
            return answer.headers.get(self.selector)
        if self.place == "cookie":
            return _cookie(answer.headers.get("Set-Cookie", ""), self.selector)
        return pointed(answer.json, self.selector)


def pointed(value: Any, pointer: str) -> Any:
    """What a JSON Pointer (RFC 6901) points to, or None."""
    for part in pointer.split("/")[1:]:
        key = unescaped(part)
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _cookie(header: str, name: str) -> str | None:
    """The value of a cookie, from one Set-Cookie or several that were joined."""
    found = re.search(rf"(?:^|,\s*){re.escape(name)}=\"?([^;,\"]*)", header)
    return found[1] if found is not None else None


def texts_in(body: Any, name: str = "") -> list[str]:
    """Every text in the body of a token request that must not show."""
    if isinstance(body, Mapping):
        return [text for key, member in body.items() for text in texts_in(member, str(key))]
    if isinstance(body, list):
        return [text for member in body for text in texts_in(member, name)]
    return [body] if isinstance(body, str) and name not in PROTOCOL_WORDS else []


def json_body(body: Any) -> bytes:
    """A JSON body as it travels."""
    return json.dumps(body, ensure_ascii=False).encode()
