"""What a description says is done to a text before it is stored becomes x-field.normalise; what a value has to be does not."""

from __future__ import annotations

import pytest

from contracts.drafting.document.prose import conversions


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Stored in lower case.", ["lower"]),
        ("Stored in upper case.", ["upper"]),
        ("Will be converted to lowercase.", ["lower"]),
        ("The code is automatically upper-cased.", ["upper"]),
        ("White space around the name is removed.", ["trim"]),
        ("Leading and trailing blanks are stripped.", ["trim"]),
        ("The name. It is trimmed. Kept in upper case.", ["trim", "upper"]),
        ("An address. No two guests have the same. Stored in lower case.", ["lower"]),
        ("Must be in upper case.", []),
        ("A code of three upper case letters. Stored as it was sent.", []),
        ("It is not trimmed.", []),
        ("Never converted to lower case.", []),
        ("Shown in upper case, or kept in lower case.", []),
        ("", []),
    ],
)
def test_what_a_description_says_is_done_to_a_text(description: str, expected: list[str]) -> None:
    """The service's own doing, and no rule that a value has to keep."""
    assert conversions(description) == expected
