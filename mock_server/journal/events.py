"""What happens in a world, told to those who listen while it happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Full, Queue
from threading import BoundedSemaphore, Lock
from typing import Any

from mock_server.state import pausing

SUBSCRIBER_LIMIT = 8
"""Each one holds a thread of the web server."""

BACKLOG = 1_000
"""A subscriber that falls so far behind is sent away; it may come back and ask for what it missed."""


class TooManySubscribers(Exception):
    """As many listen as may."""


class Events:
    """The subscribers of one world.

    places: the free places for subscribers, shared by all worlds of a mock.
    """

    def __init__(self, places: BoundedSemaphore) -> None:
        self._places = places
        self._lock = Lock()
        self._queues: tuple[Queue[Any], ...] = ()
        self._is_closed = False

    def publish(self, event: Any) -> None:
        """Hands an event to every subscriber."""
        for queue in self._queues:
            try:
                queue.put_nowait(event)
            except Full:
                self._remove(queue)

    def close(self) -> None:
        """Ends every subscription, and those to come."""
        with self._lock:
            ended, self._is_closed, self._queues = self._queues, True, ()
        for queue in ended:
            with suppress(Full):
                queue.put_nowait(None)  # so that nobody waits for the end

    @contextmanager
    def subscription(self) -> Iterator[Subscription]:
        """Everything that is published from now on; TooManySubscribers beyond the limit."""
        if not self._places.acquire(blocking=False):
            raise TooManySubscribers
        queue: Queue[Any] = Queue(BACKLOG)
        try:
            with self._lock:
                self._queues = self._queues if self._is_closed else (*self._queues, queue)
            yield Subscription(self, queue)
        finally:
            self._remove(queue)
            self._places.release()

    def has(self, queue: Queue[Any]) -> bool:
        """Whether this subscriber is still served."""
        return queue in self._queues

    def _remove(self, queue: Queue[Any]) -> None:
        with self._lock:
            self._queues = tuple(each for each in self._queues if each is not queue)


class Subscription:
    """One subscriber."""

    def __init__(self, events: Events, queue: Queue[Any]) -> None:
        self._events = events
        self._queue = queue

    def events(self, seconds: float) -> Iterator[Any]:
        """One event after another, and None whenever none comes within these seconds, until the subscription is ended."""
        pausing.ahead()
        while self._events.has(self._queue):
            try:
                yield self._queue.get(timeout=seconds)
            except Empty:
                yield None
