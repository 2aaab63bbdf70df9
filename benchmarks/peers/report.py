"""The figures as tables, as a page of the documentation and as a drawing."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

FLOOR = "echo that validates"
OURS = "this mock"

WEB_SERVER = """### The web server

The mock is served by waitress. The thread that has read a request answers it; another one takes over the connections as soon
as a request waits (a delay, another service, a stream of events) or takes longer than 10 ms. Waitress's own way, to hand each
request over to a thread and to be woken up by it, takes about as much CPU time as the answer does. Of what is left, by a
profile (`py-spy`), more than half is the mock's own answer (a part of that in Flask's request and response, the rest spread
over recognition, validation, store and journal); then come system calls, the two heads, and the environment of WSGI.

*Its application on granian* is the same application on the quickest server for WSGI that was found with wheels for Python
3.11 to 3.14, and with threads. The others that were tried are, by CPU time, uvicorn (httptools and uvloop, through a bridge
to ASGI), cheroot and gunicorn with threads, in this order. Where other work goes on beside it, it answers more requests
a second, since it reads and writes in a thread beside Python; alone it does not. There is no option for it: it would break
promises. Of the hostile requests of `tests/services/hostile_requests.py`, it answers some with 200 that the mock refuses, most
with broken chunks or a body that is cut off, and many without any body instead of the documented envelope; and no answer can be
broken off there (the faults `reset`, `empty`, `truncate` and `dribble`).
"""


def machine() -> str:
    """In a few words."""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def tables(found: Mapping[str, Any]) -> str:
    """Both tables as Markdown."""
    return "\n".join([*_servers(found["servers"]), "", *_suites(found["suites"])])


def _servers(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    floor = next((each["per_second"] for each in rows if each["name"] == FLOOR and not each["missing"]), None)
    yield (
        "| server | keeps / refuses | requests per second | of the floor | CPU for one, µs | p50, ms | p99, ms | memory, MB "
        "| start to first answer, s |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for each in rows:
        if each["missing"]:
            yield f"| {each['name']} | not measured: {each['missing']} |" + " |" * 7
            continue
        share = "" if floor is None else f"{each['per_second'] / floor:.2f}"
        wrong = f" ({each['wrong']} refused)" if each["wrong"] else ""
        yield (
            f"| {each['name']} | {_word(each['keeps'])} / {_word(each['refuses'])} | {each['per_second']:.0f}{wrong} | {share} "
            f"| {each['cpu_microseconds']:.0f} | {each['p50']:.2f} | {each['p99']:.2f} | {each['megabytes']:.0f} "
            f"| {each['start']:.2f} |"
        )


def _word(value: bool) -> str:
    return "yes" if value else "no"


def _suites(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    yield "| suite | found | of | seconds | requests | found per 1,000 requests | found per second | alarms on the right mock |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in rows:
        if each["missing"]:
            yield f"| {each['name']} | not measured: {each['missing']} |" + " |" * 6
            continue
        requests = each["requests"]
        yield (
            f"| {each['name']} | {each['found']} | {each['defects']} | {each['seconds']:.0f} | {requests} "
            f"| {1000 * each['found'] / requests if requests else 0:.2f} | {each['found'] / each['seconds']:.3f} "
            f"| {each['alarms']} |"
        )


def write(found: Mapping[str, Any], folder: Path) -> None:
    """``benchmarks.md``, ``benchmarks.svg`` and ``benchmarks.json`` into a folder."""
    measured = [each for each in found["servers"] if not each["missing"]]
    (folder / "benchmarks.md").write_text(_page(found), encoding="utf-8")
    (folder / "benchmarks.svg").write_text(drawing(measured), encoding="utf-8")
    (folder / "benchmarks.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _page(found: Mapping[str, Any]) -> str:
    return f"""# The mock and the suite beside others

For whoever chooses between tools: what was measured in one run on one machine, by `tox -e bench`
(`python -m benchmarks.peers --write`). Absolute figures are those of that machine ({found["machine"]}; {found["client"]};
{found["rounds"]} turns of {found["seconds"]:g} s for each server, one after the other); what counts are the ratios.
[The figures](benchmarks.json) have every turn.

## Servers

Each has the same OpenAPI document
(WireMock and json-server read none, and were given the schema or the record), and gets the
same PATCH of three members. *Keeps*: a later GET shows what was sent. *Refuses*: a member of another type is refused. The two
echoes are the floor: the mock's web server and framework with nothing but the body read, and with the body held against a
compiled schema.

![requests per second, CPU time for one request, memory and start](benchmarks.svg)

{chr(10).join(_servers(found["servers"]))}

{WEB_SERVER}
## Suites

Each judges the mock once for each defect of a fixed sample of the mock's own deliberate defects, and once without any. Found: it
reports what it does not report on the mock without a defect. These are defects that the suite was made for; other tools look for
other things, and have no way to know from a schema alone what a PATCH may change.

{chr(10).join(_suites(found["suites"]))}
"""


# --- the drawing ------------------------------------------------------------------------------------------------------

WIDTH, BAR, LEFT, COLUMN = 1180, 22, 190, 240
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1b1f24}.f{fill:#555d68}rect{fill:#9db4d3}.o{fill:#1d4f9e}"
    "@media(prefers-color-scheme:dark){text{fill:#e6e9ed}.f{fill:#a3acb8}rect{fill:#4a6284}.o{fill:#8ab4f8}}"
)


def drawing(rows: Sequence[Mapping[str, Any]]) -> str:
    """Bars for each server: requests per second, CPU for one request, memory, start. SVG, light and dark."""
    panels: list[tuple[str, Callable[[Mapping[str, Any]], float], str]] = [
        ("requests per second", lambda each: each["per_second"], ".0f"),
        ("CPU for one, µs", lambda each: each["cpu_microseconds"], ".0f"),
        ("memory, MB", lambda each: each["megabytes"], ".0f"),
        ("start, s", lambda each: each["start"], ".2f"),
    ]
    height = 40 + BAR * len(rows)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="Figures of the table as bars"><style>{_STYLE}</style>'
        )
    ]
    for row, each in enumerate(rows):
        parts.append(f'<text x="{LEFT - 10}" y="{42 + row * BAR}" text-anchor="end">{escape(each["name"])}</text>')
    for column, (title, value, form) in enumerate(panels):
        left = LEFT + column * (COLUMN + 8)
        most = max([value(each) for each in rows], default=1) or 1
        parts.append(f'<text class="f" x="{left}" y="18">{title}</text>')
        for row, each in enumerate(rows):
            width = max(1.0, value(each) / most * (COLUMN - 60))
            kind = ' class="o"' if each["name"].startswith(OURS) else ""
            parts.append(f'<rect{kind} x="{left}" y="{29 + row * BAR}" width="{width:.1f}" height="{BAR - 6}"/>')
            parts.append(f'<text x="{left + width + 5:.1f}" y="{42 + row * BAR}">{value(each):{form}}</text>')
    return "\n".join([*parts, "</svg>", ""])
