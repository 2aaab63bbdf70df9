"""Sections of a target file: ``[expect]``, what is declared at open points, and ``[fixture]``, how records are made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.target.expect import EVERYWHERE, POINTS, Expect
from contracts.target.target import NORMALISERS, TargetError, check_keys, plain_path
from contracts.terms.fixture import Creation, Deletion, Fixture, FromDocument
from contracts.terms.moving import WORDS, followed
from specs import Api


def declarations(table: Mapping[str, Any], api: Api, path: Path, text: str) -> Expect:
    """The ``[expect]`` section of a file, with the line of each declaration in its text.

    Raises TargetError, one line, for an unknown point, behaviour or field, and for a point that the document settles.
    """
    if not isinstance(table, Mapping):
        raise TargetError("expect: expected a table [expect]")
    written = {key: value for key, value in table.items() if key != "normalise"}
    check_keys(written, (*POINTS, "normalise"), "[expect]")
    choices = {point: _behaviours(point, value, api) for point, value in written.items()}
    normalise = table.get("normalise", {})
    if not isinstance(normalise, Mapping):
        raise TargetError("normalise in [expect]: expected a table of field = normalisation")
    check_keys(normalise, [plain_path(each.path) for each in api.walk_fields()], "normalise in [expect]")
    return Expect(
        normalise={field: _normalisers(field, value) for field, value in normalise.items()},
        choices=choices,
        file=str(path),
        lines={(point, field): _line(text, point, field) for point in choices for field in choices[point]},
    )


def declared_moves(table: Mapping[str, Any], api: Api) -> dict[str, str]:
    """The ``[moves]`` section: how properties of the record move by themselves, by their path.

    Raises TargetError, one line, for another wording, and for the name of a property that no request has. The path may be one
    that the document does not name.
    """
    found = {}
    names = [plain_path(each.path) for each in api.walk_fields()]
    for path, how in table.items():
        if not isinstance(how, str) or (how not in WORDS and not followed(how)):
            known = ", ".join(map(repr, WORDS))
            raise TargetError(f"{path} in [moves]: expected {known} or 'follows NAME', not {how!r}")
        unknown = [name for name in followed(how) if name not in names]
        if unknown:
            raise TargetError(f"{path} in [moves]: no request has {unknown[0]!r}; known are {', '.join(names)}")
        found[path] = how
    return found


def _behaviours(point: str, value: Any, api: Api) -> dict[str, str]:
    """What is declared at a point, by field: for all of them with one text, or with a table."""
    where, known = f"{point} in [expect]", POINTS[point]
    choice = api.choices.get(point)
    if choice is not None and choice.documented and not known.by_field:
        raise TargetError(f"{where}: the document is not open here, it says {choice.behaviour!r}")
    if isinstance(value, Mapping) and not known.by_field:
        raise TargetError(f"{where}: expected a text, since the point is none of single fields")
    table = value if isinstance(value, Mapping) else {EVERYWHERE: value}
    paths = {EVERYWHERE: EVERYWHERE} | {plain_path(each.path): each.path for each in api.walk_fields()}
    check_keys(table, paths, where)
    for behaviour in table.values():
        if behaviour not in known.behaviours:
            raise TargetError(f"{where}: unknown behaviour {behaviour!r}; known are {', '.join(known.behaviours)}")
    return {paths[key]: behaviour for key, behaviour in table.items()}


def _line(text: str, point: str, field: str) -> int:
    """The line of a declaration: the field's own in ``[expect.point]``, else the point's in ``[expect]``; 0 if not found."""
    inside, name = "", plain_path(field)
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        inside = header[1].replace('"', "") if header else inside
        key = line.partition("=")[0].strip().strip("\"'")
        if (inside, key) in ((f"expect.{point}", name), ("expect", point)):
            return number
    return 0


def _normalisers(path: str, value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(value)
    for name in names:
        if name not in NORMALISERS:
            raise TargetError(f"{path} in normalise: unknown {name!r}; known are {', '.join(NORMALISERS)}")
    return names


def declared_fixture(table: Mapping[str, Any], base: Path) -> Fixture | FromDocument:
    """The ``[fixture]`` section of a target file in the folder ``base``.

    Raises TargetError, one line, for an unknown key or a value of the wrong kind.
    """
    create, delete = table.get("create"), table.get("delete")
    if "from_document" in table:
        if create is not None or delete is not None:
            raise TargetError("[fixture]: expected either from_document, or [fixture.create] and [fixture.delete]")
        return _from_document(table["from_document"], base)
    if not isinstance(create, Mapping) or not isinstance(delete, Mapping | None):
        raise TargetError("[fixture]: expected the tables [fixture.create] and [fixture.delete]")
    check_keys(create, ("method", "path", "body", "id", "command"), "[fixture.create]")
    check_keys(delete or {}, ("method", "path", "command"), "[fixture.delete]")
    body = create.get("body", {})
    if not isinstance(body, Mapping):
        raise TargetError("[fixture.create]: body: expected a table")
    command, method, path = _way(create, "create", "POST")
    pointer = create.get("id", "/id")
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise TargetError("[fixture.create]: id: expected a JSON Pointer into the answer, such as /id")
    made = Creation(method=method, path=path, body=body, pointer=pointer, command=command)
    if delete is None:
        return Fixture(made, None)
    command, method, path = _way(delete, "delete", "DELETE")
    return Fixture(made, Deletion(method=method, path=path, command=command))


def _from_document(value: Any, base: Path) -> FromDocument:
    if value is True:
        return FromDocument(None)
    if not isinstance(value, str) or not (base / value).is_file():
        raise TargetError("[fixture]: from_document: expected true, or the file of the whole document")
    return FromDocument(base / value)


def _way(table: Mapping[str, Any], name: str, usual: str) -> tuple[tuple[str, ...], str, str]:
    """A command, or a method and a path."""
    command, path, method = table.get("command", []), table.get("path", ""), table.get("method", usual)
    if not isinstance(command, list) or not all(isinstance(each, str) for each in command):
        raise TargetError(f"[fixture.{name}]: command: expected a list of texts, the program first")
    if not isinstance(path, str) or not isinstance(method, str) or (path and not path.startswith("/")):
        raise TargetError(f"[fixture.{name}]: path: expected a path that begins with /, and method a text")
    if bool(command) == bool(path):
        raise TargetError(f"[fixture.{name}]: expected either a path or a command")
    return tuple(command), method.upper(), path
