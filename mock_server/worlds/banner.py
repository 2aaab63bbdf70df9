"""What a user needs to send the first request: in words for people, and as JSON for the ready file."""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mock_server.resource.reading.document import Document
from mock_server.resource.service import Resource
from mock_server.worlds import whole
from mock_server.worlds.credentials import with_credential
from mock_server.worlds.loading import Served
from specs import Api, Field
from specs.model import FORMS, SeedCustomer
from specs.placing import placed


def ready_content(apis: Sequence[Served], url: str, process: int) -> dict[str, Any]:
    """The content of the ready file."""
    described = {api.name: _access_of(api, base_url(apis, api, url)) for api in apis}
    return {"url": url, "pid": process, "apis": described}


def _access_of(api: Served, url: str) -> dict[str, Any]:
    return whole.access(Resource(api, ""), url) if isinstance(api, Document) else _access(api, url)


def prefix_of(apis: Sequence[Served], api: Served) -> str:
    """The path that the documented ones follow: the name where several are served, and the document's own base path."""
    return (f"/{api.name}" if len(apis) > 1 else "") + api.base


def base_url(apis: Sequence[Served], api: Served, url: str) -> str:
    """Where the documented paths of one API begin."""
    return url + prefix_of(apis, api)


def _access(api: Api, url: str) -> dict[str, Any]:
    customer, other = api.customers[0], api.customers[1]
    return {
        "url": url,
        "auth": dict(customer.auth),
        "customer": dict(customer.path),
        "other_customer": {"path": dict(other.path), "auth": dict(other.auth)},
        "read": api.read.path if api.read else None,
        **({"parameters": dict(api.parameter_values)} if api.parameter_values else {}),
    }


def lines(apis: Sequence[Served], url: str) -> Iterator[str]:
    """The banner: addresses, credentials, customers and a curl command for each operation."""
    yield f"Listening on {url} (Ctrl-C stops it)"
    yield f"  pages    {url}/__admin/ui to look inside, {url}/docs for the documents"
    yield f"  control  {url}/__admin/openapi.yaml, or: patch-contracts mock faults|requests|state|... --url {url}"
    yield "  failures on demand  -H 'Prefer: code=429', delay=800, fault=reset, phase=after_commit"
    for api in apis:
        here = base_url(apis, api, url)
        yield ""
        yield f"{api.name}: {api.title}"
        if isinstance(api, Document):
            yield from whole.lines(Resource(api, ""), here)
            continue
        for customer in api.customers:
            yield "  customer " + ", ".join(f"{name} {value}" for name, value in (*customer.path.items(), *customer.auth.items()))
        customer = api.customers[0]
        yield "  " + curl(api, "PATCH", here + filled(api.path, customer), customer)
        if api.read is not None:
            yield "  " + curl(api, "GET", here + filled(api.read.path, customer), customer)


def filled(template: str, customer: SeedCustomer) -> str:
    """A path template with the customer's path parameters in it."""
    for name, value in customer.path.items():
        template = template.replace(f"{{{name}}}", quote(str(value), safe="/:@!$&'()*+,;=~"))
    return template


def curl(api: Api, method: str, url: str, customer: SeedCustomer) -> str:
    """A command that can be copied into a shell."""
    words = ["curl", "-i", "-X", method]
    needed = next((names for names in api.security_sets if names <= customer.auth.keys()), frozenset())
    for scheme in [scheme for scheme in api.security if scheme.name in needed]:
        url, presented = with_credential(url, scheme, customer.auth[scheme.name])
        words += presented
    for each in [each for each in api.parameters if method in each.operations and each.name in api.parameter_values]:
        if each.location == "query":
            url = _with_query(url, each.name, api.parameter_values[each.name])
        else:
            words += ["-H", f"{each.name}: {api.parameter_values[each.name]}"]
    words.append(url)
    if method == "PATCH" and api.style != "action":
        words += _sent(api, customer)
    return shlex.join(words)


def _sent(api: Api, customer: SeedCustomer) -> list[str]:
    """The options for a body."""
    if api.style == "form":
        option = "--data-urlencode" if api.media_types[0] == FORMS[0] else "-F"
        texts = {name: json.dumps(each) if isinstance(each, bool) else each for name, each in _example(api, customer).items()}
        return [word for name, text in texts.items() for word in (option, f"{name}={text}")]
    body: Any = placed(api.around_body, api.body_at, _example(api, customer), customer.path)
    if api.style == "json_patch":
        body = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in body.items()]
    return ["-H", f"Content-Type: {api.media_types[0]}", "-d", json.dumps(body, ensure_ascii=False)]


def _with_query(url: str, name: str, value: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{quote(name)}={quote(value)}"


def _example(api: Api, customer: SeedCustomer) -> Mapping[str, Any]:
    """A body that changes nothing: the stored value of the first field that can be sent as it is shown, and what is required."""
    names = (field.name for field in api.fields if _is_plain(field) and customer.record.get(field.name) is not None)
    stored = {**customer.hidden, **customer.record}
    required = [field.name for field in api.fields if field.required and not field.read_only and field.name in stored]
    return {name: stored[name] for name in dict.fromkeys([*required, *itertools.islice(names, 1)])}


def _is_plain(field: Field) -> bool:
    is_kept_back = field.read_only or field.write_only or field.hazard is not None
    return not is_kept_back and field.write == "documented" and field.response == field.name
