"""Faults in the rules around a change: refusals that leave something behind, unique members, states, references, tenants."""

from typing import Any

from changes.faults_of_records import on_finish
from changes.switches import around, fault
from refusals import Refusal
from service import Kind, Service
from store import Record


def stored_in_spite_of(service: Service, kind_name: str, status: int, named: str, dropped: tuple[str, ...]) -> None:
    """A refusal with `status` about `named` leaves the other members of the request stored."""

    def check(inner: Any, kind: Kind, tenant: str, before: Record | None, after: Record) -> None:
        try:
            inner(kind, tenant, before, after)
        except Refusal as refusal:
            about = [path for path, _ in refusal.details]
            if before and kind.name == kind_name and refusal.status == status and named in about:
                service.write(kind, tenant, {**after, **{key: before[key] for key in dropped}}, before)
            raise

    around(service, "check", check)


@fault("atomicity", "pickup_until")
def flushed_before_the_window_is_checked(service: Service) -> None:
    """The session is flushed before the rule of the pickup window: a refused request leaves its other members stored."""
    stored_in_spite_of(service, "shipments", 422, "pickup_until", ("pickup_from", "pickup_until"))


@fault("atomicity", "customer_number")
def other_members_stored_on_conflict(service: Service) -> None:
    """A taken customer_number is refused with 409, but the other members of the request are stored."""
    stored_in_spite_of(service, "recipients", 409, "customer_number", ("customer_number", "full_name"))


@fault("atomicity", "status")
def version_moves_on_refused_status(service: Service) -> None:
    """A refused change of status raises the version all the same."""

    def check_status(inner: Any, before: Record | None, after: Record) -> None:
        try:
            inner(before, after)
        except Refusal:
            if before:
                kind, tenant = service.kinds["shipments"], _tenant_of(service, before["id"])
                service.write(kind, tenant, {**before, "version": before["version"] + 1}, before)
            raise

    around(service, "check_status", check_status)


def _tenant_of(service: Service, record_id: str) -> str:
    return next(each for each in ("north", "south") if service.store.find("shipments", each, record_id))


@fault("partial_update", "recipient_id")
def recipient_not_looked_up(service: Service) -> None:
    """Any UUID is stored as recipient_id."""
    service.check_reference = lambda *_: None  # type: ignore[method-assign]


@fault("isolation", "customer_number")
def taken_customer_number_accepted(service: Service) -> None:
    """Two recipients of a tenant can have the same customer_number."""

    def put(kind: str, tenant: str, code: str, content: Record) -> None:
        inner(kind, tenant, content["id"] if kind == "recipients" else code, content)

    inner = service.store.put
    service.store.put = put  # type: ignore[method-assign]
    around(service, "check_unique", lambda check, kind, *rest: None if kind.name == "recipients" else check(kind, *rest))


@fault("idempotence", "reference")
def own_reference_is_taken(service: Service) -> None:
    """The look-up of the reference also finds the shipment itself: its own reference sent again is refused with 409."""

    def sent(inner: Any, kind: Kind, patch: Any) -> Record:
        changes: Record = inner(kind, patch)
        used = [each["reference"] for name in ("north", "south") for each in service.store.all("shipments", name)]
        if kind.name == "shipments" and changes.get("reference") in used:
            raise Refusal(409, "This reference is taken.", [("reference", "is taken")])
        return changes

    around(service, "sent", sent)


@fault("idempotence", "status")
def same_status_refused(service: Service) -> None:
    """The status that the shipment already has is refused with 409."""

    def finish(before: Record, after: Record, changes: Record) -> None:
        if changes.get("status") == before["status"]:
            raise Refusal(409, "The shipment has this status.", [("status", "is not possible now")])

    on_finish(service, "shipments", finish)


@fault("idempotence", "metadata")
def removing_a_missing_pair_fails(service: Service) -> None:
    """`del metadata[key]`: null for a pair that is not there is answered with 500."""

    def finish(before: Record, after: Record, changes: Record) -> None:
        for key, value in changes.get("metadata", {}).items():
            if value is None:
                before["metadata"][key]

    on_finish(service, "shipments", finish)


@fault("isolation", "")
def recipients_of_the_other_tenant_changed(service: Service) -> None:
    """The query of the PATCH on recipients has no tenant filter: another tenant's recipient can be changed."""

    def update(inner: Any, kind: Kind, tenant: str, record_id: str, *rest: Any) -> Record:
        owner = next((each for each in ("north", "south") if service.store.find(kind.name, each, record_id)), tenant)
        return inner(kind, owner if kind.name == "recipients" else tenant, record_id, *rest)

    around(service, "update", update)


@fault("isolation", "address")
def equal_addresses_share_a_row(service: Service) -> None:
    """Recipients with an equal address share its row: a change shows in all of them, in the other tenant too."""

    def write(inner: Any, kind: Kind, tenant: str, after: Record, before: Record) -> None:
        inner(kind, tenant, after, before)
        for name in ("north", "south") if kind.name == "recipients" else ():
            for other in service.store.all(kind.name, name):
                if other["id"] != after["id"] and other["address"] == before["address"]:
                    inner(kind, name, {**other, "address": after["address"]}, other)

    around(service, "write", write)


@fault("partial_update", "pickup_from")
def window_checked_only_when_both_are_sent(service: Service) -> None:
    """pickup_from alone may be moved behind the stored pickup_until."""

    def update(inner: Any, kind: Kind, tenant: str, record_id: str, changes: Record, if_match: str | None) -> Record:
        held = service.check_window
        if not {"pickup_from", "pickup_until"} <= changes.keys():
            service.check_window = lambda after: None  # type: ignore[method-assign]
        try:
            return inner(kind, tenant, record_id, changes, if_match)  # type: ignore[no-any-return]
        finally:
            service.check_window = held  # type: ignore[method-assign]

    around(service, "update", update)


@fault("partial_update", "company")
def company_of_a_business_removed(service: Service) -> None:
    """The rule for businesses looks only at a patch that sends kind: company null alone is stored."""

    def check(inner: Any, kind: Kind, tenant: str, before: Record | None, after: Record) -> None:
        held = service.check_company
        if before and before.get("kind") == after.get("kind"):
            service.check_company = lambda record: None  # type: ignore[method-assign]
        try:
            inner(kind, tenant, before, after)
        finally:
            service.check_company = held  # type: ignore[method-assign]

    around(service, "check", check)


@fault("enum", "status")
def every_change_of_status_allowed(service: Service) -> None:
    """The documented states are not enforced."""
    service.check_status = lambda *_: None  # type: ignore[method-assign]
