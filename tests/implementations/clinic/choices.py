"""The faults and the conforming choices that a process can be started with."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Fault:
    """One difference from what the document, or HTTP, says."""

    name: str
    family: str
    field: str
    description: str


@dataclass(frozen=True)
class Variant:
    """Another way to do what the document leaves open."""

    name: str
    description: str


FAULTS = [
    Fault(
        "address-replaced", "partial_update", "address", "an address's second line is lost when another of its members is sent"
    ),
    Fault("phone-lost", "partial_update", "phone", "a patient's phone is not stored when an email address is sent with it"),
    Fault("allergies-appended", "idempotence", "allergies", "the allergies that are sent are added to those that are there"),
    Fault("severity-unchecked", "enum", "allergies", "any severity is stored, from the second allergy on"),
    Fault("notes-cut", "length", "notes", "notes are cut at 500 characters instead of refused past 2,000"),
    Fault("name-one-longer", "length", "family_name", "a family name may have 81 characters"),
    Fault("duration-unchecked", "limits", "duration_minutes", "past an hour, a duration need not be a multiple of five"),
    Fault("string-is-true", "types", "accepting_new_patients", "any string is taken for true"),
    Fault("email-null-kept", "null", "email", "null does not clear a patient's email address"),
    Fault("offset-dropped", "format", "starts_at", "the offset of a time is dropped instead of converted"),
    Fault("created-at-written", "read_only", "created_at", "a patient's created_at is taken from the body"),
    Fault("half-applied", "atomicity", "*", "of a refused appointment, the members that are valid are stored"),
    Fault("accepting-for-all", "isolation", "accepting_new_patients", "it is changed for every practitioner of the clinic"),
    Fault("insurance-error", "error_envelope", "insurance", "an unknown kind of insurance ends in an internal error"),
    Fault("detail-is-text", "error_envelope", "*", "the detail of a refusal inside a list is a text instead of a list"),
    Fault("any-token", "auth", "*", "any token may change a practitioner"),
    Fault("no-allow", "negotiation", "*", "405 comes without the header Allow"),
    Fault("second-price-rounded", "nested", "lines", "from the second line on, the price is rounded to whole units"),
]
VARIANTS = [
    Variant("strict-types", "numbers and booleans are not read from strings"),
    Variant("touch-always", "each PATCH is a write, also one that changes nothing: version and updated_at move"),
    Variant("media-type-415", "other media types than JSON are answered with 415 and Accept-Patch"),
    Variant("plus-zero-offset", "times are answered with +00:00 instead of Z"),
    Variant("other-clinic-403", "another clinic's records are answered with 403 instead of 404"),
    Variant("money-as-sent", "amounts are answered with the decimal places that they were sent with"),
    Variant("malformed-400", "a body that is not JSON is answered with 400 instead of 422"),
    Variant("refuse-unknown", "members that the document does not name are refused"),
    Variant("omit-nulls", "members without a value are left out of the answers"),
    Variant("status-order", "a status can only follow its neighbours; others are answered with 409"),
]
ACTIVE: set[str] = set()


def activate(faults: list[str], variants: list[str]) -> None:
    """Take the named ones; ValueError names those that there are not. Before the other modules are imported."""
    for given, known in ((faults, FAULTS), (variants, VARIANTS)):
        unknown = set(given) - {each.name for each in known}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        ACTIVE.update(given)


def active(name: str) -> bool:
    """Whether this process has the fault, or makes the choice."""
    return name in ACTIVE


def listed(entries: list[Fault] | list[Variant]) -> list[dict[str, str]]:
    """The entries as JSON objects."""
    return [asdict(each) for each in entries]
