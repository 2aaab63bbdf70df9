"""A draft as YAML, with comments that tell what was derived and what to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

HEAD = """# Drafted from {source} by `patch-contracts init`: PATCH {path}
#
# Only this operation, the GET that shows the same record, and what they refer to is kept. Each keyword of a schema is a promise:
# the claims below say which rule rests on which, with the JSON Pointer of its place in this file. What the document does
# not say is marked: a response that is not listed with x-inferred, a point of behaviour as unspecified with the mock's
# choice beside it.
"""
COMMENTS: Mapping[str, str] = {
    "identity": "what tells whose record it is",
    "read": "the GET that shows the record",
    "record": "where a success body shows the record; null: nowhere",
    "read_record": "where the body of the GET shows it",
    "body": "where the changes stand in a request body",
    "members": "a body is a list of operations (JSON Patch): the members of the record that they may name",
    "around": "what stands beside them, as every request needs it",
    "success": "look at this: the one status that a success has, and further ones that are documented",
    "claims": "rule: where the document says it. Take out what your service does not promise, add what its prose does",
    "choices": "behaviour that a schema cannot express: change unspecified to documented where your documentation decides",
    "errors": "how the mock refuses, and where error bodies name fields",
    "seeds": "the records that the mock starts with: make them look like yours",
}
_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]  # one of two classes with the same interface
    """Writes every value where it stands."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Repeats what stands in two places: people edit one of them."""
        return True


def written(document: Mapping[str, Any], *, source: str, path: str, notes: Sequence[str]) -> str:
    """The text of a draft; ``notes``: what a reader has to know, a line each."""
    plain = json.loads(json.dumps(document))
    body = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    told = "".join(f"#   - {_line(each)}\n" for each in notes)
    head = HEAD.format(source=_line(source), path=_line(path)) + (f"#\n# Look at these:\n{told}" if told else "") + "#\n"
    return head + _commented(body)


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _commented(body: str) -> str:
    """The lines of x-contract with a comment above each of its keys."""
    lines: list[str] = []
    inside = ""
    for line in body.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if line.strip() == "x-contract:":
            inside = indent + "  "
        elif inside and line.strip() and not line.startswith(inside):
            inside = ""
        elif inside and indent == inside:
            found = re.match(r"\s+([a-z_]+):", line)
            if found is not None and found[1] in COMMENTS:
                lines.append(f"{inside}# {COMMENTS[found[1]]}")
        lines.append(line)
    return "\n".join(lines) + "\n"
