"""What the mock refuses for its credential, path, method, headers or syntax, as the documents say."""

from __future__ import annotations

import pytest

import specs
from tests.mock.mock_client import UNKNOWN, Client, change, plain, texts


@pytest.fixture(name="client", params=specs.names())
def _client(request: pytest.FixtureRequest) -> Client:
    return Client(specs.load(request.param))


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize("credential", [None, "", "nobody's", "Basic !", "{}x", "é"])
def test_only_a_right_credential_is_let_in(client: Client, method: str, credential: str | None) -> None:
    """None and a wrong one are answered with the documented status and a challenge, and change nothing."""
    given = {name: (credential or "").format(value) for name, value in client.customer.auth.items()}
    before = client.record()

    answer = client.send(method, change(client.api, client.other), auth={} if credential is None else given)

    assert answer.status_code == client.status("unauthenticated" if credential is None else "wrong_credential")
    assert answer.is_json
    assert answer.headers["WWW-Authenticate"]
    assert client.record() == before


@pytest.mark.parametrize("name", [name for name in specs.names() if specs.load(name).identity == "path"])
def test_another_record_is_not_found(name: str) -> None:
    """Unknown ids, other spellings of a known one and another customer's are refused, and no record changes."""
    client = Client(specs.load(name))
    before = client.admin("GET", "state").json
    parameter, value = next(iter(client.customer.path.items()))
    unknown = (f"{value}0", f"0{value}", f"%2B{value}", f"{value}%20", "nobody", "%D9%A5%D9%A7")

    for spelling, situation in {
        **dict.fromkeys(unknown, "unknown_record"),
        str(client.other.path[parameter]): "forbidden",
    }.items():
        answer = client.send("PATCH", change(client.api, client.other), path={parameter: spelling})
        assert (answer.status_code, answer.is_json) == (client.status(situation), True), spelling
    assert client.admin("GET", "state").json == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "SPEDE"])
def test_a_wrong_method_is_refused(client: Client, method: str) -> None:
    """With the documented status, and with Allow where that is 405; OPTIONS says what is allowed."""
    answer = client.send(method, change(client.api, client.other))
    options = client.send("OPTIONS")

    assert (answer.status_code, answer.is_json) == (client.status("method_not_allowed"), True)
    assert "PATCH" in (answer if answer.status_code == 405 else options).headers["Allow"]
    assert options.headers["Accept-Patch"] == ", ".join(client.api.media_types)


@pytest.mark.parametrize(("coding", "taken"), [("gzip", False), ("Identity", True), ("", True)])
def test_a_compressed_body_is_refused(client: Client, coding: str, taken: bool) -> None:
    """By 415 and the codings that there are (RFC 9110, 15.5.16), and not by what its bytes are as JSON."""
    answer = client.send("PATCH", change(client.api, client.other), headers={"Content-Encoding": coding})

    assert answer.status_code == (client.api.success if taken else 415)
    assert answer.headers.get("Accept-Encoding") == (None if taken else "identity")


NEGOTIATED = {
    "Accept": ("wrong_accept", ("text/html", "application/json;q=0", "image/*, text/*;q=0.5"), {"refuse": "not_acceptable"}),
    "Content-Type": (
        "wrong_content_type",
        ("text/plain", "application/x-www-form-urlencoded", "", "json", "application/jsonx"),
        {"refuse": "unsupported_media_type", "empty": "empty_body"},
    ),
}


@pytest.mark.parametrize("header", NEGOTIATED)
def test_media_types_are_negotiated_as_the_document_says(client: Client, header: str) -> None:
    """A type that the document does not have is refused, read as no body, or passed over."""
    point, values, situations = NEGOTIATED[header]
    behaviour, before = client.choice(point), client.record()
    if behaviour == "empty" and client.choice("no_body") != "refuse":
        pytest.skip("no body is no refusal here")

    for value in values:
        answer = client.send("PATCH", change(client.api, client.other), headers={header: value})
        wanted = client.api.success if behaviour == "ignore" else client.status(situations[behaviour])
        assert (answer.status_code, answer.is_json) == (wanted, True), value
        assert (client.record() == before) == (behaviour != "ignore"), value


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/*", "application/json; charset=utf-8", "text/html, */*;q=0.1", ";;,/"]
)
def test_an_accept_header_that_covers_json_is_served(client: Client, accept: str) -> None:
    """Ranges, parameters and qualities are understood, rubbish is survived, and a Content-Type may have a parameter."""
    headers = {"Accept": accept, "Content-Type": f"{client.api.media_types[0].upper()}; charset=utf-8"}

    answer = client.send("PATCH", change(client.api, client.other), headers=headers)

    garbled = accept == ";;,/" and client.choice("wrong_accept") == "refuse"
    assert answer.status_code == (client.status("not_acceptable") if garbled else client.api.success)


MALFORMED = {
    "cut off": b'{"%s": "a',
    "no quotes": b"{%s: 1}",
    "single quotes": b"{'%s': 1}",
    "trailing comma": b'{"%s": "a",}',
    "two values": b'{"%s": "a"} {}',
    "control character": b'{"%s": "a\nb"}',
    "NaN": b'{"%s": NaN}',
    "Infinity": b'{"%s": -Infinity}',
    "1e400": b'{"%s": 1e400}',
    "5000 digits": b'{"%s": ' + b"9" * 5000 + b"}",
    "BOM": b'\xef\xbb\xbf{"%s": "a"}',
    "UTF-16": '{"%s": "a"}'.encode("utf-16"),
    "invalid UTF-8": b'{"%s": "\xff"}',
    "surrogate in UTF-8": b'{"%s": "\xed\xa0\x80"}',
    "lone surrogate": b'{"%s": "\\ud800"}',
    "lone surrogate in a key": b'{"%s": "a", "\\udc00": 1}',
    "depth 1000": b'{"%s": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "depth 1000, objects": b'{"%s": ' + b'{"a":' * 1000 + b"1" + b"}" * 1001,
    "depth 100000, open": b"[" * 100000,
    "only white space": b" \n ",
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_json_is_refused_as_documented(client: Client, content: bytes) -> None:
    """What other readers of the same bytes could take differently is refused, in JSON, and changes nothing."""
    before = client.record()

    answer = client.send("PATCH", content.replace(b"%s", texts(plain(client.api))[0].name.encode()))

    assert (answer.status_code, answer.is_json) == (client.status("malformed_json"), True)
    assert client.record() == before


@pytest.mark.parametrize("content", [b"[]", b"null", b'"x"', b"1", b"true"])
def test_what_is_no_object_is_refused(client: Client, content: bytes) -> None:
    """JSON that is no object cannot be a patch."""
    answer = client.send("PATCH", content)

    assert (answer.status_code, answer.is_json) == (client.status("not_an_object"), True)


@pytest.mark.parametrize(("point", "content"), [("empty_body", b"{}"), ("no_body", b""), ("only_unknown_fields", b'{"%s": 1}')])
def test_a_body_that_changes_nothing_is_answered_as_chosen(client: Client, point: str, content: bytes) -> None:
    """Accepted without a change of the record, or refused."""
    before = client.record()

    answer = client.send("PATCH", content.replace(b"%s", UNKNOWN.encode()))

    wanted = client.status("empty_body") if client.choice(point) == "refuse" else client.api.success
    assert (answer.status_code, client.record()) == (wanted, before)


def test_unusual_json_is_read_right(client: Client) -> None:
    """A pair of surrogates is one character, depth 100 is no fault, and of two values for a member the last counts."""
    field = texts(plain(client.api))[0]
    deep = "[" * 99 + "]" * 99
    content = f'\n{{"{field.name}": "a", "{UNKNOWN}": {deep}, "{field.name}": "\\ud83d\\ude00"}} '

    answer = client.send("PATCH", content.encode())

    assert client.choice("duplicate_keys") == "last"
    assert client.shown(answer)[field.response] == client.record()[field.response] == "\U0001f600"
