"""Two accounts and their records, as a client would have sent them."""

from __future__ import annotations

import uuid

from schemas import CookbookSchema, RecipeSchema, ShoppingListSchema
from store import store

KEY, OTHER_KEY = "ck_live_7f3a91c2d4", "ck_live_02be55a8e1"
ACCOUNTS = {KEY: "alba", OTHER_KEY: "moss"}
RECIPES = (
    {
        "title": "Lemon risotto",
        "summary": "Bright, creamy and done in half an hour.",
        "cuisine": "italian",
        "difficulty": "medium",
        "servings": 4,
        "prepTime": 10,
        "cookTime": 25,
        "publishedOn": "2025-03-14",
        "sourceUrl": "https://example.com/recipes/lemon-risotto",
        "tags": ["rice", "vegetarian"],
        "ingredients": [
            {"name": "risotto rice", "quantity": "320", "unit": "g"},
            {"name": "lemon", "quantity": "1.50", "unit": "piece", "note": "zest and juice"},
            {"name": "salt"},
        ],
        "nutrition": {"calories": 510, "proteinGrams": 11.5, "saltGrams": 1.25},
        "labels": {"wine": "white", "season": "spring"},
        "editNote": "Checked by the test kitchen.",
    },
    {
        "title": "Cold soba",
        "cuisine": "japanese",
        "difficulty": "easy",
        "servings": 2,
        "prepTime": 15,
        "tags": ["noodles", "quick"],
        "ingredients": [{"name": "soba", "quantity": "200", "unit": "g"}, {"name": "spring onion", "optional": True}],
        "nutrition": {"calories": 380},
        "labels": {"season": "summer"},
    },
)
COOKBOOKS = (
    {
        "title": "The Small Oven",
        "isbn": "9781234567897",
        "authors": ["Ines Alba", "Tom Reed"],
        "binding": "hardcover",
        "language": "en",
        "pageCount": 320,
        "price": "24.90",
        "rating": 4.5,
        "releasedOn": "2024-09-02",
        "contactEmail": "desk@example.com",
        "website": "https://example.com/small-oven",
        "publisher": {"name": "Kitchen & Sons", "city": "Leeds"},
        "chapters": [{"title": "Bread", "firstPage": 9}, {"title": "Gratins", "firstPage": 88}],
        "lendingPin": "4711",
    },
    {
        "title": "Soups for Two",
        "authors": ["Maja Moss"],
        "binding": "ebook",
        "language": "de",
        "pageCount": 96,
        "price": "9.50",
        "rating": 3,
        "releasedOn": "2021-11-30",
        "contactEmail": "maja@example.org",
        "inPrint": False,
        "publisher": {"name": "Moss Verlag"},
        "chapters": [{"title": "Clear soups", "firstPage": 7}],
    },
)
LISTS = (
    {
        "name": "Saturday market",
        "status": "done",
        "dueAt": "2026-05-16T11:00:00Z",
        "pickupFrom": "09:00:00",
        "pickupUntil": "11:30:00",
        "budget": "40.50",
        "notifyEmail": "ines@example.com",
        "shared": True,
        "items": [
            {"name": "lemons", "quantity": "3", "aisle": "produce", "done": True},
            {"name": "butter", "quantity": "0.250", "aisle": "dairy"},
        ],
    },
    {
        "name": "Dinner on Monday",
        "dueAt": "2026-05-18T17:30:00+02:00",
        "budget": "15",
        "items": [{"name": "soba", "quantity": "1", "aisle": "pantry"}],
    },
)


def identity(kind: str, number: int) -> uuid.UUID:
    """The id of a kind's first or second record, the same in each run."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://cookshelf.example.com/{kind}/{number}")


def fill() -> None:
    """Store what is above: a second recipe of the other account, all else of the first."""
    for kind, schema, bodies in (
        ("recipe", RecipeSchema, RECIPES),
        ("cookbook", CookbookSchema, COOKBOOKS),
        ("shopping_list", ShoppingListSchema, LISTS),
    ):
        for number, body in enumerate(bodies, 1):
            account = "moss" if kind == "recipe" and number == 2 else "alba"
            store.add(kind, account, schema().load(body), identity(kind, number))
