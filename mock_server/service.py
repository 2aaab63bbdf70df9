"""One API at work: its customers, its steps, and where it is mounted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import Request

from mock_server import envelope, flow
from mock_server.defects import DEFECTS, wronged
from mock_server.exchange import Answer, Exchange, Refusal
from mock_server.plan import plan_of
from mock_server.steps import right_steps
from mock_server.store import Store
from mock_server.validation import Validator
from specs import Api, SpecError


class Service:
    """Answers the requests for one API.

    prefix: the path under which it is mounted, empty or ``/name``.
    """

    def __init__(self, api: Api, prefix: str) -> None:
        _check_seeds(api)
        envelope.check_templates(api)
        self.api = api
        self.prefix = prefix
        self.store = Store(api)
        self._plan = plan_of(api)
        self._order = flow.checks(api)
        self._right = right_steps(api, Validator(api, self._plan.members))
        self.active: tuple[str, ...] = ()
        self._steps = self._right

    def handle(self, request: Request, arguments: Mapping[str, str], allowed: Sequence[str]) -> Answer:
        """The answer to a request for one of the API's paths."""
        exchange = Exchange(
            api=self.api,
            plan=self._plan,
            store=self.store,
            request=request,
            arguments=arguments,
            allowed=tuple(allowed),
            writes=request.method == "PATCH",
        )
        flow.run(exchange, self._steps, self._order)
        return exchange.answer

    def refuse(self, situation: str, value: str = "") -> Answer:
        """The documented envelope for a request that never got as far as an exchange."""
        return envelope.answer_to(self.api, Refusal(situation, value=value))

    def activate(self, defects: Iterable[str]) -> None:
        """Goes wrong in these ways from now on, and in no others; ids without a place in this API change nothing."""
        self.active = tuple(defects)
        wrongs = (DEFECTS[identity].applied_to(self.api) for identity in self.active)
        self._steps = wronged(self._right, (each for each in wrongs if each is not None))

    def reset(self) -> None:
        """Everything as at start; the defects stay, and forget what they remembered."""
        self.store.reset()
        self.activate(self.active)


def _check_seeds(api: Api) -> None:
    """SpecError for a document that the mock cannot play, since it does not say who there is."""
    if len(api.customers) < 2:  # x-contract allows none; a file for the suite alone needs none
        raise SpecError(f"{api.file.name}: x-contract.seeds: the mock needs at least two customers")
    names = {scheme.name for scheme in api.security}
    for customer in api.customers:
        if names and not names & customer.auth.keys():
            expected = ", ".join(sorted(names))
            raise SpecError(f"{api.file.name}: x-contract.seeds: a customer has no credential for {expected}")
