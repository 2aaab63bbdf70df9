"""Renders refusals: the error bodies of the document, from its templates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from mock_server.exchange.exchange import Answer, Fault, Path, Refusal
from mock_server.syntax.pointers import pointer
from specs import Api, Shape, Situation, SpecError

FALLBACK: Mapping[str, tuple[str, int | None]] = {
    "not_an_object": ("malformed_json", None),
    "empty_body": ("malformed_json", None),
    "wrong_credential": ("unauthenticated", None),
    "forbidden": ("unknown_record", None),
    "unknown_path": ("unknown_record", None),
    "not_acceptable": ("malformed_json", 406),
    "unsupported_media_type": ("malformed_json", 415),
    "too_large": ("malformed_json", 413),
    "throttled": ("server_error", 429),
    "precondition_failed": ("malformed_json", 412),
    "precondition_required": ("malformed_json", 428),
}
"""For situations that a document does not describe: which other one lends its shape, and the status of HTTP if it is another."""

VALUE_LIMIT = 100
"""Longer values are cut in messages; the item's own ``$value`` is never cut."""

UNSHOWN = "***"


def answer_to(api: Api, refusal: Refusal) -> Answer:
    """The answer to one refused request."""
    return answer_as(api, situation_of(api, refusal.situation), refusal)


def answer_as(api: Api, situation: Situation, refusal: Refusal) -> Answer:
    """The answer to a request that is refused as in this situation."""
    names = _names(situation, refusal.value)
    items = [_item(api, situation.shape, fault) for fault in refusal.faults]
    tree = _tree(refusal.faults, items)
    headers = refusal.headers if situation.status in (401, 405, 415) else {}
    body = _rendered(situation.shape.template, {**names, "tree": tree}, items)
    if isinstance(body, str) and situation.shape.media_type.startswith("text/"):
        body = body.encode()
    return Answer(situation.status, body, situation.shape.media_type, {**headers, **situation.headers})


def situation_of(api: Api, name: str) -> Situation:
    """The situation as documented, or what comes nearest to it."""
    if name in api.situations:
        return api.situations[name]
    other, status = FALLBACK[name]
    nearest = situation_of(api, other)
    if status is None:
        return nearest
    return replace(nearest, name=name, status=status, values={**nearest.values, "message": HTTPStatus(status).phrase}, headers={})


def check_templates(api: Api) -> None:
    """SpecError for a template with a placeholder that some situation gives no value for."""
    for situation in api.situations.values():
        try:
            answer_to(api, Refusal(situation.name))
        except KeyError as missing:
            where = f"x-contract.errors.shapes.{situation.shape.name}"
            raise SpecError(f"{api.file.name}: {where}: situation {situation.name} has no value for ${missing.args[0]}") from None


def _names(situation: Situation, value: str) -> dict[str, Any]:
    texts = situation.values.items()
    values = {name: text.replace("{value}", _plain(value)) if isinstance(text, str) else text for name, text in texts}
    return {"message": phrase(situation.status), "code": situation.name, **values, "status": situation.status}


def phrase(status: int) -> str:
    """The reason phrase of a status, of one that HTTP does not have too."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _rendered(template: Any, names: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> Any:
    if isinstance(template, str) and template.startswith("$"):
        return names[template[1:]]
    if isinstance(template, Mapping):
        if "$each" in template:
            return [_rendered(template["$each"], {**names, **item}, items) for item in items]
        return {key: _rendered(value, names, items) for key, value in template.items()}
    if isinstance(template, list):
        return [each for value in template for each in _list_items(value, names, items)]
    return template


def _list_items(value: Any, names: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> list[Any]:
    rendered = _rendered(value, names, items)
    return rendered if isinstance(value, Mapping) and "$each" in value else [rendered]


# --- faults -------------------------------------------------------------------------------------------------------


def _item(api: Api, shape: Shape, fault: Fault) -> dict[str, Any]:
    field = written(fault.path, shape.notation)
    value = UNSHOWN if is_secret(api, fault.path) else fault.value
    keys = (f"{fault.kind}.{fault.limit}", fault.kind, "default")
    text = next(api.fault_texts[key] for key in keys if key in api.fault_texts)
    limit = "" if fault.limit is None else _plain(fault.limit)
    message = text.message.replace("{limit}", limit).replace("{field}", field).replace("{value}", _plain(value))
    return {"field": field, "message": message, "code": text.code, "value": value}


def written(path: Path, notation: str) -> str:
    """A path as the envelope writes it: ``a.0.b``, ``a[0].b`` or ``/a/0/b``."""
    if notation == "pointer":
        return pointer(path)
    if notation == "brackets":
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    return ".".join(map(str, path))


def is_secret(api: Api, path: Path) -> bool:
    """Whether the value at this place is write-only, which no message may repeat."""
    names = [part for part in path if isinstance(part, str)]
    return any(field.write_only and _names_of(field.path) == names[: field.path.count(".") + 1] for field in api.walk_fields())


def _names_of(path: str) -> list[str]:
    return path.replace("[]", "").split(".")


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_LIMIT else f"{text[:VALUE_LIMIT]}..."


def _tree(faults: Iterable[Fault], items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Messages by field; where an object has faults of its own and in its members, only the latter are told."""
    tree: dict[str, Any] = {}
    for fault, item in sorted(zip(faults, items, strict=True), key=lambda pair: len(pair[0].path), reverse=True):
        branch = tree
        *above, last = fault.path or ("",)
        for part in above:
            branch = branch.setdefault(str(part), {})
        messages = branch.setdefault(str(last), [])
        if isinstance(messages, list):
            messages.append(item["message"])
    return tree
