"""The resources of the API."""

import hashlib
import json

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from museum_api.access import StrictJSONParser, TextAsJSONParser
from museum_api.deviations import on
from museum_api.errors import PreconditionFailed
from museum_api.models import Artist, Artwork, Loan
from museum_api.serializers import ArtistSerializer, ArtworkSerializer, LoanSerializer

DETAIL = {"$ref": "#/components/schemas/Detail"}
BAD_REQUEST = {"oneOf": [{"$ref": "#/components/schemas/FieldErrors"}, DETAIL]}
REFUSALS = {
    401: "There is no token, or one that we do not know.",
    403: "The record belongs to another member of the staff.",
    404: "There is no such record.",
    406: "The answer is to be had as `application/json` only.",
    409: "The loan is closed.",
    415: "The body is read as `application/json` only.",
    429: "Too much at once; see `Retry-After`.",
}


def refusals(*statuses):
    """The documented answers of these statuses; that of 400 with the messages by member."""
    bodies = {status: OpenApiResponse(DETAIL, REFUSALS[status]) for status in statuses if status != 400}
    return bodies | ({400: OpenApiResponse(BAD_REQUEST, "The body is refused.")} if 400 in statuses else {})


def documented(serializer, thing, *more):
    """The operations of a resource: what they are for, what they answer."""
    one, body = (401, 404, 406, 429, *more), (400, 415)
    several = thing.split()[-1] + "s"
    return extend_schema_view(
        list=extend_schema(summary=f"List {several}", responses={200: serializer(many=True)} | refusals(401, 404, 406, 429)),
        retrieve=extend_schema(summary=f"Read {thing}", responses={200: serializer} | refusals(*[s for s in one if s != 409])),
        create=extend_schema(summary=f"Add {thing}", responses={201: serializer} | refusals(401, 406, 429, *body)),
        partial_update=extend_schema(
            summary=f"Change {thing}",
            description="Changes the members that are sent; all others stay as they are. Sending the same request again changes "
            "nothing further but `updated_at`.",
            responses={200: serializer} | refusals(*one, *body),
        ),
        destroy=extend_schema(summary=f"Remove {thing}", responses={204: None} | refusals(*[s for s in one if s != 409])),
    )


class Records(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet
):
    """Records of one kind: list, read, add, change, remove."""

    def partial_update(self, request, *args, **kwargs):
        instance = self.get_object()
        if on("etags") and request.headers.get("If-Match", "*") not in {"*", entity_tag(self.get_serializer(instance).data)}:
            raise PreconditionFailed
        serializer = self.get_serializer(instance, data=request.data, partial=True)
        if not serializer.is_valid():
            return self.refused(instance, request, serializer)
        serializer.save()
        return Response(self.get_serializer(self.get_object()).data)

    def refused(self, instance, request, serializer):
        """The answer to a body that is refused."""
        raise ValidationError(serializer.errors)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if on("etags") and self.detail and response.status_code == 200 and request.method in {"GET", "HEAD", "PATCH"}:
            response["ETag"] = entity_tag(response.data)
            if request.method != "PATCH" and request.headers.get("If-None-Match") == response["ETag"]:
                response.status_code, response.data = 304, None
        return response


def entity_tag(data):
    """A strong tag of a representation."""
    return '"' + hashlib.sha256(json.dumps(json.loads(JSONRenderer().render(data))).encode()).hexdigest()[:24] + '"'


@documented(ArtistSerializer, "an artist")
class ArtistViewSet(Records):
    """Artists."""

    queryset = Artist.objects.order_by("id")
    serializer_class = ArtistSerializer


@documented(ArtworkSerializer, "an artwork")
class ArtworkViewSet(Records):
    """Artworks."""

    queryset = Artwork.objects.order_by("id").select_related("department")
    serializer_class = ArtworkSerializer
    lookup_field = "inventory_number"

    def get_parsers(self):
        return [StrictJSONParser(), TextAsJSONParser()] if on("artwork-text-read-as-json") else super().get_parsers()


@documented(LoanSerializer, "a loan", 403, 409)
class LoanViewSet(Records):
    """Loans, each with the registrar who made it."""

    queryset = Loan.objects.order_by("reference")
    serializer_class = LoanSerializer

    def get_queryset(self):
        if self.detail and (on("loans-of-others-forbidden") or (on("loan-of-others-changed") and self.request.method == "PATCH")):
            return super().get_queryset()
        return super().get_queryset().filter(owner=self.request.user)

    def check_object_permissions(self, request, obj):
        super().check_object_permissions(request, obj)
        if on("loans-of-others-forbidden") and obj.owner != request.user:
            raise PermissionDenied

    def refused(self, instance, request, serializer):
        if not on("loan-half-written") or not isinstance(request.data, dict):
            return super().refused(instance, request, serializer)
        rest = {name: value for name, value in request.data.items() if name not in serializer.errors}
        valid = self.get_serializer(instance, data=rest, partial=True)
        if valid.is_valid():
            valid.save()
        return Response(serializer.errors, status=400)
