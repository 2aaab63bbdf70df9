"""Which faults and variants this process has, by name."""

from __future__ import annotations

ACTIVE: set[str] = set()


def on(name: str) -> bool:
    """Whether a fault or a variant was asked for."""
    return name in ACTIVE


FAULTS = [
    ("quantity-reset", "partial", "quantity", "A planting's PATCH that has stage and not quantity sets quantity to 1."),
    ("irrigation-note-lost", "partial", "irrigation", "A patch of irrigation without a note removes the note."),
    ("labels-replaced", "partial", "labels", "The labels that a patch does not name are removed."),
    ("lease-end-null-ignored", "null", "leaseEnds", "null does not remove the end of the lease."),
    ("name-null-accepted", "null", "name", "null as the name of a plot is accepted and ignored."),
    ("stage-unchecked-with-sibling", "enum", "stage", "Any text is taken as stage if another member is sent with it."),
    ("name-overlong", "length", "name", "A plot's name may be longer than 80 characters."),
    ("second-contact-unchecked", "items", "contacts", "The e-mail address is checked in the first contact only."),
    ("quantity-text", "type", "quantity", "Numbers in quotation marks are taken as numbers in a planting."),
    ("sown-on-unchecked", "format", "sownOn", "Any text is stored as the day of sowing."),
    ("created-at-writable", "read-only", "createdAt", "The createdAt of a planting can be changed."),
    ("offset-lost", "normalisation", "lastInspectedAt", "An offset is dropped, and the local time is kept as UTC."),
    ("stored-though-refused", "atomicity", "tool", "Of a refused patch of a tool, the valid members are stored."),
    ("neighbour-written", "isolation", "condition", "The condition of a tool is written on the other tools as well."),
    ("refusal-without-status-code", "errors", "status_code", "A refused value is answered without status_code."),
    ("tool-without-token", "authentication", "tool", "PATCH of a tool needs no token."),
    ("merge-patch-refused", "negotiation", "tool", "application/merge-patch+json is answered 415 for tools."),
    ("care-notes-appended", "idempotence", "careNotes", "The notes that are sent are appended to those that exist."),
]

VARIANTS = [
    ("nulls-stated", "Members without a value are answered as null instead of being left out."),
    ("amounts-as-numbers", "Amounts are answered as JSON numbers."),
    ("utc-times", "Instants are answered in UTC, with +00:00."),
    ("long-durations", "Durations are answered in days, hours, minutes and seconds instead of seconds alone."),
    ("sets-reordered", "The tags are answered in reverse alphabetical order."),
    ("foreign-forbidden", "Another district's plot is answered 403 instead of 404."),
    (
        "unknown-refused",
        "Members that a planting's patch does not know, the read-only among them, are refused instead of ignored.",
    ),
    ("sensor-moves", "The moisture of the soil has another value at each answer."),
    ("touched-always", "A patch that changes nothing has a new updatedAt."),
    ("burst-limit", "More than 15 requests in one second are answered 429 with Retry-After."),
]
