"""A credential that the target gives back in every way it can is found nowhere: no file, no terminal, no option changes that."""

from __future__ import annotations

import base64
import binascii
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_plus

import pytest
from werkzeug.wrappers import Request, Response

from tests import subjects
from tests.services import layered

API = "babyland"
CANARY = "C4nary\"<&'%+/=\\x-ZQkwJ-tail-0123456789-ZqWx"
PASSWORD = "pa55-of-the-Canary&login"
TOKEN = "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOiJZZXMifQ.c2lnbmF0dXJlLW9mLXRoZS1jYW5hcnk"
WINDOW = 10
"""Letters of a secret in a row that must not be found anywhere."""
RULES = ("missing-credential-refused", "invalid-field-envelope", "sent-field-stored", "wrong-credential-refused", "no-leak")
LOUD = ("-vv", "-rA", "--showlocals", "--tb=long", "--full-trace", "-o", "log_cli=true", "--log-cli-level=DEBUG", "--durations=0")


def echo(request: Request) -> dict[str, Any]:
    """What came in, in many writings."""
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ")
    return {
        "plain": header,
        "headers": dict(request.headers),
        "url": request.url,
        "body": request.get_data(as_text=True),
        "quoted": quote(token, safe=""),
        "base64": base64.b64encode(header.encode()).decode(),
        "base64 of all": base64.urlsafe_b64encode(json.dumps(dict(request.headers)).encode()).decode(),
        "hexadecimal": token.encode().hex(),
        "escaped": json.dumps(json.dumps(token)),
        "markup": html.escape(token),
        "lines": "\n    ".join(re.findall(r".{1,14}", token)),
        "start": f"{token[:20]}...",
        "repeated": token * 3,
    }


class Parrot:
    """Lets the canary in, and gives back everything with each refusal."""

    def __init__(self) -> None:
        self.real = ""
        self.password = ""

    def __call__(self, request: Request, mock: Any) -> Response:
        """The mock's answer; an error with all that was sent beside its own members."""
        if request.path == "/login":
            self.password = json.loads(request.get_data())["password"]
            return Response(json.dumps({"token": TOKEN}), 200)
        given = request.environ.get("HTTP_AUTHORIZATION", "")
        if given.removeprefix("Bearer ") in (CANARY, TOKEN):
            request.environ["HTTP_AUTHORIZATION"] = f"Bearer {self.real}"
        answer: Response = mock()
        request.environ["HTTP_AUTHORIZATION"] = given
        if answer.status_code >= 400 and isinstance(body := json.loads(answer.get_data()), dict):
            told = echo(request)
            answer.set_data(
                json.dumps({**body, "first_name": list(map(str, told.values())), "echo": told, "password": self.password})
            )
            answer.headers["X-Echo"] = quote(told["plain"])
            answer.headers["Set-Cookie"] = f"echo={quote(told['plain'])}"
        return answer


@pytest.fixture(name="ready")
def _ready() -> Iterator[Mapping[str, Any]]:
    """The mock behind the parrot."""
    parrot = Parrot()
    with layered.served(API, parrot) as ready:
        parrot.real = ready["apis"][API]["auth"]["bearerAuth"]
        yield ready


def writings(text: str) -> Iterator[str]:
    """A text, and what it says once one of its escapes is undone."""
    yield text
    yield re.sub(r"(\\[nr]|[\s│|])+", "", text)
    yield unquote_plus(text)
    yield html.unescape(text)
    yield text.replace("\\", "")
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    for run in re.findall(r"[A-Za-z0-9+/_-]{16,}", text):
        yield from decoded(run)


def decoded(run: str) -> Iterator[str]:
    """What a run of letters may hold as base64, from any of its first four letters on, or as hexadecimal."""
    plain = run.replace("-", "+").replace("_", "/")
    for start in range(4):
        piece = plain[start:]
        yield base64.b64decode(piece[: len(piece) // 4 * 4]).decode("latin-1")
    try:
        yield binascii.unhexlify(run).decode("latin-1")
    except (binascii.Error, ValueError):
        return


def found_in(text: str, secret: str) -> set[str]:
    """The pieces of a secret that a text gives away."""
    pieces = {secret[at : at + WINDOW] for at in range(len(secret) - WINDOW + 1)}
    pieces |= {piece.replace("\\", "") for piece in pieces if len(piece.replace("\\", "")) == WINDOW}
    return {piece for each in writings(text) for piece in pieces if piece in each}


def test_the_search_finds_what_the_parrot_says() -> None:
    """Every writing of the echo is understood: a search that finds nothing would prove nothing."""
    request = Request.from_values("/x", method="PATCH", data=b"{}", headers={"Authorization": f"Bearer {CANARY}"})

    silent = [
        name for name, value in echo(request).items() if name not in ("url", "body") and not found_in(json.dumps(value), CANARY)
    ]

    assert silent == []


def target(folder: Path, ready: Mapping[str, Any], credentials: str) -> Path:
    """A target file for the mock behind the parrot."""
    facts = ready["apis"][API]
    file = folder / "target.toml"
    file.write_text(
        f'api = "{API}"\nurl = "{facts["url"]}"\n{credentials}\n[record]\nid = "{facts["customer"]["id"]}"\n'
        f'[read]\npath = "{facts["read"]}"\n[limits]\nmax_seconds = 60\n',
        encoding="utf-8",
    )
    return file


CREDENTIALS: Mapping[str, str] = {
    "environment": '[auth]\nbearerAuth = "${CANARY}"',
    "command": """[auth_command]\nbearerAuth = ["sh", "-c", 'printf "%s" "$CANARY"']""",
    "login": '[login.bearerAuth]\npath = "/login"\ntoken = "/token"\nbody = { password = "${CANARY_PASSWORD}" }',
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("environment", ()),
        ("environment", ("-n", "2")),
        ("command", ()),
        ("login", ("-n", "2")),
        ("login", ("--read-only-check",)),
        ("environment", ("broken report",)),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "alone",
)
def test_the_canary_is_found_nowhere(ready: Mapping[str, Any], tmp_path: Path, source: str, more: tuple[str, ...]) -> None:
    """Reports, archive, JUnit, terminal: loud options, workers and an internal error included."""
    out = tmp_path / "out"
    broken = more == ("broken report",)
    if broken:
        (out / "report.html").mkdir(parents=True)  # writing the report fails, which is an internal error
    command = [sys.executable, "-m", "pytest", "contracts", *LOUD, "-p", "no:cacheprovider"]
    command += ["--target", str(target(tmp_path, ready, CREDENTIALS[source])), "--report-dir", str(out)]
    command += ["--junitxml", str(out / "junit.xml"), *(() if broken else more)]
    command += [option for rule in RULES for option in ("--rule", rule)]
    environment = {**os.environ, "CANARY": CANARY, "CANARY_PASSWORD": PASSWORD}

    run = subprocess.run(command, cwd=subjects.ROOT, capture_output=True, text=True, timeout=300, check=False, env=environment)

    written = [path for path in sorted(out.rglob("*")) if path.is_file()]
    texts = {path.name: path.read_text(encoding="utf-8") for path in written} | {"terminal": run.stdout + run.stderr}
    secrets = (PASSWORD, TOKEN) if source == "login" else (CANARY,)
    assert {name: pieces for name, text in texts.items() for secret in secrets if (pieces := found_in(text, secret))} == {}
    assert "urllib3" not in run.stdout  # whose debug lines hold URLs, with the credentials that some schemes put there
    assert run.returncode == 1, run.stdout[-3000:] + run.stderr[-3000:]
    assert ("Is a directory" in run.stderr) is broken
    if not broken:
        assert {"report.json", "report.html", "summary.md", "traffic.har", "junit.xml"} <= texts.keys()
        assert "[redacted]" in texts["traffic.har"]
        assert "[redacted]" in texts["report.html"]
