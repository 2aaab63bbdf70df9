"""Faults in which values are taken and how they are kept: types, enums, lengths."""

import html
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from changes.faults_of_records import on_finish, on_sent
from changes.loosening import retype
from changes.switches import around, fault
from kinds_of_value import Boolean
from models import Label
from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, PlainSerializer
from service import Kind, Service
from store import Record


def on_raw(service: Service, kind_name: str, change: Callable[[Record], None]) -> None:
    """Let `change(body)` alter a JSON object in place before it is validated."""

    def prepare(inner: Any, kind: Kind, value: Any) -> Any:
        value = inner(kind, value)
        if kind.name == kind_name and isinstance(value, dict):
            change(value)
        return value

    around(service, "prepare", prepare)


def replaced(service: Service, kind_name: str, member: str, change: Callable[[Any], Any]) -> None:
    """Keep `change(value)` instead of a valid, non-null value at the top."""

    def alter(changes: Record) -> Record:
        if changes.get(member) is not None:
            changes[member] = change(changes[member])
        return changes

    on_sent(service, kind_name, alter)


@fault("types", "priority")
def priority_as_text_accepted(service: Service) -> None:
    """Pydantic's lax mode: the text "4" is taken for the integer 4."""
    retype(service, "shipments", "priority", Annotated[int, Field(ge=1, le=5)])


@fault("types", "newsletter")
def newsletter_as_number_accepted(service: Service) -> None:
    """Pydantic's lax mode: 1, 0, "yes" and "off" are taken for booleans."""
    retype(service, "recipients", "newsletter", bool)


@fault("types", "preferences.notifications.hours_ahead")
def hours_cut_to_integer(service: Service) -> None:
    """int(value): 12.5 hours are taken and stored as 12."""

    def cut(value: Any) -> Any:
        return int(value) if isinstance(value, float) else value

    hint = Annotated[int, Field(strict=True, ge=0, le=72), BeforeValidator(cut)]
    retype(service, "recipients", "preferences.notifications.hours_ahead", hint)


@fault("partial_update", "notes")
def notes_stripped(service: Service) -> None:
    """str_strip_whitespace: blanks at both ends of notes are lost."""
    replaced(service, "recipients", "notes", str.strip)


@fault("length", "description")
def description_one_too_long_accepted(service: Service) -> None:
    """201 characters are accepted."""
    retype(service, "shipments", "description", Annotated[str, Field(min_length=1, max_length=201)])


@fault("length", "packages.label")
def package_label_of_full_length_refused(service: Service) -> None:
    """`<` instead of `<=`: the label of a package with 50 characters is refused."""
    retype(service, "shipments", "packages.label", Annotated[str, Field(min_length=1, max_length=49)])


@fault("length", "labels")
def length_of_labels_not_checked(service: Service) -> None:
    """Only the number of labels is limited, not the length of each."""
    retype(service, "recipients", "labels", Annotated[list[Annotated[str, Field(min_length=1)]], Field(max_length=8)])


@fault("length", "tags")
def nine_tags_accepted(service: Service) -> None:
    """One tag more than documented is accepted."""
    retype(service, "shipments", "tags", Annotated[list[Label], Field(max_length=9)])


@fault("length", "last_name")
def last_name_cut_at_fifty(service: Service) -> None:
    """The column holds 50 characters: longer names, 60 are allowed, are cut silently."""
    replaced(service, "recipients", "last_name", lambda value: value[:50])


@fault("length", "instructions")
def instructions_measured_in_bytes(service: Service) -> None:
    """The limit of 300 is compared with the UTF-8 bytes."""

    def check(value: str) -> str:
        if len(value.encode()) > 300:
            raise ValueError("is too long")
        return value

    retype(service, "shipments", "instructions", Annotated[str, Field(max_length=300), AfterValidator(check)] | None)


@fault("length", "address.city")
def empty_city_accepted(service: Service) -> None:
    """address.city may be empty."""
    retype(service, "recipients", "address.city", Annotated[str, Field(max_length=60)])


@fault("enum", "service_level")
def service_level_in_any_case(service: Service) -> None:
    """EXPRESS is accepted and stored as express."""
    levels = Literal["economy", "standard", "express"]
    fold = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
    retype(service, "shipments", "service_level", Annotated[levels, fold])


@fault("enum", "currency")
def pounds_refused(service: Service) -> None:
    """The enum of the code lacks GBP."""
    retype(service, "shipments", "currency", Literal["EUR", "USD", "CHF"])


@fault("enum", "preferences.language")
def unknown_language_becomes_english(service: Service) -> None:
    """`Language.get(value, default)`: an unknown language is stored as en instead of refused."""
    known = ("de", "en", "fr", "it")
    fall_back = BeforeValidator(lambda value: "en" if isinstance(value, str) and value not in known else value)
    retype(service, "recipients", "preferences.language", Annotated[Literal["de", "en", "fr", "it"], fall_back])


@fault("enum", "contacts.role")
def role_other_not_settable(service: Service) -> None:
    """`role or old.role` with the default treated as not sent: other never replaces another role at the same position."""

    def change(before: Record, after: Record, changes: Record) -> None:
        for old, new in zip(before["contacts"], after["contacts"], strict=False):
            if new["role"] == "other":
                new["role"] = old["role"]

    on_finish(service, "recipients", change)


@fault("types", "pickup_until")
def date_time_without_offset_accepted(service: Service) -> None:
    """A naive date-time is taken as UTC."""

    def aware(value: datetime) -> datetime:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    retype(service, "shipments", "pickup_until", Annotated[datetime, AfterValidator(aware)])


@fault("types", "next_call_at")
def offset_dropped(service: Service) -> None:
    """replace(tzinfo=None): the wall clock of the offset is stored as if it were UTC."""

    def change(body: Record) -> None:
        value = body.get("next_call_at")
        if isinstance(value, str) and value[-6:-5] in ("+", "-") and "T" in value:
            body["next_call_at"] = value[:-6] + "Z"

    on_raw(service, "recipients", change)


@fault("partial_update", "pickup_from")
def seconds_dropped(service: Service) -> None:
    """The pickup is kept to the minute: seconds of pickup_from are lost."""
    replaced(service, "shipments", "pickup_from", lambda value: value[:16] + ":00Z")


@fault("types", "insured")
def null_stored_for_insured(service: Service) -> None:
    """Optional[bool] in the model: null is stored in a member that is not nullable."""
    retype(service, "shipments", "insured", Boolean | None)


@fault("types", "newsletter")
def null_newsletter_not_refused(service: Service) -> None:
    """null for newsletter is answered with 200 and ignored."""

    def change(body: Record) -> None:
        if body.get("newsletter", 0) is None:
            del body["newsletter"]

    on_raw(service, "recipients", change)


@fault("types", "destination")
def null_destination_crashes(service: Service) -> None:
    """null for the nested object is answered with 500."""

    def change(body: Record) -> None:
        if body.get("destination", 0) is None:
            raise AttributeError("'NoneType' object has no attribute 'model_fields_set'")

    on_raw(service, "shipments", change)


@fault("types", "loyalty_points")
def huge_integer_crashes(service: Service) -> None:
    """An integer beyond 64 bits is answered with 500."""

    def change(body: Record) -> None:
        value = body.get("loyalty_points")
        if isinstance(value, int) and not isinstance(value, bool):
            value.to_bytes(8, signed=True)

    on_raw(service, "recipients", change)


@fault("types", "notes")
def lone_surrogate_crashes(service: Service) -> None:
    """A lone surrogate in notes is answered with 500."""

    def change(body: Record) -> None:
        if isinstance(body.get("notes"), str):
            body["notes"].encode()

    on_raw(service, "recipients", change)


@fault("types", "date_of_birth")
def date_given_as_number_accepted(service: Service) -> None:
    """Pydantic's lax mode: 86400 is taken for the date 1970-01-02."""
    retype(service, "recipients", "date_of_birth", date | None)


@fault("types", "email")
def email_in_lower_case(service: Service) -> None:
    """The whole address is lower-cased, not only its domain."""
    replaced(service, "recipients", "email", str.lower)


@fault("types", "contacts.email")
def email_of_contacts_not_checked(service: Service) -> None:
    """Any text is stored as e-mail address of a contact."""
    retype(service, "recipients", "contacts.email", str | None)


@fault("types", "website")
def website_gets_a_slash(service: Service) -> None:
    """HttpUrl normalises: a website without a path comes back with a slash at its end."""

    def change(value: str) -> str:
        return str(HttpUrl(value))

    replaced(service, "recipients", "website", change)


@fault("types", "destination.city")
def city_in_latin_1(service: Service) -> None:
    """Characters beyond Latin-1 in destination.city become question marks."""
    squeeze = PlainSerializer(lambda text: text.encode("latin-1", "replace").decode("latin-1"))
    retype(service, "shipments", "destination.city", Annotated[str, Field(min_length=1, max_length=60), squeeze])


@fault("partial_update", "description")
def description_escaped(service: Service) -> None:
    """html.escape on the way in: & and < come back as entities."""
    replaced(service, "shipments", "description", html.escape)


@fault("types", "packages.weight_grams")
def weight_of_nothing_accepted(service: Service) -> None:
    """`ge=0` instead of `ge=1`: a package may weigh 0 grams."""
    retype(service, "shipments", "packages.weight_grams", Annotated[int, Field(strict=True, ge=0, le=1000000)])


@fault("partial_update", "address.street2")
def empty_street2_becomes_null(service: Service) -> None:
    """`street2 or None`: an empty text is stored as null."""

    def change(before: Record, after: Record, changes: Record) -> None:
        after["address"]["street2"] = after["address"]["street2"] or None

    on_finish(service, "recipients", change)
