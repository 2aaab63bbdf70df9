"""The faults that can be asked for, and the variant that refuses unknown members; without them a body is decoded and no more."""

from __future__ import annotations

from typing import Any

import msgspec
from choices import on
from models import Tool
from patches import PlantingPatch, PlotPatch

Late = dict[str, Any]
STAGES = ("planned", "sown", "growing", "harvested")


def decoded(body: bytes, annotation: Any) -> tuple[Any, Late]:
    """The body as the type of the handler, and the members that a fault sets without a check."""
    raw = msgspec.json.decode(body) if body else None
    if not isinstance(raw, dict):
        return msgspec.json.decode(body, type=annotation), {}
    late = _plot(raw) if annotation is PlotPatch else _planting(raw) if annotation is PlantingPatch else {}
    if annotation is PlantingPatch and on("unknown-refused"):
        unknown = sorted(raw.keys() - {field.encode_name for field in msgspec.structs.fields(PlantingPatch)} - late.keys())
        if unknown:
            raise msgspec.ValidationError(f"Object contains unknown field `{unknown[0]}`")
    if not late and not (annotation is PlantingPatch and on("quantity-text")):
        return msgspec.json.decode(body, type=annotation), {}
    return msgspec.convert(raw, annotation, strict=not on("quantity-text")), late


def _plot(raw: dict[str, Any]) -> Late:
    late: Late = {}
    name = raw.get("name")
    if on("name-overlong") and isinstance(name, str) and len(name) > 80:
        late["name"] = raw.pop("name")
    if on("name-null-accepted") and "name" in raw and name is None:
        late["name"] = msgspec.UNSET
        del raw["name"]
    contacts = raw.get("contacts")
    if on("second-contact-unchecked") and isinstance(contacts, list):
        for index, contact in enumerate(contacts[1:], 1):
            if isinstance(contact, dict) and isinstance(contact.get("email"), str):
                late[f"contacts.{index}"] = contact["email"]
                contact["email"] = "desk@gardens.example"
    return late


def _planting(raw: dict[str, Any]) -> Late:
    late: Late = {}
    if on("stage-unchecked-with-sibling") and len(raw) > 1 and isinstance(raw.get("stage"), str) and raw["stage"] not in STAGES:
        late["stage"] = raw.pop("stage")
    if on("sown-on-unchecked") and isinstance(raw.get("sownOn"), str):
        late["sown_on"] = raw.pop("sownOn")
    if on("created-at-writable") and isinstance(raw.get("createdAt"), str):
        late["created_at"] = raw.pop("createdAt")
    return late


def completed(record: Any, late: Late) -> Any:
    """The record with the members that were not checked."""
    for name, value in late.items():
        if name.startswith("contacts."):
            record.contacts[int(name.partition(".")[2])].email = value
        elif value is not msgspec.UNSET:
            setattr(record, name, value)
    return record


def altered(before: dict[str, Any], changes: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """What a fault makes of the result of a merge."""
    if on("quantity-reset") and "stage" in changes and "quantity" not in changes:
        result["quantity"] = 1
    if on("irrigation-note-lost") and changes.get("irrigation") and "note" not in changes["irrigation"]:
        result["irrigation"] = {name: value for name, value in result["irrigation"].items() if name != "note"}
    if on("labels-replaced") and changes.get("labels"):
        result["labels"] = {name: value for name, value in changes["labels"].items() if value is not None}
    if on("lease-end-null-ignored") and "leaseEnds" in changes and changes["leaseEnds"] is None and "leaseEnds" in before:
        result["leaseEnds"] = before["leaseEnds"]
    if on("offset-lost") and isinstance(changes.get("lastInspectedAt"), str):
        result["lastInspectedAt"] = changes["lastInspectedAt"][:19] + "Z"
    if on("care-notes-appended") and changes.get("careNotes"):
        result["careNotes"] = (before["careNotes"] + changes["careNotes"])[:10]
    return result


def salvaged(body: bytes, tool: Tool) -> None:
    """With the fault, what is valid in a refused patch is stored."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(type(tool))}
    raw = msgspec.json.decode(body)
    for name, value in raw.items() if isinstance(raw, dict) else ():
        if name in fields and name not in ("id", "updatedAt"):
            try:
                setattr(tool, fields[name].name, msgspec.convert(value, fields[name].type))
            except msgspec.ValidationError:
                continue
