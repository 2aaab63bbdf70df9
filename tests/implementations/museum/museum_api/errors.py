"""How refusals are told."""

import itertools
import math

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.views import exception_handler

from museum_api.deviations import on


class Conflict(APIException):
    """What the state of the record does not allow."""

    status_code = 409
    default_detail = "The record's state does not allow this."
    default_code = "conflict"


class PreconditionFailed(APIException):
    """If-Match names another state of the record."""

    status_code = 412
    default_detail = "The record has changed."
    default_code = "precondition_failed"


def answer_of_error(error, context):
    """The framework's answer, as the variants and faults have it."""
    if isinstance(error, ValidationError) and isinstance(error.detail, dict):
        if on("first-error-only"):
            error.detail = dict(itertools.islice(error.detail.items(), 1))
        if on("artist-slug-envelope") and "slug" in error.detail and context["view"].basename == "artist":
            error.detail = {"code": "invalid_slug", "message": error.detail["slug"][0]}
    answer = exception_handler(error, context)
    if answer is not None and "Retry-After" in answer:
        answer["Retry-After"] = str(math.ceil(float(answer["Retry-After"])))
    return answer
