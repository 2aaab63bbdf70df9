"""The records of a shared target: several for several workers, never one for two runs, and all of them left as they were."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from contracts.record.restoring import Restoration
from contracts.reports.report import read_json
from contracts.running.options import add_options
from contracts.running.parties import Saved, restored
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.credentials import Command, Obtained
from contracts.target.locks import Locks
from contracts.target.secrecy import Redactor, Secret
from contracts.target.settings import from_settings
from contracts.target.target import Identity, Target, TargetError, fingerprint
from contracts.terms.verdict import Difference
from tests import subjects
from tests.commands.test_gate import state

API = "babyland"
BY_CREDENTIAL = "customers_me"

# --- [[records]] ----------------------------------------------------------------------------------------------------


def settings(**changes: Any) -> dict[str, Any]:
    """A target with two records that may be changed, with some keys replaced; None takes one away."""
    usual = {
        "api": API,
        "url": "http://127.0.0.1:9",
        "auth": {"bearerAuth": "token-1"},
        "records": [{"id": "57"}, {"id": "58", "auth": {"bearerAuth": "token-2"}}],
    }
    return {key: value for key, value in {**usual, **changes}.items() if value is not None}


def test_each_record_has_its_path_and_its_credential() -> None:
    """Its own, or the target's."""
    records = from_settings(settings()).identities

    assert [(each.path["id"], each.auth["bearerAuth"].reveal()) for each in records] == [("57", "token-1"), ("58", "token-2")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"record": {"id": "59"}}, "[record] and [[records]]: expected one of them"),
        ({"records": []}, "records: expected tables [[records]]"),
        ({"records": {"id": "57"}}, "records: expected tables [[records]]"),
        ({"records": [{}]}, "[[records]]: needs id"),
        ({"records": [{"id": "57", "nr": "1"}]}, "unknown key 'nr' in [[records]]; known keys are id"),
        ({"records": [{"id": "57"}, {"id": "57"}]}, "[[records]]: record id=57 is there twice"),
        ({"bystander": {"id": "58"}}, "[bystander]: record id=58 is one of those that may be changed"),
        ({"records": None, "record": {"id": "7"}, "bystander": {"id": "7"}}, "[bystander]: record id=7 is one"),
        ({"api": BY_CREDENTIAL, "auth": {"jwtAuth": "t"}, "records": [{}]}, "it needs its own [records.auth]"),
        ({"auth": None}, "a credential is needed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_records_that_cannot_be_told_apart_are_refused(changes: dict[str, Any], words: str) -> None:
    """In one line."""
    with pytest.raises(TargetError) as refused:
        from_settings(settings(**changes))

    assert words in str(refused.value)


def test_a_record_is_known_by_its_path_or_by_its_credential() -> None:
    """By the way to the credential, where that is another one each time."""

    def party(path: Mapping[str, str], secret: Secret) -> Identity:
        return Identity(path=path, auth={"jwtAuth": secret})

    one, two = from_settings(settings()).api, from_settings(settings(api=BY_CREDENTIAL, auth=None, records=BOTH)).api
    first, second = Obtained(Command(("token", "a"))), Obtained(Command(("token", "b")))

    assert fingerprint(one, party({"id": "1"}, Secret("a"))) == fingerprint(one, party({"id": "1"}, Secret("b")))
    assert fingerprint(one, party({"id": "1"}, Secret("a"))) != fingerprint(one, party({"id": "2"}, Secret("a")))
    assert fingerprint(two, party({}, Secret("a"))) != fingerprint(two, party({}, Secret("b")))
    assert fingerprint(two, party({}, first)) == fingerprint(two, party({}, Obtained(Command(("token", "a")))))
    assert fingerprint(two, party({}, first)) != fingerprint(two, party({}, second))


BOTH = [{"auth": {"jwtAuth": "token-1"}}, {"auth": {"jwtAuth": "token-2"}}]

# --- locks ------------------------------------------------------------------------------------------------------------


@pytest.fixture(name="locks")
def _locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Locks]]:
    """Two runs of one machine, whose temporary files are kept apart from ours."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    both = [Locks(), Locks()]
    yield both
    for each in both:
        each.release()


def take(locks: Locks, target: Target, wanted: int = 1, order: Sequence[int] = (0, 1)) -> tuple[int, ...]:
    """Take records of a target without waiting."""
    return locks.take(target, order, wanted, 0, lambda _line: None)


def test_two_runs_take_different_records(locks: list[Locks]) -> None:
    """As many as are wanted and free, in their order; what is given back is free again."""
    target = from_settings(settings())

    assert take(locks[0], target) == (0,)
    assert take(locks[1], target, wanted=2) == (1,)
    locks[0].release()
    locks[1].release()
    assert take(locks[1], target, wanted=2, order=(1, 0)) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "free"),
    [
        ({}, False),
        ({"records": [{"id": "59"}]}, True),
        ({"url": "http://127.0.0.1:10"}, True),
        ({"auth": {"bearerAuth": "t"}}, False),
    ],
)
def test_a_record_is_locked_for_its_target(locks: list[Locks], changes: dict[str, Any], free: bool) -> None:
    """Whatever the credential: it is the same record."""
    take(locks[0], from_settings(settings()), wanted=2)

    if free:
        take(locks[1], from_settings(settings(**changes)), order=(0,))
    else:
        with pytest.raises(TargetError, match="another run on this machine is using record id=57; waited 0 s"):
            take(locks[1], from_settings(settings(**changes)), order=(0,))


def test_the_names_of_locks_tell_nothing(locks: list[Locks], tmp_path: Path) -> None:
    """Neither a credential nor a record."""
    take(locks[0], from_settings(settings(api=BY_CREDENTIAL, auth=None, records=BOTH)), wanted=2)

    names = [path.name for path in (tmp_path / "patch-contracts-locks").iterdir()]
    assert len(names) == 2
    assert not [name for name in names if "token" in name or "127" in name]


# --- the bystander ----------------------------------------------------------------------------------------------------


def test_the_bystander_is_left_as_it_was_too() -> None:
    """A fault lets refused patches reach the neighbour: it is found, and afterwards mended."""
    with subjects.mock([API], ["refused-write-reaches-neighbour"]) as (target,):
        before = state(target.url)
        (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset({"refused-patch-leaves-other"})))

        assert report.summary()["violates"] == 1
        assert report.restored == Restoration(ok=True)
        assert state(target.url) == before


def test_what_no_patch_can_mend_is_told() -> None:
    """A fault lets each patch reach everyone: mending one spoils the other. The first record counts."""
    with subjects.mock([API], ["everyone-updated"]) as (target,):
        before = state(target.url)[API]["customers"]
        (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset({"other-customer-unchanged"})))
        after = state(target.url)[API]["customers"]

    assert report.summary()["violates"] > 0
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert [each.path for each in report.restored.differences] == ["the bystander: first_name"]
    assert len(report.restored.repairs) == 1


def test_a_record_that_cannot_be_restored_is_told_with_whose_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fields of the record under test stand without a name."""
    left = Restoration(ok=False, differences=(Difference(path="city", before="a", after="b"),))
    monkeypatch.setattr("contracts.running.parties.brought_back", lambda *_arguments, **_options: left)
    told = [restored(Saved(name, None, {}), Redactor()) for name in ("", "the bystander")]  # type: ignore[arg-type]

    assert [each.differences[0].path for each in told] == ["city", "the bystander: city"]


# --- as a user runs it ------------------------------------------------------------------------------------------------

RULES = ("--rule", "sent-field-stored", "--rule", "over-limit-refused", "--rule", "no-op-changes-nothing")


@pytest.fixture(name="ready", scope="module")
def _ready() -> Iterator[dict[str, Any]]:
    """A mock with two records."""
    with subjects.running("mock_server", API) as ready:
        yield dict(ready)


def target_file(folder: Path, ready: Mapping[str, Any], records: int = 2) -> Path:
    """A target file for some of the mock's records."""
    facts = ready["apis"][API]
    first, second = facts["customer"], facts["other_customer"]["path"]
    lines = [f'api = "{API}"', f'url = "{facts["url"]}"', "[read]", f'path = "{facts["read"]}"']
    for path, auth in ((first, facts["auth"]), (second, facts["other_customer"]["auth"]))[:records]:
        lines += ["[[records]]", *(f'{name} = "{value}"' for name, value in path.items()), "[records.auth]"]
        lines += [f'{name} = "{value}"' for name, value in auth.items()]
    (folder / "target.toml").write_text("\n".join(lines))
    return folder / "target.toml"


def started(target: Path, *options: str) -> subprocess.Popen[str]:
    """A gate run in a process group of its own."""
    command = [
        sys.executable,
        "-u",
        "-m",
        "pytest",
        "contracts",
        "-q",
        "-p",
        "no:cacheprovider",
        "--target",
        str(target),
        *options,
    ]
    with subjects.interruptible():
        return subprocess.Popen(
            command, cwd=subjects.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit code and output."""
    output, _ = process.communicate(timeout=300)
    return process.returncode, output


def test_each_worker_has_a_record_of_its_own(ready: dict[str, Any], tmp_path: Path) -> None:
    """The verdicts are those of one process, both records have been patched, and both are as they were."""
    before, target = state(ready["url"]), target_file(tmp_path, ready)
    reports = [tmp_path / "one", tmp_path / "two"]

    for folder, options in zip(reports, ((), ("-n", "2")), strict=True):
        code, output = finished(started(target, *RULES, "--report-dir", str(folder), *options))
        assert code == 0, output

    assert state(ready["url"]) == before
    one, two = (
        [(each.rule, each.field, each.verdict) for each in read_json(path / "report.json")[0].results] for path in reports
    )
    assert one == two
    assert [len(patched(folder)) for folder in reports] == [1, 2]


def patched(folder: Path) -> set[str]:
    """The URLs to which patches were sent."""
    entries = json.loads((folder / "traffic.har").read_text())["log"]["entries"]
    return {each["request"]["url"] for each in entries if each["request"]["method"] == "PATCH"}


def test_a_run_waits_for_a_record_that_is_in_use(ready: dict[str, Any], tmp_path: Path) -> None:
    """It says so, goes on as soon as the record is free, and gives up in the end."""
    path = target_file(tmp_path, ready, records=1)
    locks = Locks()
    facts = ready["apis"][API]
    held = from_settings(settings(url=facts["url"], auth=facts["auth"], records=[{"id": str(facts["customer"]["id"])}]))
    locks.take(held, (0,), 1, 0, lambda _line: None)
    try:
        code, output = finished(started(path, *RULES, "--record-wait", "0.3"))
        assert code == 4, output
        assert "another run on this machine is using record id=57; waited 0.3 s" in output

        waiting = started(path, *RULES)
        assert waiting.stdout is not None
        assert any("waiting at most 600 s for another run" in line for line in waiting.stdout)
    finally:
        locks.release()
    code, output = finished(waiting)
    assert code == 0, output


# --- interruptions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "number", "to_group"),
    [
        pytest.param(("-n", "2"), signal.SIGINT, True, id="Ctrl-C at two workers"),
        pytest.param(("-n", "2"), signal.SIGTERM, False, id="SIGTERM to the controller of two workers"),
        pytest.param(("--shard", "1/2"), signal.SIGINT, True, id="Ctrl-C at a shard"),
    ],
)
def test_an_interrupted_run_leaves_every_record_as_it_was(
    ready: dict[str, Any], tmp_path: Path, options: Sequence[str], number: signal.Signals, to_group: bool
) -> None:
    """In the middle, with both records changed where there are two workers; and a shard tells what it has not run."""
    before = state(ready["url"])
    process = started(target_file(tmp_path, ready), "--report-dir", str(tmp_path / "out"), *options)
    deadline = time.monotonic() + 120
    while (now := state(ready["url"])) == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)

    (os.killpg if to_group else os.kill)(process.pid, number)
    code, output = finished(process)

    assert now != before, output
    assert code == 2, output
    assert state(ready["url"]) == before
    assert read_json(tmp_path / "out" / "report.json")[0].restored.ok


# --- earlier names of tables ------------------------------------------------------------------------------------------


def test_tables_are_read_by_their_names_and_by_the_earlier_ones() -> None:
    """[record], [[records]] and [bystander] were called [customer], [[customers]] and [other_customer]."""
    plain = {key: value for key, value in settings().items() if key != "records"}

    one = from_settings({**plain, "record": {"id": "57"}, "bystander": {"id": "59"}})
    same = from_settings({**plain, "customer": {"id": "57"}, "other_customer": {"id": "59"}})
    several = [from_settings({**plain, name: [{"id": "57"}, {"id": "58"}]}) for name in ("records", "customers")]

    assert one.identity.path == same.identity.path == {"id": "57"}
    assert one.bystander is not None
    assert same.bystander is not None
    assert one.bystander.path == same.bystander.path == {"id": "59"}
    assert [[each.path["id"] for each in target.identities] for target in several] == [["57", "58"], ["57", "58"]]


@pytest.mark.parametrize(
    ("earlier", "name", "value", "read"),
    [
        ("--customer", "record", "id=57", ["id=57"]),
        ("--other-customer", "bystander", "id=59", ["id=59"]),
        ("--other-auth", "bystander_auth", "bearerAuth=token", ["bearerAuth=token"]),
        ("--other-auth-user", "bystander_auth_user", "second", "second"),
        ("--customer-wait", "record_wait", "0.5", 0.5),
    ],
)
def test_options_are_read_by_their_names_and_by_the_earlier_ones(earlier: str, name: str, value: str, read: Any) -> None:
    """Files of CI systems go on working."""
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)

    for option in (f"--{name.replace('_', '-')}", earlier):
        assert getattr(parser.parse([option, value]), name) == read


def test_a_table_by_both_of_its_names_is_refused() -> None:
    """Two tables for one thing: which is meant cannot be told."""
    with pytest.raises(TargetError, match=re.escape("[record] and [customer]: expected one of them, they mean the same")):
        from_settings({**settings(), "record": {"id": "57"}, "customer": {"id": "57"}})
