"""Disposable records: how a target file says that they are made and removed, and the making itself.

``[fixture.create]`` and ``[fixture.delete]`` are requests to the service itself, or each a command, run without a shell.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from contracts.target.client import Budget, Call, Client
from contracts.target.credentials import CredentialError, learn
from contracts.target.presenting import present
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, TargetError
from contracts.terms.exchange import Exchange
from contracts.terms.fixture import UNIQUE, Creation, Fixture
from contracts.terms.verdict import NotJudged

COMMAND_SECONDS = 60


def untold(_what: str, _path: Mapping[str, str]) -> None:
    """Nobody keeps a journal."""


class Fixtures:
    """Makes records on a target, and removes every one that it has made; ``made``: those that are still there.

    ``tell``: told of each step, ``making``, ``made`` and ``removed``, with the path parameters of the record, as far as known.
    """

    def __init__(self, target: Target, client: Client, tell: Callable[[str, Mapping[str, str]], None] = untold) -> None:
        if not isinstance(target.fixture, Fixture):
            raise ValueError("the target has no [fixture]")
        self._target = target
        self._client = client
        self._create, self._delete = target.fixture
        self._tell = tell
        self.made: list[Identity] = []

    def make(self) -> Identity:
        """A new record; TargetError, one line, where none can be made."""
        self._tell("making", {})
        path = self._by_command(self._create.command) if self._create.command else self._by_request(self._create)
        self._tell("made", path)
        identity = Identity(path=path, auth=self._target.identity.auth)
        self.made.append(identity)
        return identity

    def target(self, workers: int) -> Target:
        """The target with records that are made now: one for each process that judges, and a bystander."""
        for secret in self._target.identity.auth.values():
            try:
                learn(secret, self._client)
            except (CredentialError, NotJudged) as error:
                raise TargetError(f"[fixture]: the credential: {error}") from None
        for _ in range(max(1, workers) + (self._target.bystander is None)):
            self.make()
        return with_records(self._target, [each.path for each in self.made])

    def remove(self) -> list[str]:
        """Remove all that were made, the last one first; what could not be removed, in words."""
        left = []
        kept, self._client.budget = self._client.budget, Budget.of_restoring(self._client.clock)
        while self.made:
            identity = self.made.pop()
            reason = self._removed(identity)
            self._tell("left" if reason else "removed", identity.path)
            if reason:
                left.append(f"{identity.name} is still there: {reason}")
        self._client.budget = kept
        return left

    def _removed(self, identity: Identity) -> str:
        """Why a record could not be removed, "" where it was."""
        if self._delete is None:
            return "[fixture.delete] is not given"
        try:
            if self._delete.command:
                _run(tuple(_filled(each, identity.path) for each in self._delete.command))
                return ""
            exchange = self._sent(self._delete.method, _filled(self._delete.path, identity.path, encoded=True), None)
        except (NotJudged, TargetError) as error:
            return str(error)
        return "" if exchange.ok else exchange.said

    def _by_command(self, command: tuple[str, ...]) -> dict[str, str]:
        try:
            found = json.loads(_run(command))
            return {name: str(found[name]) for name in self._names}
        except (ValueError, KeyError, TypeError):
            expected = ", ".join(f'"{name}": ...' for name in self._names)
            raise TargetError(f"[fixture.create]: the command {command[0]} must print {{{expected}}}") from None

    def _by_request(self, how: Creation) -> dict[str, str]:
        body = json.dumps(_with_unique(how.body, secrets.token_hex(4))).encode()
        path = _filled(how.path, self._target.identity.path, encoded=True)
        try:
            exchange = self._sent(how.method, path, body, how.media_type)
        except NotJudged as reason:
            raise TargetError(f"[fixture.create]: {reason}") from None
        if not exchange.ok or exchange.answer is None:
            raise TargetError(f"[fixture.create]: {how.method} {how.path}: {exchange.said}")
        found = exchange.answer.json
        for part in how.pointer.split("/")[1:]:
            found = found.get(part) if isinstance(found, Mapping) else None
        if found is None:
            found = _last_part(exchange.answer.headers.get("Location", ""))
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise TargetError(f"[fixture.create]: no id at {how.pointer} of the answer to {how.method} {how.path}")
        return {self._names[-1]: str(found), **{name: self._target.identity.path[name] for name in self._names[:-1]}}

    @property
    def _names(self) -> tuple[str, ...]:
        """The path parameters of a record, its own id the last one."""
        return tuple(each.name for each in self._target.api.parameters if each.location == "path")

    def _sent(self, method: str, path: str, body: bytes | None, media_type: str = "application/json") -> Exchange:
        auth: Mapping[str, Secret] = self._target.identity.auth
        credentials = present(self._target.api.schemes, auth)
        query = f"?{urlencode(credentials.query)}" if credentials.query else ""
        plain = {"Accept": media_type, **({"Content-Type": media_type} if body is not None else {})}
        url = self._target.url + path
        return self._client.send(
            Call(
                method=method,
                url=url + query,
                headers={**credentials.headers, **plain},
                body=body,
                shown_headers={**credentials.shown_headers, **plain},
                shown_url=url,
            )
        )


def with_records(target: Target, paths: Sequence[Mapping[str, str]]) -> Target:
    """The target with the records of some path parameters; the last one is the bystander where the target names none."""
    parties = [replace(target.identity, path=path) for path in paths]
    bystander = target.bystander or parties.pop()
    return replace(target, identity=parties[0], more=tuple(parties[1:]), bystander=bystander)


def _run(command: tuple[str, ...]) -> str:
    """What a command prints; TargetError where it fails. Its output may hold secrets, and is not told."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TargetError(f"[fixture]: the command {command[0]} cannot be run: {type(error).__name__}") from None
    if done.returncode:
        raise TargetError(f"[fixture]: the command {command[0]} ended with {done.returncode}")
    return done.stdout


def _with_unique(value: Any, token: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _with_unique(each, token) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_unique(each, token) for each in value]
    return value.replace(UNIQUE, token) if isinstance(value, str) else value


def _filled(text: str, path: Mapping[str, str], *, encoded: bool = False) -> str:
    for name, value in path.items():
        text = text.replace("{" + name + "}", quote(value, safe="") if encoded else value)
    return text


def _last_part(location: str) -> str | None:
    """The id that a Location ends with."""
    return unquote(urlsplit(location).path.rstrip("/").rpartition("/")[2]) or None
