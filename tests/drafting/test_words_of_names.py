"""What the name of a member tells is told by its words, however they are joined, and never by letters inside another word."""

import time
from typing import Any

import pytest

from contracts.drafting.creating import _SINGLE
from contracts.drafting.error_shapes import CODE, FIELD, MESSAGE
from contracts.drafting.fields import _moves
from contracts.drafting.one_way import hazard, is_lock
from contracts.record.comparing.purpose import FIRST_TIME, is_set_anew, plausible
from contracts.terms.spelling import underscored
from specs import Field, RecordField

CONFLICTS: dict[str, dict[str, str]] = {"200": {}, "409": {}}
TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("orderStatus", "order_status"),
        ("order-status", "order_status"),
        ("order.status", "order_status"),
        ("ORDER_STATUS", "order_status"),
        ("OrderStatus", "order_status"),
        ("items[].unitPrice", "items_unit_price"),
        ("HTTPStatus", "http_status"),
        ("avatarURL", "avatar_url"),
        ("line2Text", "line2_text"),
        ("clock", "clock"),
        ("_etag", "etag"),
        ("", ""),
    ],
)
def test_a_name_is_cut_where_its_words_end(name: str, spelt: str) -> None:
    """At a sign that is no letter, and ahead of a capital."""
    assert underscored(name) == spelt


@pytest.mark.parametrize("name", ["status", "orderStatus", "order_status", "Order-State", "STAGE", "salesPhase", "lifeCycle"])
def test_a_name_whose_last_word_is_a_state_is_one(name: str) -> None:
    """By a word of its own."""
    assert hazard(Field(path=name, schema={**TEXT, "enum": ["draft", "booked"]}), CONFLICTS) is not None


@pytest.mark.parametrize("name", ["estate", "realEstate", "real_estate", "backstage", "upstate", "statusColour", "multiphase"])
def test_a_name_that_only_ends_like_a_state_is_none(name: str) -> None:
    """It holds a choice that can be taken back."""
    assert hazard(Field(path=name, schema={**TEXT, "enum": ["house", "land"]}), CONFLICTS) is None


@pytest.mark.parametrize(
    "name",
    [
        "version",
        "rowVersion",
        "row_version",
        "rowversion",
        "etag",
        "eTag",
        "ETag",
        "entity-tag.rev",
        "docRev",
        "lock",
        "REVISION",
    ],
)
def test_a_name_whose_last_word_is_a_version_locks(name: str) -> None:
    """Each of these is sent to name the record that a patch is for."""
    field = Field(path=name.replace(".", "_"), schema=TEXT, required=True)

    assert is_lock(field, CONFLICTS)


@pytest.mark.parametrize("name", ["clock", "block", "unlock", "conversion", "inversion", "padlock", "apartmentBlock", "prev"])
def test_a_name_that_only_ends_like_a_version_locks_nothing(name: str) -> None:
    """It is data of the client's, and written like any other."""
    assert not is_lock(Field(path=name, schema=TEXT, required=True), CONFLICTS)


@pytest.mark.parametrize(
    ("path", "token"),
    [
        *(
            (name, True)
            for name in ("etag", "eTag", "contentHash", "md5hash", "rev", "rowVersion", "resource_version", "version")
        ),
        *((name, True) for name in ("signed_url", "avatarURL", "fileurl", "nextLink", "links.self_uri", "accessToken", "cursor")),
        *((name, False) for name in ("review", "previous_name", "revenue", "design", "assignedTo", "signal", "conversion")),
        *((name, False) for name in ("security_level", "during", "hourly", "linkedBy", "hashtagged", "curly", "title")),
    ],
)
def test_only_an_opaque_text_is_made_anew_at_each_write(path: str, token: bool) -> None:
    """Any other that a write of nothing changes is a fault."""
    assert plausible(path, "some words", "other words") is token


@pytest.mark.parametrize(
    ("name", "once"),
    [
        *(
            (name, True)
            for name in ("created", "createdAt", "created_at", "createdat", "creationDate", "createTime", "create_time")
        ),
        *((name, True) for name in ("date_joined", "datejoined", "joinDate", "registered_on", "registrationDate", "issuedAt")),
        *((name, True) for name in ("issue_date", "insertedAt", "birthDate", "birthday", "date_of_birth")),
        *(
            (name, False)
            for name in ("recreated_at", "jointVersion", "cash_register_total", "join_url", "issues", "tissued", "register")
        ),
    ],
)
def test_a_time_that_is_set_once_is_told_by_its_words(name: str, once: bool) -> None:
    """Such a one is never said to move by itself."""
    assert bool(FIRST_TIME.search(underscored(name))) is once


@pytest.mark.parametrize(
    ("path", "schema", "moves"),
    [
        *((name, TEXT, True) for name in ("updatedAt", "updated_at", "updatedat", "lastUpdate", "last_update", "lastmodified")),
        *(
            (name, TEXT, True)
            for name in ("modifiedOn", "lastModifiedDate", "dateModified", "changeTime", "last_seen_at", "lastSync")
        ),
        *((name, TEXT, True) for name in ("meta.editedAt", "touched_on", "modify_timestamp", "lastUpdateTime")),
        *((name, TEXT, False) for name in ("update_policy", "updateCount", "change_reason", "edition", "editor", "creditDate")),
        *(
            (name, TEXT, False)
            for name in ("exchange_date", "unseenOn", "async_time", "credited_at", "candidate", "interchangeTime")
        ),
        ("updated", {**TEXT, "format": "date-time"}, True),
        ("exchanged", {**TEXT, "format": "date-time"}, False),
        ("creditedUntil", {**TEXT, "format": "date-time"}, False),
        ("updatedAt", {"type": "array"}, False),
    ],
)
def test_a_time_of_change_is_told_by_its_words(path: str, schema: dict[str, Any], moves: bool) -> None:
    """One that is none is compared like any other property."""
    assert _moves(RecordField(path=path, schema=schema)) is moves


@pytest.mark.parametrize(
    ("name", "code", "message", "field"),
    [
        *((name, True, None, False) for name in ("code", "errorCode", "error_code", "errorType", "kind", "locationType")),
        *(
            (name, False, True, False)
            for name in ("message", "errorMessage", "errmsg", "user_message", "detail", "details", "error")
        ),
        *((name, False, False, True) for name in ("field", "fieldName", "field_name", "propertyPath", "attr", "loc", "location")),
        *(
            (name, False, False, True)
            for name in ("parameter", "param", "pointer", "source", "target", "attribute", "attributes")
        ),
        *((name, False, False, False) for name in ("resource", "pattern", "battery", "block", "allocation")),
        *((name, False, False, False) for name in ("prototype", "postcode", "subtitle", "monkey", "hostname", "mankind")),
    ],
)
def test_what_an_error_says_is_told_by_words(name: str, code: bool, message: bool | None, field: bool) -> None:
    """A resource is no source, and a pattern no attribute."""
    spelt = underscored(name)

    assert bool(CODE.search(spelt)) is code
    assert message is None or bool(MESSAGE.search(spelt)) is message
    assert bool(FIELD.search(spelt)) is field


@pytest.mark.parametrize(
    ("name", "single"), [("userName", True), ("display-name", True), ("hostname", False), ("keyboard", False)]
)
def test_what_two_records_may_not_share_is_told_by_words(name: str, single: bool) -> None:
    """A record that is made for a run gets a value of its own there."""
    assert bool(_SINGLE.search(underscored(name))) is single


@pytest.mark.parametrize(
    ("name", "age", "anew"),
    [("updated_at", 0, True), ("meta.lastModified", 0, True), ("updated_at", 10**9, False), ("starts_at", 0, False)],
)
def test_a_time_of_the_last_change_is_one_by_its_name_and_its_value(name: str, age: int, *, anew: bool) -> None:
    """A number of seconds or milliseconds, near to now; a time of anything else is the client's."""
    for scale in (1, 1000):
        assert is_set_anew(name, int((time.time() - age) * scale)) is anew
