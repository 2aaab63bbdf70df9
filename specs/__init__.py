"""Floor 1: the OpenAPI files of the documented APIs, and the typed reading of them. Nouns only."""

from specs.loader import load, names
from specs.model import (
    Api,
    Choice,
    Claim,
    Field,
    Merge,
    Place,
    RecordField,
    Schema,
    SecurityScheme,
    Shape,
    Situation,
    SpecError,
)

__all__ = [
    "Api",
    "Choice",
    "Claim",
    "Field",
    "Merge",
    "Place",
    "RecordField",
    "Schema",
    "SecurityScheme",
    "Shape",
    "Situation",
    "SpecError",
    "load",
    "names",
]
