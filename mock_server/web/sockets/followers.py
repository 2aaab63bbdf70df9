"""Threads that take turns at the connections (the pattern Leader/Followers).

One of them, the leader, waits for all connections, and answers what it has read there and then: to hand each request over to
another thread, and to be woken up by it afterwards, takes more time than a request does. What a leader must not do is to wait
for anything else. Before it does, another one takes the lead, and the former leader queues up behind it when it is done:

- code that waits on purpose says so first (``pausing``);
- a request that takes longer than ``PATIENCE``, for whatever reason, is noticed from outside.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from waitress.wasyncore import ExitNow

from mock_server.state import pausing

THREADS = 65
"""At most: one that leads, and 64 with a request each, which a simulated delay may hold up."""

PATIENCE = 0.01
"""Seconds, at least, and at most twice as many, for which a request may hold up all others."""

REST = 100
"""After so many looks without a request in between nobody looks any more, until there is one."""

_LOG = logging.getLogger("mock_server")


class Followers:
    """What waitress takes for its dispatcher of tasks.

    at_end: ends the answers that would go on by themselves.
    """

    def __init__(self, at_end: Callable[[], None]) -> None:
        self.ended = threading.Event()
        self._at_end = at_end
        self._server: Any = None
        self._lead = threading.Lock()
        self._changes = threading.Condition(threading.Lock())
        self._leader = 0
        self._threads = 0
        self._idle = 0
        self._request = 0
        self._requests = 0
        self._read = threading.local()
        self._is_nobody_looking = False
        self._wanted = threading.Event()

    def start(self, server: Any) -> None:
        """Begins to serve."""
        self._server = server
        server.pull_trigger = self._pull_trigger
        with self._changes:
            self._add_thread()
        threading.Thread(target=self._look, name="mock_server patience", daemon=True).start()

    # --- what waitress calls --------------------------------------------------------------------------------------

    def add_task(self, task: Any) -> None:
        """A request has come in whole; ``answer`` is called next, by the same thread."""
        self._read.task = task

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Ends the threads; requests that are being answered have so many seconds to get there. False if that was not enough."""
        self._at_end()
        self.ended.set()
        self._wanted.set()
        if self._server is not None:
            self._server.trigger.pull_trigger()
        with self._changes:
            return self._changes.wait_for(lambda: not self._threads, timeout) or not cancel_pending

    def _pull_trigger(self) -> None:
        """The leader needs not be told of what it does itself."""
        if self._leader != threading.get_ident():
            self._server.trigger.pull_trigger()

    # --- the leader -----------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """Answers what this thread has read, if that is a request. Raises ExitNow when it leads no more."""
        read = self._read
        if read.task is None:
            return
        self._requests += 1
        self._request = self._requests
        if self._is_nobody_looking:
            self._wanted.set()
        while (task := read.task) is not None:
            read.task = None
            try:
                task.service()
            except Exception:
                _LOG.exception("a connection")
        with self._changes:
            if self._leader == threading.get_ident():
                self._request = 0
                return
        raise ExitNow

    def step_aside(self) -> None:
        """Lets another thread lead, if this is the one that does."""
        if self._leader == threading.get_ident():
            self._hand_over(self._request)

    def _hand_over(self, request: int) -> None:
        """Lets another thread lead, if the leader is still at this request, and if there is another one."""
        with self._changes:
            if not request or request != self._request:
                return
            if not self._idle:
                if self._threads >= THREADS:
                    return
                self._add_thread()
            self._request = self._leader = 0
            self._lead.release()

    def _look(self) -> None:
        """Whether the leader is at the same request as last time."""
        last = seen = quiet = 0
        while not self.ended.wait(PATIENCE):
            if seen and seen == self._request:
                self._hand_over(seen)
            seen = self._request
            quiet = quiet + 1 if self._requests == last else 0
            last = self._requests
            if quiet >= REST:
                quiet = 0
                self._rest()

    def _rest(self) -> None:
        """Until there is a request."""
        self._wanted.clear()
        self._is_nobody_looking = True
        if not (self._request or self.ended.is_set()):  # behind the flag, as the leader looks at the flag behind its request
            self._wanted.wait()
        self._is_nobody_looking = False

    # --- a thread -------------------------------------------------------------------------------------------------

    def _add_thread(self) -> None:
        self._threads += 1
        self._idle += 1
        threading.Thread(target=self._follow, name=f"mock_server {self._threads}", daemon=True).start()

    def _follow(self) -> None:
        """Leads whenever it is its turn, until the end."""
        self._read.task = None
        pausing.call_ahead(self.step_aside)
        try:
            while self._has_led():
                with self._changes:
                    self._idle += 1
        finally:
            with self._changes:
                self._threads -= 1
                self._changes.notify_all()

    def _has_led(self) -> bool:
        """Waits for its turn, and leads. True once another one leads, False at the end."""
        self._lead.acquire()
        with self._changes:
            self._idle -= 1
            self._leader = threading.get_ident()
        try:
            self._serve()
        except ExitNow:
            return True
        except Exception:
            _LOG.exception("the connections")
        self.ended.set()
        self._lead.release()
        return False

    def _serve(self) -> None:
        """All connections, one after the other; until the end, or until there are none and no place for new ones."""
        server: Any = self._server
        adjusted, connections = server.adj, server._map  # waitress's own run() has no other
        while connections and not self.ended.is_set():
            server.asyncore.loop(
                timeout=adjusted.asyncore_loop_timeout, map=connections, use_poll=adjusted.asyncore_use_poll, count=1
            )
