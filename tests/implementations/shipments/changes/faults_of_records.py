"""Faults in what a patch does to the stored record: merging, lists and maps, derived members."""

import uuid
from typing import Any

import models
from changes.switches import around, fault
from service import Kind, Service
from store import Record


def on_sent(service: Service, kind_name: str, change: Any) -> None:
    """Let `change(changes)` alter what was sent to one kind, after validation."""

    def sent(inner: Any, kind: Kind, patch: Any) -> Record:
        changes: Record = inner(kind, patch)
        return change(changes) if kind.name == kind_name else changes

    around(service, "sent", sent)


def on_finish(service: Service, kind_name: str, change: Any) -> None:
    """Let `change(before, after, changes)` alter the record in place before it is stored."""

    def finish(inner: Any, kind: Kind, before: Record, after: Record, changes: Record) -> Record:
        after = inner(kind, before, after, changes)
        if kind.name == kind_name:
            change(before, after, changes)
        return after

    around(service, "finish", finish)


@fault("partial_update", "preferences")
def preferences_filled_with_defaults(service: Service) -> None:
    """The nested model is dumped without exclude_unset: members of preferences that were not sent fall back to the defaults."""

    def change(changes: Record) -> Record:
        if "preferences" in changes:
            changes["preferences"] = models.Preferences.model_validate(changes["preferences"]).model_dump(mode="json")
        return changes

    on_sent(service, "recipients", change)


@fault("partial_update", "preferences.notifications")
def notifications_filled_with_defaults(service: Service) -> None:
    """Only on the second level: notifications that were not sent fall back to the defaults."""

    def change(changes: Record) -> Record:
        inner = changes.get("preferences", {})
        if "notifications" in inner:
            inner["notifications"] = models.Notifications.model_validate(inner["notifications"]).model_dump(mode="json")
        return changes

    on_sent(service, "recipients", change)


@fault("partial_update", "address.location")
def location_lost_with_the_address(service: Service) -> None:
    """A patch of another member of the address sets address.location to null."""

    def change(before: Record, after: Record, changes: Record) -> None:
        if "address" in changes and "location" not in changes["address"]:
            after["address"]["location"] = None

    on_finish(service, "recipients", change)


@fault("partial_update", "destination.contact.phone")
def contact_phone_lost_with_the_name(service: Service) -> None:
    """destination.contact.phone becomes null when the contact's name is changed without it."""

    def change(before: Record, after: Record, changes: Record) -> None:
        contact = changes.get("destination", {}).get("contact", {})
        if "name" in contact and "phone" not in contact:
            after["destination"]["contact"]["phone"] = None

    on_finish(service, "shipments", change)


@fault("partial_update", "newsletter")
def falsy_values_skipped(service: Service) -> None:
    """`if value:` instead of `if value is not None`: false, 0 and "" at the top of a recipient are not applied."""
    on_sent(service, "recipients", lambda changes: {
        key: value for key, value in changes.items() if value or value is None or isinstance(value, list | dict)
    })  # fmt: skip


@fault("partial_update", "instructions")
def nulls_skipped(service: Service) -> None:
    """exclude_none: null for a nullable member of a shipment is not applied."""
    on_sent(service, "shipments", lambda changes: {key: value for key, value in changes.items() if value is not None})


@fault("partial_update", "tags")
def empty_tags_skipped(service: Service) -> None:
    """`tags or shipment.tags`: an empty list does not clear the tags."""
    on_sent(service, "shipments", lambda changes: {key: value for key, value in changes.items() if (key, value) != ("tags", [])})


@fault("partial_update", "destination.floor")
def ground_floor_becomes_null(service: Service) -> None:
    """`floor or None`: the floor 0 is stored as null."""

    def change(before: Record, after: Record, changes: Record) -> None:
        after["destination"]["floor"] = after["destination"]["floor"] or None

    on_finish(service, "shipments", change)


@fault("partial_update", "packages.fragile")
def fragile_never_cleared(service: Service) -> None:
    """`item.fragile or old.fragile` by position: a package that was fragile stays so."""

    def change(before: Record, after: Record, changes: Record) -> None:
        for old, new in zip(before["packages"], after["packages"], strict=False):
            new["fragile"] = new["fragile"] or old["fragile"]

    on_finish(service, "shipments", change)


@fault("partial_update", "packages")
def packages_beyond_the_sent_ones_kept(service: Service) -> None:
    """The list is merged by position: a shorter list leaves the last packages in place."""

    def merge(inner: Any, kind: Kind, content: Record, changes: Record) -> Record:
        merged: Record = inner(kind, content, changes)
        if kind.name == "shipments" and "packages" in changes:
            merged["packages"] = changes["packages"] + content["packages"][len(changes["packages"]) :]
        return merged

    around(service, "merge", merge)


@fault("idempotence", "contacts.id")
def contacts_get_new_ids(service: Service) -> None:
    """Delete-and-insert of the child rows: contacts sent with their id get a new one."""

    def change(before: Record, after: Record, changes: Record) -> None:
        for each in after["contacts"] if "contacts" in changes else []:
            each["id"] = str(uuid.uuid4())

    on_finish(service, "recipients", change)


@fault("partial_update", "tags")
def tags_added_to_the_old_ones(service: Service) -> None:
    """The tags sent are added to those that the shipment has."""

    def change(before: Record, after: Record, changes: Record) -> None:
        if "tags" in changes:
            after["tags"] = list(dict.fromkeys(before["tags"] + changes["tags"]))

    on_finish(service, "shipments", change)


@fault("partial_update", "labels")
def labels_kept_as_a_sorted_set(service: Service) -> None:
    """Labels go through a set: the order sent and repeated labels are lost."""

    def change(before: Record, after: Record, changes: Record) -> None:
        if "labels" in changes:
            after["labels"] = sorted(set(changes["labels"]))

    on_finish(service, "recipients", change)


@fault("partial_update", "metadata")
def metadata_replaced(service: Service) -> None:
    """The map is replaced instead of merged: pairs that were not sent are lost."""

    def change(before: Record, after: Record, changes: Record) -> None:
        if "metadata" in changes:
            after["metadata"] = {key: value for key, value in changes["metadata"].items() if value is not None}

    on_finish(service, "shipments", change)


@fault("partial_update", "metadata")
def metadata_null_keeps_the_pair(service: Service) -> None:
    """null for a pair of metadata is dropped by exclude_none: the pair stays."""

    def change(changes: Record) -> Record:
        if "metadata" in changes:
            changes["metadata"] = {key: value for key, value in changes["metadata"].items() if value is not None}
        return changes

    on_sent(service, "shipments", change)


@fault("partial_update", "metadata")
def metadata_keys_in_lower_case(service: Service) -> None:
    """Keys of new pairs are lower-cased."""

    def change(changes: Record) -> Record:
        if "metadata" in changes:
            changes["metadata"] = {key.lower(): value for key, value in changes["metadata"].items()}
        return changes

    on_sent(service, "shipments", change)


@fault("partial_update", "attributes")
def attributes_merged(service: Service) -> None:
    """The map is merged, although the document says that it is replaced as a whole."""
    service.kinds["recipients"].whole = ""


@fault("partial_update", "preferences.notifications")
def nested_json_change_not_tracked(service: Service) -> None:
    """The JSON column is changed in place and not flagged: the answer shows the new notifications, the store keeps the old."""

    def write(inner: Any, kind: Kind, tenant: str, after: Record, before: Record) -> None:
        if kind.name == "recipients":
            kept = {**after["preferences"], "notifications": before["preferences"]["notifications"]}
            after = {**after, "preferences": kept}
        inner(kind, tenant, after, before)

    around(service, "write", write)


@fault("response", "last_name")
def full_name_stale_after_last_name(service: Service) -> None:
    """full_name is computed anew only when first_name is sent."""

    def change(before: Record, after: Record, changes: Record) -> None:
        if "first_name" not in changes:
            after["full_name"] = before["full_name"]

    on_finish(service, "recipients", change)


@fault("response", "packages.quantity")
def total_weight_stale_after_quantity(service: Service) -> None:
    """total_weight_grams is computed anew only when a weight or the number of packages changes."""

    def change(before: Record, after: Record, changes: Record) -> None:
        if [each["weight_grams"] for each in before["packages"]] == [each["weight_grams"] for each in after["packages"]]:
            after["total_weight_grams"] = before["total_weight_grams"]

    on_finish(service, "shipments", change)


@fault("response", "portal_password")
def password_flag_stale_after_null(service: Service) -> None:
    """has_portal_password stays true when the password is removed."""

    def change(before: Record, after: Record, changes: Record) -> None:
        after["has_portal_password"] = after["has_portal_password"] or before["has_portal_password"]

    on_finish(service, "recipients", change)


@fault("response", "")
def updated_at_not_moved(service: Service) -> None:
    """`default=` without `onupdate=`: updated_at of a recipient stays that of its making."""

    def touch(inner: Any, before: Record, after: Record) -> None:
        inner(before, after)
        if "full_name" in after:
            after["updated_at"] = before["updated_at"]

    around(service, "touch", touch)


@fault("response", "destination")
def version_blind_to_nested_changes(service: Service) -> None:
    """The version counter of the parent row does not move when only the destination changes, nor does the entity tag."""

    def touch(inner: Any, before: Record, after: Record) -> None:
        old = {**before, "destination": None}
        same = {**after, "destination": None} == old
        inner(before, after)
        if same:
            after["version"] = before["version"]

    around(service, "touch", touch)
