"""For each fault what shows it: true with the fault, false without."""

import uuid
from collections.abc import Callable
from typing import Any

from desk import NORTH, SOUTH, Desk, R, S

CONTACTS = [{"name": "One", "role": "billing", "email": "one@brandt-logistics.com"}, {"name": "Two"}]
MAILS = ["Ada <ada@ferro-wines.com>", " ada@ferro-wines.com", "ada", "ada+x@mail.ferro-wines.com"]
URIS = ["http://a.de", "https://u@a.de:8443/x?y=1#z", "https://a.de/%C3%BC", "a.de", "https://a.de/x y", "mailto:a@a.de"]
SURROGATES: list[tuple[str, Any]] = [
    (S, {"x\ud800": 1}),
    (R, {"x\ud800": 1}),
    (R, {"attributes": {"\ud800": "1"}}),
    (S, {"tags": ["\udfff"]}),
]
MOMENTS = [
    "2027-03-01T10:00:00.123Z",
    "9999-12-31T23:59:59+02:00",
    "9999-12-31T23:59:59-02:00",
    "2027-03-01",
    "2027-02-30T10:00:00Z",
    0,
]
PACKAGE = {"label": "P", "weight_grams": 10}


def known_contacts(desk: Desk) -> list[dict[str, Any]]:
    """The contacts as they are, with their ids."""
    return list(desk.get(R)["contacts"])


def quantities(desk: Desk) -> bool:
    """Whether the total does not follow the quantities."""
    packages = desk.get(S)["packages"]
    after = desk.after(S, {"packages": [{**each, "quantity": 7} for each in packages]})
    return bool(after["total_weight_grams"] != 7 * (12500 + 800))


def refused_changes(desk: Desk, kind: str, body: dict[str, Any], member: str, status: int) -> bool:
    """Whether a refused request changes `member`."""
    before = desk.get(kind)[member]
    assert desk.status(kind, body) == status
    return bool(desk.get(kind)[member] != before)


def moved(desk: Desk, kind: str, body: dict[str, Any], member: str) -> bool:
    """Whether an accepted patch leaves `member` as it was."""
    before = desk.get(kind)[member]
    desk.pause()
    return bool(desk.after(kind, body)[member] == before)


def cached(desk: Desk) -> bool:
    """Whether a GET after a change of the address shows the old one."""
    desk.get(R)
    return bool(desk.after(R, {"address": {"city": "Kiel"}})["address"]["city"] != "Kiel")


def shared(desk: Desk) -> bool:
    """Whether the other tenant's recipient moves along."""
    desk.after(R, {"address": {"city": "Kiel"}})
    return bool(desk.get(R, "south")["address"]["city"] == "Kiel")


def stored_notifications(desk: Desk) -> bool:
    """Whether the answer and the store disagree."""
    body = {"preferences": {"notifications": {"hours_ahead": 1}}}
    shown = desk.answer(R, body)["preferences"]
    return bool(shown != desk.get(R)["preferences"])


def transit(desk: Desk) -> bool:
    """Whether the status is shown as another text than was sent."""
    return bool(desk.after(S, {"status": "in_transit"})["status"] != "in_transit")


def foreign(desk: Desk, kind: str) -> Any:
    """The answer to a PATCH of the other tenant's record."""
    body = {"notes": "x"} if kind == R else {"description": "x"}
    return desk.patch(kind, body, path=desk.path(kind, "south"))


CASES: dict[str, Callable[[Desk], Any]] = {
    "preferences-filled-with-defaults": lambda d: (
        d.after(R, {"preferences": {"language": "fr"}})["preferences"]["safe_place"] is None
    ),
    "notifications-filled-with-defaults": lambda d: (
        not d.after(R, {"preferences": {"notifications": {"hours_ahead": 1}}})["preferences"]["notifications"]["sms"]
    ),
    "location-lost-with-the-address": lambda d: d.after(R, {"address": {"city": "Kiel"}})["address"]["location"] is None,
    "contact-phone-lost-with-the-name": lambda d: (
        d.after(S, {"destination": {"contact": {"name": "G"}}})["destination"]["contact"]["phone"] is None
    ),
    "falsy-values-skipped": lambda d: d.after(R, {"newsletter": False})["newsletter"],
    "nulls-skipped": lambda d: d.after(S, {"instructions": None})["instructions"] is not None,
    "empty-tags-skipped": lambda d: d.after(S, {"tags": []})["tags"],
    "ground-floor-becomes-null": lambda d: d.after(S, {"destination": {"floor": 0}})["destination"]["floor"] is None,
    "fragile-never-cleared": lambda d: d.after(S, {"packages": [{**PACKAGE, "fragile": False}]})["packages"][0]["fragile"],
    "packages-beyond-the-sent-ones-kept": lambda d: len(d.after(S, {"packages": [PACKAGE]})["packages"]) == 2,
    "contacts-get-new-ids": lambda d: known_contacts(d) != d.after(R, {"contacts": known_contacts(d)})["contacts"],
    "tags-added-to-the-old-ones": lambda d: d.after(S, {"tags": ["new"]})["tags"] != ["new"],
    "labels-kept-as-a-sorted-set": lambda d: d.after(R, {"labels": ["z", "a"]})["labels"] == ["a", "z"],
    "metadata-replaced": lambda d: "costCentre" not in d.after(S, {"metadata": {"x": "1"}})["metadata"],
    "metadata-null-keeps-the-pair": lambda d: "costCentre" in d.after(S, {"metadata": {"costCentre": None}})["metadata"],
    "metadata-keys-in-lower-case": lambda d: "newkey" in d.after(S, {"metadata": {"newKey": "1"}})["metadata"],
    "attributes-merged": lambda d: d.after(R, {"attributes": {"x": "1"}})["attributes"] != {"x": "1"},
    "nested-json-change-not-tracked": stored_notifications,
    "full-name-stale-after-last-name": lambda d: d.after(R, {"last_name": "Moor"})["full_name"] != "Ada Moor",
    "total-weight-stale-after-quantity": quantities,
    "password-flag-stale-after-null": lambda d: d.after(R, {"portal_password": None})["has_portal_password"],
    "updated-at-not-moved": lambda d: moved(d, R, {"notes": "n"}, "updated_at"),
    "version-blind-to-nested-changes": lambda d: moved(d, S, {"destination": {"city": "Kiel"}}, "version"),
    "flushed-before-the-window-is-checked": lambda d: refused_changes(
        d, S, {"description": "new", "pickup_until": "2020-01-01T00:00:00Z"}, "description", 422
    ),
    "other-members-stored-on-conflict": lambda d: refused_changes(
        d, R, {"notes": "new", "customer_number": "C204712"}, "notes", 409
    ),
    "version-moves-on-refused-status": lambda d: refused_changes(d, S, {"status": "delivered"}, "version", 409),
    "recipient-not-looked-up": lambda d: d.status(S, {"recipient_id": str(uuid.uuid4())}) == 200,
    "taken-customer-number-accepted": lambda d: d.status(R, {"customer_number": "C204712"}) == 200,
    "own-reference-is-taken": lambda d: d.status(S, {"reference": "SH-100200"}) == 409,
    "same-status-refused": lambda d: d.status(S, {"status": "booked"}) == 409,
    "removing-a-missing-pair-fails": lambda d: d.status(S, {"metadata": {"none": None}}) == 500,
    "recipients-of-the-other-tenant-changed": lambda d: foreign(d, R).status_code == 200,
    "equal-addresses-share-a-row": shared,
    "window-checked-only-when-both-are-sent": lambda d: d.status(S, {"pickup_from": "2027-06-01T08:00:00Z"}) == 200,
    "company-of-a-business-removed": lambda d: d.status(R, {"company": None}) == 200,
    "every-change-of-status-allowed": lambda d: d.status(S, {"status": "delivered"}) == 200,
    "priority-as-text-accepted": lambda d: d.status(S, {"priority": "4"}) == 200,
    "newsletter-as-number-accepted": lambda d: d.status(R, {"newsletter": 1}) == 200,
    "hours-cut-to-integer": lambda d: d.status(R, {"preferences": {"notifications": {"hours_ahead": 12.5}}}) == 200,
    "notes-stripped": lambda d: d.after(R, {"notes": " a "})["notes"] == "a",
    "description-one-too-long-accepted": lambda d: d.status(S, {"description": "x" * 201}) == 200,
    "package-label-of-full-length-refused": lambda d: d.status(S, {"packages": [{**PACKAGE, "label": "x" * 50}]}) == 422,
    "length-of-labels-not-checked": lambda d: d.status(R, {"labels": ["x" * 31]}) == 200,
    "nine-tags-accepted": lambda d: d.status(S, {"tags": list("abcdefghi")}) == 200,
    "last-name-cut-at-fifty": lambda d: len(d.after(R, {"last_name": "x" * 60})["last_name"]) == 50,
    "instructions-measured-in-bytes": lambda d: d.status(S, {"instructions": "ü" * 300}) == 422,
    "empty-city-accepted": lambda d: d.status(R, {"address": {"city": ""}}) == 200,
    "service-level-in-any-case": lambda d: d.status(S, {"service_level": "ECONOMY"}) == 200,
    "pounds-refused": lambda d: d.status(S, {"currency": "GBP"}) == 422,
    "unknown-language-becomes-english": lambda d: d.status(R, {"preferences": {"language": "xx"}}) == 200,
    "role-other-not-settable": lambda d: (
        d.after(R, {"contacts": [{"name": "O", "role": "other"}]})["contacts"][0]["role"] != "other"
    ),
    "date-time-without-offset-accepted": lambda d: d.status(S, {"pickup_until": "2027-07-01T08:00:00"}) == 200,
    "offset-dropped": lambda d: d.after(R, {"next_call_at": "2027-03-01T10:00:00+02:00"})["next_call_at"][11:13] == "10",
    "seconds-dropped": lambda d: d.after(S, {"pickup_from": "2027-05-01T07:00:31Z"})["pickup_from"][17:19] == "00",
    "credit-limit-in-single-precision": lambda d: d.after(R, {"credit_limit": 98765.43})["credit_limit"] != 98765.43,
    "null-stored-for-insured": lambda d: d.status(S, {"insured": None}) == 200,
    "null-newsletter-not-refused": lambda d: d.status(R, {"newsletter": None}) == 200,
    "null-destination-crashes": lambda d: d.status(S, {"destination": None}) == 500,
    "huge-integer-crashes": lambda d: d.status(R, {"loyalty_points": 10**30}) == 500,
    "lone-surrogate-crashes": lambda d: d.status(R, {"notes": "\ud800"}) == 500,
    "date-given-as-number-accepted": lambda d: d.status(R, {"date_of_birth": 86400}) == 200,
    "email-in-lower-case": lambda d: d.after(R, {"email": "Ada.B@brandt-logistics.com"})["email"][0] == "a",
    "email-of-contacts-not-checked": lambda d: d.status(R, {"contacts": [{"name": "O", "email": "none"}]}) == 200,
    "website-gets-a-slash": lambda d: d.after(R, {"website": "https://ada-brandt.com"})["website"][-1] == "/",
    "city-in-latin-1": lambda d: d.after(S, {"destination": {"city": "Łódź"}})["destination"]["city"] != "Łódź",
    "description-escaped": lambda d: d.after(S, {"description": "Bolts & nuts"})["description"] != "Bolts & nuts",
    "weight-of-nothing-accepted": lambda d: d.status(S, {"packages": [{**PACKAGE, "weight_grams": 0}]}) == 200,
    "empty-street2-becomes-null": lambda d: d.after(R, {"address": {"street2": ""}})["address"]["street2"] is None,
    "if-match-ignored": lambda d: d.status(S, {"description": "x"}, if_match='"old"') == 200,
    "weak-tag-matches": lambda d: d.status(S, {"description": "x"}, if_match=f"W/{d.etag()}") == 200,
    "star-does-not-match": lambda d: d.status(S, {"description": "x"}, if_match="*") == 412,
    "list-of-tags-not-read": lambda d: d.status(S, {"description": "x"}, if_match=f'"old", {d.etag()}') == 412,
    "answer-has-the-old-etag": lambda d: d.patch(S, {"description": "x"}).headers["etag"] != d.etag(),
    "answer-shows-the-old-shipment": lambda d: d.answer(S, {"description": "x"})["description"] != "x",
    "answer-without-nulls": lambda d: "phone" not in d.answer(R, {"phone": None}),
    "password-shown": lambda d: "portal_password" in d.answer(R, {"notes": "n"}),
    "updated-at-without-offset": lambda d: d.get(S)["updated_at"][-1] != "Z" and "+" not in d.get(S)["updated_at"],
    "credit-limit-shown-as-text": lambda d: isinstance(d.get(R)["credit_limit"], str),
    "declared-value-without-last-zero": lambda d: d.after(S, {"declared_value": "80.00"})["declared_value"] != "80.00",
    "in-transit-shown-by-another-name": transit,
    "reads-cached-over-address-changes": cached,
    "unknown-members-stored": lambda d: "nickname" in d.after(R, {"nickname": "x"}),
    "unknown-members-not-refused": lambda d: d.status(S, {"nickname": "x"}) == 200,
    "created-at-taken-from-the-body": lambda d: d.after(R, {"created_at": "2020-01-01T00:00:00Z"})["created_at"][:4] == "2020",
    "token-compared-by-its-beginning": lambda d: d.status(R, {}, token=f"{NORTH}x") == 200,
    "scheme-not-looked-at": lambda d: d.status(R, {}, authorization=f"Basic {NORTH}") == 200,
    "missing-credential-is-forbidden": lambda d: d.status(R, {}, token=None) == 403,
    "challenge-missing": lambda d: (
        d.patch(R, {}, token="none").status_code == 401 and "www-authenticate" not in d.patch(R, {}, token="none").headers
    ),
    "foreign-records-are-forbidden": lambda d: foreign(d, S).status_code == 403,
    "any-media-type-accepted": lambda d: d.status(R, {"notes": "n"}, content_type="text/plain") == 200,
    "charset-parameter-refused": lambda d: (
        d.status(S, {"description": "x"}, content_type="application/merge-patch+json; charset=utf-8") == 415
    ),
    "allow-missing": lambda d: d.send("PUT", d.path(R)).status_code == 405 and "allow" not in d.send("PUT", d.path(R)).headers,
    "unreadable-json-is-422": lambda d: d.status(R, "{") == 422,
    "stale-tag-in-default-envelope": lambda d: (
        "error" not in d.answer(S, {"description": "x"}, if_match='"old"')
        and d.status(S, {"description": "x"}, if_match='"old"') == 412
    ),
    "unknown-record-in-default-envelope": lambda d: (
        "error" not in d.answer(R, {"notes": "n"}, path=f"/recipients/{uuid.uuid4()}")
    ),
    "taken-reference-is-400": lambda d: d.status(S, {"reference": "SH-100201"}) == 400,
    "only-the-last-part-of-the-path": lambda d: d.fields(S, {"packages": [{**PACKAGE, "label": ""}]}) == ["label"],
    "details-missing-for-unknown-recipient": lambda d: (
        d.status(S, {"recipient_id": str(uuid.uuid4())}) == 422
        and "details" not in d.answer(S, {"recipient_id": str(uuid.uuid4())})["error"]
    ),
}

# What the honest service promises, beyond the faults: each must be true.
PROMISES: dict[str, Callable[[Desk], Any]] = {
    "whole numbers with a point are integers": lambda d: d.after(S, {"priority": 2.0})["priority"] == 2,
    "an empty patch changes nothing of the content": lambda d: d.get(R)["notes"] == d.after(R, {})["notes"],
    "the same patch twice": lambda d: d.after(S, {"tags": ["a"]})["packages"] == d.after(S, {"tags": ["a"]})["packages"],
    "the current tag matches": lambda d: d.status(S, {"description": "x"}, if_match=d.etag()) == 200,
    "a used tag does not": lambda d: (
        [d.status(S, {"description": each}, if_match=tag) for tag in [d.etag()] for each in "xy"] == [200, 412]
    ),
    "location is completed only as a whole": lambda d: (
        [d.status(R, {"address": {"location": each}}) for each in (None, {"latitude": 1}, {"latitude": 1, "longitude": 2})]
        == [200, 422, 200]
    ),
    "nested unknown members are refused": lambda d: (
        d.fields(S, {"destination": {"contact": {"x": 1}}}) == ["destination.contact.x"]
    ),
    "nested unknown members are ignored": lambda d: "x" not in d.after(R, {"address": {"x": 1}})["address"],
    "read-only members are refused": lambda d: d.status(S, {"total_weight_grams": 1}) == 422,
    "foreign item ids are refused": lambda d: (
        d.fields(S, {"packages": [{**PACKAGE, "id": str(uuid.uuid4())}]}) == ["packages.0.id"]
    ),
    "a list of no object is refused": lambda d: [d.status(R, each) for each in ([], "null", '"x"', "")] == [422, 422, 422, 400],
    "another tenant's record is not found": lambda d: [foreign(d, each).status_code for each in (R, S)] == [404, 404],
    "the other tenant's number is free": lambda d: (
        d.status(R, {"customer_number": "C999999"}) == 200
        and d.status(R, {"customer_number": "C999999"}, path=d.path(R, "south"), token=SOUTH) == 200
    ),
    "states": lambda d: (
        [d.status(S, {"status": each}) for each in ("in_transit", "draft", "delivered", "booked")] == [200, 409, 200, 409]
    ),
    "wrong media types": lambda d: (
        [d.status(S, {}, content_type="application/json"), d.status(R, {}, content_type="")] == [415, 415]
    ),
    "NaN is not JSON": lambda d: d.status(R, '{"credit_limit": NaN}') == 400,
    "too many pairs": lambda d: d.status(S, {"metadata": {f"k{index}": "" for index in range(9)}}) == 422,
    "e-mail addresses are no more than that": lambda d: [d.status(R, {"email": each}) for each in MAILS] == [422, 422, 422, 200],
    "the domain is kept in lower case": lambda d: d.after(R, {"email": "A.b@Ferro-Wines.com"})["email"] == "A.b@ferro-wines.com",
    "URIs": lambda d: [d.status(R, {"website": each}) for each in URIS] == [200, 200, 200, 422, 422, 422],
    "the name of a pair": lambda d: d.fields(S, {"metadata": {"k" * 41: "x"}}) == ["metadata." + "k" * 41],
    "lone surrogates": lambda d: [d.status(*each) for each in SURROGATES] == [422, 200, 422, 422],
    "date-times": lambda d: [d.status(R, {"next_call_at": each}) for each in MOMENTS] == [200, 200, 422, 422, 422, 422],
}
