"""A running mock, as the commands reach it: its control interface over HTTP."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import click

DEFAULT_URL = "http://127.0.0.1:4010"
TIMEOUT = 30
"""Seconds; a call waits for the answer no longer."""


class Remote:
    """The control interface of one mock, and the session that the calls are about."""

    def __init__(self, url: str, token: str, session: str) -> None:
        import requests  # slow to import, and no other command needs it

        self._url = url.rstrip("/")
        self._requests = requests
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy stands between a developer and the mock
        self._http.headers.update({"Authorization": f"Bearer {token}"} if token else {})
        self._http.headers.update({"X-Mock-Session": session} if session else {})

    def call(self, method: str, *path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON value of the answer, None where it has no body; a ClickException for a mock that is not there or refuses."""
        where = "/".join(quote(part, safe="") for part in path)
        options: dict[str, Any] = {"params": query, "timeout": TIMEOUT, "json": body}
        try:
            answer = self._http.request(method, f"{self._url}/__admin/{where}", **options)
        except self._requests.RequestException:
            raise click.ClickException(f"no mock answers at {self._url}: start one, or name another by --url") from None
        if not answer.ok:
            raise click.ClickException(_problem(answer))
        return answer.json() if answer.content else None

    def events(self) -> Iterator[Any]:
        """The entries of the journal, as they come, until the mock ends."""
        try:
            with self._http.get(f"{self._url}/__admin/events", stream=True, timeout=(TIMEOUT, None)) as answer:
                if not answer.ok:
                    raise click.ClickException(_problem(answer))
                yield from _data_of("request", answer.iter_lines(decode_unicode=True))
        except self._requests.RequestException:
            raise click.ClickException(f"no mock answers at {self._url} any more") from None


def _problem(answer: Any) -> str:
    """The reason that the mock gives, in one line."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.url} is no control call of a mock: it answers {answer.status_code}"


def _data_of(event: str, lines: Iterable[str]) -> Iterator[Any]:
    """The JSON data of the server-sent events of one name."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data" and name == event:
            yield json.loads(value)


def reaching(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options that say which mock is meant, and the Remote as its first argument."""

    @click.option("--url", envvar="MOCK_SERVER_URL", default=DEFAULT_URL, show_default=True, help="Where the mock listens.")
    @click.option(
        "--admin-token", envvar="MOCK_SERVER_ADMIN_TOKEN", default="", metavar="TOKEN", help="Its token, if it has one."
    )
    @click.option("--session", envvar="MOCK_SERVER_SESSION", default="", metavar="ID", help="The session that is meant.")
    @functools.wraps(command)
    def reached(*, url: str, admin_token: str, session: str, **arguments: Any) -> Any:
        return command(Remote(url, admin_token, session), **arguments)

    return reached


as_json = click.option("--json", "is_json", is_flag=True, help="Print the whole answer as JSON.")


def show(answer: Any, is_json: bool, rows: Iterable[Sequence[Any]]) -> None:
    """Prints an answer: whole, or as a table."""
    if is_json:
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
