"""The pages as a whole: an index of all of them, links that lead somewhere, names that exist, pictures of what is there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from mock_server.exchange.steps import Steps
from tests import subjects

DOCS = subjects.ROOT / "docs"
MARKDOWN = sorted(str(path.relative_to(subjects.ROOT)) for path in (*subjects.ROOT.glob("*.md"), *DOCS.rglob("*.md")))
"""Every page of the project, at the root and in docs/."""
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    """A page without its fenced and indented blocks."""
    return re.sub(r"^    .*$", "", FENCED.sub("", page.read_text(encoding="utf-8")), flags=re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """What links to the headings of a page have behind the #, as the forges make it."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_nowhere(page: Path, link: str) -> bool:
    """Whether a relative link names no file, or no heading of the page that it names."""
    path, _, anchor = link.partition("#")
    file = page.parent / path if path else page
    return not file.exists() or (bool(anchor) and anchor not in anchors(file))


@pytest.mark.parametrize("page", MARKDOWN)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: str) -> None:
    """From where the page stands, as a forge reads it."""
    file = subjects.ROOT / page
    links = re.findall(r"\]\((?!https?://)([^)\s]+)\)", prose(file))

    assert [link for link in links if leads_nowhere(file, link)] == []


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("b.md", False),
        ("b.md#two-words-here", False),
        ("#one", False),
        ("c.md", True),
        ("b.md#two", True),
        ("#not-a-heading", True),
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, link: str, wrong: bool) -> None:
    """A missing file, and a heading that is none or stands in a code block only."""
    (tmp_path / "a.md").write_text("# One\n\n```sh\n# not a heading\n```\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("## Two words, `here`\n", encoding="utf-8")

    assert leads_nowhere(tmp_path / "a.md", link) is wrong


def test_the_index_has_a_sentence_for_every_page() -> None:
    """Once each, under the heading of the page's folder."""
    sections = re.split(r"^## ", (DOCS / "index.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    listed = [
        (section.partition(":")[0].lower(), link)
        for section in sections
        for link in re.findall(r"^- \[[^\]]+\]\(([^)]+)\): .+\.$", section, re.MULTILINE)
    ]

    assert sorted(listed) == sorted((path.parent.name, str(path.relative_to(DOCS))) for path in DOCS.glob("*/*.md"))
    assert [folder for folder, link in listed if not link.startswith(f"{folder}/")] == []


@pytest.mark.parametrize("page", [page for page in MARKDOWN if page != "README.md"])
def test_the_first_line_of_a_page_says_who_needs_it(page: str) -> None:
    """A title, and then readers and their need; the README is for everyone, and says what the project is."""
    title, _, first = (subjects.ROOT / page).read_text(encoding="utf-8").splitlines()[:3]

    assert title.startswith("# ")
    assert first.startswith("For ")


PACKAGES = r"(?<![\w./-])(?:contracts|mock_server|specs|tests|benchmarks)"
MADE_UP = ("NAME", "NOUN", "FAMILY")
"""What a page writes for the reader's own name."""


def named(text: str) -> set[str]:
    """The paths inside the packages that a text names: as paths, and as modules with dots."""
    paths = {path.rstrip("./") for path in re.findall(rf"{PACKAGES}(?:/[\w.*-]+)+", text)}
    modules = [each for each in re.findall(rf"{PACKAGES}(?:\.\w+)+", text) if not each.endswith((".json", ".svg"))]
    return paths | {name.replace(".", "/") + ".py" for name in modules}


def is_there(path: str) -> bool:
    """Whether it is a file, a folder, a pattern of some, or a room where a module is asked for."""
    return any(subjects.ROOT.glob(path)) or (subjects.ROOT / path.removesuffix(".py")).is_dir()


@pytest.mark.parametrize("page", MARKDOWN)
def test_every_module_that_a_page_names_is_there(page: str) -> None:
    """In prose, tables, examples and pictures; but for what a page itself makes."""
    text = (subjects.ROOT / page).read_text(encoding="utf-8")
    own = re.findall(r"^```\w+ (\S+)$", text, re.MULTILINE)

    assert [
        path for path in named(text) if not is_there(path) and path not in own and not any(map(path.__contains__, MADE_UP))
    ] == []


def test_modules_and_paths_are_told_apart_from_words() -> None:
    """What is asked above is not nothing, and not a page that is called like a package."""
    text = "`contracts.record.party`, specs/*.yaml, mock-in-tests.md, `specs/x-contract.schema.json`. See mock_server/defects/."

    assert named(text) == {"contracts/record/party.py", "specs/*.yaml", "specs/x-contract.schema.json", "mock_server/defects"}
    assert all(map(is_there, named(text)))
    assert not is_there("contracts/customer.py")


LAYERS = {
    contract["containers"][0]: contract["layers"]
    for contract in tomllib.loads((subjects.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    if "containers" in contract
}
"""The rooms of a package, as import-linter holds them apart: the top layer first, those of one layer in one text."""


@pytest.mark.parametrize("package", LAYERS)
def test_the_picture_of_the_house_is_the_declared_one(package: str) -> None:
    """The layers in their order, from top to bottom, and a row for each room."""
    section = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8").partition(f"## The rooms of {package}\n")[2]
    section = section.partition("\n## ")[0]
    boxes = dict(re.findall(rf"\b({package}_\d+)\[\"([^\"]+)\"\]", section))
    arrows = re.findall(r"(\w+)(?:\[[^\]]+\])? --> (\w+)", section)

    assert list(boxes.values()) == LAYERS[package]
    assert arrows == list(pairwise(boxes))
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [
        room for layer in LAYERS[package] for room in layer.split(" | ")
    ]


def test_the_way_of_a_request_has_every_step() -> None:
    """The picture names each step of an exchange, so that a new one is drawn."""
    text = (DOCS / "explanation" / "request-through-the-mock.md").read_text(encoding="utf-8").partition("```mermaid")[2]
    picture = text.partition("```")[0]

    assert [step.name for step in fields(Steps) if not re.search(rf"\b{step.name}\b", picture)] == []
