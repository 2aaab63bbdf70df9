"""Path parameters that hold what a path is written with: the suite encodes them, and the mock tells data from borders."""

from __future__ import annotations

import copy
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

import specs
from contracts.record.calls import Calls
from contracts.target.embedded import targets
from contracts.target.target import Identity, Target
from tests import subjects

API = "checkoutpage"
VALUES = {
    "plain-1": "plain-1",
    "a%2Fb": "a/b",
    "%2Fa": "/a",
    "a%2F": "a/",
    "a%2F%2Fb": "a//b",
    "a%252Fb": "a%2Fb",
    "a%25b": "a%b",
    "a%20b": "a b",
    "a%2Bb": "a+b",
    "a%3Fb": "a?b",
    "a%23b": "a#b",
    "a%3Bb": "a;b",
    "a%7Bb%7D": "a{b}",
    "%C3%BC%2F%E6%97%A5": "ü/日",
    "%EF%B7%90": "\ufdd0",
}
"""What a segment is written as, and the value that it stands for."""


@pytest.fixture(name="target", scope="module")
def _target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A mock with a record of each value."""
    api = specs.load(API)
    document = copy.deepcopy(dict(api.document))
    seeds = document["paths"][api.path]["patch"]["x-contract"]["seeds"]["customers"]
    (name,) = seeds[0]["path"]
    for value in VALUES.values():
        other = copy.deepcopy(seeds[0])
        other["path"][name] = value
        other["record"] |= {key: value for key, held in seeds[0]["record"].items() if held == seeds[0]["path"][name]}
        seeds.append(other)
    file = tmp_path_factory.mktemp("paths") / f"{API}.yaml"
    file.write_text(json.dumps(document, default=str), encoding="utf-8")
    with subjects.running("mock_server", str(file)) as ready:
        yield next(iter(targets(ready, {API: str(file)})))


def answered(target: Target, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """The answer to a GET of a path as it is written."""
    with closing(http.client.HTTPConnection(urlsplit(target.url).netloc, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize(("written", "value"), VALUES.items())
@pytest.mark.parametrize("prefix", ["", "/__session/some-page"], ids=["", "in a session"])
def test_a_segment_holds_any_value(target: Target, written: str, value: str, prefix: str) -> None:
    """As RFC 3986, 2.2, has it: a percent-encoded slash is data; the suite writes what the mock reads."""
    (name,) = target.identity.path
    template = target.read or ""
    calls = Calls(target, Identity(path={name: value}, auth=target.identity.auth))
    call = calls.call("GET", None, {}, template=template)

    assert urlsplit(call.url).path == urlsplit(target.url).path + template.replace("{" + name + "}", written)

    parts = urlsplit(call.url)
    asked = f"{prefix}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    status, body = answered(target, asked, dict(call.headers))
    assert status == 200, body
    assert value in json.dumps(json.loads(body), ensure_ascii=False)
    lower = asked.replace("%2F", "%2f")
    assert answered(target, lower, dict(call.headers))[0] == 200


@pytest.mark.parametrize("written", ["a/b", "plain-1%2F", "plain-1%2Fx", "%2Fplain-1", "a%2Fc"])
def test_another_value_is_another_record(target: Target, written: str) -> None:
    """A slash that is a border leads elsewhere, and an encoded one is never taken for a border."""
    (name,) = target.identity.path
    call = Calls(target, target.identity).call("GET", None, {}, template=target.read)
    known = call.url.partition(target.url)[2].replace(target.identity.path[name], written)

    assert answered(target, urlsplit(target.url).path + known, dict(call.headers))[0] == 404
