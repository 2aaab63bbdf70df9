"""What may be switched on at the start: faults (against the document) and variants (what the document leaves open)."""

from __future__ import annotations

FAULTS = (
    ("summary_lost", "partial update", "summary", "A PATCH of a recipe that carries title and not summary sets summary to null"),
    ("nutrition_merged", "partial update", "nutrition", "nutrition is merged into the present one instead of replacing it"),
    ("chapters_appended", "idempotence", "chapters", "chapters of a PATCH are put behind the present ones"),
    (
        "unit_of_second_unchecked",
        "enums",
        "ingredients.unit",
        "Only the first ingredient's unit is checked; later ones are stored as sent",
    ),
    ("done_stays_done", "enums", "status", "A list that is done answers 200 to another status and stays done"),
    ("title_cut", "lengths", "title", "A title that is too long is cut and stored instead of refused"),
    ("page_count_limit_excluded", "limits", "pageCount", "The largest page count that the document allows is refused"),
    ("servings_from_text", "types", "servings", 'Text of digits ("4") is taken for a number'),
    ("summary_null_becomes_empty", "null", "summary", "null is stored as an empty text"),
    (
        "email_unchecked_beside_website",
        "formats",
        "contactEmail",
        "The address is not checked when the same PATCH carries website",
    ),
    ("impossible_day_moved", "formats", "releasedOn", "30 February is stored as a day in March"),
    ("created_at_written", "read-only", "createdAt", "createdAt of a PATCH is accepted and stored"),
    ("half_applied", "atomicity", "", "A PATCH that is answered with 422 stores its valid members all the same"),
    ("shared_everywhere", "isolation", "shared", "shared is written to all lists of the account"),
    ("code_as_text", "error envelopes", "code", "code of a 422 is a text and no integer"),
    ("other_media_type_ignored", "negotiation", "", "A body of another media type is ignored and the PATCH answered with 200"),
    ("unknown_key_writes", "authentication", "", "A PATCH of a cookbook is done with a key that nobody has"),
    ("etag_blind", "entity tags", "items", "The ETag of a list does not change with its items"),
)
VARIANTS = (
    ("touches_always", "updatedAt moves with each PATCH, also one that changes nothing"),
    ("utf8_pretty", "Answers are indented, sorted, in plain UTF-8, with a charset parameter"),
    ("nulls_left_out", "Members without a value are left out of answers instead of null"),
    ("others_forbidden", "A record of another account is answered with 403 instead of 404"),
    ("precondition_first", "An outdated If-Match is answered with 412 before the body is looked at"),
    ("body_before_precondition", "The body is checked before a missing If-Match is refused"),
    ("zulu", "Instants end in Z and always have six digits of a second's fraction"),
    ("terse_errors", "Error bodies have code, status and message and no errors"),
    ("decimals_short", "Quantities and the budget are answered without trailing zeros"),
    ("etag_versioned", "An ETag is an id, a comma and a time instead of a hash"),
)
_active: set[str] = set()


def switch_on(names: list[str]) -> None:
    """Switch on faults and variants by name, for this process."""
    _active.update(names)


def on(name: str) -> bool:
    """Whether a fault or variant is switched on."""
    return name in _active
