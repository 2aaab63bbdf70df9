"""What a document says in a sentence, or in the record's schema alone: trimmed texts, another case, ids of others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.document.prose import trims_texts
from tests.alarms.test_unseen_services import drafted, judged, request, told, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import FIRST, target_of

NAMES = ("noor", "ilse", "sam")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Texts are trimmed of white space at both ends before they are checked.", True),
        ("Leading and trailing whitespace is removed from all string fields.", True),
        ("The API strips surrounding spaces of every input.", True),
        ("**What we store.** Text is trimmed of white space at both ends before it is checked.", True),
        ("The text is trimmed.", False),
        ("Strings are never trimmed.", False),
        ("The code is trimmed.", False),
        ("Values may have spaces. Outer ones count.", False),
        ("Fields are optional.\n\nThe trimmed logo is shown.", False),
        (None, False),
    ],
)
def test_a_sentence_about_all_texts_says_that_they_are_trimmed(text: Any, said: bool) -> None:
    """One about a single member, or with a not, says nothing of the others."""
    assert trims_texts([text]) is said


class Tidy(People):
    """Takes outer white space off a username, which is one of a few; ``loose``: letters of any case are taken, too."""

    def __init__(self, *, loose: bool = False) -> None:
        super().__init__()
        self.loose = loose

    def _tidied(self, name: Any) -> Any:
        text = name.strip(" \t\n") if isinstance(name, str) else name
        return text.lower() if self.loose and isinstance(text, str) else text

    def _wrong(self, sent: dict[str, Any]) -> str:
        return super()._wrong(sent) or ("username" if self._tidied(sent.get("username", "sam")) not in NAMES else "")

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        own = {"username": self._tidied(sent["username"])} if "username" in sent else {}
        super()._store(key, record, {**sent, **own})


@pytest.mark.parametrize(("said", "loose"), [(True, False), (False, False), (True, True)])
def test_outer_space_around_a_member_is_no_miss_where_texts_are_trimmed(tmp_path: Path, said: bool, loose: bool) -> None:
    """It is one where nothing says so; and another case is one in any event."""

    def members(content: dict[str, Any]) -> None:
        request(content)["properties"]["username"] = {"type": "string", "enum": list(NAMES)}
        content["info"]["description"] = "Texts are trimmed." if said else "People, and their names."

    with serving(Tidy(loose=loose)) as url:
        report = judged(target_of(drafted(tmp_path, members), url), "near-miss-refused")

    assert violated(report) == (set() if said and not loose else {("must", "near-miss-refused", "username")})


class Shouting(People):
    """Keeps a city in capital letters; ``deaf``: and keeps the one that it has."""

    def __init__(self, *, deaf: bool) -> None:
        super().__init__()
        self.deaf = deaf
        for record in self.records.values():
            record["city"] = record["city"].upper()

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        own = {"city": record["city"] if self.deaf else sent["city"].upper()} if "city" in sent else {}
        super()._store(key, record, {**sent, **own})


@pytest.mark.parametrize("deaf", [False, True])
def test_a_value_that_the_record_cannot_show_is_not_sent_as_a_plain_one(tmp_path: Path, deaf: bool) -> None:
    """By the record's own pattern; and a draft has two records that keep to both patterns."""

    def patterns(content: dict[str, Any]) -> None:
        request(content)["properties"]["city"]["pattern"] = "^[A-Za-z]+$"
        content["components"]["schemas"]["Person"]["properties"]["city"]["pattern"] = "^[A-Z]+$"

    with serving(Shouting(deaf=deaf)) as url:
        report = judged(target_of(drafted(tmp_path, patterns), url), "sent-field-stored")

    assert violated(report) == ({("must", "sent-field-stored", "city")} if deaf else set())


class Choosy(People):
    """Knows some tags only; ``few``: it knows all, and takes no more than three."""

    def __init__(self, *, few: bool) -> None:
        super().__init__()
        self.few = few

    def _wrong(self, sent: dict[str, Any]) -> str:
        tags = sent.get("tags", [])
        refused = len(tags) > 3 if self.few else not {*map(str, tags)} <= {"early", "vip"}
        return super()._wrong(sent) or ("tags" if refused else "")


@pytest.mark.parametrize("few", [False, True])
def test_items_that_are_refused_one_by_one_tell_nothing_of_a_limit(tmp_path: Path, few: bool) -> None:
    """Names of what exists elsewhere cannot be made up, be it one or as many as are allowed."""

    def limited(content: dict[str, Any]) -> None:
        request(content)["properties"]["tags"]["maxItems"] = 8

    with serving(Choosy(few=few)) as url:
        report = judged(target_of(drafted(tmp_path, limited), url), "array-limit-enforced")

    assert told(report, "array-limit-enforced").startswith("violates" if few else "not_judged an item that is made up")


def test_listed_items_that_are_too_few_for_a_limit_tell_nothing_of_it(tmp_path: Path) -> None:
    """Values that the target file lists are not repeated where each may stand once."""

    def limited(content: dict[str, Any]) -> None:
        request(content)["properties"]["tags"] |= {"maxItems": 8, "uniqueItems": True}

    class Set(Choosy):
        def _wrong(self, sent: dict[str, Any]) -> str:
            tags = [*map(str, sent.get("tags", []))]
            return super()._wrong(sent) or ("tags" if len(tags) != len({*tags}) else "")

    with serving(Set(few=False)) as url:
        target = replace(target_of(drafted(tmp_path, limited), url), values={"tags": ("early", "vip")})
        report = judged(target, "array-limit-enforced")

    assert told(report, "array-limit-enforced").startswith("not_judged fewer than 8 different items")


class Needing(People):
    """Only the first user may do without a city; ``always``: nobody may."""

    def __init__(self, *, always: bool) -> None:
        super().__init__()
        self.always = always

    def _wrong(self, sent: dict[str, Any]) -> str:
        after = {**self.records[FIRST], **sent}
        refused = after["city"] is None and (self.always or after["username"] != "noor")
        return super()._wrong({name: each for name, each in sent.items() if each is not None}) or ("city" if refused else "")


@pytest.mark.parametrize("always", [False, True])
def test_null_may_depend_on_another_member(tmp_path: Path, always: bool) -> None:
    """Where it is taken on the record as it was found, a refusal later on is for what else the record held then."""

    def nullable(content: dict[str, Any]) -> None:
        for members in (request(content)["properties"], content["components"]["schemas"]["Person"]["properties"]):
            members["city"]["type"] = ["string", "null"]

    with serving(Needing(always=always)) as url:
        report = judged(target_of(drafted(tmp_path, nullable), url), "sent-field-stored", "null-stored")

    assert violated(report) == ({("must", "null-stored", "city")} if always else set())


class Aged(People):
    """Has a first and a last year; with the habit ``deaf`` it never stores the last."""

    def __init__(self, *habits: str) -> None:
        super().__init__(*habits)
        for record in self.records.values():
            record |= {"first_year": 1884, "last_year": 1951}

    def _wrong(self, sent: dict[str, Any]) -> str:
        years = {name: value for name, value in sent.items() if name.endswith("_year")}
        first, last = ({**self.records[FIRST], **years}[name] for name in ("first_year", "last_year"))
        rest = {name: value for name, value in sent.items() if name not in years}
        unfit = not (isinstance(first, int) and isinstance(last, int) and 1000 <= first <= last <= 2100)
        return super()._wrong(rest) or ("last_year" if unfit else "")

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        years = {name: value for name, value in sent.items() if name.endswith("_year")}
        super()._store(key, record, {name: value for name, value in sent.items() if name not in years})
        self.records[key] |= {name: each for name, each in years.items() if "deaf" not in self.habits or name != "last_year"}


@pytest.mark.parametrize(
    ("words", "habits", "expected"),
    [
        ("Not before `first_year`.", (), set()),
        ("Not before `first_year`.", ("deaf",), {("must", "sent-field-stored", "last_year")}),
        ("The last one.", (), {("should", "bound-itself-stored", "first_year")}),
    ],
)
def test_numbers_in_an_order_with_others_are_sent_near_the_present_ones(
    tmp_path: Path, words: str, habits: tuple[str, ...], expected: set[tuple[str, str, str]]
) -> None:
    """What the record has beside them may rule out the bounds; without such words it is the bounds that count."""

    def years(content: dict[str, Any]) -> None:
        year = {"type": "integer", "minimum": 1000, "maximum": 2100}
        for schema in (request(content), content["components"]["schemas"]["Person"]):
            schema["properties"] |= {"first_year": year, "last_year": {**year, "description": words}}

    with serving(Aged(*habits)) as url:
        report = judged(target_of(drafted(tmp_path, years), url), "bound-itself-stored", "sent-field-stored")

    assert violated(report) == expected


class Counting(People):
    """Shows a count that no patch sets; ``writable``: a patch sets it, too."""

    def __init__(self, *habits: str) -> None:
        super().__init__(*habits)
        for record in self.records.values():
            record["count"] = 3

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, {name: value for name, value in sent.items() if name != "count"})
        if "writable" in self.habits and isinstance(sent.get("count"), int):
            record["count"] = sent["count"]


@pytest.mark.parametrize("habit", ["", "writable"])
def test_a_read_only_count_is_judged_though_null_is_not_sent_for_it(tmp_path: Path, habit: str) -> None:
    """It may be the key of another record by its type, and another number says enough."""

    def counted(content: dict[str, Any]) -> None:
        for schema in (request(content), content["components"]["schemas"]["Person"]):
            schema["properties"]["count"] = {"type": "integer", "readOnly": True}

    with serving(Counting(habit)) as url:
        report = judged(target_of(drafted(tmp_path, counted), url), "read-only-unchanged")

    (found,) = [each.verdict for each in report.results if each.field == "count"]
    assert found == ("violates" if habit else "conforms")
