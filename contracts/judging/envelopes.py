"""Error answers: which status and body the document gives to a kind of refusal, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from contracts.terms.exchange import NOT_JSON, Answer, Exchange
from contracts.terms.spelling import spelled
from contracts.terms.validity import first_error
from specs import Api, Shape, Situation
from specs.model import Response, json_types
from specs.normalise import properties

STAND_INS = {"wrong_credential": "unauthenticated", "empty_body": "malformed_json", "not_an_object": "malformed_json"}
"""For a kind of refusal that a document does not describe: the one that comes nearest to it."""

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What was expected of an answer, and what it is instead."""

    expected: str
    actual: str


# --- statuses -------------------------------------------------------------------------------------------------------


def situation(api: Api, name: str) -> Situation | None:
    """How the document says that one kind of request is refused, or None."""
    return api.situations.get(name) or api.situations.get(STAND_INS.get(name, ""))


def allowed(found: Situation) -> tuple[int, ...]:
    """The statuses that the document leaves possible."""
    return (found.status, *found.also)


def right_status(api: Api, found: Situation, exchange: Exchange) -> bool:
    """Whether it is a refusal with a status that the document allows; any refusal, where it does not list the status at all."""
    return exchange.refused and (exchange.status in allowed(found) or not api.documents(found.status))


def has_other_meaning(api: Api, found: Situation, exchange: Exchange) -> bool:
    """Whether the document lists the answer's status, and not for this kind of refusal."""
    return exchange.status is not None and api.documents(exchange.status) and exchange.status not in allowed(found)


def expected_status(api: Api, found: Situation) -> str:
    """The statuses that are right, in words."""
    listed = f"status {' or '.join(map(str, allowed(found)))}"
    return listed if api.documents(found.status) else f"{listed}, or another 4xx without a meaning of its own"


# --- bodies ---------------------------------------------------------------------------------------------------------


def documented(api: Api, rule_id: str, found: Situation, status: int | None) -> Response | None:
    """The response that the document gives for such an error, or None where it leaves the body open.

    It does so with the status, or with a claim of the rule, which then holds for every allowed status.
    """
    if status is None:
        return None
    if api.documents(status):
        return api.responses[status] if api.responses[status].media_types else None  # without content it says nothing of a body
    if rule_id in api.claims and status in allowed(found):
        return api.responses.get(status) or api.responses.get(found.status)
    return None


def is_json(media_type: str) -> bool:
    """The media type is JSON or built upon it."""
    return media_type == "application/json" or media_type.endswith("+json")


def body_problem(response: Response, shape: Shape, answer: Answer) -> Problem | None:
    """What is wrong with an error body against the documented one, or None."""
    listed = {each.lower() for each in response.media_types}
    if listed and not any(map(is_json, listed)):  # a text, or whatever: nothing but its kind is documented
        right = answer.media_type in listed or any(each.endswith("/*") for each in listed)
        return None if right else Problem(f"the media type {min(listed)}", _content_type(answer))
    if not is_json(answer.media_type) and answer.media_type not in {each.lower() for each in response.media_types}:
        return Problem("the media type application/json", _content_type(answer))
    if answer.json is NOT_JSON:
        return Problem("a body of JSON", f"it is {answer.text[:80]!r}" if answer.body else "there is no body")
    error = first_error(jsonschema_rs.Draft202012Validator(dict(response.schema)), answer.json)
    if error is not None:
        place = "/".join(map(str, error.place)) or "the top"
        return Problem(f"the body that the document gives to {answer.status}", f"at {place}: {error.message[:200]}")
    known = properties(response.schema).keys()
    if known and isinstance(answer.json, Mapping) and not known & answer.json.keys():
        return Problem(f"the body that the document gives to {answer.status}", f"it has none of the members {', '.join(known)}")
    if any(is_blank(each) for each in told(shape, answer.json)):
        return Problem("a text that tells what is wrong", "a text of the body is blank")
    return None


def _content_type(answer: Answer) -> str:
    return f"Content-Type is {answer.headers.get('Content-Type', '(absent)')!r}"


def told(shape: Shape, body: Any) -> Iterator[Any]:
    """The values of a body in the places where the shape has its messages."""
    if shape.template == "$tree":
        yield from leaves_of(body)
    else:
        for place in places(shape.template, "$message"):
            yield from at(body, place)


def is_blank(value: Any) -> bool:
    """A text without a character to read, or a list without a text."""
    return value == [] or (isinstance(value, str) and not value.strip())


# --- places in a body -----------------------------------------------------------------------------------------------

Place = tuple[str, ...]
"""Names of members from the top of a body, ``*`` for every item of a list."""


def places(template: Any, placeholder: str, above: Place = ()) -> Iterator[Place]:
    """Where a shape's template has a placeholder."""
    if template == placeholder:
        yield above
    elif isinstance(template, Mapping) and "$each" in template:
        yield from places(template["$each"], placeholder, (*above, "*") if above[-1:] != ("*",) else above)
    elif isinstance(template, Mapping):
        for key, below in template.items():
            yield from places(below, placeholder, (*above, str(key)))
    elif isinstance(template, list):
        for below in template:
            yield from places(below, placeholder, (*above, "*"))


def at(value: Any, place: Place) -> Iterator[Any]:
    """The values of a body at a place; none where it is not there."""
    if not place:
        yield value
    elif place[0] == "*" and isinstance(value, list):
        for item in value:
            yield from at(item, place[1:])
    elif isinstance(value, Mapping) and place[0] in value:
        yield from at(value[place[0]], place[1:])


def leaves_of(value: Any) -> Iterator[Any]:
    """Every value without members or items, and every empty object and list."""
    inner = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(inner, list) or not inner:
        yield value
        return
    for each in inner:
        yield from leaves_of(each)


def skeleton(value: Any) -> Hashable:
    """The structure of a body without its values: names and JSON types; null counts as absent, lists as what they hold."""
    if isinstance(value, Mapping):
        return frozenset((name, skeleton(each)) for name, each in value.items() if each is not None)
    if isinstance(value, list):
        return tuple(dict.fromkeys(map(skeleton, value)))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return type(value).__name__
    return "number"


# --- statuses that a body states ------------------------------------------------------------------------------------

STATING = ("status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "code")
"""Names, without their separators, of members in which error bodies repeat the status."""
SUCCEEDING = ("success", "ok", "succeeded")


HTTP_STATUS = re.compile(r"\bHTTP (?:response |answer )?status\b", re.IGNORECASE)
"""Words of a description by which a member repeats the status, whatever it is called."""


def stated_problem(answer: Answer, response: Response | None = None) -> Problem | None:
    """A member of the body that states another status than the answer's own, or a success.

    response: the documented one; a member that it describes as the HTTP status may hold nothing else.
    """
    body = answer.json
    for place in _repeating(response.schema) if response is not None else ():
        for value in at(body, place):
            if isinstance(value, int | str) and str(value) != str(answer.status):
                return Problem(f"{place[-1]} to be {answer.status}, the HTTP status", f"it is {spelled(value)}")
    inner = [each for each in body.values() if isinstance(each, Mapping)] if isinstance(body, Mapping) else []
    for holder in [body, *inner] if isinstance(body, Mapping) else []:
        for name, value in holder.items():
            plain = str(name).lower().replace("_", "").replace("-", "")
            if plain in STATING and _is_status(value) and int(value) != answer.status:
                return Problem(f"{name} to be {answer.status}, the status of the answer", f"it is {spelled(value)}")
            claims_success = (plain in SUCCEEDING and value is True) or (plain in STATING and str(value).lower() in SUCCEEDING)
            if claims_success and not 200 <= answer.status < 300:
                return Problem(f"no success to be told with status {answer.status}", f"{name} is {spelled(value)}")
    return None


def _repeating(schema: Mapping[str, Any], above: Place = ()) -> Iterator[Place]:
    """The places of whole numbers that are described as the HTTP status."""
    for name, member in properties(schema).items():
        if json_types(member) == {"integer"} and HTTP_STATUS.search(str(member.get("description") or "")):
            yield (*above, name)
        elif len(above) < 2:  # such members stand near the top
            yield from _repeating(member, (*above, name))


def _is_status(value: Any) -> bool:
    """A number, or a text of three digits, that reads as an HTTP status."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    return str(value).isascii() and str(value).isdigit() and len(str(value)) == 3 and 200 <= int(value) < 600
