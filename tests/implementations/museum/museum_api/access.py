"""Who may ask, how often, and in which media types."""

import itertools

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.throttling import BaseThrottle

from museum_api.deviations import on

_requests = itertools.count(1)


class IsStaff(IsAuthenticated):
    """Every holder of a token."""

    def has_permission(self, request, view):
        anonymous = request.auth is None and request.method == "PATCH" and view.basename == "artist"
        return (anonymous and on("artist-anonymous-patch")) or super().has_permission(request, view)


class Pace(BaseThrottle):
    """How much may be asked for at once: nothing is refused, except with the variant `throttled`."""

    def allow_request(self, request, view):
        return not (on("throttled") and next(_requests) % 25 == 0)

    def wait(self):
        return 1


class Negotiation(DefaultContentNegotiation):
    """The framework's, which answers 406; with the variant `accept-ignored` what is there."""

    def select_renderer(self, request, renderers, format_suffix=None):
        if on("accept-ignored"):
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class StrictJSONParser(JSONParser):
    """JSON, also refused where it is nested too deeply."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error


class TextAsJSONParser(StrictJSONParser):
    """For the fault `artwork-text-read-as-json`."""

    media_type = "text/plain"
