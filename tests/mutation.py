"""Mutations of the rules: each assertion taken out alone, and a defect that is then no longer found.

    python -m tests.proof --json proof.json
    python -m tests.mutation proof.json

A rule ends in ``raise Violation``. Each such statement that a defect of the proof reaches is replaced by ``pass``, and the rule
judges the same defect again: where it still finds it, the mutant survives. The exit code is 1 where one does, or where no
defect reaches a statement.
"""

from __future__ import annotations

import ast
import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import click

import contracts
from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.selection import load_rules
from contracts.terms.rule import RULES, Rule, rule_of
from contracts.terms.verdict import Violation
from tests import proof

FOLDER = Path(contracts.__file__).parent


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """A ``raise Violation``: the module of contracts, and the line."""

    module: str
    line: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule that finds a defect of the mock in one API."""

    rule: str
    api: str
    defect: str


def sites() -> list[Site]:
    """Every assertion of the rules, and of what they share."""
    files = sorted([*FOLDER.glob("rules/*/test_*.py"), FOLDER / "judging" / "trials.py"])
    return [Site(_module(file), node.lineno) for file in files for node in _raises(ast.parse(file.read_text("utf-8")))]


def _module(file: Path) -> str:
    """The module's name below contracts."""
    return ".".join(file.relative_to(FOLDER).with_suffix("").parts)


def _raises(tree: ast.AST) -> Iterator[ast.Raise]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and getattr(node.exc.func, "id", "") == "Violation":
            yield node


def trials(outcomes: list[Mapping[str, Any]], most: int) -> list[Trial]:
    """For each rule at most so many of the defects that it finds, as a proof's JSON tells."""
    found: dict[str, list[Trial]] = {}
    for outcome in outcomes:
        subject = outcome["subject"]
        for rule in sorted({line.split("/", 1)[0] for line in outcome["violated"]}):
            if subject["kind"] == "defect":
                found.setdefault(rule, []).append(Trial(rule, subject["api"], subject["name"]))
    return [trial for listed in found.values() for trial in listed[:most]]


# --- judging --------------------------------------------------------------------------------------------------------

Function = Callable[..., object]


def reached(trial: Trial, rule: Rule, function: Function) -> frozenset[Site]:
    """The sites at which a rule finds the defect; none where it does not find it."""
    target, url = proof.mock(trial.api)
    proof.admin("PUT", f"{url}/__admin/defects", {"defects": [trial.defect]})
    proof.admin("POST", f"{url}/__admin/reset", None)
    run = Run(Plan(target=target, apis=(target.api,), rules=frozenset({trial.rule}), depth="thorough"))
    found = set()
    try:
        run.open()
        for case in rule.cases(target.api):
            _result, outcome = run.judge(target.api.name, rule, case.field, partial(function, case=case.value))
            if isinstance(outcome, Violation):
                found.add(_site(outcome.__traceback__))
    finally:
        run.close()
    return frozenset(found)


def _site(traceback: TracebackType | None) -> Site:
    """The innermost frame."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    assert traceback is not None
    return Site(_module(Path(traceback.tb_frame.f_code.co_filename)), traceback.tb_lineno)


# --- mutating -------------------------------------------------------------------------------------------------------


def mutant(site: Site, rule_module: str, rule: str) -> tuple[Rule, Function]:
    """The rule as it is without the assertion at the site."""
    with _registry_put_aside():
        changed = _without(site)
        original = sys.modules[f"contracts.{site.module}"]
        sys.modules[changed.__name__] = changed
        try:
            module = changed if rule_module == site.module else _executed(rule_module, _tree(rule_module))
        finally:
            sys.modules[changed.__name__] = original
    for member in vars(module).values():
        stated = rule_of(member)
        if stated is not None and stated.id == rule:
            return stated, member
    raise LookupError(rule)


def _without(site: Site) -> ModuleType:
    tree = _tree(site.module)
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, name, [_passed(each, site.line) for each in value])
    return _executed(site.module, tree)


def _passed(node: Any, line: int) -> Any:
    return ast.copy_location(ast.Pass(), node) if isinstance(node, ast.Raise) and node.lineno == line else node


def _file(module: str) -> Path:
    return FOLDER.joinpath(*module.split(".")).with_suffix(".py")


def _tree(module: str) -> ast.Module:
    return ast.parse(_file(module).read_text(encoding="utf-8"))


def _executed(module: str, tree: ast.Module) -> ModuleType:
    made = ModuleType(f"contracts.{module}")
    made.__file__ = str(_file(module))
    sys.modules.setdefault(made.__name__, made)
    exec(compile(tree, made.__file__, "exec"), made.__dict__)  # our own code, one statement less
    return made


@contextmanager
def _registry_put_aside() -> Iterator[None]:
    """A rule is registered once; a mutant of it is not."""
    kept = dict(RULES)
    RULES.clear()
    try:
        yield
    finally:
        RULES.clear()
        RULES.update(kept)


def survives(site: Site, trial: Trial) -> bool:
    """Whether the rule finds the defect without the assertion at the site too."""
    module = next(function.__module__ for rule, function in load_rules() if rule.id == trial.rule).removeprefix("contracts.")
    importlib.import_module(f"contracts.{module}")
    return bool(reached(trial, *mutant(site, module, trial.rule)))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--most", default=4, show_default=True, help="Defects that a rule is tried on.")
def main(file: Path, most: int) -> None:
    """Take out one assertion after another; FILE is what ``tests.proof --json`` wrote."""
    rules = {rule.id: (rule, function) for rule, function in load_rules()}
    by_site: dict[Site, list[Trial]] = {}
    for trial in trials(json.loads(file.read_text(encoding="utf-8")), most):
        for site in reached(trial, *rules[trial.rule]):
            by_site.setdefault(site, []).append(trial)
    survivors = [site for site, listed in sorted(by_site.items()) if all(survives(site, trial) for trial in listed)]
    unreached = [site for site in sites() if site not in by_site]
    for name, listed_sites in (("survives", survivors), ("not reached", unreached)):
        for site in listed_sites:
            click.echo(f"{name}: {_file(site.module).relative_to(FOLDER.parent)}:{site.line}")
    click.echo(f"assertions: {len(sites())}, reached: {len(by_site)}, needed by a defect: {len(by_site) - len(survivors)}")
    proof.stop_mocks()
    sys.exit(bool(survivors or unreached))


if __name__ == "__main__":
    main(prog_name="python -m tests.mutation")
