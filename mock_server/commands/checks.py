"""``validate`` and ``doctor``: whether documents can be served, and why a mock behaves as it does."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

import specs
from mock_server.commands.remote import Remote, as_json, reaching, show
from mock_server.commands.serve import SPEC_INVALID
from mock_server.resource.reading.document import Document
from mock_server.resource.service import Resource
from mock_server.worlds.definition import Definition
from mock_server.worlds.loading import load
from specs import SpecError
from specs.contradictions import contradictions


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="NAME_OR_FILE...")
@as_json
def validate(files: tuple[str, ...], is_json: bool) -> None:
    """Whether the mock can serve these documents, and where their schemas contradict themselves; exit code 3 if it cannot."""
    found = [(file, *_servable(file)) for file in files]
    looks = {file: contradictions(_content(file)) if is_good else [] for file, is_good, _ in found}
    answer = [{"file": file, "ok": is_good, "detail": detail, "look": looks[file]} for file, is_good, detail in found]
    rows = [("ok" if is_good else "FAIL", detail) for _, is_good, detail in found]
    show(answer, is_json, [*rows, *(("LOOK", line) for lines in looks.values() for line in lines)])
    if not all(is_good for _, is_good, _ in found):
        sys.exit(SPEC_INVALID)


def _content(file: str) -> Mapping[str, Any]:
    """The document as written."""
    served = load(file)
    return served.content if isinstance(served, Document) else served.document


def _servable(file: str) -> tuple[bool, str]:
    try:
        api = load(file)
        if isinstance(api, Document):
            return True, _summary(Resource(api, ""))
        Definition(api, "")
    except SpecError as error:
        return False, str(error)
    return True, f"{api.name}: {api.title}"


def _summary(resource: Resource) -> str:
    """What a whole document has, and how much of it is answered with an example."""
    operations = resource.recognition.all()
    derived = sum(each.is_derived for each in operations)
    names = ", ".join(resource.recognition.collections) or "none"
    examples = len(list(operations)) - derived
    return f"{resource.name}: {resource.title}; collections: {names}; {derived} operations work on them, {examples} have examples"


@click.command()
@as_json
@reaching
def doctor(remote: Remote, is_json: bool) -> None:
    """Look for what could be wrong: here, and with a running mock. Exit code 1 if anything is."""
    found = [(*_servable(name), name) for name in specs.names()]
    checks = [(is_good, f"document {name}", "can be served" if is_good else detail) for is_good, detail, name in found]
    checks += _of_mock(remote)
    answer = [{"ok": is_good, "check": check, "detail": detail} for is_good, check, detail in checks]
    show(answer, is_json, [("ok" if is_good else "FAIL", check, detail) for is_good, check, detail in checks])
    if not all(is_good for is_good, _, _ in checks):
        sys.exit(1)


def _of_mock(remote: Remote) -> Iterator[tuple[bool, str, str]]:
    """Whether it can be reached, serves the documents as they are, and what makes it behave unlike them."""
    try:
        remote.call("GET", "health")
        known = remote.call("GET", "version")
    except click.ClickException as error:
        yield False, "mock", error.message
        return
    yield True, "mock", f"version {known['version']} answers"
    yield from (_as_on_disk(api) for api in known["apis"] if api["name"] in specs.names())
    rules = [each["name"] for each in remote.call("GET", "faults")["faults"]]
    yield not rules, "faults", ", ".join(rules) or "no rules"
    defects = remote.call("GET", "defects")["active"]
    yield not defects, "defects", ", ".join(defects) or "none is active"
    settings = {name: value for name, value in remote.call("GET", "settings").items() if value and name != "overrides"}
    yield not settings, "settings", ", ".join(f"{name} {value}" for name, value in settings.items()) or "as the documents say"


def _as_on_disk(api: dict[str, Any]) -> tuple[bool, str, str]:
    digest = hashlib.sha256(specs.load(api["name"]).file.read_bytes()).hexdigest()
    is_same = digest == api["document"]
    return is_same, f"served {api['name']}", "is the document here" if is_same else "is not as it is here: restart the mock"
