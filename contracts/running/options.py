"""The command-line options of the suite, and the plan that they make."""

from __future__ import annotations

import argparse
import math
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from contracts.reports import known
from contracts.reports.known import KnownList
from contracts.reports.shards import shard
from contracts.running.plan import DEPTHS, RECORD_WAIT, Plan, embedded_apis
from contracts.target.settings import from_file, from_settings, pairs, read_toml, with_expect
from contracts.target.target import Target, TargetError, check_keys
from contracts.terms.rule import RULES

TARGET_OPTIONS = (
    "auth", "auth_command", "auth_file", "auth_user", "record", "bystander", "bystander_auth", "bystander_auth_user", "read"
)  # fmt: skip
PYTEST_OPTIONS = """And every option of pytest: -k city, -m length, -x, --lf, --junitxml FILE, -n 2 (with pytest-xdist), --strict
(what is only a should counts as well), ...; `pytest --help` lists them. Configuration, conftest.py and plugins of the current
folder are not loaded; -p NAME loads a plugin. Exit codes: 0 every judged must conforms; 1 one is violated, or a listed deviation
is stale; 4 an option, a file or the target cannot be used; 5 nothing was judged; 6 a record was left changed."""
LIMITS = ("max_requests", "max_seconds", "requests_per_second")
"""The limits that options set in place of the target file's."""


class Group(Protocol):
    """A group of options, of pytest or of argparse."""

    def addoption(self, *names: str, **how: Any) -> None:
        """Add an option; argparse's keywords."""


class _Help:
    """A group of argparse, for the help of the command ``patch-contracts test``."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._group = parser.add_argument_group("options", "contract tests of partial updates")

    def addoption(self, *names: str, **how: Any) -> None:
        """Add an option."""
        self._group.add_argument(*names, **how)


def help_text(program: str) -> str:
    """What there is to choose, for a command that has these options and pytest's."""
    parser = argparse.ArgumentParser(program, f"{program} [options] [contracts/rules/...]", add_help=False, epilog=PYTEST_OPTIONS)
    add_options(_Help(parser))
    return parser.format_help()


def add_options(group: Group) -> None:
    """Register the options; values are checked by ``plan``."""
    group.addoption("--target", metavar="FILE", help="TOML file that describes the target")
    group.addoption("--target-url", metavar="URL", help="base URL of the target, instead of a file")
    group.addoption("--api", metavar="NAME", help="name in specs/, or path of an OpenAPI file with x-contract")
    group.addoption("--auth", metavar="SCHEME=VALUE", action="append", default=[], help="credential for a security scheme")
    group.addoption(
        "--auth-command",
        metavar="SCHEME=COMMAND",
        action="append",
        default=[],
        help="a program that prints the credential; run without a shell",
    )
    group.addoption("--auth-file", metavar="FILE", help="auth file of Web Fuzzing Commons")
    group.addoption("--auth-user", metavar="NAME", help="user of the --auth-file; the first one, if not given")
    group.addoption(
        "--record",
        "--customer",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="record",
        help="path parameter of the record that may be changed",
    )
    group.addoption(
        "--bystander",
        "--other-customer",
        dest="bystander",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="path parameter of a bystander",
    )
    group.addoption(
        "--bystander-auth",
        "--other-auth",
        dest="bystander_auth",
        metavar="SCHEME=VALUE",
        action="append",
        default=[],
        help="the bystander's own credential",
    )
    group.addoption(
        "--bystander-auth-user",
        "--other-auth-user",
        dest="bystander_auth_user",
        metavar="NAME",
        help="the bystander's own user of the --auth-file",
    )
    group.addoption("--read", metavar="PATH", help="path of a GET that returns the same representation")
    group.addoption("--rule", metavar="ID", action="append", default=[], help="judge this rule only (repeatable)")
    group.addoption(
        "--depth",
        choices=DEPTHS,
        default="gate",
        help="quick: at most 250 requests, many questions in each; gate: all, deterministic; thorough: random, seeded, long",
    )
    group.addoption("--seed", metavar="N", type=int, help="thorough: draw what the run that printed this seed drew")
    group.addoption("--known", metavar="FILE", help="TOML list of known deviations: they do not fail the run; stale ones do")
    group.addoption("--known-update", action="store_true", help="append the violations of this run to the --known file")
    group.addoption("--observe", metavar="FILE", help="write what the target does at open points, as its [expect] section")
    group.addoption("--expect", metavar="FILE", help="an [expect] section in a file of its own: judge these points too")
    group.addoption("--report-dir", metavar="DIR", help="write report.json into this folder")
    group.addoption(
        "--read-only-check", action="store_true", help="send only reads, and requests that the document says are refused"
    )
    group.addoption("--max-requests", metavar="N", type=_positive(int), help="send no more requests than this to a target")
    group.addoption("--max-seconds", metavar="S", type=_positive(float), help="judge no longer than this; restoring follows")
    group.addoption(
        "--requests-per-second",
        metavar="R",
        type=_positive(float, or_zero=True),
        help="send no faster than this; 0: as fast as the answers come",
    )
    group.addoption(
        "--record-wait",
        "--customer-wait",
        dest="record_wait",
        metavar="S",
        type=_positive(float),
        default=RECORD_WAIT,
        help="wait so long for a record that another run on this machine is using",
    )
    group.addoption(
        "--connections",
        metavar="N",
        type=_positive(int),
        default=1,
        help="judge so many records at the same time, each over a connection of its own; [fixture] makes them",
    )
    group.addoption("--shard", metavar="I/N", help="judge the share I of N; `patch-contracts merge` joins their reports")
    group.addoption("--dry-run", action="store_true", help="list what would be sent, by rule, and send nothing")


def plan(config: pytest.Config) -> Plan:
    """The plan that the options make; TargetError, one line, for options that do not fit together."""
    report_dir = config.getoption("--report-dir")
    target = _expecting(config, _target(config))
    connections = _connections(config, target)
    return Plan(
        target=target,
        apis=(target.api,) if target is not None else embedded_apis(config.getoption("--api")),
        rules=_rules(config.getoption("--rule")),
        strict="strict=true" in (config.option.override_ini or ()),
        depth=config.getoption("--depth"),
        seed=_seed(config),
        report_dir=None if report_dir is None else _folder(report_dir),
        dry_run=config.getoption("--dry-run"),
        known=_known(config),
        known_update=config.getoption("--known-update"),
        observe=_observe(config),
        workers=config.getoption("numprocesses", None) or connections,
        threads=connections > 1,
        record_wait=config.getoption("--record-wait"),
        read_only=config.getoption("--read-only-check"),
        limits={name: config.getoption(name) for name in LIMITS if config.getoption(name) is not None},
        shard=None if config.getoption("--shard") is None else shard(config.getoption("--shard")),
    )


def _seed(config: pytest.Config) -> int:
    """The seed that was given, or another one each time; workers draw by the seed of their controller."""
    if config.getoption("--seed") is None:
        config.option.seed = secrets.randbelow(10**6)
    return int(config.option.seed)


def _connections(config: pytest.Config, target: Target | None) -> int:
    """The records that are judged at the same time by one process; TargetError where that cannot be."""
    count: int = config.getoption("--connections")
    depth = config.getoption("--depth")
    barred = {"-n": config.getoption("numprocesses", None), f"--depth {depth}": depth == "quick"}
    for option in (name for name, given in barred.items() if given and count > 1):
        raise TargetError(f"--connections judges several records in one process, at the gate or thorough: leave out {option}")
    if count > 1 and target is None:
        raise TargetError("--connections is about a target: give --target or --target-url")
    return count


def _positive(kind: Callable[[str], float], *, or_zero: bool = False) -> Callable[[str], float]:
    """Reads a number above 0, for argparse; ``or_zero``: 0 has a meaning too."""

    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = -1
        if not (0 < number < math.inf or (or_zero and number == 0)):
            raise argparse.ArgumentTypeError(f"expected a number above 0{', or 0' if or_zero else ''}, not {text!r}")
        return number

    return read


def _target(config: pytest.Config) -> Target | None:
    file, url = config.getoption("--target"), config.getoption("--target-url")
    given = [f"--{name.replace('_', '-')}" for name in TARGET_OPTIONS if config.getoption(f"--{name.replace('_', '-')}")]
    if file is not None:
        if url is not None or given or config.getoption("--api"):
            raise TargetError(
                "--target describes the whole target: leave out --target-url, --api and "
                + ", ".join(f"--{name}" for name in ("auth", "record", "read"))
            )
        return from_file(Path(file))
    if url is None:
        if given:
            raise TargetError(f"{given[0]} needs --target-url")
        return None
    if not config.getoption("--api"):
        raise TargetError("--target-url needs --api NAME")
    return from_settings(_settings(config, url))


def _settings(config: pytest.Config, url: str) -> dict[str, object]:
    settings: dict[str, object] = {
        "api": config.getoption("--api"),
        "url": url,
        "auth": pairs(config.getoption("--auth"), "--auth"),
        "record": pairs(config.getoption("--record"), "--record"),
    }
    commands = pairs(config.getoption("--auth-command"), "--auth-command")
    settings |= {"auth_command": commands} if commands else {}
    for key in ("auth_file", "auth_user"):
        if config.getoption(key):
            settings[key] = config.getoption(key)
    other: dict[str, object] = dict(pairs(config.getoption("--bystander"), "--bystander"))
    own = pairs(config.getoption("--bystander-auth"), "--bystander-auth")
    if own:
        other["auth"] = own
    if config.getoption("--bystander-auth-user"):
        other["auth_user"] = config.getoption("--bystander-auth-user")
    if other:
        settings["bystander"] = other
    if config.getoption("--read"):
        settings["read"] = {"path": config.getoption("--read")}
    return settings


def _expecting(config: pytest.Config, target: Target | None) -> Target | None:
    """The target with what ``--expect`` declares."""
    file = config.getoption("--expect")
    if file is None:
        return target
    if target is None:
        raise TargetError("--expect is about a target: give --target or --target-url")
    if target.expect.choices or target.expect.normalise:
        raise TargetError(f"--expect: {target.expect.file} has an [expect] section already: leave one of them out")
    return with_expect(target, Path(file))


def _observe(config: pytest.Config) -> Path | None:
    file = config.getoption("--observe")
    if file is None:
        return None
    if config.getoption("--target") is None and not config.getoption("--api"):
        raise TargetError("--observe is about one target: give --target or --api")
    if Path(file).exists():
        check_keys(read_toml(Path(file))[1], ("expect",), f"{file}, which --observe writes anew")
    return Path(file)


def _known(config: pytest.Config) -> KnownList | None:
    file, update = config.getoption("--known"), config.getoption("--known-update")
    if file is None and update:
        raise TargetError("--known-update needs --known FILE")
    return None if file is None else known.load(Path(file), draft=update)


def _rules(names: list[str]) -> frozenset[str]:
    """The ids as written; whether they exist is known once the rules are collected, see ``check_rules``."""
    return frozenset(names)


def check_rules(wanted: frozenset[str]) -> None:
    """TargetError for a --rule that does not exist."""
    unknown = sorted(wanted - RULES.keys())
    if unknown:
        raise TargetError(f"--rule: no rule {', '.join(map(repr, unknown))}; known are {', '.join(sorted(RULES))}")


def _folder(text: str) -> Path:
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise TargetError(f"--report-dir: {text} is not a folder")
    return path
