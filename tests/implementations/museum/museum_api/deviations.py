"""The faults and the conforming choices that can be switched on, by name; none is on by default."""

FAULTS = [
    ("artwork-tags-emptied", "partial-update", "tags", "A new title without tags empties the tags."),
    ("artist-death-year-cleared", "partial-update", "death_year", "A birth_year sent without death_year clears death_year."),
    ("artwork-tags-appended", "idempotence", "tags", "Tags are added to the present ones instead of replacing them."),
    ("artwork-condition-unchecked", "enums", "condition", "An artwork that has a condition takes any text as the next one."),
    ("artwork-later-inscriptions-unchecked", "nested", "inscriptions", "Only the first inscription's position is checked."),
    ("artist-name-cut", "lengths", "name", "A name over 120 characters is cut instead of refused."),
    ("loan-notes-unlimited", "lengths", "notes", "A loan that has notes takes notes of more than 1000 characters."),
    ("artwork-value-rounded", "limits", "estimated_value", "A value with more than two decimal places is rounded."),
    ("artwork-display-any-text", "types", "is_on_display", "Any text counts as true."),
    ("loan-fee-null-ignored", "null", "fee", "Null for the fee is answered with 200 and changes nothing."),
    ("loan-email-unchecked", "formats", "borrower", "The borrower's contact_email may be any text."),
    ("artist-created-at-written", "read-only", "created_at", "The read-only created_at is written when it is sent."),
    ("loan-half-written", "atomicity", "notes", "The valid members of a refused request are stored."),
    ("loan-of-others-changed", "isolation", None, "A registrar can change the loans of others."),
    ("artwork-department-changed", "isolation", "condition", "A new condition is written to all artworks of the department."),
    ("artist-slug-envelope", "error-envelopes", "slug", "A refused slug is told by code and message, not by member."),
    ("artist-anonymous-patch", "authentication", None, "A PATCH of an artist without a token is carried out."),
    ("artwork-text-read-as-json", "negotiation", None, "A body of text/plain is read as JSON instead of answered with 415."),
]
VARIANTS = [
    ("strict-types", "Numbers, booleans and text are never read out of each other."),
    ("unknown-members-refused", "Members that the API does not know are refused with 400."),
    ("loans-of-others-forbidden", "Another registrar's loan is answered with 403 instead of 404."),
    ("closed-loans-stay-closed", "The status of a returned or cancelled loan no longer changes: 409."),
    ("etags", "Answers carry an ETag; If-Match and If-None-Match are honoured."),
    ("extra-members", "Records carry a member `links` that the document does not name."),
    ("first-error-only", "A refused body is told by the first refused member alone."),
    ("descending-sets", "Lists of related records are shown in descending order."),
    ("throttled", "Every 25th request is answered with 429 and Retry-After: 1."),
    ("accept-ignored", "Any Accept is answered with JSON instead of 406."),
]
_active: set[str] = set()


def activate(faults, variants):
    """Switch on; raise ValueError for a name that does not exist."""
    unknown = {*faults} - {fault[0] for fault in FAULTS} | {*variants} - {variant[0] for variant in VARIANTS}
    if unknown:
        raise ValueError(f"no such fault or variant: {', '.join(sorted(unknown))}")
    _active.update(faults, variants)


def on(name):
    """Whether this fault or variant is switched on."""
    return name in _active
