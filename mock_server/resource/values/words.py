"""Plausible values by the name of a member: a table of what usual names stand for, and short lists of made-up words.

Lists of our own and no library: a well-known one takes 25 MB on the disk, 0.4 s to import, and 0.3 ms for a value that is to be
the same in every run (measured); of its words a mock needs these few.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

from mock_server.resource.reading.names import spelled


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    "Amira Bence Chloe Dario Elif Farid Greta Hana Ivo Jonas Kaito Lena Mateo Nadia Omar Paula Rafael Sanna Tomas Yara"
)
FAMILY = _words(
    "Abbas Berg Costa Dubois Eriksen Fischer Garcia Haddad Ito Jansen Kaya Lindqvist Moreau Novak Okafor Rossi Silva Weber"
)
CITIES = _words(
    "Aarhus Bergen Coimbra Dijon Ghent Graz Izmir Krakow Lyon Malaga Nantes Porto Riga Sendai Tampere Utrecht Verona Zagreb"
)
STREETS = _words("Alder Birch Canal Church Garden Harbour Hill Lake Market Mill Orchard Park River Station Willow")
COMPANIES = _words("Ardent Blue Cedar Delta Ember Fjord Granite Harbor Iris Juniper Kestrel Lumen Meadow North Opal Pine")
KINDS = ["Labs", "Works", "Trading", "Systems", "Foods", "Logistics", "Design", "Energy"]
THINGS = _words("Lamp Chair Notebook Backpack Kettle Jacket Bicycle Headphones Desk Camera Bottle Blanket Watch Speaker Tent")
ADJECTIVES = _words("Amber Compact Classic Folding Light Modern Nordic Quiet Robust Simple Slim Soft Sturdy Warm")
TEXT = _words(
    "a small change that makes the daily work easier was asked for by several teams and will be ready before the end of next "
    "month if nothing else comes between the first tests went well and the open points are listed below"
)
COLOURS = ["red", "green", "blue", "amber", "teal", "violet", "grey", "white", "black", "orange"]
COUNTRIES = (
    ("DK", "Denmark"),
    ("NO", "Norway"),
    ("PT", "Portugal"),
    ("FR", "France"),
    ("BE", "Belgium"),
    ("AT", "Austria"),
    ("JP", "Japan"),
)
ZONES = ["Europe/Copenhagen", "Europe/Lisbon", "Europe/Paris", "Asia/Tokyo", "America/Toronto"]
DEPARTMENTS = ["Sales", "Support", "Finance", "Operations", "Research", "Marketing"]


def sentence(random: Random, words: int) -> str:
    """A sentence of so many words."""
    start = random.randrange(len(TEXT))
    found = [TEXT[(start + step) % len(TEXT)] for step in range(words)]
    return " ".join(found).capitalize() + "."


def _slug(random: Random) -> str:
    return f"{random.choice(ADJECTIVES)}-{random.choice(THINGS)}-{random.randrange(10, 999)}".lower()


def _user(random: Random) -> str:
    return f"{random.choice(GIVEN)}.{random.choice(FAMILY)}{random.randrange(1, 999)}".lower()


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def email(random: Random) -> str:
    """An address at a domain that is reserved for examples."""
    return f"{_user(random)}@example.com"


def url(random: Random) -> str:
    """Likewise."""
    return f"https://www.example.com/{_slug(random)}"


TEXTS: tuple[tuple[re.Pattern[str], Callable[[Random], str]], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"e?_?mail(_?address)?$", email),
        (r"(avatar|image|photo|picture|logo|thumbnail|icon)", lambda r: f"https://www.example.com/images/{_digits(r, 4)}.png"),
        (r"(url|uri|href|link|website|homepage)$", url),
        (r"(given|first|fore)_?name$", lambda r: r.choice(GIVEN)),
        (r"(family|last|sur)_?name$", lambda r: r.choice(FAMILY)),
        (r"(user_?name|login|nick_?name|handle)$", _user),
        (
            r"(company|organi[sz]ation|vendor|supplier|employer|brand|account_name)(_?name)?$",
            lambda r: f"{r.choice(COMPANIES)} {r.choice(KINDS)}",
        ),
        (
            r"(full|display|contact|customer|owner|author|person|real|billing|shipping|recipient|holder)_?name$",
            lambda r: f"{r.choice(GIVEN)} {r.choice(FAMILY)}",
        ),
        (
            r"(owner|author|assignee|creator|created_by|updated_by|reviewer|manager)$",
            lambda r: f"{r.choice(GIVEN)} {r.choice(FAMILY)}",
        ),
        (r"(phone|mobile|fax|telephone|msisdn)", lambda r: f"+1202555{_digits(r, 4)}"),
        (r"(city|town|locality)$", lambda r: r.choice(CITIES)),
        (r"(street|address_?(line)?_?1?|line_?1|address)$", lambda r: f"{r.randrange(1, 120)} {r.choice(STREETS)} Street"),
        (r"(zip|postal|post)_?(code)?$", lambda r: _digits(r, 5)),
        (r"country_?code$", lambda r: r.choice(COUNTRIES)[0]),
        (r"country(_?name)?$", lambda r: r.choice(COUNTRIES)[1]),
        (r"(currency|currency_?code)$", lambda r: r.choice(("EUR", "USD", "DKK", "JPY"))),
        (r"(locale|language)(_?code)?$", lambda r: r.choice(("en", "fr", "de", "pt", "da"))),
        (r"time_?zone$", lambda r: r.choice(ZONES)),
        (r"colou?r", lambda r: r.choice(COLOURS)),
        (r"(department|team|group|category)(_?name)?$", lambda r: r.choice(DEPARTMENTS)),
        (
            r"(title|subject|headline|label|caption|product|product_name|item)$",
            lambda r: f"{r.choice(ADJECTIVES)} {r.choice(THINGS).lower()}",
        ),
        (
            r"(description|summary|text|body|bio|about|comment|note|notes|message|content|details?|reason)$",
            lambda r: sentence(r, r.randrange(6, 14)),
        ),
        (r"(slug|key|code|sku|reference|ref|alias)$", _slug),
        (r"(token|secret|password|hash|etag|checksum|fingerprint)", lambda r: f"{r.getrandbits(96):024x}"),
        (r"(ip|ip_?address)$", lambda r: f"192.0.2.{r.randrange(1, 250)}"),
        (r"(host|host_?name|domain)(_?name)?$", lambda r: f"{r.choice(THINGS).lower()}.example.com"),
        (r"(file_?name|path)$", lambda r: f"{_slug(r)}.txt"),
        (r"version$", lambda r: f"{r.randrange(1, 4)}.{r.randrange(10)}.{r.randrange(10)}"),
        (r"(lat|latitude|lng|lon|longitude)$", lambda r: f"{r.uniform(-80, 80):.5f}"),
        (r"(price|amount|total|cost|balance)$", lambda r: f"{r.randrange(1, 500)}.{r.randrange(100):02d}"),
        (r"(^|_)(id|uuid|guid)$", lambda r: f"{r.getrandbits(96):024x}"),
        (r"(tag|keyword|topic)s?$", lambda r: r.choice(THINGS).lower()),
        (r"name$", lambda r: f"{r.choice(ADJECTIVES)} {r.choice(THINGS).lower()} {r.randrange(1, 999)}"),
    )
)
"""What a text is by the name of its member, in small letters with underscores; the first that fits."""

PEOPLE = re.compile(
    r"(user|customer|person|people|member|contact|employee|author|patient|doctor|student|teacher|driver|owner|client|lead|guest)s?$"
)
"""Collections whose records have the name of a person."""

NUMBERS: tuple[tuple[re.Pattern[str], Callable[[Random], Any]], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"(lat|latitude)$", lambda r: round(r.uniform(35, 60), 5)),
        (r"(lng|lon|longitude)$", lambda r: round(r.uniform(-9, 30), 5)),
        (r"(price|amount|total|cost|balance|salary|fee)", lambda r: round(r.uniform(5, 500), 2)),
        (r"(rate|ratio|percent|percentage|score|rating)", lambda r: round(r.uniform(0, 5), 1)),
        (r"age$", lambda r: r.randrange(18, 80)),
        (r"year$", lambda r: r.randrange(1990, 2026)),
        (
            r"(^|_)(created|updated|modified|timestamp|time|date|expires|created_at|updated_at)$|_at$",
            lambda r: 1_735_000_000 + r.randrange(30_000_000),
        ),
        (r"(quantity|count|stock|size|qty)$", lambda r: r.randrange(1, 60)),
    )
)


def text(name: str, owner: str, random: Random) -> str | None:
    """A text for a member; ``owner``: what the record is called. None for a name that says nothing."""
    plain = spelled(name)
    if plain == "name" and PEOPLE.search(spelled(owner)):
        return f"{random.choice(GIVEN)} {random.choice(FAMILY)}"
    return next((make(random) for pattern, make in TEXTS if pattern.search(plain)), None)


def number(name: str, random: Random) -> Any:
    """A number for a member, None for a name that says nothing."""
    plain = spelled(name)
    return next((make(random) for pattern, make in NUMBERS if pattern.search(plain)), None)
