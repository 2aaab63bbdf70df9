"""A first spec file for an existing OpenAPI document: the one operation, its companion, and x-contract read off their schemas."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import specs
from contracts.drafting.claims import claims
from contracts.drafting.companion import companion
from contracts.drafting.document import media, prose, swagger
from contracts.drafting.document.older import older
from contracts.drafting.document.schemas import Schemas
from contracts.drafting.document.security import described, header_credential, secured
from contracts.drafting.document.source import Document, Source, opened, rooted
from contracts.drafting.fields import link_fields
from contracts.drafting.operations import PARAMETER, REPRESENTATION, Answer, Operations, asks_for_representation
from contracts.drafting.places import Body
from contracts.drafting.request import Request
from contracts.drafting.responses import errors, responses, status_of
from contracts.drafting.seeding import sample, seeds
from contracts.drafting.text import written
from contracts.record.keeping.presence import MERGE_PATCH
from specs.building import build
from specs.loader import DEFAULT_CHOICES
from specs.model import FORMS, Api, SpecError

NOTHING: tuple[Document, Body, frozenset[str]] = ({}, Body("", {}), frozenset())
"""What a request without a body changes, as far as a document says."""
ACTION = (
    "The document describes no request body: a request that is accepted performs the operation, and is never sent; judged "
    "are refusals (credentials, records that do not exist, methods). Describe the body where there is one."
)


def draft(file: Path, path: str | None = None) -> str:
    """The text of a spec file for the PATCH operation of an OpenAPI document, at ``path`` where there are several.

    Raises SpecError, one line, for a document that cannot be read, and for an operation that cannot be judged.
    """
    source = opened(file)
    return drafted(source, _chosen(source, path))


def drafted(source: Source, path: str) -> str:
    """The text of a spec file for the PATCH at a path of a document that was read before."""
    before = list(source.notes)
    try:
        document = _Draft(source, path).document()
        text = written(document, source=source.file.name, path=path, notes=source.notes)
        _check(text, source.file.stem)
    finally:
        source.notes[:] = before
    return text


def write(file: Path, path: str | None, output: Path) -> None:
    """Write the draft into a new file; SpecError where there is one already."""
    if output.exists():
        raise SpecError(f"{output}: exists already; it is not overwritten")
    _save(draft(file, path), output)


def write_all(file: Path, folder: Path) -> tuple[list[Path], list[str]]:
    """A file for each PATCH of a document into a folder; those that cannot be drafted as a line each.

    Raises SpecError where nothing can be written at all, and for a folder that has one of the files already.
    """
    source = opened(file)
    found, refused = [], []
    for path in source.patches():
        output = folder / f"{name_of(path)}.yaml"
        if output.exists():
            raise SpecError(f"{output}: exists already; it is not overwritten")
        try:
            text = drafted(source, path)
        except SpecError as error:
            refused.append(f"{path}: {error}")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        _save(text, output)
        found.append(output)
    if not found:
        raise SpecError("; ".join(refused) or f"{file}: no PATCH operation")
    return found, refused


def name_of(path: str) -> str:
    """The name of the file, and so of the API, for a path: ``/shop/pets/{pet}`` is ``shop-pets-pet``."""
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-").lower() or "root"


def _save(text: str, output: Path) -> None:
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise SpecError(f"{output}: cannot be written: {error.strerror}") from None


def _chosen(source: Source, path: str | None) -> str:
    found = source.patches()
    path = path and rooted(path)
    listed = ", ".join(found[:20]) + (f" and {len(found) - 20} more" if len(found) > 20 else "") or "none"
    if path is not None and path not in found:
        raise SpecError(f"no PATCH operation at {path}; there are {listed}")
    if path is None and len(found) != 1:
        raise SpecError(f"expected one PATCH operation, or --path, or --all; there are {listed}")
    template = path if path is not None else found[0]
    if "x-contract" in source.item(template)["patch"]:
        raise SpecError(f"the PATCH operation at {template} has an x-contract already")
    return template


def _check(text: str, name: str) -> None:
    """The draft as the loader reads it: the one time that it is validated."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        specs.load(file)


class _Draft:
    """One draft on its way."""

    def __init__(self, source: Source, path: str) -> None:
        version = str(source.content.get("openapi", "3.0.3"))
        self._version = version if version.startswith(("3.0", "3.1")) else "3.1.0"
        self._source = source
        self._path = path
        self._item = source.item(path)
        self._patch = self._item["patch"]
        self._operations = Operations(source, Schemas(source, newer=not self._version.startswith("3.0")))
        self._parameters = PARAMETER.findall(path)
        self._request = Request(source, self._operations, self._item, self._parameters)

    def document(self) -> Document:
        """The whole draft."""
        content, required = self._operations.request(self._patch)
        answers = self._operations.successes(self._patch)
        if not answers:
            raise SpecError("responses: the document lists no success; add the status that a successful patch has, such as 200")
        media_type = next(iter(content), "")
        whole, body, names = self._request.found(content[media_type]["schema"], answers, media_type) if content else NOTHING
        success = self._success(answers, names)
        read = companion(self._source, self._operations, self._path, names, max(1, success.count))
        if read is not None and read[2].count > success.count:
            success.place = None  # the answer shows less than the GET, its id perhaps
        if content:
            schema = self._request.sent(whole, body, success if read is None or success.place else read[2])
            content = {name: {"schema": schema} if media.alike(name, media_type) else each for name, each in content.items()}
        else:
            self._source.note(ACTION)
        self._limit(content, body, success, read)
        if self._version.startswith("3.0"):
            self._respell([content, success.content, *([read[2].content] if read is not None else [])])
        operation = self._operation(content, success, answers, required=required)
        document = self._around(operation, read)
        self._contract(document, operation, body, success, read, answers)
        return document

    # --- the request ---

    def _success(self, answers: Sequence[Answer], names: frozenset[str]) -> Answer:
        for each in answers:
            self._operations.matched(each, names)
        return max(answers, key=lambda each: each.count)

    @staticmethod
    def _respell(contents: Sequence[Document]) -> None:
        """What was written out is in the dialect of today."""
        for content in contents:
            for each in content.values():
                each["schema"] = older(each["schema"])

    def _limit(self, content: Document, body: Body, success: Answer, read: tuple[str, Document, Answer] | None) -> None:
        """Write the request and the record out to the same depth, where one of them is more than can be judged in a while."""
        shown = [(success.content, success.place.pointer if success.place else "", "the answer")]
        if read is not None and read[2].place is not None:
            shown.append((read[2].content, read[2].place.pointer, "the answer to the GET"))
        bodies = [(content, body.pointer, "the request body"), *shown]
        least: int | None = None
        for found, pointer, _where in bodies:
            for media_type in list(found.values())[:1]:
                levels = self._operations.levels(media_type["schema"])
                below = None if levels is None else max(1, levels - pointer.count("/"))
                least = below if least is None or (below is not None and below < least) else least
        for found, pointer, where in bodies if least is not None else ():
            for media_type in found.values():
                media_type["schema"] = self._operations.cut(media_type["schema"], int(least or 1) + pointer.count("/"), where)

    # --- the operation ---

    def _operation(self, content: Document, success: Answer, answers: Sequence[Answer], *, required: bool) -> Document:
        security, schemes = secured(self._source, self._patch)
        listed = list(self._operations.listed(self._item, self._patch))
        header = header_credential(listed)
        if not security and header is not None:
            security, schemes = [{"authorizationHeader": []}], {"authorizationHeader": header}
        self._schemes = schemes
        self._lock = next((each for each in listed if str(each["name"]).lower() == "if-match" and each["in"] == "header"), None)
        self._is_preferred = any(map(asks_for_representation, listed))
        others = [each for each in answers if each is not success]
        kept = {name: str(self._patch[name])[:400] for name in ("summary", "description") if self._patch.get(name)}
        return {
            "operationId": str(self._patch.get("operationId") or "patchRecord"),
            **kept,
            "parameters": self._operations.parameters(self._path, self._item, self._patch),
            "security": security,
            **({"requestBody": {"required": required, "content": content}} if content else {}),
            "responses": responses(self._operations, self._patch, success, others, precondition=self._lock is not None),
        }

    def _around(self, operation: Document, read: tuple[str, Document, Answer] | None) -> Document:
        """The document that holds the operations."""
        info = self._info()
        paths: Document = {self._path: {"patch": operation}}
        if read is not None:
            place, get, _answer = read
            if get["operationId"] == operation["operationId"]:
                get["operationId"] += "Get"
            paths.setdefault(place, {})["get"] = {**get, "security": operation["security"]}
        schemes = self._schemes or described(self._source)  # what nothing requires may be wanted all the same
        components = {"schemas": self._operations.schemas.components, "securitySchemes": schemes}
        return {
            "openapi": self._version,
            "info": {"title": str(info.get("title") or self._source.file.stem), "version": str(info.get("version") or "1")},
            "servers": self._servers(),
            "paths": paths,
            "components": {name: each for name, each in components.items() if each},
        }

    def _info(self) -> Mapping[str, Any]:
        info = self._source.content.get("info")
        return info if isinstance(info, Mapping) else {}

    def _servers(self) -> list[Document]:
        """The first server, with its variables filled in."""
        found: Any = swagger.servers(self._source.content) if self._source.swagger else None
        for holder in (self._patch, self._item, self._source.content):
            found = found or holder.get("servers")
        first = found[0] if isinstance(found, list) and found and isinstance(found[0], Mapping) else {}
        url = str(first.get("url") or "/")
        variables = first.get("variables")
        for name, each in variables.items() if isinstance(variables, Mapping) else ():
            url = url.replace("{" + name + "}", str(each.get("default", "")) if isinstance(each, Mapping) else "")
        return [{"url": url}]

    # --- x-contract ---

    def _contract(
        self,
        document: Document,
        operation: Document,
        body: Body,
        success: Answer,
        read: tuple[str, Document, Answer] | None,
        answers: Sequence[Answer],
    ) -> None:
        others = [int(status_of(each)) for each in answers if each is not success and status_of(each) != status_of(success)]
        contract: Document = {"version": 1, "document": self._source.file.name}
        contract["identity"] = "path" if self._parameters else "credential"
        place = success.place
        if read is not None:
            contract["read"] = read[1]["operationId"]
        contract["record"] = place.pointer if place is not None else None
        if read is not None and read[2].place is not None and (place is None or read[2].place.pointer != place.pointer):
            contract["read_record"] = read[2].place.pointer
        contract |= {"body": body.pointer} if body.pointer else {}
        contract |= {"members": self._request.members} if self._request.is_json_patch else {}
        beside = {"body": body.around, "record": self._beside(success), "read": read[2].around if read else {}}
        beside = {name: each for name, each in beside.items() if each not in ({}, None)}
        contract |= {"around": beside} if beside else {}
        contract["success"] = {
            "status": int(status_of(success)),
            **({"also": sorted(set(others))} if others else {}),
            **({"prefer": REPRESENTATION} if others and place is not None and self._is_preferred else {}),
        }
        contract |= {"claims": {}, "choices": self._choices(operation, body, read is not None)}
        contract["errors"] = errors(self._operations, operation["responses"], secured=bool(operation["security"]))
        operation["x-contract"] = contract
        self._fill(document, operation, place is not None)
        refusable = operation["security"] or self._parameters or not operation["responses"]["405"].get("x-inferred")
        if "requestBody" not in operation and not refusable:
            self._source.note("It needs no credential and names no record: nothing of it can be judged; the mock serves it.")
        elif place is None and read is None:
            self._source.note("Neither an answer nor a GET shows the record: only the answers themselves are judged.")

    def _beside(self, success: Answer) -> Any:
        """What a success body has to hold beside the record; all of it, where it does not show the record."""
        if success.place is not None or not success.content:
            return success.around
        view = self._operations.view(next(iter(success.content.values()))["schema"], 5)
        found = sample(view, "the answer", 1)
        key = "{" + self._parameters[-1] + "}" if self._parameters else None
        is_plain = isinstance(found, dict) and key is not None
        return {name: key if name == "id" and is_plain else each for name, each in found.items()} if is_plain else found

    def _choices(self, operation: Mapping[str, Any], body: Body, readable: bool) -> Document:
        closed = {"unknown_field": "refuse"} if body.schema.get("additionalProperties") is False else {}
        sent = operation.get("requestBody", {"required": False, "content": {}})
        is_form = any(each in FORMS for each in list(sent["content"])[:1])  # a form without fields is no body at all
        needed = {"no_body": "refuse"} if (sent["required"] and not is_form) or body.pointer else {}
        least = {"empty_body": "refuse", "only_unknown_fields": "refuse"} if body.schema.get("minProperties") and readable else {}
        if body.schema.get("required") and not readable:
            least["required"] = "accept"  # else nothing could show the record: an empty patch is what reads it
        choices: Document = {
            point: {"unspecified": each} for point, each in {**DEFAULT_CHOICES, **closed, **needed, **least}.items()
        }
        if prose.trims_texts((self._info().get("description"), self._patch.get("description"))):
            choices["whitespace"] = {"documented": "trim"}
        if self._lock is not None:
            choices["if_match"] = {"documented": "required"} if self._lock.get("required") else {"unspecified": "optional"}
        return choices

    def _fill(self, document: Document, operation: Document, shown: bool) -> None:
        """What needs the draft as an Api: marks on fields, claims, and the records of the mock."""
        api = self._api(document)
        for torn in link_fields(document, operation, api, self._parameters, is_merged=self._is_merged(api)):
            self._source.note(f"{torn}: the request's schema and the record's contradict each other; it is never written.")
        statuses = operation["responses"]
        operation["x-contract"]["claims"] = claims(document, self._path, shown=shown, statuses=statuses)
        operation["x-contract"]["seeds"] = seeds(self._api(document))

    def _is_merged(self, api: Api) -> bool:
        """The operation says that its body is a merge patch, or lists that form and the document speaks of it."""
        body = self._patch.get("requestBody")
        own = (
            self._patch.get("description"),
            self._patch.get("summary"),
            body.get("description") if isinstance(body, Mapping) else None,
        )
        of_all = (self._info().get("description"),) if MERGE_PATCH in api.media_types else ()
        return prose.tells_of_merging((*own, *of_all))

    def _api(self, document: Document) -> Api:
        return build(Path(f"{self._source.file.stem}.yaml"), document)
