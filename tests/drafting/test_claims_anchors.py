"""What the specs say about their documents: every anchor is found in the document, and no sentence is copied from it.

The documents lie beside a checkout, in ../shared/seeds. Where they do not, the two tests on them have no case, and pytest says so
("got empty parameter set").
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

import specs

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
COPIED = 40
"""So many characters in a row from a document are a copied sentence, and no longer a phrase that two writers would both find."""


def folded(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def anchors(api: specs.Api) -> Iterator[tuple[str, str]]:
    """Every place that a spec gives in its document: what the place is for, and the phrase that must be found there."""
    for rule, claim in api.claims.items():
        yield f"claims.{rule}", claim.anchor
    for number, contradiction in enumerate(api.contradictions):
        yield f"contradictions.{number}", contradiction.anchor
    for field in api.walk_fields():
        if field.documented_at is not None:
            yield f"request.{field.path}", field.documented_at.anchor
    for shown in api.walk_record():
        if shown.documented_at is not None:
            yield f"record.{shown.path}", shown.documented_at.anchor


def wordings(api: specs.Api) -> Iterator[tuple[str, str]]:
    """Every text in which a spec tells in its own words what its document says."""
    for rule, claim in api.claims.items():
        yield f"claims.{rule}", claim.says
    for number, contradiction in enumerate(api.contradictions):
        yield f"contradictions.{number}.says", contradiction.says
        yield f"contradictions.{number}.reading", contradiction.reading


def copied(text: str, document: str) -> str:
    """The first COPIED characters in a row of the text that stand in the document too, or nothing."""
    stretches = (text[start : start + COPIED] for start in range(len(text) - COPIED + 1))
    return next((stretch for stretch in stretches if stretch in document), "")


HERE = specs.names() if SEEDS.is_dir() else ()


@pytest.mark.parametrize("name", HERE)
def test_every_anchor_is_found_in_its_document(name: str) -> None:
    """The phrase of every claim, contradiction and documented property stands verbatim in the source document."""
    api = specs.load(name)
    document = folded((SEEDS / api.source).read_text(encoding="utf-8"))

    found = dict(anchors(api))

    assert found
    assert {place: anchor for place, anchor in found.items() if folded(anchor) not in document} == {}


@pytest.mark.parametrize("name", HERE)
def test_no_wording_copies_a_sentence_of_its_document(name: str) -> None:
    """What a spec says about its document is said in other words."""
    api = specs.load(name)
    document = folded((SEEDS / api.source).read_text(encoding="utf-8")).casefold()

    copies = {place: copied(folded(text).casefold(), document) for place, text in wordings(api)}

    assert {place: stretch for place, stretch in copies.items() if stretch} == {}


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("x" * (COPIED - 1), ""),
        ("x" * COPIED, "x" * COPIED),
        ("y" + "x" * COPIED + "z", "x" * COPIED),
        ("y" + "x" * (COPIED - 1), ""),
        ("", ""),
    ],
)
def test_a_copy_is_a_long_enough_stretch_of_the_document(text: str, stretch: str) -> None:
    """A stretch counts from COPIED characters on, wherever in the text it stands."""
    assert copied(text, "a document of " + "x" * COPIED) == stretch
