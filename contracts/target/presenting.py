"""How a credential travels: each security scheme's place in a request, and the same request with a shell variable in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.target.secrecy import Secret
from specs import SecurityScheme


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential as headers and query parameters; ``shown_``: what a report may show in their place."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    shown_headers: Mapping[str, str]
    shown_query: Mapping[str, str]


def present(schemes: tuple[SecurityScheme, ...], auth: Mapping[str, Secret]) -> Presented:
    """The credentials as headers and query parameters, and the same with a shell variable in their place."""
    real = _placed(schemes, {name: secret.reveal() for name, secret in auth.items()}, _basic)
    variables = _placed(schemes, {name: f"${_variable(name)}" for name in auth}, lambda text: text)
    return Presented(*real, *variables)


def veiled(value: str, presented: Presented) -> str:
    """A text that ends with a credential, such as one in another place than its own, with the shell variable for it."""
    real = [*presented.headers.values(), *presented.query.values()]
    variables = [*presented.shown_headers.values(), *presented.shown_query.values()]
    for own, shown in zip(real, variables, strict=True):
        secret, variable = (re.split("[ =]", text, maxsplit=1)[-1] for text in (own, shown))
        before = value.removesuffix(secret)
        if secret and before != value and re.fullmatch(r"([\w .-]*[ =])?", before):
            return before + variable
    return value


def _placed(
    schemes: tuple[SecurityScheme, ...], auth: Mapping[str, str], basic: Callable[[str], str]
) -> tuple[dict[str, str], dict[str, str]]:
    headers, query = {}, {}
    for scheme in schemes:
        value = auth.get(scheme.name)
        if value is None:
            continue
        if scheme.kind == "bearer":
            headers["Authorization"] = f"Bearer {value}"
        elif scheme.kind == "basic":
            headers["Authorization"] = f"Basic {basic(value)}"
        elif scheme.location == "query":
            query[scheme.parameter] = value
        elif scheme.location == "cookie":
            headers["Cookie"] = f"{scheme.parameter}={value}"
        else:
            headers[scheme.parameter] = value
    return headers, query


def _basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _variable(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name).upper()
