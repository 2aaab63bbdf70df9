"""The result of one item, as it travels between processes and into reports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from contracts.target.client import SHOWN_BODY
from contracts.target.expect import Changed
from contracts.target.secrecy import STRUCK, Redactor
from contracts.terms.exchange import Exchange
from contracts.terms.looks import looks_like
from contracts.terms.rule import Rule
from contracts.terms.spelling import written
from contracts.terms.verdict import Difference, Level, NotJudged, Observed, Verdict, Violation
from specs import Api
from specs.pointing import keyword_at

SHOWN_EXCHANGES = 6
SHOWN_VALUE = 300
AROUND = 12
"""Characters ahead of the first place where two texts differ that the eye takes for the same."""
SHOWN_SENTENCE = 4000
"""Characters of what was expected, of what was found instead, and of the value of a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One rule judged on one field of one API.

    The first fourteen members are those of report.json, version 1. ``point`` and ``behaviour`` name an observed
    choice; ``known`` is what a list says of a known deviation: reason, owner, ticket, expires, and where it is listed;
    ``exchanges`` are the last requests and answers of the item, as text; ``order`` is the item's place in its run.
    """

    rule: str
    family: str
    level: str
    field: str
    verdict: str
    title: str
    expected: str | None = None
    actual: str | None = None
    difference: tuple[dict[str, Any], ...] = ()
    curl: str | None = None
    claim: dict[str, str] | None = None
    wfc: str = ""
    api: str = ""
    seconds: float = 0.0
    point: str = ""
    behaviour: str = ""
    known: dict[str, str] | None = None
    exchanges: tuple[dict[str, Any], ...] = ()
    order: int = 0

    def fails(self, *, strict: bool) -> bool:
        """Whether it makes the run fail; ``strict``: what is only a should counts as well."""
        return self.verdict == Verdict.VIOLATES and (strict or self.level == Level.MUST)

    @property
    def failed(self) -> bool:
        """A violated must: what the exit code is about."""
        return self.fails(strict=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, for the way between processes."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Result:
        """The inverse of ``to_dict``."""
        return cls(**{**plain, "difference": tuple(plain["difference"]), "exchanges": tuple(plain["exchanges"])})


def judged(
    api: Api,
    rule: Rule,
    field: str,
    outcome: BaseException | None,
    exchanges: Iterable[Exchange],
    redactor: Redactor,
    seconds: float,
) -> Result:
    """The result of an item that ended in ``outcome`` (None: it conforms); every text is struck of secrets."""
    verdict, expected, actual, difference, exchange = _read(outcome)
    level = _level(outcome, rule, api)
    story = outcome.story if isinstance(outcome, Violation) else ()
    shown = list(story or list(exchanges)[-SHOWN_EXCHANGES:])
    if exchange is not None and exchange not in shown:
        shown.append(exchange)
    return Result(
        api=api.name,
        rule=rule.id,
        family=rule.family,
        level=str(level),
        field=field,
        verdict=str(verdict),
        title=outcome.title if isinstance(outcome, Changed) else rule.requirement,
        expected=_struck(expected, redactor),
        actual=_struck(actual, redactor),
        difference=tuple(asdict(struck(each, redactor)) for each in difference),
        curl="\n".join(each.curl for each in story) or (exchange.curl if exchange is not None else None),
        claim=outcome.claim if isinstance(outcome, Changed) else _claim(api, rule, field),
        wfc=rule.wfc,
        seconds=round(seconds, 3),
        point=outcome.point if isinstance(outcome, Observed | Changed) else "",
        behaviour=outcome.behaviour if isinstance(outcome, Observed | Changed) else "",
        exchanges=tuple(shown_exchange(each, redactor) for each in shown)
        if verdict in (Verdict.VIOLATES, Verdict.OBSERVED)
        else (),
    )


NO_FAULT = (501, 503, 505, 507)
"""Server errors that a server may mean: not implemented, overloaded, another version of HTTP, no room."""


def _level(outcome: BaseException | None, rule: Rule, api: Api) -> Level:
    """The level of the fault, else of the rule; a server error to what a client may send is a must wherever it comes."""
    if not isinstance(outcome, Violation):
        return rule.level(api)
    if outcome.level is not None:
        return outcome.level
    status = outcome.exchange.status if outcome.exchange is not None else None
    failed = status is not None and status >= 500 and status not in NO_FAULT
    return Level.MUST if failed else rule.level(api)


def _read(outcome: BaseException | None) -> tuple[Verdict, str | None, str | None, Iterable[Difference], Exchange | None]:
    if outcome is None:
        return Verdict.CONFORMS, None, None, (), None
    if isinstance(outcome, Violation):
        return Verdict.VIOLATES, outcome.expected, outcome.actual, outcome.difference, outcome.exchange
    if isinstance(outcome, Observed):
        return Verdict.OBSERVED, None, str(outcome), (), outcome.exchange
    if isinstance(outcome, NotJudged):
        return Verdict.NOT_JUDGED, None, str(outcome), (), None
    return Verdict.NOT_JUDGED, None, f"internal error: {type(outcome).__name__}: {outcome}", (), None


def _struck(text: str | None, redactor: Redactor) -> str | None:
    """A text without secrets, that can be written anywhere: half of a surrogate pair has no UTF-8."""
    return None if text is None else _cut(text, redactor, SHOWN_SENTENCE).encode("utf-8", "backslashreplace").decode()


def _cut(text: str, redactor: Redactor, size: int) -> str:
    """A text without secrets; of a longer one the beginning, and how long it is."""
    return redactor.strike(text) if len(text) <= size else f"{redactor.beginning(text, size)}... ({len(text)} characters)"


def struck(each: Difference, redactor: Redactor) -> Difference:
    """A difference as a report may show it: no secret, long values as the start of their text."""
    before, after = each.before, each.after
    if looks_like(before, after):
        before, after = _told_apart(redactor.strike(before), redactor.strike(after))
    return Difference(path=str(_struck(each.path, redactor)), before=_brief(before, redactor), after=_brief(after, redactor))


def _told_apart(before: str, after: str) -> tuple[str, str]:
    """Texts that the eye takes for the same, by code points; of long ones what is around the first place where they differ."""
    pairs = enumerate(zip(before, after, strict=False))
    differs = next((at for at, (left, right) in pairs if left != right), min(len(before), len(after)))
    start = max(0, differs - AROUND)
    return _spot(before, start), _spot(after, start)


def _spot(text: str, start: int) -> str:
    end = start + 4 * AROUND
    return f"{'...' if start else ''}{json.dumps(text[start:end])[1:-1]}{'...' if end < len(text) else ''}"


def _brief(value: Any, redactor: Redactor) -> Any:
    """A value as JSON can hold it; long ones as the start of their text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else written(value)
    return _cut(text, redactor, SHOWN_VALUE).encode("utf-8", "backslashreplace").decode()


def _claim(api: Api, rule: Rule, field: str) -> dict[str, str] | None:
    """Where the document says it; a keyword of the field's own schema comes before the one that the claim names."""
    claim = rule.claim(api)
    if claim is None:
        basis = rule.standard or rule.advice
        return {"document": " ".join(basis.split()[:2]), "at": basis, "says": rule.requirement} if basis else None
    place = next((each.documented_at for each in api.walk_fields() if each.path == field and each.documented_at), None)
    at = f"{claim.at}: {claim.anchor}" if place is None else f"{claim.at}: {claim.anchor}; {place.at}: {place.anchor}"
    keyword = claim.anchor.partition(":")[0]
    own = keyword_at(api, field, keyword) if claim.at.endswith(f"/{keyword}") else None
    if own is not None:
        at = f"{own[0]}: {keyword}: {own[1]}"
    return {"document": api.source, "at": at, "says": claim.says}


def shown_exchange(each: Exchange, redactor: Redactor, limit: int = SHOWN_BODY) -> dict[str, Any]:
    """A request and its answer as a report shows them: no secret, no session's cookie, bodies of ``limit`` characters at most."""
    answer = each.answer
    return {
        "method": each.method,
        "url": each.url,
        "headers": dict(each.headers),
        "body": _body(each.body, redactor, limit),
        "status": each.status,
        "answer_headers": {name: _header(name, value, redactor) for name, value in answer.headers.items()} if answer else {},
        "answer_body": _body(answer.body, redactor, limit) if answer else each.failure,
        "curl": each.curl,
        "started": each.started,
        "milliseconds": round(each.seconds * 1000, 1),
    }


def _header(name: str, value: str, redactor: Redactor) -> str:
    return STRUCK if name.casefold() == "set-cookie" else _cut(value, redactor, SHOWN_SENTENCE)


def _body(body: bytes | None, redactor: Redactor, limit: int) -> str | None:
    if body is None:
        return None
    return _cut(body.decode("utf-8", "replace"), redactor, limit)
