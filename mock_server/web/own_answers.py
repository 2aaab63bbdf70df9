"""Holds the mock's own answers against the document, with openapi-core: for tests, and for ``--check-answers``.

A second opinion on purpose: openapi-core reads the document as it is written, without the plan, the fields and the templates that
the mock answers from. One check takes milliseconds, and importing the library half a second (benchmarks/validators.py), so
it is not done at every request, and not imported unless it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Request, Response
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.validation.schemas import oas30_read_schema_validators_factory, oas31_schema_validators_factory
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_core.validation.schemas.validators import SchemaValidator


class KeptValidators(SchemaValidatorsFactory):
    """Makes the validator of a schema once; the library itself makes one for every message, with a copy of all formats."""

    def __init__(self, maker: SchemaValidatorsFactory) -> None:
        super().__init__(maker.schema_validator_cls, maker.format_checker)
        self._maker = maker
        self._kept: dict[str, SchemaValidator] = {}

    def create(self, spec: Any, schema: Any, *args: Any, **options: Any) -> SchemaValidator:
        """The validator of this schema."""
        place = str(schema)
        if place not in self._kept:
            self._kept[place] = self._maker.create(spec, schema, *args, **options)
        return self._kept[place]


def _json_types(value: Any) -> set[str]:
    """The media types with JSON in them that a document has anywhere."""
    if isinstance(value, list):
        return {found for each in value for found in _json_types(each)}
    if not isinstance(value, Mapping):
        return set()
    content = value.get("content")
    own = {str(name) for name in content if str(name).endswith("+json")} if isinstance(content, Mapping) else set()
    return own | {found for each in value.values() for found in _json_types(each)}


class OwnAnswers:
    """The documented answers of one document.

    prefix: the path under which the mock has mounted it.
    """

    def __init__(self, document: Mapping[str, Any], prefix: str) -> None:
        is_30 = str(document["openapi"]).startswith("3.0")
        maker = oas30_read_schema_validators_factory if is_30 else oas31_schema_validators_factory
        # The loader has checked the document already; the annotation lacks the None that the library documents.
        config = Config(
            spec_validator_cls=None,  # type: ignore[arg-type]
            schema_validators_factory=KeptValidators(maker),
            extra_media_type_deserializers=dict.fromkeys(_json_types(document), json.loads),
        )
        self._openapi = OpenAPI.from_dict({**document, "servers": [{"url": prefix or "/"}]}, config=config)

    def deviation(self, request: Request, response: Response) -> str | None:
        """What an answer has that the document does not, in one line; None for a good one.

        Requests for operations that the document does not have are passed over: it says nothing about their answers.
        """
        try:
            self._openapi.validate_response(WerkzeugOpenAPIRequest(request), WerkzeugOpenAPIResponse(response))
        except PathError:
            return None
        except OpenAPIError as error:
            reasons = [error, *getattr(error.__cause__, "schema_errors", ())]
            return " ".join(f"{request.method} {request.path} {response.status_code}: {'; '.join(map(str, reasons))}".split())
        return None
