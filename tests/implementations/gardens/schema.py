"""What the generated document says where the framework alone would say too little or something else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING

from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, OpenAPIMediaType, OpenAPIType, Operation, Schema, SecurityScheme
from litestar.plugins import OpenAPISchemaPlugin
from models import AMOUNT

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator
    from litestar.typing import FieldDefinition

MERGE_PATCH = "application/merge-patch+json"

DESCRIPTION = """Plots, plantings and tools of the municipal gardens.

A PATCH is a JSON merge patch (RFC 7396), whichever of the two content types it has: members that are not sent stay,
null removes a member, objects are merged, lists are replaced whole. A patch is applied whole or not at all.

Plots and their plantings belong to a district; a token sees its own district. Tools are shared by all.
"""


class ValueSchemas(OpenAPISchemaPlugin):
    """Amounts as text or number, and the time of day as what it is (the framework calls it a duration)."""

    @staticmethod
    def is_plugin_supported_type(value: object) -> bool:
        return value in (Decimal, time)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        if field_definition.annotation is time:
            return Schema(type=OpenAPIType.STRING, pattern="^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$", examples=["06:30:00"])
        kinds = [OpenAPIType.STRING, OpenAPIType.NUMBER]
        return Schema(type=kinds, pattern=AMOUNT, minimum=0, maximum=99999.99, examples=["12.50"])


@dataclass
class PatchOperation(Operation):
    """A PATCH that takes a merge patch under its own content type as well."""

    def __post_init__(self) -> None:
        if self.request_body:
            body = self.request_body.content["application/json"]
            self.request_body.content[MERGE_PATCH] = OpenAPIMediaType(schema=body.schema, examples=body.examples)


def openapi_config() -> OpenAPIConfig:
    """The head of the document."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="The token of a district's office.")
    return OpenAPIConfig(
        title="Municipal gardens",
        version="1.4.0",
        description=DESCRIPTION,
        components=Components(security_schemes={"office": bearer}),
        security=[{"office": []}],
        render_plugins=[JsonRenderPlugin()],
    )
