"""What a start does not do: import what is not needed yet, and check again a document that was found valid."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import specs
from specs import checked, checking, loader
from tests import subjects

SLOW = ("schemathesis", "hypothesis", "openapi_spec_validator", "jsonschema", "requests", "jinja2", "harfile", "flask")
"""Libraries that take a tenth of a second and more to import, and that the first request does not need."""


@pytest.fixture(name="cache", autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of documents."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    loader._load.cache_clear()
    yield tmp_path / "cache" / "patch-contracts" / "documents"
    loader._load.cache_clear()


@pytest.fixture(name="checks")
def _checks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The documents that are checked."""
    found: list[object] = []
    check = checking.check_openapi

    def noted(document: dict[str, object]) -> None:
        found.append(document)
        check(document)

    monkeypatch.setattr(checking, "check_openapi", noted)
    return found


def load(path: Path) -> specs.Api:
    """The API of a file, as another process would load it."""
    loader._load.cache_clear()
    return specs.load(path)


def copied(folder: Path) -> Path:
    """A document of ours in a folder."""
    path = folder / "copy.yaml"
    path.write_bytes((loader.FOLDER / f"{specs.names()[0]}.yaml").read_bytes())
    return path


def test_no_slow_library_is_imported_before_it_is_needed() -> None:
    """Rules are collected and a run is set up without them, once the document is known to be valid."""
    specs.load(specs.names()[0])
    code = "import sys, specs, contracts.plugin; from contracts.running.selection import load_rules; load_rules(); "
    code += f"specs.load(specs.names()[0]); print(sorted(sys.modules.keys() & set({SLOW})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=subjects.ROOT, capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"


def test_an_unchanged_document_is_checked_once(tmp_path: Path, checks: list[object]) -> None:
    """By its content, wherever the file is."""
    path = copied(tmp_path)
    first, again = load(path), load(path)
    path.touch()
    load(path)

    assert len(checks) == 1
    assert first.name == again.name
    assert [each.path for each in first.walk_fields()] == [each.path for each in again.walk_fields()]


def test_a_changed_document_is_checked_again(tmp_path: Path, checks: list[object]) -> None:
    """An error in it is told, each time."""
    path = copied(tmp_path)
    load(path)
    text = path.read_text(encoding="utf-8")
    for _ in range(2):
        path.write_text(text + "\npaths: 7\n", encoding="utf-8")
        with pytest.raises(specs.SpecError):
            load(path)

    assert len(checks) == 3


def test_a_document_is_checked_again_by_other_checks(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of a library that checks is another opinion."""
    load(copied(tmp_path))
    known = len(list(cache.iterdir()))
    checked._checks.cache_clear()
    monkeypatch.setattr(checked, "version", lambda _name: "0")
    load(copied(tmp_path))
    checked._checks.cache_clear()

    assert (known, len(list(cache.iterdir()))) == (1, 2)


def test_a_document_is_loaded_without_a_place_for_the_cache(tmp_path: Path, checks: list[object], cache: Path) -> None:
    """It is checked each time then."""
    cache.parent.parent.write_text("not a folder")
    load(copied(tmp_path))
    load(copied(tmp_path))

    assert len(checks) == 2
