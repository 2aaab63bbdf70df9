"""Commands for a running mock: one group for each noun of its control interface."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import IO, Any

import click

from mock_server.commands.remote import Remote, as_json, reaching, show
from mock_server.disturbance.interference import FAULTS

# --- state --------------------------------------------------------------------------------------------------------


@click.group()
def state() -> None:
    """See and change what is stored."""


@state.command("get")
@click.argument("place", nargs=-1, metavar="[API COLLECTION [ID]]")
@as_json
@reaching
def get_state(remote: Remote, place: tuple[str, ...], is_json: bool) -> None:
    """All collections, one, or one item of it."""
    if len(place) not in (0, 2, 3):
        raise click.UsageError("name the API and the collection, and at most an id after them")
    answer = remote.call("GET", "state", *place)
    if place:
        show(answer, True, ())
    else:
        rows = [(api, name, len(items)) for api, collections in answer.items() for name, items in collections.items()]
        show(answer, is_json, [("API", "COLLECTION", "ITEMS"), *rows])


@state.command("set")
@click.argument("api")
@click.argument("collection")
@click.argument("id")
@click.argument("value", metavar="JSON")
@click.option("--merge", is_flag=True, help="Merge into the stored one (RFC 7396) instead of replacing it.")
@reaching
def set_state(remote: Remote, api: str, collection: str, id: str, value: str, merge: bool) -> None:  # noqa: A002  # the argument
    """Replace an item: a customer as `state get` shows it, or a row."""
    answer = remote.call("PATCH" if merge else "PUT", "state", api, collection, id, body=_json(value))
    show(answer, True, ())


@state.command("reset")
@click.argument("place", nargs=-1, metavar="[API COLLECTION]")
@reaching
def reset_state(remote: Remote, place: tuple[str, ...]) -> None:
    """All collections as at start, or one of them."""
    if len(place) not in (0, 2):
        raise click.UsageError("name the API and the collection, or nothing")
    remote.call("POST", "state", *place, "reset")


@state.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True, atomic=True), default="-")
@reaching
def export_state(remote: Remote, file: IO[str]) -> None:
    """Write all collections to a file (or to standard output), as `serve --seed-file` and `state import` read them."""
    content = json.dumps(remote.call("GET", "state"), indent=2, ensure_ascii=False)
    file.write(content + "\n")


@state.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@reaching
def import_state(remote: Remote, file: IO[str]) -> None:
    """Put in place what `state export` has written; nothing is changed if any of it does not fit."""
    wanted = _json(file.read())
    if not isinstance(wanted, Mapping) or not all(isinstance(each, Mapping) for each in wanted.values()):
        raise click.ClickException("expected an object with the collections of each API, as `state export` writes it")
    before = remote.call("GET", "state")
    try:
        _put(remote, wanted)
    except click.ClickException:
        _put(remote, before)
        raise


def _put(remote: Remote, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    for api, collections in wanted.items():
        # Rows first: customers may refer to them.
        for name in sorted(collections, key=lambda each: each == "customers"):
            remote.call("PUT", "state", api, name, body=collections[name])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"not JSON: {error}") from None


# --- snapshots ----------------------------------------------------------------------------------------------------


@click.group()
def snapshot() -> None:
    """Keep named copies of the state."""


@snapshot.command("save")
@click.argument("name")
@reaching
def save_snapshot(remote: Remote, name: str) -> None:
    """The state as it is now, under a name."""
    remote.call("POST", "snapshots", body={"name": name})


@snapshot.command("list")
@as_json
@reaching
def list_snapshots(remote: Remote, is_json: bool) -> None:
    """All of them, the oldest first."""
    answer = remote.call("GET", "snapshots")
    show(answer, is_json, [("NAME", "SAVED"), *((each["name"], each["saved"]) for each in answer["snapshots"])])


@snapshot.command("restore")
@click.argument("name")
@reaching
def restore_snapshot(remote: Remote, name: str) -> None:
    """The state as it was."""
    remote.call("POST", "snapshots", name, "restore")


@snapshot.command("delete")
@click.argument("name")
@reaching
def delete_snapshot(remote: Remote, name: str) -> None:
    """Forget it."""
    remote.call("DELETE", "snapshots", name)


# --- faults -------------------------------------------------------------------------------------------------------


@click.group()
def faults() -> None:
    """Let things go wrong."""


@faults.command("list")
@as_json
@reaching
def list_faults(remote: Remote, is_json: bool) -> None:
    """The rules, in the order in which they are tried."""
    _show_faults(remote.call("GET", "faults"), is_json)


def _show_faults(answer: Any, is_json: bool) -> None:
    rows = [(each["name"], each["type"], each["matched"], each["struck"]) for each in answer["faults"]]
    show(answer, is_json, [("NAME", "TYPE", "MATCHED", "STRUCK"), *rows])


@faults.command("add")
@click.argument("type", type=click.Choice(("status", "delay", *FAULTS)), metavar="TYPE")
@click.option("--name", help="Under which it is removed again.")
@click.option("--operation", help="Only requests for this operationId.")
@click.option("--method", help="Only requests with this method.")
@click.option("--path", help="Only requests for this path; * stands for any text.")
@click.option("--code", type=int, help="The status to answer with.")
@click.option("--example", help="An example of the document, or a situation.")
@click.option("--delay", type=int, help="Milliseconds.")
@click.option("--jitter", type=int, help="Up to so many milliseconds more.")
@click.option("--probability", type=float, help="From 0 to 1; 1 unless given.")
@click.option("--times", type=int, help="How often at most.")
@click.option("--after", type=int, help="How many requests are spared first.")
@click.option("--seed", type=int, help="Of its random numbers.")
@click.option("--phase", type=click.Choice(("before", "after_commit")), help="Whether a write is made all the same.")
@as_json
@reaching
def add_fault(remote: Remote, is_json: bool, **rule: Any) -> None:
    """A new rule: what happens (status, delay, reset, empty, truncate, malformed, dribble), to which requests, how often."""
    given = {name: value for name, value in rule.items() if value is not None}
    match = {name: given.pop(name) for name in ("operation", "method", "path") if name in given}
    answer = remote.call("POST", "faults", body={**given, "match": match})
    _show_faults({"faults": [answer]}, is_json)


@faults.command("apply")
@click.argument("profile")
@as_json
@reaching
def apply_faults(remote: Remote, profile: str, is_json: bool) -> None:
    """The rules of a profile and no others."""
    _show_faults(remote.call("POST", "faults", "profiles", profile, "apply"), is_json)


@faults.command("profiles")
@as_json
@reaching
def list_profiles(remote: Remote, is_json: bool) -> None:
    """What there is to apply."""
    answer = remote.call("GET", "faults", "profiles")
    show(answer, is_json, [(each["name"], each["description"]) for each in answer["profiles"]])


@faults.command("clear")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@reaching
def clear_faults(remote: Remote, names: tuple[str, ...]) -> None:
    """Remove these rules, or all."""
    if not names:
        remote.call("DELETE", "faults")
    for name in names:
        remote.call("DELETE", "faults", name)


# --- requests -----------------------------------------------------------------------------------------------------


@click.group()
def requests() -> None:
    """See what clients have sent."""


@requests.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many, the latest ones.")
@click.option("--refused/--accepted", default=None, help="Only refused requests, or only others.")
@as_json
@reaching
def list_requests(remote: Remote, limit: int, refused: bool | None, is_json: bool) -> None:
    """The journal, the latest request last."""
    query = {"limit": limit, **({} if refused is None else {"refused": str(refused).lower()})}
    answer = remote.call("GET", "requests", query=query)
    show(answer, is_json, map(_row, reversed(answer["requests"])))


@requests.command("tail")
@as_json
@reaching
def tail_requests(remote: Remote, is_json: bool) -> None:
    """Every request as it comes, until Ctrl-C."""
    for entry in remote.events():
        show(entry, is_json, [_row(entry)])


def _row(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    changed = ", ".join(each["pointer"] for each in entry["difference"] or ())
    refusal = entry["refusal"]["situation"] if entry["refusal"] else ""
    return entry["id"], entry["method"], entry["path"], entry["status"], f"{entry['milliseconds']:.0f} ms", refusal or changed


@requests.command("verify")
@click.option("--method")
@click.option("--path", help="* stands for any text.")
@click.option("--operation", help="The operationId.")
@click.option("--status", type=int)
@click.option("--count", type=click.IntRange(0), help="Exactly so many; at least one unless given.")
@as_json
@reaching
def verify_requests(remote: Remote, count: int | None, is_json: bool, **match: Any) -> None:
    """Whether such requests came; exit code 1 if not."""
    pattern = {name: value for name, value in match.items() if value is not None}
    answer = remote.call("POST", "requests", "verify", body={"match": pattern, **({} if count is None else {"count": count})})
    closest = (f"; closest: {each['method']} {each['path']} ({', '.join(each['differs'])})" for each in answer["closest"][:1])
    show(answer, is_json, [(f"{answer['count']} such requests{''.join(closest)}",)])
    if not answer["verified"]:
        sys.exit(1)


@requests.command("clear")
@reaching
def clear_requests(remote: Remote) -> None:
    """Empty the journal."""
    remote.call("DELETE", "requests")


# --- sessions -----------------------------------------------------------------------------------------------------


@click.group()
def sessions() -> None:
    """Isolated worlds, each with a state, faults and settings of its own."""


@sessions.command("list")
@as_json
@reaching
def list_sessions(remote: Remote, is_json: bool) -> None:
    """Those that are alive."""
    answer = remote.call("GET", "sessions")
    rows = [(each["id"], f"{each['idle']:.0f} s", each["requests"]) for each in answer["sessions"]]
    show(answer, is_json, [("ID", "IDLE", "REQUESTS"), *rows])


@sessions.command("new")
@click.argument("id", required=False)
@click.option("--ttl", type=float, help="Seconds without use after which it is forgotten.")
@as_json
@reaching
def new_session(remote: Remote, id: str | None, ttl: float | None, is_json: bool) -> None:  # noqa: A002  # the argument
    """A new one; prints its id."""
    wanted = {name: value for name, value in (("id", id), ("ttl", ttl)) if value is not None}
    answer = remote.call("POST", "sessions", body=wanted)
    show(answer, is_json, [(answer["id"],)])


@sessions.command("delete")
@click.argument("id")
@reaching
def delete_session(remote: Remote, id: str) -> None:  # noqa: A002  # the argument
    """Forget it and all that it holds."""
    remote.call("DELETE", "sessions", id)


# --- defects ------------------------------------------------------------------------------------------------------


@click.group()
def defects() -> None:
    """Make the mock wrong on purpose, to prove that tests find it."""


@defects.command("list")
@as_json
@reaching
def list_defects(remote: Remote, is_json: bool) -> None:
    """What there is; an active one has a star."""
    answer = remote.call("GET", "defects")
    active = set(answer["active"])
    show(answer, is_json, [("*" if each["id"] in active else "", each["id"], each["says"]) for each in answer["available"]])


@defects.command("set")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@reaching
def set_defects(remote: Remote, ids: tuple[str, ...]) -> None:
    """These and no others."""
    remote.call("PUT", "defects", body={"defects": list(ids)})


@defects.command("clear")
@reaching
def clear_defects(remote: Remote) -> None:
    """None."""
    remote.call("DELETE", "defects")
