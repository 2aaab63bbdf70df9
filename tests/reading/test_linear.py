"""What reads a target's bytes does so in linear time: eight times the input takes no more than some eight times as long."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

import specs
from contracts.judging.envelopes import leaves_of, skeleton
from contracts.judging.leaks import TRACES, WORDS, shows, trace_in, words_in
from contracts.judging.naming import named, naming
from contracts.record.answers import undocumented
from contracts.record.comparing.purpose import is_now, plausible
from contracts.record.records import Reader
from contracts.reports import summary
from contracts.reports.html import render
from contracts.reports.report import RunReport
from contracts.reports.result import Result, judged, shown_exchange
from contracts.running.selection import load_rules
from contracts.target.credentials import Login
from contracts.target.expect import Expect
from contracts.target.secrecy import Redactor, Secret
from contracts.terms.exchange import Answer, Exchange
from contracts.terms.verdict import Difference, Violation
from contracts.terms.wire import Headers, json_of, retry_after

GROWTH = 8
SLACK = 3.0
"""A busy machine may take so many times longer; quadratic work would take eight times longer than linear work does."""
LEAST = 0.0005
"""Seconds of work below which a clock is no measure: sizes are doubled until the smaller input takes that long."""
CONFIRMED = 16
"""On suspicion it is measured again, on inputs for which the smaller one takes so many times longer."""
LARGEST = 1 << 20
API = specs.load(specs.names()[0])
RULE = load_rules()[0][0]


def exchange(body: str | bytes, headers: Mapping[str, str] | None = None) -> Exchange:
    """A refusal with a body."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    answer = Answer(status=400, headers=Headers((headers or {}).items()), body=raw, json=json_of(raw))
    return Exchange(
        method="PATCH",
        url="http://localhost/record",
        headers={},
        body=b"{}",
        answer=answer,
        failure=None,
        curl="curl",
        started="2026-01-01",
        seconds=0.1,
    )


def seconds(work: Callable[[], object]) -> float:
    """The processor time of some work, the better of two tries."""
    found = []
    for _ in range(2):
        begun = time.thread_time()
        work()
        found.append(time.thread_time() - begun)
    return min(found)


def growth(make: Callable[[int], Callable[[], object]], least: float = LEAST) -> float:
    """How many times longer the work takes on an input that is eight times as large."""
    size = 1 << 9
    while (first := seconds(make(size))) < least and size * GROWTH < LARGEST:
        size *= 2
    return seconds(make(size * GROWTH)) / max(first, least / 4)


def slow(cases: Mapping[str, Callable[[int], Callable[[], object]]]) -> dict[str, float]:
    """The cases that grow faster than their input, and how fast."""
    suspects = [name for name, make in cases.items() if growth(make) > GROWTH * SLACK]
    found = {name: growth(cases[name], LEAST * CONFIRMED) for name in suspects}
    return {name: ratio for name, ratio in found.items() if ratio > GROWTH * SLACK}


# --- texts that make patterns look again and again ------------------------------------------------------------------

TEXTS = (
    *("/a", "/a.p", "at ", ": at 1:1", "at x(y.java:", 'File "', "SELECT ", "SELECT x FROM", "UPDATE  ", "UPDATE x ", 'near "'),
    *("'", '"', "C:\\a", "C:\\", "a.", "a.B", "aError", "ErrorA", "$2a$", "'NoneType", "'<class '", "cannot unmarshal x "),
    *("Cannot read property '", 'column "x', "http://", "Duplicate entry '", " ", "\n", ".py/", "/home/a", "violates ", "\\'"),
    *("pbkdf2_sha1", "A:\\ a", "at a:1:", "[", "]", "{", '{"a":', '["a",', "1", "-", "²", "=", ",", "\\u0041", "%61", "&#97;"),
    *("canary", "c a n a r y", "canary-credential-of-the-te", "<b>", "`", "_", "|", "\x00", "\ud800", "é", "\U0001f600"),
)


def _redactor() -> Redactor:
    found = Redactor()
    for secret in ("canary-credential-of-the-test", "aaaaaaaaaaaaaaaaaaaaaaaa", "/a/a/a/a/a/a/a/a"):
        found.add(Secret(secret))
    return found


def _violation(text: str) -> Violation:
    different = Difference(path=f"a[{text}].b", before=text, after=[text])
    return Violation(expected=text, actual=text, exchange=exchange(text), difference=[different])


def _result(text: str) -> Result:
    return judged(API, RULE, "*", _violation(text), [exchange(text)], _redactor(), 0.1)


def _run(size: int) -> RunReport:
    """A run against a target that answers with all those texts."""
    results = [_result((text * size)[:size]) for text in TEXTS]
    return RunReport(api=API.name, url="http://localhost", started="2026-01-01", fields=(), results=results)


def _cookie(text: str) -> object:
    login = Login(method="POST", url="http://localhost", headers={}, body=b"", place="cookie", selector="session")
    return login._found(exchange("{}", {"Set-Cookie": text}).answer)  # type: ignore[arg-type]  # there is an answer


READERS: Mapping[str, Callable[[str], object]] = {
    "traces in an error body": lambda text: trace_in(exchange(text)),
    "words in an error body": lambda text: words_in(exchange(text)),
    "traces in a message": lambda text: trace_in(exchange(json.dumps({"message": text}))),
    "a secret in a body": lambda text: shows(exchange(text), "canary-credential"),
    "JSON": lambda text: json_of(text.encode("utf-8", "surrogatepass")),
    "Retry-After": retry_after,
    "Set-Cookie": _cookie,
    "Content-Type": lambda text: exchange("", {"Content-Type": text}).answer.media_type,  # type: ignore[union-attr]
    "what came back, in words": lambda text: exchange(text).said,
    "secrets": lambda text: _redactor().strike(text),
    "an exchange for a report": lambda text: shown_exchange(exchange(text, {"X-Text": text}), _redactor()),
    "a result": _result,
    "names of fields": lambda text: _names_in({text: ["wrong"]}),
    "times": lambda text: (is_now(text), plausible("etag", text, text + "1")),
}


def _of_text(read: Callable[[str], object], unit: str, size: int) -> Callable[[], object]:
    return partial(read, (unit * (size // len(unit) + 1))[:size])


@pytest.mark.parametrize("name", READERS)
def test_a_reader_is_linear_in_a_text(name: str) -> None:
    """Whatever the text is made of."""
    assert slow({unit: partial(_of_text, READERS[name], unit) for unit in TEXTS}) == {}


@pytest.mark.parametrize("write", [render, summary.render], ids=["the page", "the summary"])
def test_a_report_is_linear_in_its_texts(write: Callable[[list[RunReport]], str]) -> None:
    """Whatever the answers were made of."""
    assert slow({"all": lambda size: partial(write, [_run(size)])}) == {}


@pytest.mark.parametrize("name", [*TRACES, *WORDS])
def test_a_pattern_is_linear_in_a_text(name: str) -> None:
    """Each pattern alone, on texts that are not cut."""
    assert slow({unit: partial(_of_text, {**TRACES, **WORDS}[name].search, unit) for unit in TEXTS}) == {}


# --- values of many parts -------------------------------------------------------------------------------------------

VALUES: Mapping[str, Callable[[int], Any]] = {
    "a list of numbers": lambda size: list(range(size)),
    "a list of unlike objects": lambda size: [{f"m{number}": number} for number in range(size)],
    "a list of alike objects": lambda size: [{"id": 1, "name": "x"} for _ in range(size)],
    "a list of objects with ids": lambda size: [{"id": number, "name": "x"} for number in range(size)],
    "an object of many members": lambda size: {f"m{number}": number for number in range(size)},
    "lists in a list": lambda size: [[number] for number in range(size)],
    "a long text": lambda size: "x" * size,
}


def _names_in(body: Any) -> object:
    shape = next(each.shape for each in API.situations.values() if each.shape.fields is not None)
    return [naming(API, API.fields[0], name) for name in named(shape, body)]


def _in_every_place(value: Any) -> dict[str, Any]:
    return {each.path: value for each in API.record}


def _whole(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"value": value}


def _differences(value: Any) -> object:
    other = json.loads(json.dumps(value))
    if isinstance(other, list):
        other.reverse()
    return Reader(API, Expect()).differences(_in_every_place(value), _in_every_place(other))


CONSUMERS: Mapping[str, Callable[[Any], object]] = {
    "the structure of an error": skeleton,
    "the texts of an error": lambda value: list(leaves_of(value)),
    "names of fields": _names_in,
    "differences of two records": _differences,
    "undocumented members": lambda value: undocumented(API.record, {**_whole(value), **_in_every_place(value)}),
    "a result": lambda value: _result(json.dumps(value)),
}


def _of_value(consume: Callable[[Any], object], make: Callable[[int], Any], size: int) -> Callable[[], object]:
    return partial(consume, make(size // 8))


@pytest.mark.parametrize("name", CONSUMERS)
def test_a_reader_is_linear_in_a_value(name: str) -> None:
    """Whatever parts the value has, and however many."""
    assert slow({kind: partial(_of_value, CONSUMERS[name], make) for kind, make in VALUES.items()}) == {}
