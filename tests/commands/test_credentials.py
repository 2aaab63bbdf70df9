"""Where credentials come from: commands, logins, auth files; renewed when they expire, and never shown."""

from __future__ import annotations

import base64
import html
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from werkzeug.wrappers import Request, Response

from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.whole import judge_all
from contracts.target.credentials import Command
from contracts.target.secrecy import STRUCK, Redactor, Secret
from contracts.target.settings import from_file, from_settings
from contracts.target.target import TargetError
from contracts.terms.verdict import Verdict
from tests.services import layered

BEARER = "babyland"
HEADER = "wizcommerce"
PASSWORD = "p4ss&word-of-the-login"


@dataclass
class Door:
    """A login in front of the mock: it issues tokens, each of which is good for so many requests."""

    uses: int = 10_000
    real: str = ""
    issued: list[str] = field(default_factory=list)
    logins: list[tuple[str, str | None, bytes]] = field(default_factory=list)
    left: int = 0
    refused: int = 0

    def __call__(self, request: Request, mock: Any) -> Response:
        """Let in who holds the last token, for as long as it is good."""
        if request.path.startswith("/login"):
            return self._login(request)
        sent = request.headers.get("Authorization", "")
        if self.issued and sent == f"Bearer {self.issued[-1]}" and self.left > 0:
            self.left -= 1
            request.environ["HTTP_AUTHORIZATION"] = f"Bearer {self.real}"
        elif sent == f"Bearer {self.real}":
            request.environ["HTTP_AUTHORIZATION"] = "Bearer nobody"
        elif sent.removeprefix("Bearer ") in self.issued:
            self.refused += 1
        answer: Response = mock()
        return answer

    def _login(self, request: Request) -> Response:
        self.logins.append((request.method, request.content_type, request.get_data()))
        if PASSWORD not in unquote_plus(request.get_data(as_text=True)):
            return Response(json.dumps({"error": f"wrong: {request.get_data(as_text=True)}"}), 401)
        self.issued.append(f"issued-token-{len(self.issued):04}-abcdefgh")
        self.left = self.uses
        body = {"data": {"access_token": self.issued[-1]}, "list": ["x"], "empty": ""}
        return Response(json.dumps(body), 200, {"X-Token": self.issued[-1], "Set-Cookie": f"sid={self.issued[-1]}; Path=/"})


@pytest.fixture(name="door")
def _door() -> Door:
    return Door()


@pytest.fixture(name="ready")
def _ready(door: Door) -> Iterator[Mapping[str, Any]]:
    """The mock behind the door."""
    with layered.served(BEARER, door) as ready:
        door.real = ready["apis"][BEARER]["auth"]["bearerAuth"]
        yield ready


def settings(ready: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A target file's content for the mock behind the door, without any credential."""
    facts = ready["apis"][BEARER]
    record = {name: str(value) for name, value in facts["customer"].items()}
    return {"api": BEARER, "url": facts["url"], "record": record, "read": {"path": facts["read"]}, **more}


def login(**more: Any) -> dict[str, Any]:
    """The table of a login."""
    body = {"grant_type": "password", "user": "qa-user", "password": PASSWORD}
    return {"login": {"bearerAuth": {"path": "/login", "body": body, "token": "/data/access_token", **more}}}


def verdicts(target_settings: Mapping[str, Any], base: Path = Path(), rule: str = "success-status") -> list[str]:
    """The verdicts of a run of one rule."""
    target = from_settings(target_settings, base)
    runs = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset({rule})))
    assert all(run.restored.ok for run in runs)
    return [result.verdict for run in runs for result in run.results]


# --- logins -----------------------------------------------------------------------------------------------------------


def test_a_login_gives_the_credential(door: Door, ready: Mapping[str, Any]) -> None:
    """One JSON token request; the token is sent by the document's own scheme."""
    assert verdicts(settings(ready, **login())) == [Verdict.CONFORMS]

    method, media_type, body = door.logins[0]
    assert len(door.logins) == 1
    assert (method, media_type, json.loads(body)["grant_type"]) == ("POST", "application/json", "password")


def test_a_login_may_be_a_form_to_another_address(door: Door, ready: Mapping[str, Any]) -> None:
    """OAuth's token requests are forms, and often served elsewhere."""
    form = {"grant_type": "client_credentials", "client_secret": PASSWORD}
    table = {"url": f"{ready['url']}/login/elsewhere", "form": form, "token": "/data/access_token", "method": "PUT"}

    assert verdicts(settings(ready, login={"bearerAuth": table})) == [Verdict.CONFORMS]
    assert door.logins[0][:2] == ("PUT", "application/x-www-form-urlencoded")


def test_an_expired_token_is_renewed(door: Door, ready: Mapping[str, Any]) -> None:
    """A 401 to the record's own credential leads to one more login, and the request is sent again."""
    door.uses = 5

    assert verdicts(settings(ready, **login()), rule="sent-field-stored").count(Verdict.CONFORMS) > 5
    assert len(door.logins) > 3
    assert door.refused == len(door.logins) - 1


@pytest.mark.parametrize("rule", ["wrong-credential-refused", "missing-credential-refused", "malformed-credential-refused"])
def test_wrong_credentials_on_purpose_renew_nothing(door: Door, ready: Mapping[str, Any], rule: str) -> None:
    """The rules on credentials get the 401 that they provoke."""
    assert verdicts(settings(ready, **login()), rule=rule) == [Verdict.CONFORMS]
    assert len(door.logins) == 1


def test_a_401_for_another_reason_does_not_log_in_for_ever(door: Door, ready: Mapping[str, Any]) -> None:
    """A target that answers 401 whatever the token is asked a few times for another one, and no more."""
    door.uses = 1

    with pytest.raises(TargetError, match="no such record or path"):
        verdicts({**settings(ready, **login()), "record": {"id": "57"}, "read": {"path": "/api/customer/{id}/nowhere"}})

    door.uses = 0
    with pytest.raises(TargetError, match="the credential is refused"):
        verdicts(settings(ready, **login()))
    assert len(door.logins) <= 6


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"body": {"password": "not-the-right-one"}}, "login: POST {url}/login: answered 401; check what it is sent"),
        ({"token": "/data/refresh_token"}, "the answer has no text at body /data/refresh_token"),
        ({"token": "/empty"}, "the answer has no text at body /empty"),
        ({"path": "/elsewhere"}, "login: POST {url}/elsewhere: answered 404"),
    ],
    ids=["refused", "no token", "an empty token", "no such path"],
)
def test_a_login_that_fails_is_told_in_one_line(ready: Mapping[str, Any], table: dict[str, Any], words: str) -> None:
    """What was sent and what came back are no part of the message."""
    with pytest.raises(TargetError) as caught:
        verdicts(settings(ready, **login(**table)))

    assert words.format(url=ready["url"]) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "not-the-right-one" not in str(caught.value)


# --- commands ---------------------------------------------------------------------------------------------------------


def command(program: str) -> list[str]:
    """A Python one-liner as a command."""
    return [sys.executable, "-c", program]


def test_a_command_gives_the_credential(door: Door, ready: Mapping[str, Any]) -> None:
    """Its output is the credential, outer white space aside; it is run once."""
    door.issued.append("from-the-command")
    door.left = 10_000

    assert verdicts(settings(ready, auth_command={"bearerAuth": command("print(' from-the-command ')")})) == [Verdict.CONFORMS]


def test_a_command_is_split_like_a_shell_line_and_run_without_one(ready: Mapping[str, Any]) -> None:
    """Quotes keep words together; nothing is expanded."""
    target = from_settings(settings(ready, auth_command={"bearerAuth": "vault read '-field=a b' $HOME"}))

    source = target.identity.auth["bearerAuth"]._source  # type: ignore[attr-defined]  # what no public name tells
    assert source.argv == ("vault", "read", "-field=a b", "$HOME")


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (["no-such-program-anywhere", "--token=hidden-part"], "'no-such-program-anywhere' cannot be started: No such file"),
        (command("print('hidden-part'); raise SystemExit(7)"), "ended with exit code 7"),
        (command("pass"), "printed nothing"),
        (command("print('hidden-part\\nhidden-part')"), "expected one line of printable ASCII"),
        (command("print('hidden-part-\\u00e9')"), "expected one line of printable ASCII"),
    ],
    ids=["no program", "failure", "silence", "two lines", "not ASCII"],
)
def test_a_command_that_fails_is_told_in_one_line(ready: Mapping[str, Any], program: list[str], words: str) -> None:
    """Neither its output nor its arguments are part of the message."""
    with pytest.raises(TargetError) as caught:
        verdicts(settings(ready, auth_command={"bearerAuth": program}))

    assert str(caught.value).startswith("the credential for bearerAuth: ")
    assert words in str(caught.value)
    assert "hidden-part" not in str(caught.value)


def test_a_command_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, ready: Mapping[str, Any]) -> None:
    """With whatever it has started itself: a child that holds the pipe open does not hold the run."""

    class Soon(Command):
        def __init__(self, argv: tuple[str, ...]) -> None:
            super().__init__(argv, timeout=0.5)

    monkeypatch.setattr("contracts.target.access.Command", Soon)

    with pytest.raises(TargetError, match=r"did not end within 0\.5 s"):
        verdicts(settings(ready, auth_command={"bearerAuth": ["sh", "-c", "sleep 60 & sleep 60"]}))


# --- Web Fuzzing Commons ----------------------------------------------------------------------------------------------

WFC_LOGIN = """
auth:
  - name: first
    loginEndpointAuth:
      payloadUserPwd: {username: qa, password: wrong, usernameField: user, passwordField: password}
  - name: second
    loginEndpointAuth:
      payloadRaw: '{"user": "qa", "password": "p4ss&word-of-the-login"}'
authTemplate:
  loginEndpointAuth:
    endpoint: /login
    verb: POST
    contentType: application/json
    token:
      extractFrom: body
      extractSelector: /data/access_token
      sendIn: header
      sendName: Authorization
      sendTemplate: 'Bearer {token}'
"""
WFC_HEADER = WFC_LOGIN.replace(
    "extractFrom: body, extractSelector: /data/access_token", "extractFrom: header, extractSelector: X-Token"
)
WFC_FIXED = """
auth:
  - name: first
    fixedHeaders: [{name: authorization, value: Bearer from-the-file}]
"""


@pytest.mark.parametrize(
    ("content", "user"), [(WFC_LOGIN, "second"), (WFC_HEADER, "second"), (WFC_FIXED, None)], ids=["body", "header", "fixed"]
)
def test_an_auth_file_gives_the_credential(
    door: Door, ready: Mapping[str, Any], tmp_path: Path, content: str, user: str | None
) -> None:
    """A user of the file, by name or the first one; the template fills in what the user leaves out."""
    (tmp_path / "auth.yaml").write_text(content, encoding="utf-8")
    door.issued, door.left = ["from-the-file"], 10_000
    more = {"auth_file": "auth.yaml", **({"auth_user": user} if user else {})}

    assert verdicts(settings(ready, **more), tmp_path) == [Verdict.CONFORMS]


def test_the_bystander_may_be_another_user_of_the_file(ready: Mapping[str, Any], tmp_path: Path) -> None:
    """The file is named once."""
    both = WFC_FIXED + "  - name: second\n    fixedHeaders: [{name: Authorization, value: bearer of-the-other}]\n"
    (tmp_path / "auth.yaml").write_text(both, encoding="utf-8")
    more = {"auth_file": "auth.yaml", "bystander": {"id": "58", "auth_user": "second"}}

    target = from_settings(settings(ready, **more), tmp_path)

    assert target.identity.auth["bearerAuth"].reveal() == "from-the-file"
    assert target.bystander is not None
    assert target.bystander.auth["bearerAuth"].reveal() == "of-the-other"


@pytest.mark.parametrize(
    ("content", "user", "words"),
    [
        ("auth: [}", None, "not valid YAML"),
        ("auth: []", None, "auth: expected a list of users"),
        ("auth: [{name: a}]\nspede: 1", None, "the file: 'spede' is not supported"),
        (WFC_FIXED, "third", "no user 'third'; known are first"),
        ("auth: [{name: a, createUsers: {}}]", None, "user 'a': 'createUsers' is not supported"),
        ("auth: [{name: a, fixedHeaders: [{name: X-Other, value: b}]}]", None, "no credential for bearerAuth (Authorization)"),
        ("auth: [{name: a, fixedHeaders: [{name: Authorization, value: JWT hidden-part}]}]", None, "is sent as 'Bearer ...'"),
        (WFC_LOGIN.replace("Bearer {token}", "JWT {token}"), "second", "is sent as 'Bearer {token}'"),
    ],
    ids=["no YAML", "no users", "unknown key", "unknown user", "created users", "other header", "other word", "other template"],
)
def test_an_auth_file_that_cannot_be_used_is_told_in_one_line(
    ready: Mapping[str, Any], tmp_path: Path, content: str, user: str | None, words: str
) -> None:
    """The message names the file, and nothing of its secrets."""
    (tmp_path / "auth.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(TargetError) as caught:
        from_settings(settings(ready, auth_file="auth.yaml", **({"auth_user": user} if user else {})), tmp_path)

    assert "auth.yaml" in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hidden-part" not in str(caught.value)


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "[auth]: a credential is needed for bearerAuth"),
        ({"auth": {"bearerAuth": 5}}, "bearerAuth in [auth]: expected a non-empty string"),
        ({"auth_command": {"bearerAuth": []}}, "bearerAuth in [auth_command]: expected a program and its arguments"),
        ({"auth_command": {"bearerAuth": "a 'b"}}, "bearerAuth in [auth_command]: No closing quotation"),
        ({"auth_command": {"other": "a"}}, "unknown key 'other' in [auth_command]; known keys are bearerAuth"),
        ({"auth": {"bearerAuth": "abcd"}, "auth_command": {"bearerAuth": "a"}}, "it has a credential already"),
        (login(tokens="/a"), "unknown key 'tokens' in bearerAuth in [login]"),
        (login(token="access_token"), "token: expected a JSON Pointer"),
        (login(url="http://127.0.0.1/"), "expected either path or url"),
        (login(path="login"), "expected a path that starts with /"),
        (login(form={"a": "b"}), "expected either body (JSON) or form"),
        (login(method="DELETE"), "method: expected one of POST"),
        (login(headers={"a": 1}), "expected a table of name = string"),
        ({"auth_user": "a"}, "auth_user: needs auth_file"),
        ({"auth_file": "nowhere.yaml"}, "auth_file nowhere.yaml: cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_settings_that_cannot_be_used_are_told_in_one_line(ready: Mapping[str, Any], more: dict[str, Any], words: str) -> None:
    """Nothing is run or sent."""
    with pytest.raises(TargetError) as caught:
        from_settings(settings(ready, **more))

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_target_file_reads_the_environment_in_logins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """${NAME} stands for a secret anywhere in the file."""
    monkeypatch.setenv("QA_PASSWORD", PASSWORD)
    path = tmp_path / "target.toml"
    path.write_text(
        f'api = "{HEADER}"\nurl = "https://staging.example"\n[record]\nid = "a"\n'
        '[login.ApiKeyAuth]\npath = "/login"\ntoken = "/token"\nbody = { password = "${QA_PASSWORD}" }\n',
        encoding="utf-8",
    )

    source = from_file(path).identity.auth["ApiKeyAuth"]._source  # type: ignore[attr-defined]  # what no public name tells

    assert json.loads(source.body) == {"password": PASSWORD}
    assert PASSWORD not in repr(source)


# --- what is struck out -----------------------------------------------------------------------------------------------

SECRET = "S3cr3t/\"<&'\\+= of-the-target"


def spelled(secret: str) -> dict[str, str]:
    """A secret as it may come back, by the way in which it was written."""
    around = f"user:{secret}!".encode()
    return {
        "plain": secret,
        "quoted": quote(secret),
        "quoted whole": quote(secret, safe=""),
        "form": quote_plus(secret),
        "JSON": json.dumps(secret),
        "JSON in JSON": json.dumps(json.dumps(secret)),
        "HTML": html.escape(secret),
        "Go's JSON": json.dumps(secret).replace("<", "\\u003c").replace("&", "\\u0026"),
        "repr": repr(secret),
        "base64": base64.b64encode(secret.encode()).decode(),
        "base64 in the middle": base64.b64encode(around).decode(),
        "base64 for URLs": base64.urlsafe_b64encode(b"x" + around).decode(),
        "hexadecimal": secret.encode().hex(),
        "over lines": "\n  ".join([secret[:9], secret[9:20], secret[20:]]),
        "cut": secret[:22],
        "the end": secret[-16:],
    }


@pytest.mark.parametrize("way", spelled(SECRET))
def test_a_secret_is_struck_out_however_it_is_written(way: str) -> None:
    """No six letters in a row are left of it, in its own writing or in another."""
    redactor = Redactor()
    redactor.add(Secret(SECRET))
    written = spelled(SECRET)[way]

    struck = redactor.strike(f"before {written} after")

    assert STRUCK in struck
    assert struck.startswith("before ")
    assert struck.endswith(" after")
    rest = struck.replace(STRUCK, " ").removeprefix("before ").removesuffix(" after")
    around = len("user:" * 2)  # what stood around the secret, in the longest writing
    assert not [rest[at : at + 6] for at in range(len(rest) - 5) if rest[at : at + 6] in SECRET and rest[at : at + 6].strip()]
    assert len(rest) <= around + 6


@pytest.mark.parametrize(
    "text", ["nothing", "S3cr3t of nobody", "a target of-the-document", "x" * 50, "", "Bearer [redacted]"], ids=repr
)
def test_other_texts_are_left_alone(text: str) -> None:
    """A few letters in common are no secret."""
    redactor = Redactor()
    redactor.add(Secret(SECRET))

    assert redactor.strike(text) == text


def test_the_token_and_what_was_sent_for_it_are_struck_out(door: Door, ready: Mapping[str, Any]) -> None:
    """All of the login's body but the protocol's own words, and every token that was issued."""
    door.uses = 4
    target = from_settings(settings(ready, **login()))
    run = Run(Plan(target=target, apis=(target.api,)))
    run.open()
    run.close()
    text = f"{PASSWORD} qa-user {' '.join(door.issued)} password"

    assert run.redactor.strike(text) == " ".join([STRUCK] * (2 + len(door.issued))) + " password"
