"""What the mock does where a document leaves it open, as a page that can be read: docs/reference/mock-choices.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from specs import Api, Field

HEAD = """# What the mock chose

For frontend developers: which behaviour of the mock is a choice, and no promise of the real service. Written by
`python -m mock_server choices > docs/reference/mock-choices.md`, from the files in `specs/`.

Where a document is silent, the mock has to do something all the same: this page says what. The suite accepts every
behaviour there. What is known of the real services themselves stands in [known differences](known-differences.md).
"""

CHOICES: Mapping[str, Mapping[str, str]] = {
    "empty_body": {"accept": "`{}` is accepted, and changes nothing", "refuse": "`{}` is refused"},
    "required": {
        "accept": "a body without a member that the schema requires is accepted",
        "refuse": "a body without a member that the schema requires is refused",
    },
    "no_body": {
        "accept": "a request without a body is accepted, and changes nothing",
        "refuse": "a request without a body is refused",
    },
    "only_unknown_fields": {
        "accept": "a body with nothing to write in it is accepted, and changes nothing",
        "refuse": "a body with nothing to write in it is refused",
    },
    "null": {
        "refuse": "null is refused where no type has it",
        "ignore": "null is passed over where no type has it",
        "store": "null is stored, also where no type has it",
        "remove": "null removes the member where no type has it",
    },
    "unknown_field": {"ignore": "unknown members are passed over", "refuse": "unknown members are refused"},
    "read_only": {
        "ignore": "members that only the server writes are passed over",
        "refuse": "members that only the server writes are refused",
    },
    "coercion": {
        "coerce": '`123` is taken for a text, `"true"` for a boolean',
        "refuse": '`123` is no text, `"true"` no boolean',
    },
    "whitespace": {
        "keep": "white space around a text is kept",
        "trim": "white space around a text is cut off before it is counted",
    },
    "duplicate_keys": {
        "last": "of a key that is sent twice the last value counts",
        "refuse": "a key that is sent twice is refused",
    },
    "wrong_content_type": {
        "refuse": "a body of another media type is refused with 415",
        "ignore": "a body of any media type is read as JSON",
        "empty": "a body of another media type counts as none",
    },
    "wrong_accept": {
        "refuse": "an Accept without JSON is refused with 406",
        "ignore": "the answer is JSON, whatever Accept says",
    },
    "slash": {
        "refuse": "a slash too many or too few at the end is another path: 404",
        "redirect": "a slash too many or too few at the end is redirected with 308",
        "accept": "a slash too many or too few at the end makes no difference",
    },
    "if_match": {
        "optional": "answers have an ETag, and a stale If-Match is 412",
        "required": "a request without If-Match is 428",
    },
    "all_faults": {"all": "a refusal names every fault of the body", "first": "a refusal names the first fault of the body"},
}
"""Each point of x-contract's choices, and what its behaviours mean."""

_POLICIES = {
    "replace": "is replaced as a whole",
    "merge": "is merged, member by member",
    "keyed": "is merged, item by item, by {key}",
}
_NULLS = {"refuse": "null is refused", "ignore": "null is passed over", "store": "null is stored", "remove": "null removes it"}
_WRITES = {"if_accepted": "can be written; whether the real one can be is not said", "open": "is passed over when it is sent"}
_KEPT_BACK = frozenset({"readOnly", "writeOnly", "not"})
"""Inferred keywords that tell of no limit of a value."""


def page(apis: Sequence[Api]) -> str:
    """The page as Markdown, a section for each API."""
    return "\n".join([HEAD, *("\n".join(_section(api)) for api in apis)])


def _section(api: Api) -> Iterator[str]:
    yield f"## {api.name}\n"
    yield from (f"- {CHOICES[point][each.behaviour]}" for point, each in api.choices.items() if not each.documented)
    yield from (f"- `{field.path}`: {said}" for field in api.walk_fields() for said in _of_field(field))
    statuses = ", ".join(str(each.status) for each in api.responses.values() if each.inferred)
    if statuses:
        yield f"- statuses that the document does not list for the PATCH: {statuses}"
    if api.read is not None and api.read.inferred:
        yield f"- the GET at `{api.read.path}`: the document has none"
    yield ""
    if api.contradictions:
        yield "| the document contradicts itself | the reading |\n|---|---|"
        yield from (f"| {each.says} | {each.reading} |" for each in api.contradictions)
        yield ""


def _of_field(field: Field) -> Iterator[str]:
    if field.merge is not None and not field.merge.documented:
        yield _POLICIES[field.merge.policy].format(key=f"`{field.merge.key}`")
    if field.null is not None and not field.null.documented:
        yield _NULLS[field.null.behaviour]
    if field.write in _WRITES:
        yield _WRITES[field.write]
    limits = [name for name in sorted(field.inferred - _KEPT_BACK) if name in field.schema]
    if limits and field.write != "open":
        yield "not documented and yet held to: " + ", ".join(f"{name} `{json.dumps(field.schema[name])}`" for name in limits)
