"""traffic.har: every exchange of a run, written while it runs, so that memory stays bounded and a crash leaves what there was.

Each process appends to a part file of its own; the controller merges the parts into one HAR file at the end.
"""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from contextvars import ContextVar
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import parse_qsl, urlsplit

from contracts.reports.result import shown_exchange
from contracts.target.secrecy import Redactor
from contracts.terms.exchange import Exchange

if TYPE_CHECKING:  # the library is imported when the archive is written, at the end of a run
    from harfile import Record, Request, Response

SHOWN_BODY = 16_000
"""Characters of a body that the archive keeps; its size is always the whole one."""
PARTS = "traffic-*.part"
FILE = "traffic.har"


class Traffic:
    """The exchanges of one process; ``about`` says what the next ones are sent for, those of this thread if others set it too."""

    def __init__(self, folder: Path, redactor: Redactor) -> None:
        self._latest = ""
        self._about: ContextVar[str] = ContextVar("about")
        self._folder = folder
        self._redactor = redactor
        self._lock = Lock()

    @property
    def about(self) -> str:
        """What the next exchanges are sent for."""
        return self._about.get(self._latest)

    @about.setter
    def about(self, purpose: str) -> None:
        self._latest = purpose
        self._about.set(purpose)

    def clear(self) -> None:
        """Remove what an earlier run that was killed has left in the folder."""
        for path in self._folder.glob(PARTS):
            path.unlink()

    def __call__(self, exchange: Exchange) -> None:
        """Append an exchange, free of secrets, to this process's part."""
        shown = shown_exchange(exchange, self._redactor, SHOWN_BODY)
        line = {name: value for name, value in shown.items() if name != "curl"} | {
            "about": self.about,
            "sent_bytes": len(exchange.body or b""),
            "received_bytes": len(exchange.answer.body) if exchange.answer else 0,
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / PARTS.replace("*", str(os.getpid()))
        with self._lock, path.open("a", encoding="utf-8") as part:  # a rule may send from several threads
            part.write(json.dumps(line) + "\n")

    def merge(self) -> None:
        """Make traffic.har of the parts of all processes, in the order of sending, and remove them."""
        from harfile import Creator, HarFile

        self._folder.mkdir(parents=True, exist_ok=True)
        paths = sorted(self._folder.glob(PARTS))
        with ExitStack() as stack:
            output = stack.enter_context((self._folder / FILE).open("w", encoding="utf-8"))
            parts = [_exchanges(stack.enter_context(path.open(encoding="utf-8"))) for path in paths]
            with HarFile.open(output, creator=Creator(name="patch-contracts", version=_version())) as archive:
                for each in heapq.merge(*parts, key=_started):
                    _add(archive.add_entry, each)
        for path in paths:
            path.unlink()


def join(folder: Path, sources: Iterable[Path]) -> None:
    """Make one archive of several, in the order of sending; nothing where there is none."""
    logs = [json.loads(path.read_text(encoding="utf-8"))["log"] for path in sources if path.exists()]
    if logs:
        entries = sorted((entry for log in logs for entry in log["entries"]), key=lambda entry: str(entry["startedDateTime"]))
        (folder / FILE).write_text(json.dumps({"log": {**logs[0], "entries": entries}}), encoding="utf-8")


def _exchanges(lines: TextIO) -> Iterator[dict[str, Any]]:
    """The exchanges of a part; a line that a killed process left unfinished is passed over."""
    for line in lines:
        if line.endswith("\n"):
            yield json.loads(line)


def _started(exchange: Mapping[str, Any]) -> str:
    return str(exchange["started"])


def _version() -> str:
    try:
        return version("patch-contracts")
    except PackageNotFoundError:  # run from a checkout
        return "unreleased"


def _add(add_entry: Callable[..., None], each: Mapping[str, Any]) -> None:
    from harfile import Timings

    add_entry(
        startedDateTime=each["started"],
        time=each["milliseconds"],
        request=_request(each),
        response=_response(each),
        timings=Timings(send=0, wait=each["milliseconds"], receive=0),
        comment=each["about"],
    )


def _request(each: Mapping[str, Any]) -> Request:
    from harfile import PostData, Request

    media_type = _header(each["headers"], "Content-Type")
    return Request(
        method=each["method"],
        url=each["url"],
        httpVersion="HTTP/1.1",
        headers=_records(each["headers"]),
        queryString=_records(dict(parse_qsl(urlsplit(each["url"]).query, keep_blank_values=True))),
        postData=None if each["body"] is None else PostData(mimeType=media_type, text=each["body"]),
        bodySize=each["sent_bytes"],
    )


def _response(each: Mapping[str, Any]) -> Response:
    """The answer; status 0, as browsers write it, where there was none, with the failure as comment."""
    from harfile import Content, Response

    failed = each["status"] is None
    return Response(
        status=each["status"] or 0,
        statusText="",
        httpVersion="HTTP/1.1",
        headers=_records(each["answer_headers"]),
        content=Content(
            size=each["received_bytes"],
            mimeType=_header(each["answer_headers"], "Content-Type"),
            text=None if failed else each["answer_body"],
        ),
        redirectURL=_header(each["answer_headers"], "Location"),
        bodySize=each["received_bytes"],
        comment=each["answer_body"] if failed else None,
    )


def _records(headers: Mapping[str, str]) -> list[Record]:
    from harfile import Record

    return [Record(name=name, value=value) for name, value in headers.items()]


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.casefold() == name.casefold()), "")
