"""The project as pip installs it: a wheel, and an environment that has it beside what the tests' own has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path

from tests import subjects

SOURCES = ("specs", "mock_server", "contracts", "patch_contracts.py", "pyproject.toml", "README.md", "LICENSE")


def build(folder: Path) -> Path:
    """The wheel of this checkout; nothing is fetched for it, and no older build has a part in it."""
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        place = subjects.ROOT / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(place, source)
    _pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder), str(source))
    (wheel,) = folder.glob("*.whl")
    return wheel


def environment(folder: Path, wheel: Path) -> Path:
    """A new environment with the wheel; its folder of programs. What the wheel needs is taken from the tests' environment."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    _pip("--python", str(programs / "python"), "install", "--no-deps", "--no-index", str(wheel))
    command = [str(programs / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    others = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    Path(packages, "of-the-tests.pth").write_text("\n".join(others), encoding="utf-8")
    return programs


def _pip(*words: str) -> None:
    command: Sequence[str] = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
