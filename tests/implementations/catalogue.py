"""What each implementation can be started with: a fault breaks its document, a variant keeps to it.

Only the standard library is imported, so that tests can be parametrized without Django.
Where the field is empty, no single one is to blame.
"""

from typing import Final, NamedTuple


class Fault(NamedTuple):
    """A bug typical of the framework, with the family and the field that a verdict is to blame."""

    name: str
    family: str
    field: str
    description: str


FAULTS: Final[dict[str, tuple[Fault, ...]]] = {
    "babyland": (
        Fault("omitted_gender_defaults", "partial_update", "gender", "the serializer is not partial: defaults fill in"),
        Fault("nested_replace_blanks", "partial_update", "address", "a new address row is made of the keys sent alone"),
        Fault("last_name_forgotten", "partial_update", "last_name", "update() does not assign the field"),
        Fault("phone_echoed_only", "partial_update", "phone", "save(update_fields) lacks the field: answered, not stored"),
        Fault("falsy_ignored", "partial_update", "phone", "update() keeps the old value for null, blank and false"),
        Fault("gender_any_case", "enum", "gender", "the choice is upper-cased before it is checked"),
        Fault("gender_label_accepted", "enum", "gender", "the display label is taken for its member"),
        Fault("last_name_unlimited", "length", "last_name", "the limit stands on the model, not on the serializer"),
        Fault("first_name_in_bytes", "length", "first_name", "the limit counts UTF-8 bytes"),
        Fault("phone_truncated", "length", "phone", "longer numbers are cut to fit the column"),
        Fault("other_envelope", "error_envelope", "", "a project-wide exception handler wraps field errors in a list"),
        Fault("model_attribute_named", "error_envelope", "phone", "the error names the model's attribute, mobile"),
        Fault("saved_before_address", "atomicity", "address", "the customer is saved before the nested address is checked"),
        Fault("neighbours_updated", "isolation", "last_name", "queryset.update() without a filter"),
        Fault("other_record_reachable", "isolation", "", "the queryset is not filtered by owner"),
        Fault("null_byte_500", "types", "first_name", "U+0000 reaches a database driver that raises"),
    ),
    "customers_me": (
        Fault("stale_response", "partial_update", "", "the answer was serialized before the change"),
        Fault("birth_date_null_ignored", "partial_update", "birth_date", "if value: setattr(), so null changes nothing"),
        Fault("own_email_taken", "idempotence", "email", "the uniqueness check does not leave out the customer itself"),
        Fault("gender_unknown_becomes_ns", "enum", "gender", "a value outside the choices is stored as NS"),
        Fault("language_unchecked", "enum", "language", "any short string is stored"),
        Fault("email_limit_128", "length", "email", "the column is shorter than documented: 129 to 254 are refused"),
        Fault("full_name_one_more", "length", "full_name", "256 characters are accepted"),
        Fault("other_attr_named", "error_envelope", "birth_date", "attr is the model's attribute, date_of_birth"),
        Fault("first_error_only", "error_envelope", "", "only the first of several errors is reported"),
        Fault("saved_field_by_field", "atomicity", "", "each key is saved before the next one is checked"),
        Fault("another_customer_updated", "isolation", "", "/me is the last row of the table"),
        Fault("full_name_of_any_type", "types", "full_name", "str() is applied to lists, objects and null"),
        Fault("primary_address_500", "types", "primary_address", "an unknown id reaches the database's constraint"),
        Fault("any_token_accepted", "auth", "", "an unknown token is the first customer"),
        Fault("media_type_ignored", "negotiation", "", "the JSON parser takes every media type"),
    ),
    "wizcommerce": (
        Fault("addresses_by_position", "partial_update", "addresses[]", "the n-th item changes the n-th address"),
        Fault("company_name_unmapped", "partial_update", "company_name", "the mapper to the response's name forgot it"),
        Fault("sales_reps_appended", "partial_update", "assigned_sales_rep_ids", "the list is appended to"),
        Fault("attributes_appended", "idempotence", "attributes", "a known name is inserted again"),
        Fault("address_type_unchecked", "enum", "addresses[].type", "the validator does not dive into the array"),
        Fault("designation_unlimited", "length", "contacts[].designation", "the max tag was forgotten"),
        Fault("empty_list_accepted", "length", "assigned_sales_rep_ids", "minItems is not checked"),
        Fault("neighbouring_field_named", "error_envelope", "shipping_method", "the error names freight_term"),
        Fault("array_half_written", "atomicity", "addresses[]", "items before the refused one stay changed"),
        Fault("foreign_address_written", "isolation", "addresses[].id", "an address is found by its id, whoever owns it"),
        Fault("applied_before_auth", "atomicity", "", "401 is answered after the change was made"),
        Fault("answers_200", "response", "", "200 where 201 is documented"),
    ),
    "checkoutpage": (
        Fault("address_merged", "partial_update", "address", "omitted sub-fields keep their old values"),
        Fault("shipping_address_merged", "partial_update", "shipping.address", "the inner address is merged"),
        Fault("empty_body_accepted", "partial_update", "", "an empty body is a success"),
        Fault("omitted_tax_id_removed", "partial_update", "taxId", "$set of an undefined value"),
        Fault("shipping_phone_dropped", "partial_update", "shipping.phone", "answered; not in the database's schema"),
        Fault("line1_cut", "partial_update", "address.line1", "only the first 32 characters are stored"),
        Fault("unchanged_is_404", "idempotence", "", "no modified document is taken for no such document"),
        Fault("list_as_object", "types", "address", "typeof [] is object"),
        Fault("other_param_named", "error_envelope", "shipping", "errors in shipping name address"),
        Fault("html_parse_error", "error_envelope", "", "malformed JSON meets the framework's own HTML page"),
        Fault("assigned_before_checks", "atomicity", "", "the cached document is changed, then validated"),
        Fault("lost_update", "atomicity", "", "whole documents are written back: parallel changes are lost"),
        Fault("other_store_reachable", "isolation", "", "findById() without the seller"),
        Fault("scheme_ignored", "auth", "", "the key is accepted without Bearer"),
    ),
}

_ANY = {
    "slow_answers": "every answer takes 150 ms",
    "chunked_answers": "answers without a length, in chunks",
    "shuffled_keys": "keys of answers in random order",
    "moving_times": "undocumented times in answers, which move with each write or request",
    "gzip": "compressed answers",
    "burst_429": "429 and Retry-After: 1 after 40 requests within a second",
}
_DJANGO = _ANY | {
    "unauth_403": "403 and no challenge, as with SessionAuthentication first",
    "unknown_refused": "unknown keys are a 400",
    "read_only_refused": "read-only keys are a 400",
    "empty_refused": "{} and no body are a 400",
    "blank_refused": "blank strings are a 400",
    "strict_types": "numbers are not taken for strings",
    "keeps_whitespace": "outer whitespace is kept and counted",
    "browsable_api": "Accept: text/html gets a page",
    "etag": "ETag on reads",
}
_STARLETTE = _ANY | {
    "connection_close": "every answer closes the connection",
    "unknown_refused": "unknown keys are a 400",
    "auth_403": "403 where the credential is missing or wrong",
    "no_challenge": "401 without WWW-Authenticate",
    "extra_fields": "undocumented keys in answers",
    "trims_whitespace": "outer whitespace is removed",
    "shared_credential": "one key for both customers",
    "formats_unchecked": "e-mail, phone and country are any string",
}
VARIANTS: Final[dict[str, dict[str, str]]] = {
    "babyland": _DJANGO
    | {
        "not_found_text": "another text in the 404",
        "text_errors": "field errors are strings, not arrays",
        "extra_fields": "dob and email_verified in answers",
        "partial_address_refused": "an address without its starred keys is a 400",
        "address_unlimited": "no limits inside address",
        "shared_credential": "one token for both customers",
        "signed_avatar": "the address of the picture is signed anew in each answer",
        "changes_answered": "a PATCH is answered with the id and the properties that were sent",
        "last_use_shown": "last_login is the time of the last request, in whole seconds",
    },
    "customers_me": _DJANGO
    | {
        "arabic_messages": "error texts in Arabic when no language is asked for",
        "wallet_null": "customers without a wallet",
        "image_present": "the customer has an image, which JSON can clear and not set",
        "extra_fields": "an undocumented key in answers",
    },
    "wizcommerce": _STARLETTE
    | {
        "null_refused": "null is a 400",
        "empty_refused": "{} is a 400",
        "empty_omitted": "blank top-level strings are left out of answers (omitempty)",
        "item_fields_zeroed": "an address or contact that is sent in part loses the rest",
        "false_ignored": "is_default false is left out of the update",
        "attributes_replaced": "a list of attributes replaces the old one",
        "case_insensitive_keys": "keys match in any case",
        "no_details": "errors without details",
        "dotted_paths": "details name addresses.0.city, not addresses[0].city",
        "top_level_named": "details name addresses where a member of an address is wrong",
        "unsent_items_removed": "addresses and contacts that are not sent are gone",
        "media_type_415": "415 for anything but JSON",
        "method_404": "404 for other methods",
        "missing_400": "400 for an unknown customer",
    },
    "checkoutpage": _STARLETTE
    | {
        "null_clears": "null removes a top-level field",
        "absent_nulls": "absent keys are null in answers",
        "absent_blanks": "absent strings are blank in answers",
        "unknown_alone_accepted": "200 for a body of unknown keys alone",
        "validation_422": "422 where the body is invalid",
        "bare_401": "{error, message} where the key is missing or wrong",
        "seven_refused": "only address and shipping can be edited",
    },
}
