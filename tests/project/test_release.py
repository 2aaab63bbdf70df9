"""What is released: the same wheel from the same sources, and a lock that keeps to pyproject.toml."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.installing import SOURCES
from tests.subjects import ROOT

LOCK = ROOT / "requirements" / "ci.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def built(folder: Path, moment: int) -> str:
    """The digest of the wheel that is made in this folder of sources that were written at a moment."""
    source = folder / "source"
    source.mkdir(parents=True)
    for name in SOURCES:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(place, source)
    for each in source.rglob("*"):
        os.utime(each, (moment, moment))
    words = ["wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder), str(source)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["SOURCE_DATE_EPOCH"] = "1790000000"
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.slow
def test_the_same_sources_make_the_same_wheel(tmp_path: Path) -> None:
    """Byte for byte, wherever and whenever they were written."""
    assert built(tmp_path / "one", 1_700_000_000) == built(tmp_path / "another" / "place", 1_750_000_000)


def _locked() -> dict[str, str]:
    """Versions by name."""
    found = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("group", ["dependencies", *PROJECT["optional-dependencies"]])
def test_the_lock_keeps_to_the_project(group: str) -> None:
    """Everything that the project asks for is in it, with a version that the project takes: tox -e lock writes it anew."""
    wanted = PROJECT["dependencies"] if group == "dependencies" else PROJECT["optional-dependencies"][group]
    locked = _locked()
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        assert name == PROJECT["name"] or requirement.specifier.contains(locked[name]), requirement


def test_the_lock_speaks_of_no_machine() -> None:
    """Versions by name alone: a path or an address is that of whoever wrote the lock."""
    assert re.findall(r"^[^#\n]*(?:file:|://).*$", LOCK.read_text(encoding="utf-8"), re.MULTILINE) == []
