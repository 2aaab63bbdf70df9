"""The read-only check: of all requests other than reads, only those are sent that the document says are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contracts.judging.faults import BAD_FORMATS, limit, may_be_sent, null_refused, type_stated
from contracts.judging.refusals import refused_empty
from contracts.record.party import Party
from contracts.record.records import Reader, Record, look_up
from contracts.record.restoring import Restorer
from contracts.target.secrecy import Secret
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import NotJudged
from specs import Api, Field

READS = ("GET", "HEAD", "OPTIONS")
PERFORMS = "the operation takes no body: a request that is accepted performs it, and nothing is known that would undo it"
UNSENT = "left out of a read-only check: the document does not say that it is refused"


class Caution:
    """Lets through reads, and requests that the document says are refused; ``saved``: the record as it was and is to be again."""

    def __init__(self, party: Party, saved: Record) -> None:
        self._party = party
        self._api: Api = party.api
        self._saved = saved
        self._accepted = False
        self._undoing = False

    def check(
        self,
        method: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str | None],
        auth: Mapping[str, Secret] | None,
        path: Mapping[str, str] | None,
        query: Mapping[str, str],
    ) -> None:
        """Raise NotJudged for a request that might take effect, unless it helps to undo one that did."""
        if method in READS or self._undoing or (self._accepted and auth is None and not path and self._puts_back(body)):
            return
        if not (
            self._unknown_record(path)
            or self._no_credential(auth, (*headers.values(), *query.values()))
            or self._not_negotiable(method, headers)
            or (not self._performs and refused_body(self._api, body))
        ):
            raise NotJudged(PERFORMS if self._performs else f"{method} {UNSENT}")

    @property
    def _performs(self) -> bool:
        """Any request does what the operation does, whatever its body or its headers."""
        return self._api.style == "action"

    def note(self, exchange: Exchange) -> None:
        """Remember that something was accepted."""
        self._accepted |= exchange.method not in READS and exchange.ok and not self._undoing

    def undo(self) -> None:
        """Restore the record after an accepted request, now and not only at the end of the run."""
        if self._accepted:
            self._undoing = True
            try:
                Restorer(self._party).restore(self._saved)
            finally:
                self._undoing = self._accepted = False

    def _puts_back(self, body: bytes | None) -> bool:
        """Whether the body holds nothing but values of the saved record."""
        sent = json.loads(body or b"{}")
        exact = self._party.composer.exact
        fields = {each.name: each for each in self._api.fields}
        return all(
            name in fields and Reader.equal(value, exact(fields[name], look_up(self._saved, fields[name].response)))
            for name, value in sent.items()
        )

    def _unknown_record(self, path: Mapping[str, str] | None) -> bool:
        """Whether the path is neither the record's nor the bystander's."""
        known = [each.identity.path for each in (self._party, self._party.bystander) if each is not None]
        return path is not None and dict(path) not in [dict(each) for each in known]

    def _no_credential(self, auth: Mapping[str, Secret] | None, texts: tuple[str | None, ...]) -> bool:
        """Whether no credential is given, or none of the record's or the bystander's, in whatever place."""
        if auth is None or not self._api.security:
            return False
        identities = [each.identity for each in (self._party, self._party.bystander) if each is not None]
        held = [secret.reveal() for identity in identities for secret in identity.auth.values()]
        given = [*(secret.reveal() for secret in auth.values()), *(text for text in texts if text is not None)]
        return not any(_inside(credential, text) for credential in held for text in given)

    def _not_negotiable(self, method: str, headers: Mapping[str, str | None]) -> bool:
        """Whether the method, the media type or the Accept header is one for which the document lists the refusal."""
        given = {name.lower(): (value or "").split(";")[0].strip().lower() for name, value in headers.items()}
        media_type, accepted = given.get("content-type"), given.get("accept")
        known = [each.lower() for each in self._api.media_types]
        if self._performs:
            return method not in ("PATCH", "PUT", "DELETE") and self._api.documents(405)
        return (
            (method not in ("PATCH", "PUT", "DELETE") and self._api.documents(405))
            or (media_type is not None and media_type not in known and "json" not in media_type and self._api.documents(415))
            or (accepted is not None and "json" not in accepted and "*" not in accepted and self._api.documents(406))
        )


def _inside(credential: str, text: str) -> bool:
    """Whether a text is the credential or has it as a word; a longer word that begins with it is another credential."""
    return credential in text.replace(",", " ").replace("=", " ").replace(";", " ").split()


def refused_body(api: Api, body: bytes | None) -> bool:
    """Whether the document rules a body out: no JSON, no object, documented as refused, or with a fault in some member."""
    try:
        value = json.loads((body or b"").decode("utf-8"))
    except ValueError:
        return bool(body) or b"" in refused_empty(api).values()
    if not isinstance(value, Mapping):
        return True
    if not value:
        return b"{}" in refused_empty(api).values()
    return any(each.name in value and refused_value(api, each, value[each.name]) for each in api.fields)


def refused_value(api: Api, field: Field, value: Any) -> bool:
    """Whether the document rules a value out for a field; what some servers convert or pass over is not ruled out."""
    if not may_be_sent(field) or any(Reader.equal(value, each) for each in field.either):
        return False
    if value is None:
        return null_refused(api, field)
    kind = "object" if isinstance(value, Mapping) else "array" if isinstance(value, list) else "scalar"
    if kind != field.kind:
        return type_stated(field)
    if isinstance(value, Mapping):
        return any(each.name in value and refused_value(api, each, value[each.name]) for each in field.children)
    if isinstance(value, list):
        return _refused_list(api, field, value)
    return _refused_scalar(field, value)


def _refused_list(api: Api, field: Field, value: list[Any]) -> bool:
    most, least = limit(field, "maxItems"), limit(field, "minItems")
    if (most is not None and len(value) > most) or (least is not None and len(value) < least):
        return True
    members = [item for item in value if isinstance(item, Mapping)]
    return any(each.name in item and refused_value(api, each, item[each.name]) for item in members for each in field.children)


def _refused_scalar(field: Field, value: Any) -> bool:
    if "enum" in field.schema and field.states("enum"):
        return not any(Reader.equal(value, each) for each in field.schema["enum"])
    if not isinstance(value, str):
        highest, lowest = limit(field, "maximum"), limit(field, "minimum")
        return not isinstance(value, bool) and bool(
            (highest is not None and value > highest) or (lowest is not None and value < lowest)
        )
    most, least, form = limit(field), limit(field, "minLength"), str(field.schema.get("format", ""))
    return (
        (most is not None and len(value.strip()) > most)
        or (least is not None and len(value) < least)
        or (field.states("format") and value in BAD_FORMATS.get(form, ()))
    )
