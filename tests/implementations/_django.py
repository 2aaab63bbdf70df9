"""What both Django REST framework implementations share: settings, sign-in, open points, and serving.

Importing it configures Django, so it has to come before any import of rest_framework's serializers and views.
"""

import atexit
import json
import logging
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings

_FOLDER = Path(tempfile.mkdtemp(prefix="implementation-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
logging.basicConfig(level=logging.ERROR)  # a traceback for each 500, and nothing for each 4xx
settings.configure(
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.staticfiles", "rest_framework", "drf_standardized_errors"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _FOLDER / "db.sqlite3",
            "CONN_MAX_AGE": None,
            # A transaction takes the write lock at its start: two parallel PATCHes cannot both read the old row.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
            },
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    LANGUAGES=[("en", "English"), ("ar", "Arabic")],
    LOGGING_CONFIG=None,
    MEDIA_URL="/media/",
    REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},  # django.contrib.auth is not installed
    SECRET_KEY="not used",
    STATIC_URL="/static/",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    TIME_ZONE="UTC",
    USE_TZ=True,
)
django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402  (these need the settings above)
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse  # noqa: E402
from django.http.response import HttpResponseBase  # noqa: E402
from django.urls import URLPattern, path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.authentication import BaseAuthentication, get_authorization_header  # noqa: E402
from rest_framework.exceptions import AuthenticationFailed  # noqa: E402
from rest_framework.permissions import IsAuthenticated  # noqa: E402
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.throttling import UserRateThrottle  # noqa: E402
from waitress.server import create_server  # noqa: E402

from tests.implementations._launch import on  # noqa: E402

SHAPES = ("slow_answers", "chunked_answers", "shuffled_keys", "moving_times")
"""The variants that ``shaped`` makes."""


class BearerAuthentication(BaseAuthentication):
    """A token stands for one customer; naming the challenge is what makes the framework answer 401 and not 403."""

    model: type[models.Model]

    def authenticate(self, request: Request) -> tuple[models.Model, str] | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        customer = self.find(token)
        if customer is None or not getattr(customer, "is_active", True):
            raise AuthenticationFailed("Given token not valid for any token type")
        return customer, token

    def find(self, token: str) -> models.Model | None:
        return self.model._default_manager.filter(token=token).first()

    def authenticate_header(self, request: Request) -> str | None:
        return None if on("unauth_403") else 'Bearer realm="api"'


class Burst(UserRateThrottle):
    """The framework's own throttle, asleep unless asked for."""

    rate = "40/s"

    def allow_request(self, request: Request, view: Any) -> bool:
        return not on("burst_429") or super().allow_request(request, view)


class Protected:
    """Settings of a view that only a signed-in customer reaches."""

    permission_classes = [IsAuthenticated]
    throttle_classes = [Burst]

    def get_renderers(self) -> list[BaseRenderer]:
        return [JSONRenderer(), BrowsableAPIRenderer()] if on("browsable_api") else [JSONRenderer()]


class Text(serializers.CharField):
    """The framework takes 123 for "123"; a stricter service does not."""

    def to_internal_value(self, data: Any) -> str:
        if on("strict_types") and not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class OpenSerializer(serializers.ModelSerializer):
    """A model serializer with a switch for each point that the documents leave open."""

    serializer_field_mapping = {**serializers.ModelSerializer.serializer_field_mapping, models.CharField: Text}

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for field in fields.values():
            if isinstance(field, serializers.CharField):
                field.trim_whitespace = not on("keeps_whitespace")
                field.allow_blank = field.allow_blank and not on("blank_refused")
        return fields

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            self._refuse(data)
        return super().to_internal_value(data)

    def _refuse(self, data: Mapping[str, Any]) -> None:
        unknown = {*data} - {*self.fields} if on("unknown_refused") else set()
        read_only = {name for name, field in self.fields.items() if field.read_only} if on("read_only_refused") else set()
        refused = unknown | read_only & {*data}
        if refused:
            raise serializers.ValidationError({name: ["This field is not accepted."] for name in refused})
        if on("empty_refused") and not data and self.parent is None:
            raise serializers.ValidationError({"non_field_errors": ["No data provided."]})


def without(field: serializers.Field, *kinds: type) -> None:
    """Take away a serializer field's validators of these kinds."""
    field.validators = [validator for validator in field.validators if not isinstance(validator, kinds)]


def create_tables(*tables: type[models.Model]) -> None:
    """Make the tables without migrations."""
    with connection.schema_editor() as editor:
        for table in tables:
            editor.create_model(table)


def shaped(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A middleware for how answers travel and what they hold beside the record."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        time.sleep(0.15 if on("slow_answers") else 0)
        response = get_response(request)
        if response.headers.get("Content-Type", "").startswith("application/json"):
            _rewrite(request, response)
        return _chunked(response) if on("chunked_answers") else response

    return respond


def _rewrite(request: HttpRequest, response: HttpResponse) -> None:
    """Members that the document does not have, which move by themselves; and another order of all."""
    answered = json.loads(response.content)
    if not isinstance(answered, dict):
        return
    if on("moving_times") and response.status_code == 200:
        now = datetime.now(UTC).isoformat()
        written = cache.get("written", now) if request.method == "GET" else now
        cache.set("written", written, None)
        answered |= {"updated_at": written, "last_seen": now}
    if on("shuffled_keys"):
        answered = {key: answered[key] for key in random.sample(list(answered), len(answered))}
    response.content = json.dumps(answered).encode()


def _chunked(response: HttpResponse) -> StreamingHttpResponse:
    """Without a length known ahead, the body goes in chunks."""
    parts = (response.content[start : start + 64] for start in range(0, len(response.content), 64))
    streaming = StreamingHttpResponse(parts, status=response.status_code)
    streaming.headers = response.headers
    del streaming["Content-Length"]
    return streaming


def serve(listener: socket.socket, urls: Iterable[URLPattern], shown: type[models.Model], *middleware: str) -> None:
    """Answer until the process ends; /__state shows the stored customers."""

    def state(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"customers": list(shown._default_manager.values())})

    settings.ROOT_URLCONF = (*urls, path("__state", state))
    settings.MIDDLEWARE = [
        *(["django.middleware.gzip.GZipMiddleware"] if on("gzip") else []),
        *(["django.middleware.http.ConditionalGetMiddleware"] if on("etag") else []),
        *middleware,
        "django.middleware.common.CommonMiddleware",
        *([f"{__name__}.shaped"] if any(map(on, SHAPES)) else []),
    ]
    create_server(WSGIHandler(), sockets=[listener], threads=4).run()
