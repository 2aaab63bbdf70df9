"""One API as the mock serves it: everything that is worked out once from its document, and shared by all sessions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import jsonschema_rs

from mock_server.defects import DEFECTS, wronged
from mock_server.exchange import envelope, flow
from mock_server.exchange.exchange import Answer, Refusal
from mock_server.exchange.plan import plan_of
from mock_server.exchange.steps import Steps, right_steps
from mock_server.exchange.validation import Validator
from mock_server.syntax.formats import FORMATS
from mock_server.syntax.pointers import pointer
from specs import Api, SpecError


class Site(Protocol):
    """One document that is served, whatever it is served by.

    name: where several are served, its paths begin with it. content: as written. prefix: the path that its own ones follow.
    root: where the document itself is: the prefix without the base path.
    """

    name: str
    title: str
    file: Path
    content: Mapping[str, Any]
    prefix: str
    root: str

    def refuse(self, situation: str, value: str = "") -> Answer:
        """The answer to a request that is for none of its operations."""


class Definition:
    """What one API does, whoever its customers are.

    prefix: the path under which it is mounted, empty or ``/name``.
    Raises SpecError for a document that the mock cannot play.
    """

    def __init__(self, api: Api, prefix: str) -> None:
        _check_seeds(api)
        envelope.check_templates(api)
        self.api = api
        self.name = api.name
        self.title = api.title
        self.file = api.file
        self.content = api.document
        self.prefix = self.root = prefix
        self.plan = plan_of(api)
        self.order = flow.checks(api)
        self._right = right_steps(api, Validator(api, self.plan.members))

    def steps(self, defects: Iterable[str]) -> Steps:
        """The steps of an exchange, wrong in these ways, with nothing remembered; ids without a place here change nothing."""
        wrongs = (DEFECTS[identity].applied_to(self.api) for identity in defects)
        return wronged(self._right, (each for each in wrongs if each is not None))

    def refuse(self, situation: str, value: str = "") -> Answer:
        """The documented envelope for a request that never got as far as an exchange."""
        return envelope.answer_to(self.api, Refusal(situation, value=value))

    def record_faults(self, record: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What a record has that the document does not: pairs of a JSON Pointer into it and what is wrong there."""
        return [(pointer(error.instance_path), error.message) for error in self._record_validator.iter_errors(record)]

    @cached_property
    def _record_validator(self) -> jsonschema_rs.Draft202012Validator:
        schema = dict(self.api.record_schema)
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=dict(FORMATS))

    @cached_property
    def unique_members(self) -> tuple[str, ...]:
        """Top-level members of the record in which no two customers may have the same value."""
        members = (self.plan.members[name] for name in self.plan.unique)
        return tuple(member.shown for member in members if member.shown is not None)

    @cached_property
    def defects(self) -> dict[str, str | None]:
        """Every defect that this API has a place for, with the field that shows it: None where no single one does."""
        wrongs = {identity: defect.applied_to(self.api) for identity, defect in DEFECTS.items()}
        return {identity: wrong.field for identity, wrong in wrongs.items() if wrong is not None}


def _check_seeds(api: Api) -> None:
    """SpecError for a document that the mock cannot play, since it does not say who there is."""
    if len(api.customers) < 2:  # x-contract allows none; a file for the suite alone needs none
        raise SpecError(f"{api.file.name}: x-contract.seeds: the mock needs at least two customers")
    names = {scheme.name for scheme in api.security}
    for customer in api.customers:
        if names and not names & customer.auth.keys():
            expected = ", ".join(sorted(names))
            raise SpecError(f"{api.file.name}: x-contract.seeds: a customer has no credential for {expected}")
