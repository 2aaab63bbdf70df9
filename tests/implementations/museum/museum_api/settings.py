"""Settings of the museum's API."""

import secrets

SECRET_KEY = secrets.token_hex()
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "museum_api.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "museum_api",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",  # the command `serve` puts a file of its own here
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"},
        "CONN_MAX_AGE": None,
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["museum_api.access.IsStaff"],
    "DEFAULT_THROTTLE_CLASSES": ["museum_api.access.Pace"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "museum_api.access.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["museum_api.access.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "museum_api.errors.answer_of_error",
    "PAGE_SIZE": 20,
    "UNAUTHENTICATED_USER": None,
}

DESCRIPTION = """
The collection of the City Museum: its artists, its artworks and the loans of artworks to other houses.

**Changing records.** `PATCH` changes the members that the request names and leaves every other member as it is. The answer is
the whole record after the change. `artwork.dimensions` is changed member by member too; all other nested values
(`borrower`, `inscriptions`, `tags`, `catalogue_data`, lists of related records) are replaced as a whole. A request that is
refused changes nothing.

**What we normalise.** Text is trimmed of white space at both ends before it is checked and stored; text that is empty then
counts as blank. Tags are stored in lower case. Decimal numbers are shown with all their decimal places (`12.5` becomes `12.50`).
Instants are stored in UTC and shown with `Z`; an instant without a time zone is read as UTC, and one without a time as midnight.
Empty text for a decimal number that may be null is read as null.
Dates in other forms of ISO 8601 are shown as `YYYY-MM-DD`. Lists of related records are sets: doubles count once, and their
order is ours.

**Lenient input.** The API may read a number or a boolean out of text that spells one, and may read a number sent for text as its
decimal text. It need not: do not rely on it.

**Members we do not take.** Read-only members in a request are ignored. Members that this API does not know are never stored;
they are ignored or refused.

**Errors.** A refused body is told by `400` with the messages of each member under its name (`non_field_errors` for the body as a
whole). All other errors have one `detail`.

**Access.** Every request carries the token of a member of the staff. Artists and artworks are shared by all staff. A loan
belongs to the registrar who made it; it is hidden from (`404`) or forbidden to (`403`) others.

**Pace.** When too much is asked for at once the answer is `429` with `Retry-After`.
"""

FIELD_ERRORS = {
    "type": "object",
    "description": "The messages of each refused member, by its name; those of nested values by their member or index.",
    "minProperties": 1,
    "additionalProperties": {
        "anyOf": [
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            {"type": "array", "items": {"type": "object"}},
            {"type": "object"},
        ]
    },
    "example": {"title": ["This field may not be blank."]},
}
DETAIL = {
    "type": "object",
    "description": "What was wrong, in a sentence.",
    "properties": {"detail": {"type": "string"}},
    "required": ["detail"],
    "example": {"detail": "Not found."},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "City Museum collection API",
    "VERSION": "2.3.0",
    "DESCRIPTION": DESCRIPTION.strip(),
    "SERVE_INCLUDE_SCHEMA": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "APPEND_COMPONENTS": {"schemas": {"FieldErrors": FIELD_ERRORS, "Detail": DETAIL}},
    "SERVERS": [{"url": "https://collection.citymuseum.example"}],
    "ENUM_NAME_OVERRIDES": {"ConditionEnum": "museum_api.models.Condition", "LoanStatusEnum": "museum_api.models.LoanStatus"},
}
