"""What a user needs to send the first request: in words for people, and as JSON for the ready file."""

from __future__ import annotations

import base64
import itertools
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from specs import Api, Field, SecurityScheme
from specs.model import SeedCustomer


def ready_content(apis: Sequence[Api], url: str, process: int) -> dict[str, Any]:
    """The content of the ready file."""
    return {"url": url, "pid": process, "apis": {api.name: _access(api, base_url(apis, api, url)) for api in apis}}


def base_url(apis: Sequence[Api], api: Api, url: str) -> str:
    """Where the documented paths of one API begin."""
    return f"{url}/{api.name}" if len(apis) > 1 else url


def _access(api: Api, url: str) -> dict[str, Any]:
    customer, other = api.customers[0], api.customers[1]
    return {
        "url": url,
        "auth": dict(customer.auth),
        "customer": dict(customer.path),
        "other_customer": {"path": dict(other.path), "auth": dict(other.auth)},
        "read": api.read.path if api.read else None,
    }


def lines(apis: Sequence[Api], url: str) -> Iterator[str]:
    """The banner: addresses, credentials, customers and a curl command for each operation."""
    yield f"Listening on {url} (Ctrl-C stops it)"
    yield f"  pages    {url}/__admin/ui to look inside, {url}/docs for the documents"
    yield f"  control  {url}/__admin/openapi.yaml, or: patch-contracts mock faults|requests|state|... --url {url}"
    yield "  failures on demand  -H 'Prefer: code=429', delay=800, fault=reset, phase=after_commit"
    for api in apis:
        here = base_url(apis, api, url)
        yield ""
        yield f"{api.name}: {api.title}"
        for customer in api.customers:
            yield "  customer " + ", ".join(f"{name} {value}" for name, value in (*customer.path.items(), *customer.auth.items()))
        customer = api.customers[0]
        yield "  " + curl(api, "PATCH", here + filled(api.path, customer), customer)
        if api.read is not None:
            yield "  " + curl(api, "GET", here + filled(api.read.path, customer), customer)


def filled(template: str, customer: SeedCustomer) -> str:
    """A path template with the customer's path parameters in it."""
    for name, value in customer.path.items():
        template = template.replace(f"{{{name}}}", str(value))
    return template


def curl(api: Api, method: str, url: str, customer: SeedCustomer) -> str:
    """A command that can be copied into a shell."""
    words = ["curl", "-i", "-X", method]
    for scheme in [scheme for scheme in api.security if scheme.name in customer.auth][:1]:
        url, presented = _with_credential(url, scheme, customer.auth[scheme.name])
        words += presented
    words.append(url)
    if method == "PATCH":
        words += ["-H", f"Content-Type: {api.media_types[0]}", "-d", json.dumps(_example(api, customer), ensure_ascii=False)]
    return shlex.join(words)


def _with_credential(url: str, scheme: SecurityScheme, credential: str) -> tuple[str, list[str]]:
    """The address and the words of a command that presents a credential."""
    if scheme.kind == "basic":
        return url, ["-H", "Authorization: Basic " + base64.b64encode(credential.encode()).decode()]
    if scheme.kind == "bearer":
        return url, ["-H", f"Authorization: Bearer {credential}"]
    if scheme.location == "cookie":
        return url, ["-b", f"{scheme.parameter}={credential}"]
    if scheme.location == "query":
        return f"{url}?{quote(scheme.parameter)}={quote(credential)}", []
    return url, ["-H", f"{scheme.parameter}: {credential}"]


def _example(api: Api, customer: SeedCustomer) -> Mapping[str, Any]:
    """A body that changes nothing: the stored value of the first field that can be sent as it is shown."""
    names = (field.name for field in api.fields if _is_plain(field) and customer.record.get(field.name) is not None)
    return {name: customer.record[name] for name in itertools.islice(names, 1)}


def _is_plain(field: Field) -> bool:
    is_kept_back = field.read_only or field.write_only or field.hazard is not None
    return not is_kept_back and field.write == "documented" and field.response == field.name
