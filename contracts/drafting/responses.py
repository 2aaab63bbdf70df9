"""The responses of a draft's PATCH, and from them how each kind of request is refused."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from contracts.drafting.document.older import older
from contracts.drafting.document.source import Document
from contracts.drafting.error_shapes import FAULTS, PROBLEM, error_shape
from contracts.drafting.operations import Answer, Operations
from specs.model import SpecError

REFUSALS: Mapping[int, str] = {
    400: "invalid_field malformed_json",
    401: "unauthenticated",
    404: "unknown_record",
    405: "method_not_allowed",
    406: "not_acceptable",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    428: "precondition_required",
    429: "throttled",
    500: "server_error",
}
RARE = frozenset({412, 428})
"""Statuses that only an operation with a precondition answers with."""


def responses(
    operations: Operations, operation: Mapping[str, Any], success: Answer, others: list[Answer], *, precondition: bool
) -> Document:
    """The listed responses, and as inferred those that the mock may give; ranges and default lend them their bodies."""
    written = operation.get("responses")
    documented = {str(status): each for status, each in written.items()} if isinstance(written, Mapping) else {}
    listed = {status: _read(operations, each, status) for status, each in documented.items()}
    found = {status: each for status, each in listed.items() if _is_status(status)}
    for answer in (success, *others):
        if answer.status not in found:  # a range, or the default
            found[status_of(answer)] = {"description": "By the range or default.", "x-inferred": True}
        if answer.content:
            limited = answer.content if answer is success else _limited(operations, answer.content, "the answer")
            found[status_of(answer)]["content"] = limited
    lent = next((found[each] for each in sorted(found) if each[0] in "45" and found[each].get("content")), {})
    for status in map(str, REFUSALS):
        if status not in found and (precondition or int(status) not in RARE):
            lender = listed.get(f"{status[0]}XX") or listed.get(f"{status[0]}xx") or listed.get("default") or lent
            lender = lent if lender.get("content") and success.status == "default" else lender
            content = {"content": copy.deepcopy(lender["content"])} if lender.get("content") else {}
            found[status] = {"description": "Not listed in the document.", "x-inferred": True, **content}
    return dict(sorted(found.items()))


def status_of(answer: Answer) -> str:
    """The status of a success, 200 for a range or the default."""
    return answer.status if answer.status.isdigit() else "200"


def _is_status(status: str) -> bool:
    return len(status) == 3 and status.isdigit() and "100" <= status < "600"


def _read(operations: Operations, value: Any, status: str) -> Document:
    """A response, without its body where that refers to nothing."""
    try:
        reads = operations.response if status.startswith("2") else operations.refusal
        response = reads(value, f"responses.{status}")
        if "content" in response:
            response["content"] = _limited(operations, response["content"], f"responses.{status}")
        return response
    except SpecError:
        return {"description": "Its schema refers to nothing."}


def _limited(operations: Operations, content: Mapping[str, Any], where: str) -> Document:
    limited = {name: operations.limited(each["schema"], where) for name, each in content.items()}
    return {name: {"schema": schema if operations.is_newer else older(schema)} for name, schema in limited.items()}


def errors(operations: Operations, listed: Mapping[str, Any], *, secured: bool) -> Document:
    """Shapes by the schemas of the documented bodies, and which situation has which."""
    shapes: Document = {}
    situations: Document = {}
    invalid = "422" if "422" in listed and not listed["422"].get("x-inferred") else "400"
    for status, names in [*REFUSALS.items(), (int(invalid), "invalid_field")]:
        response = listed.get(str(status), {})
        for name in names.split() if response else ():
            shape = _shape(operations, response.get("content", {}), name)
            if response.get("x-inferred") and _states_another(shape["template"], status):
                response.pop("content", None)  # a lent body that speaks of the status which it was described for
                shape = _shape(operations, {}, name)
            label = next((each for each, known in shapes.items() if known == shape), f"status_{status}_{len(shapes) + 1}")
            shapes[label] = shape
            situations[name] = {"status": status, "shape": label}
    if secured and "403" in listed:
        situations["unauthenticated"]["also"] = [403]
    if all(each in listed and not listed[each].get("x-inferred") for each in ("400", "422")):  # which one, few documents say
        situations["malformed_json"]["also"] = [422]
        situations["invalid_field"]["also"] = [400]
    used = {each["shape"] for each in situations.values()}
    return {
        "shapes": {name: shape for name, shape in shapes.items() if name in used},
        "situations": situations,
        "faults": {kind: dict(text) for kind, text in FAULTS.items()},
    }


def _shape(operations: Operations, content: Mapping[str, Any], name: str) -> dict[str, Any]:
    for media_type, each in content.items():
        return error_shape(operations.view(each["schema"], 5), media_type, name)
    return copy.deepcopy(dict(PROBLEM[name == "invalid_field"]))


def _states_another(template: Any, status: int) -> bool:
    """A member of the body that holds a status always, and another one."""
    if not isinstance(template, Mapping):
        return False
    for name, value in template.items():
        stated = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        is_status = "status" in str(name).lower() or "code" in str(name).lower()
        if is_status and _is_status(stated) and int(stated) != status:
            return True
        if _states_another(value, status):
            return True
    return False
