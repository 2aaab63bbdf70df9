"""Which rules a pytest run was asked for, by the paths and names on its command line."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
SETTINGS = Path(__file__).with_name("suite.toml")
"""The pytest configuration of a run by the command ``patch-contracts test``."""


def asks_for_rules(config: pytest.Config) -> bool:
    """Whether the run was asked for something in the contracts folder.

    Raises UsageError, one line, for a run that was asked for other tests as well: its exit code would be theirs or the rules'.
    """
    if config.inipath == SETTINGS:
        config.args = _of_command(config)
        return True
    inside = [_is_inside(_path(config, argument)) for argument in config.args]
    if any(inside) and not all(inside):
        other = config.args[inside.index(False)]
        raise pytest.UsageError(f"the rules are judged in a run of their own, for the sake of its exit code: leave out {other!r}")
    return any(inside)


def has_own_settings(config: pytest.Config) -> bool:
    """Whether the run has a pytest configuration of this project, and not one of the project that it was started in."""
    return config.inipath is not None and (config.inipath == SETTINGS or config.inipath.parent == FOLDER.parent)


def _is_inside(path: Path | None) -> bool:
    return path is not None and (path == FOLDER or FOLDER in path.parents)


def _path(config: pytest.Config, argument: str) -> Path | None:
    """What an argument names: with --pyargs a module or package if there is one by that name, else a path."""
    name = argument.partition("::")[0]
    if config.option.pyargs:
        found = _module(name)
        if found is not None:
            return found
    return Path(config.invocation_params.dir, name).resolve()


def _module(name: str) -> Path | None:
    """The file of a module, or of the ``__init__`` of a package."""
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):  # a path has dots and slashes, too
        return None
    return None if found is None or found.origin is None else Path(found.origin).resolve()


def _of_command(config: pytest.Config) -> list[str]:
    """The absolute form of paths and node ids as reports have them, relative to where the package is; of none, all rules.

    Raises UsageError for a path that leads to no rule.
    """
    if config.args_source is not config.ArgsSource.ARGS:
        return [str(FOLDER)]
    found = []
    for argument in config.args:
        name, colons, item = argument.partition("::")
        path = FOLDER.parent / name
        if not path.exists() or not _is_inside(path.resolve()):
            raise pytest.UsageError(f"no rules at {argument!r}: name none for all of them, or some, as in contracts/rules/values")
        found.append(f"{path}{colons}{item}")
    return found


def show_node_ids(config: pytest.Config) -> None:
    """In a run by the command, have pytest show node ids as they are, and not the way from the current folder to the package.

    Moving the folder that pytest takes for the current one would do it too, but pytest then ends the run in that folder, and
    reports would be written there.
    """
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if config.inipath == SETTINGS and reporter is not None:
        reporter.startpath = config.rootpath
        config.cwd_relative_nodeid = lambda nodeid: nodeid  # type: ignore[method-assign]  # it has no other use
