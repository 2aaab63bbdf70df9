"""Who may ask: the credential that the mock hands out for each documented security scheme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Request

from mock_server.exchange import credentials
from mock_server.exchange.exchange import Refusal
from mock_server.resource.reading.document import Document
from mock_server.resource.reading.model import Operation
from specs import SecurityScheme

TOKEN = "mock-token"
USER_AND_PASSWORD = "mock:mock-password"


class Access:
    """The security of one document.

    known: the credentials that are let in, by scheme, where it is not the mock that hands them out.
    any_credential: whether every credential under a documented scheme is a good one, so that an application's own is, too.
    """

    def __init__(
        self, document: Document, *, any_credential: bool = False, known: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._document = document
        self._known = known or {}
        self._any = any_credential
        components = document.content.get("components")
        schemes = components.get("securitySchemes") if isinstance(components, Mapping) else None
        found = {str(name): _scheme(str(name), document.looked_up(each)) for name, each in (schemes or {}).items()}
        self._alternatives: dict[Operation, list[list[SecurityScheme]]] = {}
        self.schemes: Mapping[str, SecurityScheme] = {name: scheme for name, scheme in found.items() if scheme is not None}

    def credential(self, scheme: SecurityScheme) -> str:
        """The one that is let in."""
        if self._known.get(scheme.name):
            return self._known[scheme.name][0]
        return USER_AND_PASSWORD if scheme.kind == "basic" else TOKEN

    def alternatives(self, operation: Operation) -> list[list[SecurityScheme]]:
        """What an operation asks for: one of these, and all of the schemes in it; an empty one asks for nothing."""
        if operation not in self._alternatives:
            required = operation.described.get("security", self._document.content.get("security"))
            found: Iterable[Any] = required if isinstance(required, list) else ()
            known = [[self.schemes[name] for name in each if name in self.schemes] for each in found if isinstance(each, Mapping)]
            self._alternatives[operation] = known
        return self._alternatives[operation]

    def check(self, request: Request, operation: Operation) -> None:
        """Refusal for a request without the credential that its operation asks for."""
        alternatives = self.alternatives(operation)
        if not alternatives or any(all(self._fits(request, scheme) for scheme in each) for each in alternatives):
            return
        schemes = [scheme for each in alternatives for scheme in each]
        is_given = any(credentials.presented(request, scheme) is not None for scheme in schemes)
        hint = (
            f"this mock lets in {self.credential(schemes[0])!r} under {schemes[0].name}, or any credential with --any-credential"
        )
        headers = {"WWW-Authenticate": credentials.challenge(schemes[0]), "X-Mock-Warning": hint}
        raise Refusal("wrong_credential" if is_given else "unauthenticated", headers=headers)

    def _fits(self, request: Request, scheme: SecurityScheme) -> bool:
        presented = credentials.presented(request, scheme)
        if presented is None:
            return False
        return (
            (self._any and presented != "")
            or presented == self.credential(scheme)
            or presented in self._known.get(scheme.name, ())
        )


def _scheme(name: str, described: Mapping[str, Any]) -> SecurityScheme | None:
    kind, scheme = described.get("type"), str(described.get("scheme", "")).lower()
    if kind == "apiKey" and described.get("in") in ("header", "query", "cookie"):
        return SecurityScheme(name=name, kind="apiKey", location=described["in"], parameter=str(described.get("name", "")))
    if kind == "http" and scheme in ("bearer", "basic"):
        return SecurityScheme(name=name, kind=scheme)  # type: ignore[arg-type]  # narrowed by the line above
    return SecurityScheme(name=name, kind="bearer") if kind in ("oauth2", "openIdConnect") else None
