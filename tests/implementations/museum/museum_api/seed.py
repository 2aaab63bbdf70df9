"""The records that a new museum starts with, and what its ready file tells of them."""

import datetime as dt
from pathlib import Path

from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token

from museum_api.models import Artist, Artwork, Department, Loan, Movement

DOCUMENT = Path(__file__).resolve().parent.parent / "openapi.yaml"
MOVEMENTS = ["Baroque", "Impressionism", "Expressionism", "Bauhaus"]
DEPARTMENTS = ["paintings", "prints-and-drawings", "sculpture"]


def ready_facts(url):
    """Fill the database; what the ready file holds: address, document, credentials, records and values that exist."""
    registrar, colleague = (User.objects.create_user(name) for name in ("registrar", "colleague"))
    token, other_token = (f"Token {Token.objects.create(user=user).key}" for user in (registrar, colleague))
    movements = [Movement.objects.create(name=name) for name in MOVEMENTS]
    departments = [Department.objects.create(code=code) for code in DEPARTMENTS]
    artists = _artists(movements)
    artworks = _artworks(artists, departments)
    loans = _loans(artworks, registrar, colleague)
    numbers = [artwork.inventory_number for artwork in artworks]
    loan, other_loan = (str(loan.id) for loan in loans)
    return {
        "url": url,
        "api": "museum",
        "openapi": str(DOCUMENT),
        "auth": {"tokenAuth": token},
        "customer": {"inventory_number": numbers[0]},
        "other_customer": {"path": {"inventory_number": numbers[1]}, "auth": None},
        "read": "/api/artworks/{inventory_number}/",
        "values": {"department": DEPARTMENTS, "movements": MOVEMENTS, "artists": [a.id for a in artists], "artworks": numbers},
        "operations": [
            _operation("artworks", token, {"inventory_number": numbers[0]}, {"inventory_number": numbers[1]}),
            _operation("artists", token, {"id": artists[0].id}, {"id": artists[1].id}),
            _operation("loans", token, {"id": loan}, {"id": other_loan}, other_token),
        ],
    }


def _operation(kind, token, record, other, other_token=None):
    path = f"/api/{kind}/{{{next(iter(record))}}}/"
    return {
        "method": "PATCH",
        "path": path,
        "token": token,
        "record": {"path": record},
        "other": {"path": other, "token": other_token},
        "read": path,
    }


def _artists(movements):
    people = [
        Artist(slug="clara-steinfeld", name="Clara Steinfeld", nationality="DE", birth_year=1884, death_year=1951),
        Artist(slug="tomas-arrieta", name="Tomás Arrieta", nationality="ES", birth_year=1901, death_year=1978),
        Artist(slug="ilse-vandamme", name="Ilse Vandamme", nationality="BE", birth_year=1962),
    ]
    for number, artist in enumerate(people):
        artist.biography = f"{artist.name} worked in three countries and taught for many years."
        artist.website = f"https://www.{artist.slug}.example/works"
        artist.save()
        artist.movements.set(movements[number : number + 2])
    return people


def _artworks(artists, departments):
    titles = [("Harbour at Dusk", "painting"), ("The Weaver", "painting"), ("Standing Figure", "sculpture")]
    return [_artwork(number, *title, artists, departments[number // 2]) for number, title in enumerate(titles)]


def _artwork(number, title, classification, artists, department):
    artwork = Artwork.objects.create(
        inventory_number=f"CM-{1001 + number}",
        title=title,
        subtitle="Second version",
        department=department,
        classification=classification,
        condition="good",
        acquired_on=dt.date(1998 + number, 4, 17),
        estimated_value="125000.00",
        height_cm="82.5",
        width_cm="64.0",
        depth_cm="4.5",
        framed=True,
        inscriptions=[
            {"position": "front", "text": "C. St. 1923", "language": "de"},
            {"position": "back", "text": "For my sister", "language": "en"},
        ],
        tags=["harbour", "evening"],
        catalogue_data={"volume": 2, "plates": [14, 15]},
        curator_note="Check the varnish.",
    )
    artwork.artists.set(artists[number : number + 2])
    return artwork


def _loans(artworks, *owners):
    loans = []
    for number, owner in enumerate(owners):
        loan = Loan.objects.create(
            reference=f"L-2026-{101 + number}",
            owner=owner,
            borrower={
                "institution": "Kunsthalle am Fluss",
                "city": "Basel",
                "country": "CH",
                "contact_email": "loans@kunsthalle.example",
                "department": "Exhibitions",
            },
            status="approved",
            starts_on=dt.date(2027, 3, 1),
            ends_on=dt.date(2027, 8, 31),
            insurance_value="130000.00",
            currency="EUR",
            fee="2500.00",
            courier_count=2,
            notes="Climate crate needed.",
            reminder_at=dt.datetime(2027, 2, 1, 8, 30, tzinfo=dt.UTC),
        )
        loan.artworks.set(artworks[number : number + 2])
        loans.append(loan)
    return loans
