"""What goes wrong when a fault is switched on: three places where a body passes by."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask import g
from store import Row, store
from switches import on

Body = dict[str, Any]


def loosen(body: object) -> object:
    """A PATCH's body before it is checked: what a fault does not check is taken out, and kept for ``distort``."""
    g.unchecked = {}
    if isinstance(body, dict):
        _take_out(body)
        _bend(body)
    return body


def _take_out(body: Body) -> None:
    if on("created_at_written") and isinstance(body.get("createdAt"), str):
        g.unchecked["created_at"] = dt.datetime.fromisoformat(body.pop("createdAt"))
    if on("email_unchecked_beside_website") and "website" in body and isinstance(body.get("contactEmail"), str):
        g.unchecked["contact_email"] = body.pop("contactEmail")
    if on("unit_of_second_unchecked") and isinstance(body.get("ingredients"), list):
        g.units = [
            item.pop("unit", None) if isinstance(item, dict) and place else None for place, item in enumerate(body["ingredients"])
        ]


def _bend(body: Body) -> None:
    if on("title_cut") and isinstance(body.get("title"), str):
        body["title"] = body["title"].strip()[:120]
    if on("servings_from_text") and isinstance(body.get("servings"), str) and body["servings"].isdecimal():
        body["servings"] = int(body["servings"])
    if on("impossible_day_moved") and re.fullmatch("[0-9]{4}-02-(29|30|31)", str(body.get("releasedOn"))):
        year, _, day = str(body["releasedOn"]).split("-")
        body["releasedOn"] = str(dt.date(int(year), 2, 1) + dt.timedelta(days=int(day) - 1))


def refused(kind: str, changes: Row) -> dict[str, list[str]]:
    """Errors of valid changes."""
    return (
        {"pageCount": ["Must be less than 5000."]}
        if on("page_count_limit_excluded") and changes.get("page_count") == 5000
        else {}
    )


def distort(row: Row, changes: Row) -> Row:
    """The checked changes of a PATCH, as they are stored."""
    changes = {**changes, **g.get("unchecked", {})}
    if on("summary_lost") and "title" in changes and "summary" not in changes and "summary" in row:
        changes["summary"] = None
    if on("summary_null_becomes_empty") and "summary" in changes:
        changes["summary"] = changes["summary"] or ""
    if on("done_stays_done") and row.get("status") == "done":
        changes.pop("status", None)
    _distort_nested(row, changes)
    return changes


def _distort_nested(row: Row, changes: Row) -> None:
    if on("nutrition_merged") and changes.get("nutrition") and row.get("nutrition"):
        sent = {name: value for name, value in changes["nutrition"].items() if value is not None}
        changes["nutrition"] = {**row["nutrition"], **sent}
    if on("chapters_appended") and "chapters" in changes:
        changes["chapters"] = row["chapters"] + changes["chapters"]
    for item, unit in zip(changes.get("ingredients", ()), g.get("units", ()), strict=False):
        item["unit"] = item["unit"] or unit


def spread(kind: str, row: Row, changes: Row) -> None:
    """What else a PATCH writes."""
    if on("shared_everywhere") and kind == "shopping_list" and "shared" in changes:
        for other in store.all(kind, row["account"]):
            store.change(kind, other["id"], {"shared": changes["shared"]})
