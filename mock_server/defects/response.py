"""Responses: a success has the wrong status, type, members or headers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.defects.defect import Family
from mock_server.defects.places import changed, first, found, hold, is_text, is_top, last, show, shown_at, without
from mock_server.exchange import Answer, Exchange
from mock_server.steps import Step
from mock_server.upkeep import now
from specs import Api, Field, RecordField

defect = Family("response")


def _rewrite(exchange: Exchange, right: Step, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answers with another record than the one that is stored."""
    hold(exchange, change(dict(exchange.after.record)))
    right(exchange)


def _first_required(api: Api) -> RecordField | None:
    return next((each for each in api.walk_record() if each.required and "[]" not in each.path), None)


def _last_required(api: Api) -> RecordField | None:
    found_all = [each for each in api.walk_record() if each.required and "[]" not in each.path and "." in each.path]
    return found_all[-1] if found_all else None


def _identity(api: Api) -> RecordField | None:
    return next((each for each in api.record if each.read_only and not each.children and not each.nullable), None)
