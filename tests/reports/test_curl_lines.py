"""The curl line of a report sends what the suite sent: headers that are there or not, any bytes, credentials by variable."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import Any

import pytest

from contracts.target.client import Budget, Call, Client, Limits
from contracts.target.secrecy import Redactor
from tests.services.people import serving

SECRET = "s3cret-token"
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Echo:
    """Keeps what it gets: method, path, the headers that a request chose, and the body."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.got: list[tuple[Any, ...]] = []

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """A success."""
        chosen = ("Accept", "Content-Type", "Authorization", "If-Match", "X-Odd")
        self.got.append((method, path, {name: headers.get_all(name) for name in chosen}, body))
        return 200, {"said": "yes"}, {}


def call(body: bytes | None = b"{}", *, method: str = "PATCH", path: str = "/p/1", without: str = "", **headers: str) -> Call:
    """A call with the usual headers but one, and others."""
    found = {name: value for name, value in JSON.items() if name != without}
    found |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Call(method=method, url=path, headers=found, body=body, shown_headers=found)


CALLS = {
    "usual": call(b'{"name": "Amber"}'),
    "no Content-Type": call(without="Content-Type"),
    "no Accept": call(without="Accept"),
    "no body": call(None, method="GET", without="Content-Type"),
    "an empty body": call(b""),
    "an empty header": call(X_Odd=""),
    "a header with signs of a shell": call(X_Odd="a $HOME `id` \"b\" 'c' \\"),
    "quotes and signs": call('{"name": "it\'s $HOME `id` é 😀"}'.encode()),
    "lines": call(b'{\r\n\t"a": 1\n}\n'),
    "bytes that are no text": call(b"\xff\xfe'\\\x80"),
    "a zero byte": call(b'{"a": "\0%s"}'),
    "a long text": call(b'{"a": "%s"}' % (b"a" * 100_000)),
    "a long text of signs": call('{"a": "it\'s %s", "b": "%s"}'.replace("%s", "é😀'" * 4000).encode()),
    "a deep list": call(b"[" * 50_000 + b"]" * 50_000),
    "a long text that repeats nothing": call(b'{"a": "%s"}' % b" ".join(b"%d" % each for each in range(4000))),
    "what curl takes for a file": call(b"@/etc/hostname"),
    "a body of a form": call(b"a=1&b=%20", Content_Type="application/x-www-form-urlencoded"),
    "brackets in a path": call(path="/p/%5B1%5D%7B2%7D?q=%5B&r=a+b"),
    "dots in a path": call(path="/p/../q/./1"),
    "another method": call(b"{}", method="PROPFIND"),
    "a precondition": call(If_Match='"tag"'),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_curl_line_sends_the_same_again(name: str) -> None:
    """Compared as the service sees the two requests."""
    echo = Echo()
    with serving(echo) as url:
        made = CALLS[name]
        sent = Call(
            method=made.method, url=url + made.url, headers=made.headers, body=made.body, shown_headers=made.shown_headers
        )
        replayed(sent)

    first, again = echo.got
    assert again == first


def test_a_credential_is_a_variable_in_a_curl_line() -> None:
    """In a header and in the query; the line itself has no secret in it."""
    echo = Echo()
    with serving(echo) as url:
        sent = Call(
            method="PATCH",
            url=f"{url}/p?key={SECRET}",
            headers={**JSON, "Authorization": f"Bearer {SECRET}"},
            body=b"{}",
            shown_headers={**JSON, "Authorization": "Bearer $TOKEN"},
            shown_url=f"{url}/p?key=$TOKEN",
        )
        line = replayed(sent)

    assert SECRET not in line
    first, again = echo.got
    assert again == first
    assert SECRET in first[1]


def replayed(sent: Call) -> str:
    """Send a call, and then its curl line with a shell; the line."""
    exchange = Client(Limits(), Redactor(), Budget()).send(sent)
    environment = {**os.environ, "TOKEN": SECRET, "no_proxy": "*"}
    done = subprocess.run(["bash", "-c", exchange.curl], capture_output=True, text=True, timeout=30, check=False, env=environment)
    assert done.stdout == '{"said": "yes"}', done.stderr
    return exchange.curl
