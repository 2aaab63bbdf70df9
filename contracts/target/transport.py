"""One HTTP exchange at a time over urllib3: a deadline for the whole of it, a bounded body, nothing followed or retried."""

from __future__ import annotations

import http.client
import os
import queue
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError

from contracts.terms.wire import Headers

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes of an answer's body that are read, after decoding; a longer one counts as no answer."""
TOO_LONG = f"the answer's body is longer than {MAX_ANSWER} bytes"
MAX_INTERIM = 100
"""Interim answers (1xx) that are passed over ahead of the answer itself."""
SWITCHING_PROTOCOLS = 101


class NoAnswer(Exception):
    """No usable answer; the message says why, without quoting what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A response as it came, the body decoded from its content encoding."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What goes over the wire."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


class Transport:
    """Sends over kept connections, from a thread that is given up at the deadline: a dripping server cannot hold a run."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._close_each = False
        self._worker = _Worker(timeout)

    def send(self, sending: Sending) -> Raw:
        """Send once; NoAnswer where nothing usable came back.

        A connection that the server had closed between two requests is replaced, once; from then on each request
        has a connection of its own.
        """
        result = self._attempt(sending)
        if isinstance(result, ProtocolError) and not self._close_each:
            self._close_each = True
            result = self._attempt(sending)
        if isinstance(result, Raw):
            return result
        raise NoAnswer(_cause(result)) from None

    def close(self) -> None:
        """Let the thread end, and its connections with it."""
        self._worker.orders.put(None)

    def _attempt(self, sending: Sending) -> Raw | Exception:
        if self._close_each:
            sending = Sending(
                method=sending.method, url=sending.url, headers={**sending.headers, "Connection": "close"}, body=sending.body
            )
        self._worker.orders.put(sending)
        try:
            return self._worker.results.get(timeout=self._timeout)
        except queue.Empty:
            self._worker.give_up()
            self._worker = _Worker(self._timeout)
            return NoAnswer(f"no complete answer within {self._timeout:g} s")


class _Worker:
    """A daemon thread with connections of its own; ``None`` as an order ends it."""

    def __init__(self, timeout: float) -> None:
        self.orders: queue.SimpleQueue[Sending | None] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[Raw | Exception] = queue.SimpleQueue()
        self._timeout = timeout
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._run, daemon=True).start()

    def give_up(self) -> None:
        """End the thread, and what it is waiting for: a server that sends for ever would keep it busy for ever."""
        self.orders.put(None)
        for each in self._sockets[:]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def note(self, opened: socket.socket) -> None:
        """Know a socket of a connection, so that it can be given up; closed ones are forgotten."""
        self._sockets = [*(each for each in self._sockets if each.fileno() >= 0), opened]

    def _run(self) -> None:
        while (sending := self.orders.get()) is not None:
            try:
                self.results.put(self._read(sending))
            except Exception as error:  # whatever a hostile answer makes the libraries raise is an unusable answer
                self.results.put(error)

    def _read(self, sending: Sending) -> Raw:
        response = self._pool(sending.url).request(
            sending.method,
            sending.url,
            body=sending.body,
            headers={"User-Agent": "patch-contracts", "Accept-Encoding": "gzip, deflate", **sending.headers},
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=self._timeout,
        )
        try:
            if response.status == SWITCHING_PROTOCOLS:
                response.close()  # what follows is in another protocol
            body = b"".join(_bounded(response))
            return Raw(status=response.status, headers=Headers(response.headers.iteritems()), body=body)
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._pools:
            proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
            trusted = os.environ.get("REQUESTS_CA_BUNDLE")
            pool = urllib3.ProxyManager(proxy, ca_certs=trusted) if proxy else urllib3.PoolManager(ca_certs=trusted)
            pool.pool_classes_by_scheme = _pool_classes(self)
            self._pools[origin] = pool
        return self._pools[origin]


class _Response(http.client.HTTPResponse):
    """An answer, past any interim ones: the standard library takes a 103 for the answer, and reads 100s without end."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(MAX_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in its stub
            if not 100 <= status < 200 or status == SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise NoAnswer(f"more than {MAX_INTERIM} interim answers")


def _pool_classes(worker: _Worker) -> dict[str, type[HTTPConnectionPool]]:
    """Pools of connections whose sockets a worker knows."""

    class Plain(HTTPConnection):
        response_class = _Response

        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            worker.note(opened)
            return opened

    class Secure(HTTPSConnection):
        response_class = _Response

        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            worker.note(opened)
            return opened

        def connect(self) -> None:
            super().connect()
            worker.note(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _bounded(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    size = 0
    while chunk := response.read(65536, decode_content=True):
        size += len(chunk)
        if size > MAX_ANSWER:
            raise NoAnswer(TOO_LONG)
        yield chunk


def _cause(error: Exception) -> str:
    """The innermost reason, by its type and first words: texts of libraries may quote what was sent."""
    if isinstance(error, NoAnswer):
        return str(error)
    inner: BaseException = error
    while inner.__cause__ or inner.__context__:
        inner = inner.__cause__ or inner.__context__ or inner
    told = str(inner) if isinstance(inner, HTTPError | NewConnectionError | OSError) else ""
    return f"{type(inner).__name__}: {' '.join(told.split())[:120]}".rstrip(": ")
