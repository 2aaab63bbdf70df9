"""PATCH /api/customer/{id}/ on Django REST framework: a model serializer with a nested, writable address."""

import secrets
import socket
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from tests.implementations import _django  # isort: skip  (configures Django for the imports below)
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django.utils import timezone
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from tests.implementations._launch import on, run

STARRED = ("name", "street", "city", "province")


class Address(models.Model):
    """A row of its own; the limits are those of the later revisions of the document."""

    name = models.CharField(max_length=100)
    addressline = models.CharField(max_length=100, null=True, blank=True)
    street = models.CharField(max_length=255)
    city = models.CharField(max_length=50)
    province = models.CharField(max_length=50)
    phone = models.CharField(max_length=15, null=True, blank=True)
    country = models.CharField(max_length=50, default="Nepal")

    class Meta:
        app_label = "babyland"


class Customer(models.Model):
    """The user of a shop, flattened: what AbstractUser and a profile hold together."""

    first_name = models.CharField(max_length=30, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    date_joined = models.DateTimeField(default=timezone.now)
    is_active = models.BooleanField(default=True)
    email = models.EmailField(unique=True)
    address = models.OneToOneField(Address, on_delete=models.PROTECT)
    password = models.CharField(max_length=128)
    gender = models.CharField(max_length=1, choices=[("M", "Male"), ("F", "Female"), ("O", "Other"), ("N", "None")])
    phone = models.CharField(max_length=15, null=True, blank=True)
    avatar = models.URLField(default="http://127.0.0.1/media/defaultAvatar.png")
    last_login = models.DateTimeField(null=True)
    token = models.CharField(max_length=40)
    is_authenticated = True  # what permission classes ask of a user

    class Meta:
        app_label = "babyland"


class Gender(serializers.ChoiceField):
    """The framework's choice field, and the leniences that people add to it."""

    def to_internal_value(self, data: Any) -> str:
        if on("gender_any_case"):
            data = str(data).upper()
        if on("gender_label_accepted"):
            data = {label: member for member, label in self.choices.items()}.get(str(data), data)
        return super().to_internal_value(data)


class AddressSerializer(_django.OpenSerializer):
    """The nested object: field by field, as the root's partial says."""

    class Meta:
        model = Address
        fields = ("name", "addressline", "street", "city", "province", "phone", "country")

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for field in fields.values() if on("address_unlimited") else ():
            _django.without(field, MaxLengthValidator)
        return fields

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        missing = {*STARRED} - {*data} if on("partial_address_refused") and isinstance(data, dict) else set()
        if missing:
            raise ValidationError({name: ["This field is required."] for name in missing})
        return super().to_internal_value(data)


class CustomerSerializer(_django.OpenSerializer):
    """The customer as documented; the framework refuses nested writes unless update() is written by hand."""

    serializer_choice_field = Gender
    address = AddressSerializer()

    class Meta:
        model = Customer
        exclude = ("token",)
        read_only_fields = ("date_joined", "avatar", "last_login")
        extra_kwargs = {"password": {"write_only": True}}

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        if on("omitted_gender_defaults"):
            for field in fields.values():
                field.required = False
            fields["gender"].default = "N"
        for name, fault in {"last_name": "last_name_unlimited", "phone": "phone_truncated"}.items():
            if on(fault):
                _django.without(fields[name], MaxLengthValidator)
        if on("null_byte_500"):
            _django.without(fields["first_name"], ProhibitNullCharactersValidator)
        return fields

    def validate_first_name(self, value: str) -> str:
        if on("first_name_in_bytes") and len(value.encode()) > 30:
            raise ValidationError("Ensure this field has no more than 30 characters.")
        if "\0" in value:  # reached by a fault alone; the driver of another database says this
            raise ValueError("A string literal cannot contain NUL (0x00) characters.")
        return value

    def update(self, customer: Customer, changes: dict[str, Any]) -> Customer:
        if "address" in changes:
            self._update_address(customer, changes.pop("address"))
        if "password" in changes:
            changes["password"] = make_password(changes["password"])
        if on("phone_truncated") and changes.get("phone"):
            changes["phone"] = changes["phone"][:15]
        if on("last_name_forgotten"):
            changes.pop("last_name", None)
        for name, value in changes.items():
            setattr(customer, name, (value or getattr(customer, name)) if on("falsy_ignored") else value)
        customer.save(update_fields=changes.keys() - ({"phone"} if on("phone_echoed_only") else set()))
        if on("neighbours_updated") and "last_name" in changes:
            Customer.objects.update(last_name=changes["last_name"])
        return customer

    def _update_address(self, customer: Customer, changes: dict[str, Any]) -> None:
        if on("nested_replace_blanks"):
            customer.address = Address(pk=customer.address.pk, **changes)
        for name, value in changes.items():
            setattr(customer.address, name, value)
        customer.address.save()

    def to_representation(self, customer: Customer) -> dict[str, Any]:
        shown = super().to_representation(customer)
        extra = {"dob": None, "email_verified": True} if on("extra_fields") else {}
        if on("signed_avatar"):
            extra["avatar"] = f"{shown['avatar']}?signature={secrets.token_hex(8)}"
        if on("last_use_shown"):
            extra["last_login"] = timezone.now().replace(microsecond=0).isoformat()
        return {**shown, **extra}


class Authentication(_django.BearerAuthentication):
    """The token of a customer of this shop."""

    model = Customer


class CustomerView(_django.Protected, generics.RetrieveUpdateAPIView):
    """A customer reaches its own record; any other id is not found."""

    authentication_classes = [Authentication]
    http_method_names = ["get", "patch", "head", "options"]
    serializer_class = CustomerSerializer

    def get_queryset(self) -> QuerySet[Customer]:
        customers = Customer.objects.select_related("address")
        everyone = on("shared_credential") or on("other_record_reachable")
        return customers if everyone else customers.filter(pk=self.request.user.pk)

    def get_object(self) -> Customer:
        try:
            return super().get_object()
        except Http404 as missing:
            raise NotFound(str(missing) if on("not_found_text") else None) from None

    def get_serializer(self, *args: Any, **kwargs: Any) -> serializers.BaseSerializer:
        if on("omitted_gender_defaults"):
            kwargs.pop("partial", None)
        return super().get_serializer(*args, **kwargs)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with nullcontext() if on("saved_before_address") else transaction.atomic():
            if on("saved_before_address") and isinstance(request.data, dict):
                early = {name: value for name, value in request.data.items() if name != "address"}
                serializer = self.get_serializer(self.get_object(), data=early, partial=True)
                serializer.is_valid(raise_exception=True)
                serializer.save()
            response = super().partial_update(request, *args, **kwargs)
        if on("changes_answered"):
            response.data = {name: value for name, value in response.data.items() if name == "id" or name in request.data}
        return response

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return explain


def explain(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's own answer, {field: [message]} or {detail}, and what projects make of it."""
    response = exception_handler(exc, context)
    if response is not None and isinstance(exc, ValidationError):
        if on("model_attribute_named") and "phone" in response.data:
            response.data["mobile"] = response.data.pop("phone")
        if on("other_envelope"):
            response.data = {"errors": [{"field": name, "messages": told} for name, told in response.data.items()]}
        if on("text_errors"):
            response.data = _as_text(response.data)
    return response


def _as_text(errors: Any) -> Any:
    return {name: _as_text(told) for name, told in errors.items()} if isinstance(errors, dict) else " ".join(errors)


def seed() -> None:
    """Two customers with every writable field filled."""
    _django.create_tables(Address, Customer)
    for pk, first, gender, token in ((57, "Asha", "M", "first-customer"), (58, "Bina", "F", "second-customer")):
        place = {"addressline": "Floor 2", "street": "Lake Road", "city": "Pokhara", "province": "Gandaki", "country": "India"}
        address = Address.objects.create(name=f"{first} Sample", phone="061555000", **place)
        person = {"first_name": first, "last_name": "Sample", "email": f"{first.lower()}@example.com", "phone": "9800000001"}
        Customer.objects.create(pk=pk, address=address, gender=gender, token=token, password=make_password(None), **person)


def serve(api: str, listen: Callable[[dict[str, Any]], socket.socket]) -> None:
    """Fill the tables, tell how to reach them, and answer."""
    seed()
    other: dict[str, Any] = {"path": {"id": "58"}}
    if not on("shared_credential"):
        other["auth"] = {"bearerAuth": "second-customer"}
    listener = listen(
        {
            "auth": {"bearerAuth": "first-customer"},
            "customer": {"id": "57"},
            "other_customer": other,
            "read": "/api/customer/{id}/",
            "values": {},
        }
    )
    _django.serve(listener, [path("api/customer/<str:pk>/", CustomerView.as_view())], Customer)


if __name__ == "__main__":
    run(("babyland",), serve)
