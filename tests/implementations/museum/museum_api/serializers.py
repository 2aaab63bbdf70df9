"""What the API takes and shows."""

import json
from collections.abc import Mapping
from decimal import Decimal

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from museum_api.deviations import on
from museum_api.errors import Conflict
from museum_api.fields import AnyTruth, CutText, RoundedDecimal, TagField, written_otherwise
from museum_api.models import Artist, Artwork, Currency, Department, Loan, LoanStatus, Movement

CLOSED = {LoanStatus.RETURNED, LoanStatus.CANCELLED}


class Members:
    """A serializer that may refuse members before the framework looks at them, as the variants have it."""

    def to_internal_value(self, data):
        if isinstance(data, Mapping):
            refused = {}
            if on("unknown-members-refused"):
                refused |= {name: ["Unknown member."] for name in data if name not in self.fields}
            if on("strict-types"):
                refused |= written_otherwise(self.fields, data)
            if refused:
                raise serializers.ValidationError(refused)
        return super().to_internal_value(data)


class Whole(Members, serializers.Serializer):
    """A nested value that is replaced as a whole: what it requires is required in PATCH too, and defaults are filled in."""

    def validate(self, attrs):
        missing = {
            name: ["This field is required."] for name, field in self.fields.items() if field.required and name not in attrs
        }
        if missing:
            raise serializers.ValidationError(missing)
        return {name: attrs.get(name, field.default) for name, field in self.fields.items()}


class RecordSerializer(Members, serializers.ModelSerializer):
    """A record, whose nested values are columns of JSON."""

    documents = ()

    def create(self, validated_data):
        documents = {name: validated_data.pop(name) for name in self.documents if name in validated_data}
        related = {name: validated_data.pop(name) for name in self._sets() if name in validated_data}
        record = self.Meta.model.objects.create(**validated_data, **documents)
        for name, members in related.items():
            getattr(record, name).set(members)
        return record

    def update(self, instance, validated_data):
        for name in self.documents:
            if name in validated_data:
                setattr(instance, name, validated_data.pop(name))
        return super().update(instance, validated_data)

    def _sets(self):
        return [field.name for field in self.Meta.model._meta.many_to_many]

    def to_representation(self, instance):
        shown = super().to_representation(instance)
        for name in self._sets():
            shown[name] = sorted(shown[name], reverse=on("descending-sets"))
        if on("extra-members"):
            shown["links"] = {"self": self.context["request"].build_absolute_uri()}
        return shown


class ArtistSerializer(RecordSerializer):
    """An artist."""

    movements = serializers.SlugRelatedField(
        slug_field="name",
        many=True,
        queryset=Movement.objects,
        required=False,
        help_text="Names of movements that we know. A set.",
    )
    artwork_count = serializers.SerializerMethodField(help_text="How many artworks of the artist we keep.")

    class Meta:
        model = Artist
        fields = [
            "id", "slug", "name", "biography", "nationality", "birth_year", "death_year", "website", "movements", "is_public",
            "artwork_count", "created_at", "updated_at",
        ]  # fmt: skip

    def get_fields(self):
        fields = super().get_fields()
        if on("artist-name-cut"):
            fields["name"] = CutText(max_length=120)
        if on("artist-created-at-written"):
            fields["created_at"] = serializers.DateTimeField(required=False)
        return fields

    def get_artwork_count(self, artist) -> int:
        return artist.artworks.count()

    def validate(self, attrs):
        birth = attrs.get("birth_year", getattr(self.instance, "birth_year", None))
        death = attrs.get("death_year", getattr(self.instance, "death_year", None))
        if on("artist-death-year-cleared") and "birth_year" in attrs and "death_year" not in attrs:
            death = attrs["death_year"] = None
        if birth is not None and death is not None and death < birth:
            raise serializers.ValidationError({"death_year": ["Not before the birth year."]})
        return attrs


class DimensionsSerializer(Members, serializers.Serializer):
    """The size of an artwork. Members that are not sent stay as they are."""

    height_cm = serializers.DecimalField(max_digits=7, decimal_places=1, min_value=Decimal(0), help_text="Not negative.")
    width_cm = serializers.DecimalField(max_digits=7, decimal_places=1, min_value=Decimal(0), help_text="Not negative.")
    depth_cm = serializers.DecimalField(
        max_digits=7, decimal_places=1, min_value=Decimal(0), allow_null=True, required=False, help_text="Null for flat things."
    )
    framed = serializers.BooleanField(required=False)


class InscriptionSerializer(Whole):
    """Something written on an artwork."""

    position = serializers.ChoiceField(choices=["front", "back", "base", "frame"])
    text = serializers.CharField(max_length=300)
    language = serializers.RegexField(
        r"^[a-z]{2}$", max_length=2, allow_null=True, default=None, help_text="ISO 639-1 code; null: unknown."
    )

    def to_internal_value(self, data):
        later = isinstance(data, Mapping) and data is not self.root.initial_data["inscriptions"][0]
        if on("artwork-later-inscriptions-unchecked") and later and isinstance(data.get("position"), str):
            return super().to_internal_value({**data, "position": "front"}) | {"position": data["position"]}
        return super().to_internal_value(data)


class ArtworkSerializer(RecordSerializer):
    """An artwork."""

    documents = ("inscriptions", "tags", "catalogue_data")

    artists = serializers.PrimaryKeyRelatedField(
        many=True, queryset=Artist.objects, allow_empty=False, help_text="Numbers of artists; at least one. A set."
    )
    department = serializers.SlugRelatedField(
        slug_field="code", queryset=Department.objects, help_text="The code of a department of the museum."
    )
    dimensions = DimensionsSerializer(source="*")
    inscriptions = InscriptionSerializer(many=True, max_length=10, required=False, help_text="Replaced as a whole. At most 10.")
    tags = serializers.ListField(
        child=TagField(max_length=30),
        max_length=12,
        required=False,
        help_text="Stored in lower case, in the order that was sent.",
    )
    catalogue_data = serializers.JSONField(required=False, help_text="Any JSON value but null, replaced as a whole.")
    curator_note = serializers.CharField(
        max_length=500,
        allow_blank=True,
        write_only=True,
        required=False,
        help_text="Never shown; `has_curator_note` tells of it.",
    )
    has_curator_note = serializers.SerializerMethodField()

    class Meta:
        model = Artwork
        fields = [
            "id", "inventory_number", "title", "subtitle", "artists", "department", "classification", "condition", "acquired_on",
            "estimated_value", "dimensions", "inscriptions", "tags", "catalogue_data", "curator_note", "has_curator_note",
            "is_on_display", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["inventory_number"]

    def get_fields(self):
        fields = super().get_fields()
        if on("artwork-value-rounded"):
            fields["estimated_value"] = RoundedDecimal(max_digits=12, decimal_places=2, min_value=Decimal(0), allow_null=True)
        if on("artwork-condition-unchecked") and getattr(self.instance, "condition", None):
            fields["condition"] = serializers.CharField(max_length=200, allow_null=True, allow_blank=True)
        if on("artwork-display-any-text"):
            fields["is_on_display"] = AnyTruth(required=False)
        return fields

    def get_has_curator_note(self, artwork) -> bool:
        return artwork.curator_note != ""

    def validate_catalogue_data(self, value):
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            raise serializers.ValidationError("Cannot be written as JSON in UTF-8.") from error
        return value

    def create(self, validated_data):
        return super().create(validated_data | {"inventory_number": f"CM-{Artwork.objects.count() + 1001}"})

    def update(self, instance, validated_data):
        if on("artwork-tags-emptied") and "title" in validated_data:
            validated_data.setdefault("tags", [])
        if on("artwork-tags-appended") and "tags" in validated_data:
            validated_data["tags"] = [*instance.tags, *validated_data["tags"]]
        if on("artwork-department-changed") and "condition" in validated_data:
            Artwork.objects.filter(department=instance.department).update(condition=validated_data["condition"])
        return super().update(instance, validated_data)


class BorrowerSerializer(Whole):
    """The house that borrows. Replaced as a whole."""

    institution = serializers.CharField(max_length=120)
    city = serializers.CharField(max_length=80)
    country = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166 alpha-2 code.")
    contact_email = serializers.EmailField(max_length=120)
    department = serializers.CharField(max_length=80, allow_blank=True, default="")

    def get_fields(self):
        fields = super().get_fields()
        if on("loan-email-unchecked"):
            fields["contact_email"] = serializers.CharField(max_length=120)
        return fields


class LoanSerializer(RecordSerializer):
    """A loan."""

    documents = ("borrower",)

    artworks = serializers.SlugRelatedField(
        slug_field="inventory_number", many=True, queryset=Artwork.objects, allow_empty=False,
        help_text="Inventory numbers of artworks; at least one. A set.",
    )  # fmt: skip
    borrower = BorrowerSerializer()
    status = serializers.ChoiceField(
        choices=LoanStatus.choices,
        required=False,
        help_text="`returned` needs `returned_on` (in the record or in the same request). Whether a returned or cancelled loan "
        "may be opened again is decided by the registrar's office; where not, the answer is 409.",
    )
    currency = serializers.ChoiceField(choices=Currency.choices)
    duration_days = serializers.SerializerMethodField(help_text="From `starts_on` to `ends_on`.")

    class Meta:
        model = Loan
        fields = [
            "id", "reference", "artworks", "borrower", "status", "starts_on", "ends_on", "returned_on", "insurance_value",
            "currency", "fee", "courier_count", "notes", "reminder_at", "duration_days", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["reference"]

    def get_fields(self):
        fields = super().get_fields()
        if on("loan-notes-unlimited") and getattr(self.instance, "notes", ""):
            fields["notes"] = serializers.CharField(allow_blank=True, required=False)
        return fields

    @extend_schema_field(OpenApiTypes.INT)
    def get_duration_days(self, loan):
        return (loan.ends_on - loan.starts_on).days

    def validate_status(self, value):
        if on("closed-loans-stay-closed") and self.instance and self.instance.status in CLOSED and value != self.instance.status:
            raise Conflict
        return value

    def validate(self, attrs):
        now = {
            name: attrs.get(name, getattr(self.instance, name, None))
            for name in ("starts_on", "ends_on", "status", "returned_on")
        }
        if now["ends_on"] < now["starts_on"]:
            raise serializers.ValidationError({"ends_on": ["Not before starts_on."]})
        if now["status"] == LoanStatus.RETURNED and now["returned_on"] is None:
            raise serializers.ValidationError({"returned_on": ["Needed for a returned loan."]})
        return attrs

    def create(self, validated_data):
        number = f"L-2026-{Loan.objects.count() + 101}"
        return super().create(validated_data | {"reference": number, "owner": self.context["request"].user})

    def update(self, instance, validated_data):
        if on("loan-fee-null-ignored") and validated_data.get("fee", instance.fee) is None:
            validated_data.pop("fee", None)
        return super().update(instance, validated_data)
