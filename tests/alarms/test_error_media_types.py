"""The media type of a refusal: told where the document lists one that says more than JSON, and a client could read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_unseen_services import drafted, judged, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

PLAIN, PROBLEM = "application/json", "application/problem+json"
RULE = "error-media-type"


class Naming(People):
    """The form of an error is named as ``always``; by what the client can read, where that is None."""

    def __init__(self, always: str | None) -> None:
        super().__init__()
        self.always = always

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for all people, but for the Content-Type of what is refused."""
        status, value, more = super().answer(method, path, headers, body)
        known = PROBLEM if PROBLEM in (headers.get("Accept") or "") else PLAIN
        return status, value, {**more, "Content-Type": self.always or known} if status >= 400 else more


@pytest.mark.parametrize(
    ("listed", "always", "found"),
    [
        ({PROBLEM}, PROBLEM, set()),
        ({PROBLEM}, f"{PROBLEM}; charset=utf-8", set()),
        ({PROBLEM}, None, set()),  # it was asked for what it can be asked for
        ({PROBLEM}, PLAIN, {("should", RULE, "*")}),
        ({PROBLEM, PLAIN}, PLAIN, set()),
        ({PLAIN}, PROBLEM, set()),
    ],
)
def test_an_error_has_the_media_type_that_is_listed(
    tmp_path: Path, listed: set[str], always: str | None, found: set[tuple[str, str, str]]
) -> None:
    """A service that says plain JSON keeps the form from those who go by its name; one that says more hides nothing."""

    def change(content: dict[str, Any]) -> None:
        ((_path, item),) = content["paths"].items()
        for status, response in item["patch"]["responses"].items():
            if status >= "400":
                (schema,) = response["content"].values()
                response["content"] = dict.fromkeys(sorted(listed), schema)

    with serving(Naming(always)) as url:
        report = judged(target_of(drafted(tmp_path, change), url), RULE)

    assert violated(report) == found
