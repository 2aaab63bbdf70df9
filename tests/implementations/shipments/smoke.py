"""Proves each fault and each variant once, and the promises of the honest service. Exits with 1 where one is not as said."""

import sys
from collections.abc import Callable
from typing import Any

from changes import faults_of_answers, faults_of_records, faults_of_rules, faults_of_values, variants  # noqa: F401 - registers
from changes.switches import FAULTS, VARIANTS
from desk import Desk, R, S
from smoke_cases import CASES, PROMISES

# What tells a variant from the plain service.
SHOWN: dict[str, Callable[[Desk], Any]] = {
    "members-in-reverse-order": lambda d: list(d.get(R))[-1] == "id",
    "maps-sorted": lambda d: list(d.get(S)) == sorted(d.get(S)),
    "pretty-printed": lambda d: d.send("GET", d.path(R)).text.startswith("{\n"),
    "ascii-only": lambda d: "\\u00d6" in d.send("GET", d.path(R)).text,
    "chunked-answers": lambda d: "content-length" not in d.send("GET", d.path(R)).headers,
    "charset-named": lambda d: "charset" in d.send("GET", d.path(R)).headers["content-type"],
    "request-id-sent": lambda d: "x-request-id" in d.patch(R, "{").headers,
    "cache-headers-sent": lambda d: "cache-control" in d.patch(R, {}).headers,
    "accept-patch-named": lambda d: "accept-patch" in d.patch(R, {}).headers,
    "connection-closed": lambda d: d.patch(R, {}).headers.get("connection") == "close",
    "every-write-counts": lambda d: d.after(R, {})["version"] == 2,
    "version-in-steps-of-ten": lambda d: d.after(R, {"notes": "n"})["version"] == 11,
    "etag-from-content": lambda d: len(d.etag()) == 66,
    "precondition-checked-last": lambda d: d.status(S, {"status": "delivered"}, if_match='"old"') == 409,
    "other-wording": lambda d: d.answer(R, "{")["error"]["message"].startswith("Request rejected"),
    "only-the-first-error": lambda d: len(d.fields(S, {"priority": 9, "insured": 1})) == 1,
    "more-in-refusals": lambda d: "status" in d.answer(R, "{"),
    "challenge-with-realm": lambda d: "realm" in d.patch(R, {}, token=None).headers["www-authenticate"],
    "malformed-shipment-id-is-404": lambda d: d.status(S, {}, path="/shipments/1") == 404,
    "links-in-recipients": lambda d: "links" in d.get(R),
    "whole-seconds": lambda d: "." not in d.get(R)["updated_at"],
    "offset-written-out": lambda d: d.get(S)["pickup_from"].endswith("+00:00"),
    "fractions-always-shown": lambda d: d.get(S)["pickup_from"].endswith(".000Z"),
    "whole-amounts-without-point": lambda d: '"credit_limit":5,' in d.patch(R, {"credit_limit": 5}).text,
    "options-answered": lambda d: d.send("OPTIONS", d.path(R)).status_code == 204,
    "names-sent-twice-refused": lambda d: d.status(R, '{"notes": "a", "notes": "b"}') == 400,
}
# A variant may do what one fault's case takes for the fault, for a documented reason.
ALIKE = {("whole-seconds", "updated-at-not-moved")}


def check(failures: list[str], what: str, expected: bool, case: Callable[[Desk], Any], desk: Desk) -> None:
    """Run one case on fresh records."""
    desk.reset()
    try:
        seen = bool(case(desk))
    except Exception as error:
        failures.append(f"{what}: {error!r}")
        return
    if seen is not expected:
        failures.append(f"{what}: {seen}, not {expected}")


def check_honest(failures: list[str], desk: Desk, name: str) -> None:
    """No fault shows, and each promise is kept."""
    for case, shown in CASES.items():
        if (name, case) not in ALIKE:
            check(failures, f"{name} / {case}", False, shown, desk)
    for promise, kept in PROMISES.items():
        check(failures, f"{name} / {promise}", True, kept, desk)


def main(names: list[str]) -> int:
    """Run everything, or the faults and variants named; whether there are failures decides."""
    failures = [f"{each} has no case" for each in {*FAULTS} ^ {*CASES} | {*VARIANTS} ^ {*SHOWN}]
    if not names:
        check_honest(failures, Desk(), "honest")
    for name, each in FAULTS.items():
        if names and name not in names:
            continue
        check(failures, name, True, CASES[name], Desk(each["change"]))
    for name, each in VARIANTS.items():
        if names and name not in names:
            continue
        desk, plain = Desk(each["change"]), Desk()
        check(failures, name, True, SHOWN[name], desk)
        check(failures, f"honest / {name}", False, SHOWN[name], plain)
        check_honest(failures, desk, name)
    everything = f"{len(FAULTS)} faults, {len(VARIANTS)} variants, {len(PROMISES)} promises"
    print("\n".join(failures) or f"{', '.join(names) or everything}: all as said")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
