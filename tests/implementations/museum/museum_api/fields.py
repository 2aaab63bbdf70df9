"""Fields beyond the framework's, and what strict types refuse."""

from decimal import Decimal

from rest_framework import serializers

JSON_TYPES = {
    serializers.CharField: str,
    serializers.DecimalField: str,
    serializers.DateField: str,
    serializers.DateTimeField: str,
    serializers.ChoiceField: str,
    serializers.BooleanField: bool,
    serializers.IntegerField: int,
}


def written_otherwise(fields, data):
    """The messages for members that are not of their field's own type of JSON, by name."""
    refused = {}
    for name in data.keys() & fields.keys():
        field, value = fields[name], data[name]
        kinds = [kind for of, kind in JSON_TYPES.items() if isinstance(field, of)]
        if kinds and value is not None and not field.read_only and type(value) not in kinds:
            refused[name] = [f"Not a {kinds[0].__name__}."]
    return refused


class TagField(serializers.CharField):
    """A word, in lower case."""

    def to_internal_value(self, data):
        return super().to_internal_value(data).lower()


class CutText(serializers.CharField):
    """For the fault `artist-name-cut`."""

    def to_internal_value(self, data):
        return super().to_internal_value(data)[:120]


class AnyTruth(serializers.BooleanField):
    """For the fault `artwork-display-any-text`."""

    def to_internal_value(self, data):
        return data not in self.FALSE_VALUES if isinstance(data, str) else super().to_internal_value(data)


class RoundedDecimal(serializers.DecimalField):
    """For the fault `artwork-value-rounded`."""

    def validate_precision(self, value):
        return super().validate_precision(value.quantize(Decimal("0.01")))
