"""No regular expression of the packages can be slowed down by a text: not by a short one, nor, where texts are long, by those."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mock_server.journal.redaction import Redaction
from mock_server.resource.answering import queries
from mock_server.resource.values import words
from tests import subjects
from tests.reading.regular_expressions import weaknesses

PACKAGES = ("specs", "mock_server", "contracts")
CALLS = ("compile", "match", "fullmatch", "search", "sub", "subn", "findall", "finditer", "split")
ANCHORED = {"match", "fullmatch"}

TRUSTED: Mapping[str, str] = {
    "contracts/drafting/operations.py": "templates of paths in a user's own document",
    "contracts/judging/leaks.py": "so much of an answer is searched as can be in a moment",
    "contracts/reports/findings.py": "sentences and paths that the suite itself has written",
    "contracts/target/declared.py": "lines of a user's own target file",
    "contracts/target/settings.py": "a path in a user's own target file",
}
"""Expressions that a long text would slow down, by file, and why they get none from a stranger."""

MADE: Mapping[str, str] = {
    "mock_server/journal/redaction.py": "made of names: looked at below",
    "mock_server/web/recorded_seeds.py": "the parts of a path template, with what has no slash between them",
    "mock_server/resource/answering/queries.py": "one of a table: looked at below",
    "mock_server/resource/values/words.py": "one of a table: looked at below",
    "contracts/drafting/document/schemas.py": "only compiled: whether a user's pattern is one",
    "contracts/drafting/document/security.py": "the name of a header behind one word, on a description of the user's document",
    "contracts/record/patterns.py": "a pattern of a user's own document",
    "contracts/record/values.py": "likewise, on values that the suite makes",
    "contracts/reports/findings.py": "the name of a field, on the suite's own sentences",
    "contracts/rules/values/test_patterns.py": "a pattern of a user's own document, on short texts that the suite makes",
    "contracts/terms/nearby.py": "the name of a member between borders, on a description of the user's document",
    "contracts/target/credentials.py": "the name of a cookie between commas, anchored by them",
}
"""Expressions that are put together at run time, by file."""

WEAK = {
    "exponential": (r"(a+)+b", r"(a*)*b", r"(?:a|ab|b)*c", r"(x+x+)+y", r"(?:a{1,30}){1,30}b", r"(?:\w+\s?)*!"),
    "quadratic": (r"a*a*b", r"\s*[:=]?\s*x", r"\{([^}]+)\}", r"(?:/[^/]+)+\.py", r'"(?:[^"\\]|\\.)*"', r".*x.*y"),
}
SOUND = (r"\{([^{}]+)\}", r"https?://[^\s\"]+", r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', r"[0-9]{1,300}(?:\.[0-9]{1,300})?", r"[^a-z]+")


@cache
def _trees() -> Mapping[Path, ast.Module]:
    files = (file for package in PACKAGES for file in sorted((subjects.ROOT / package).rglob("*.py")))
    return {file.relative_to(subjects.ROOT): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in CALLS:
                yield node.func.attr, node


@cache
def _uses() -> Mapping[str, frozenset[str]]:
    """By the name of a pattern: the methods that are called on it anywhere."""
    found: dict[str, set[str]] = {}
    for tree in _trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in CALLS:
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
                found.setdefault(name, set()).add(node.attr)
    return {name: frozenset(methods) for name, methods in found.items()}


def _names(tree: ast.AST) -> Mapping[int, str]:
    """By the id of a call: the name that its value is given."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Attribute):
            target = node.targets[0]
            found[id(node.value)] = target.id if isinstance(target, ast.Name) else target.attr
    return found


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "<expression>", "eval"), dict(names))


def _expressions() -> Iterator[tuple[str, re.Pattern[str] | None, frozenset[str]]]:
    """Where it stands, the expression (None where it is only known at run time), and how it is used."""
    for file, tree in _trees().items():
        names, module = _names(tree), ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        for method, call in _calls(tree):
            used = _uses().get(names.get(id(call), ""), frozenset({"search"})) if method == "compile" else frozenset({method})
            flags = (
                call.args[1:] if method in ("compile",) else call.args[2:] if method in ("match", "search", "fullmatch") else ()
            )
            flags = [*flags, *(each.value for each in call.keywords if each.arg == "flags")]
            known = vars(importlib.import_module(module))
            try:
                pattern = re.compile(_value(call.args[0], known), *(_value(each, known) for each in flags))
            except NameError:
                pattern = None
            yield f"{file}:{call.lineno}", pattern, used


FOUND = [each for each in _expressions() if each[1] is not None]


def _known(pattern: re.Pattern[str] | None, used: frozenset[str]) -> list[str]:
    assert pattern is not None
    return weaknesses(pattern, is_searched=not used <= ANCHORED, is_whole=used == {"fullmatch"})


@pytest.mark.parametrize(("where", "pattern", "used"), FOUND, ids=[where for where, _, _ in FOUND])
def test_no_expression_is_slowed_down_by_a_text(where: str, pattern: re.Pattern[str], used: frozenset[str]) -> None:
    """An expression that is searched for costs as much as its text is long; none at all can take exponential time."""
    found = _known(pattern, used)

    assert "exponential" not in found, pattern.pattern
    assert not found or where.partition(":")[0] in TRUSTED, pattern.pattern


def test_expressions_that_are_made_at_run_time_are_known() -> None:
    """Each one stands in the table, with what it is made of."""
    assert {where.partition(":")[0] for where, pattern, _ in _expressions() if pattern is None} == set(MADE)


def test_expressions_of_tables_and_of_names_are_sound() -> None:
    """Those that the mock makes when it starts."""
    found = [*queries._ROLES.values(), *(each["name"] for part in ("texts", "numbers") for each in words._table()[part])]
    redaction = Redaction([], members=["password", "token"])._in_text
    assert redaction is not None

    assert {pattern.pattern: weak for pattern in (*found, redaction) if (weak := weaknesses(pattern))} == {}


@pytest.mark.parametrize(("kind", "expression"), [(kind, each) for kind, several in WEAK.items() for each in several])
def test_weak_expressions_are_told(kind: str, expression: str) -> None:
    """What the check above has to find."""
    assert kind in weaknesses(re.compile(expression, re.DOTALL))


@pytest.mark.parametrize("expression", SOUND)
def test_sound_expressions_are_not_told(expression: str) -> None:
    """What it must let pass."""
    assert weaknesses(re.compile(expression, re.DOTALL)) == []
