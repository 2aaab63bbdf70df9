"""A mock with several records that may be changed, near or distant, as a target file has them."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import specs
from contracts.target.embedded import targets
from tests import subjects
from tests.services.delaying import delaying


@contextmanager
def serving(name: str, records: int, latency: float, *defects: str) -> Iterator[str]:
    """A mock with as many records that may be changed, and a bystander; the text of a target file for it.

    defects: ids of deliberate defects that it has.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{name}.yaml")
        identities = _with_records(name, records, file)
        wrong = [word for each in defects for word in ("--defect", each)]
        with subjects.running("mock_server", str(file), *wrong) as ready, delaying(ready["url"], latency) as (delayed, _proxy):
            facts = ready["apis"][name]
            url = (delayed if latency else ready["url"]) + facts["url"].removeprefix(ready["url"])
            lines = [f"api = {json.dumps(str(file))}", f"url = {json.dumps(url)}", "disposable = true"]
            for each in identities:
                lines += ["[[records]]", *_table(each["path"]), "[records.auth]", *_table(each["auth"])]
            other = facts["other_customer"]
            lines += ["[bystander]", *_table(other["path"]), "[bystander.auth]", *_table(other.get("auth", facts["auth"]))]
            (known,) = targets(ready, {name: str(file)})
            lines += ["[values]", *(f"{json.dumps(path)} = {json.dumps(list(values))}" for path, values in known.values.items())]
            lines += ["[read]", *_table({"path": facts["read"]}), "[limits]", "max_requests = 100_000"]
            yield "\n".join(lines) + "\n"


def _table(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {json.dumps(str(value))}" for name, value in values.items()]


def _with_records(name: str, count: int, file: Path) -> list[dict[str, Any]]:
    """Write the API's file with more records like its first one; the identities of all that may be changed."""
    api = specs.load(name)
    document = copy.deepcopy(dict(api.document))
    seeds = document["paths"][api.path]["patch"]["x-contract"]["seeds"]["customers"]
    unique = [each.name for each in api.fields if each.unique]
    made = [_other(seeds[0], unique, number) for number in range(1, count)]
    seeds.extend(made)
    file.write_text(json.dumps(document, default=str), encoding="utf-8")
    return [seeds[0], *made]


def _other(seed: Mapping[str, Any], unique: Sequence[str], number: int) -> dict[str, Any]:
    """A record like another one, with a key, credentials and unique values of its own."""
    other = copy.deepcopy(dict(seed))
    for name, key in seed["path"].items():
        made = key + 1000 + number if isinstance(key, int) else f"{key[:-4]}{number:04x}"
        other["path"][name] = made
        other["record"] |= {each: made for each, value in seed["record"].items() if value == key}
    if not seed["path"]:
        other["auth"] = {scheme: f"{value}-{number}" for scheme, value in seed["auth"].items()}
    other["record"] |= {each: f"n{number}{other['record'][each]}" for each in unique if other["record"].get(each)}
    return other
