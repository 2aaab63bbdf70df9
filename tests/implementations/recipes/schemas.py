"""The three resources and what stands in them."""

from __future__ import annotations

import datetime as dt

import marshmallow as ma
from kinds import (
    Clock,
    Day,
    Exact,
    Flag,
    Instant,
    LowerEmail,
    Minutes,
    Number,
    Pattern,
    Trimmed,
    Whole,
    WholeNested,
    at_most,
    distinct,
)
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range
from switches import on

QUANTITY = "^[0-9]{1,5}(\\.[0-9]{1,3})?$"
PRICE = "^[0-9]{1,4}\\.[0-9]{2}$"
CUISINES = ("french", "indian", "italian", "japanese", "mexican", "nordic", "thai", "other")
UNITS = ("g", "kg", "ml", "l", "tsp", "tbsp", "piece")
REPLACED = "Replaced as a whole by a PATCH that carries it."


def said(description: str, example: object = ma.missing, **more: object) -> dict[str, object]:
    """A field's metadata: what the document tells of it."""
    return {"description": description, **({} if example is ma.missing else {"example": example}), **more}


def camel_case(name: str) -> str:
    """``cook_time`` as ``cookTime``."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


class Base(ma.Schema):
    """camelCase outside, snake_case inside; nothing unknown."""

    class Meta:
        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        field_obj.data_key = camel_case(field_obj.data_key or field_name)

    @ma.post_dump
    def leave_out(self, data: dict[str, object], **kwargs: object) -> dict[str, object]:
        return {name: value for name, value in data.items() if value is not None} if on("nulls_left_out") else data


class Record(Base):
    """What every resource has."""

    id = fields.UUID(dump_only=True, metadata=said("Given by the server."))
    created_at = Instant(dump_only=True, metadata=said("Time of creation."))
    updated_at = Instant(dump_only=True, metadata=said("Time of the last write."))


class IngredientSchema(Base):
    """A line of a recipe."""

    name = fields.String(required=True, validate=Length(1, 80), metadata=said("What it is.", "plain flour"))
    quantity = Exact(
        QUANTITY,
        allow_none=True,
        load_default=None,
        metadata=said(
            'How much; null means "to taste". Compared as a number: trailing zeros carry no meaning and may be dropped.', "250"
        ),
    )
    unit = fields.String(
        allow_none=True, load_default=None, validate=OneOf([*UNITS, None]), metadata=said("Unit of quantity.", "g")
    )
    optional = Flag(load_default=False, metadata=said("Whether the dish works without it."))
    note = fields.String(
        allow_none=True, load_default=None, validate=Length(max=120), metadata=said("E.g. how to cut it.", "sifted")
    )


class NutritionSchema(Base):
    """What a serving holds."""

    calories = Whole(required=True, validate=Range(0, 5000), metadata=said("Kilocalories per serving.", 420))
    protein_grams = Number(
        allow_none=True, load_default=None, validate=Range(0, 500), metadata=said("Protein per serving.", 12.5)
    )
    salt_grams = Number(allow_none=True, load_default=None, validate=Range(0, 100), metadata=said("Salt per serving.", 1.2))


class RecipeSchema(Record):
    """A recipe."""

    title = Trimmed(
        required=True,
        validate=Length(1, 120),
        metadata=said("White space around it is removed; one of white space alone is refused.", "Lemon risotto"),
    )
    summary = fields.String(allow_none=True, load_default=None, validate=Length(max=500), metadata=said("A sentence or two."))
    cuisine = fields.String(
        allow_none=True, load_default=None, validate=OneOf(CUISINES), metadata=said("Kind of kitchen.", "italian")
    )
    difficulty = fields.String(
        required=True, validate=OneOf(["easy", "medium", "hard"]), metadata=said("How hard it is.", "easy")
    )
    servings = Whole(required=True, validate=Range(1, 48), metadata=said("How many it feeds.", 4))
    prep_time = Minutes(required=True, validate=Range(dt.timedelta(0), dt.timedelta(hours=48)), metadata=said("In minutes.", 15))
    cook_time = Minutes(
        allow_none=True,
        load_default=None,
        validate=Range(dt.timedelta(0), dt.timedelta(hours=48)),
        metadata=said("In minutes; null where nothing is cooked.", 25),
    )
    total_time = fields.Function(
        lambda row: (row["prep_time"] + (row["cook_time"] or dt.timedelta())) // dt.timedelta(minutes=1),
        metadata=said("prepTime and cookTime together, in minutes.", type="integer"),
    )
    published_on = Day(allow_none=True, load_default=None, metadata=said("Day of publication; null for a draft.", "2025-03-14"))
    source_url = fields.URL(
        allow_none=True,
        load_default=None,
        schemes={"http", "https"},
        validate=Length(max=300),
        metadata=said(
            "Where it was found: http or https, with a host name that has a top-level domain.", "https://example.com/risotto"
        ),
    )
    tags = fields.List(
        fields.String(validate=[Length(1, 30), Pattern("^[a-z0-9-]+$")]),
        load_default=list,
        validate=[Length(max=10), distinct],
        metadata=said(REPLACED, ["quick", "one-pot"], uniqueItems=True),
    )
    ingredients = fields.List(
        WholeNested(IngredientSchema), required=True, validate=Length(1, 40), metadata=said("In the order of use. " + REPLACED)
    )
    nutrition = WholeNested(
        NutritionSchema, allow_none=True, load_default=None, metadata=said(REPLACED + " What it leaves out is null.")
    )
    labels = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=Length(max=60)),
        load_default=dict,
        validate=at_most(12),
        metadata=said("Names and values of your own. " + REPLACED, {"wine": "white"}, maxProperties=12),
    )
    edit_note = fields.String(load_only=True, validate=Length(max=200), metadata=said("For the editors' log; never shown again."))


class ChapterSchema(Base):
    """A chapter of a cookbook."""

    title = fields.String(required=True, validate=Length(1, 100), metadata=said("Heading.", "Soups"))
    first_page = Whole(required=True, validate=Range(1, 5000), metadata=said("Where it begins.", 12))


class PublisherSchema(Base):
    """A publishing house."""

    name = fields.String(required=True, validate=Length(1, 100), metadata=said("Name of the house.", "Kitchen & Sons"))
    city = fields.String(allow_none=True, load_default=None, validate=Length(max=60), metadata=said("Where it sits.", "Leeds"))


class CookbookSchema(Record):
    """A cookbook."""

    title = Trimmed(
        required=True,
        validate=Length(1, 200),
        metadata=said("White space around it is removed; one of white space alone is refused.", "The Small Oven"),
    )
    isbn = fields.String(
        allow_none=True, load_default=None, validate=Pattern("^97[89][0-9]{10}$"), metadata=said("ISBN-13, digits only.")
    )
    authors = fields.List(
        fields.String(validate=Length(1, 80)), required=True, validate=Length(1, 10), metadata=said(REPLACED, ["Ines Alba"])
    )
    binding = fields.String(
        required=True, validate=OneOf(["hardcover", "paperback", "ebook"]), metadata=said("How it is bound.", "hardcover")
    )
    language = fields.String(
        required=True, validate=Pattern("^[a-z]{2}$"), metadata=said("ISO 639-1, two letters; not looked up.", "en")
    )
    page_count = Whole(allow_none=True, load_default=None, validate=Range(1, 5000), metadata=said("Number of pages.", 320))
    price = Exact(PRICE, places=2, allow_none=True, load_default=None, metadata=said("With two digits after the point.", "24.90"))
    rating = Number(allow_none=True, load_default=None, validate=Range(0, 5), metadata=said("Mean of the readers' stars.", 4.5))
    released_on = Day(allow_none=True, load_default=None, metadata=said("Day of release.", "2024-09-02"))
    contact_email = LowerEmail(
        allow_none=True,
        load_default=None,
        validate=Length(max=120),
        metadata=said("Kept in small letters; its domain has a dot.", "desk@example.com"),
    )
    website = fields.URL(
        allow_none=True,
        load_default=None,
        schemes={"http", "https"},
        validate=Length(max=300),
        metadata=said("http or https, with a host name that has a top-level domain.", "https://example.com/small-oven"),
    )
    in_print = Flag(load_default=True, metadata=said("Whether it can be bought."))
    publisher = WholeNested(PublisherSchema, allow_none=True, load_default=None, metadata=said(REPLACED))
    chapters = fields.List(
        WholeNested(ChapterSchema),
        load_default=list,
        validate=Length(max=60),
        metadata=said("In the order of the book. " + REPLACED),
    )
    lending_pin = fields.String(
        load_only=True, validate=Pattern("^[0-9]{4}$"), metadata=said("Asked for when it is lent; never shown.")
    )


class ItemSchema(Base):
    """A line of a shopping list."""

    position = Whole(dump_only=True, metadata=said("Place in the list, from 1; given by the server."))
    name = fields.String(required=True, validate=Length(1, 80), metadata=said("What to buy.", "lemons"))
    quantity = Exact(
        QUANTITY,
        allow_none=True,
        load_default=None,
        metadata=said("How many; trailing zeros carry no meaning and may be dropped.", "3"),
    )
    aisle = fields.String(
        validate=OneOf(["produce", "dairy", "bakery", "pantry", "frozen", "other"]),
        load_default="other",
        metadata=said("Where it is found."),
    )
    done = Flag(load_default=False, metadata=said("Whether it is in the basket."))


class ShoppingListSchema(Record):
    """A shopping list."""

    name = Trimmed(
        required=True,
        validate=Length(1, 60),
        metadata=said("White space around it is removed; one of white space alone is refused.", "Saturday"),
    )
    status = fields.String(
        load_default="open", validate=OneOf(["open", "shopping", "done"]), metadata=said("Any may follow any.")
    )
    due_at = Instant(
        allow_none=True, load_default=None, metadata=said("When it must be done. Kept and answered in UTC, to the microsecond.")
    )
    pickup_from = Clock(allow_none=True, load_default=None, metadata=said("Local time of day, no offset.", "09:00:00"))
    pickup_until = Clock(
        allow_none=True, load_default=None, metadata=said("Later than pickupFrom, if both are set; else 422.", "11:30:00")
    )
    budget = Exact(
        QUANTITY,
        allow_none=True,
        load_default=None,
        metadata=said("In euros; trailing zeros carry no meaning and may be dropped.", "40.5"),
    )
    notify_email = LowerEmail(
        allow_none=True, load_default=None, metadata=said("Told when it is done. Kept in small letters; its domain has a dot.")
    )
    shared = Flag(load_default=False, metadata=said("Whether the household sees it."))
    items = fields.List(
        WholeNested(ItemSchema),
        load_default=list,
        validate=Length(max=50),
        metadata=said(REPLACED + " Items are sent without their position."),
    )
    item_count = fields.Function(lambda row: len(row["items"]), metadata=said("Number of items.", type="integer"))
    open_count = fields.Function(
        lambda row: sum(not item["done"] for item in row["items"]), metadata=said("Items to buy.", type="integer")
    )

    @ma.post_load
    def number(self, data: dict[str, object], **kwargs: object) -> dict[str, object]:
        for position, item in enumerate(data.get("items", ()), 1):
            item["position"] = position
        return data


def times_in_order(row: dict[str, object]) -> dict[str, list[str]]:
    """What is wrong with the times of a list, as it would be kept."""
    start, end = row["pickup_from"], row["pickup_until"]
    return {"pickupUntil": ["Must be later than pickupFrom."]} if start and end and end <= start else {}
