"""PATCH /api/customers/me/update/ on Django REST framework with drf-standardized-errors: the credential is the customer."""

import socket
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from tests.implementations import _django  # isort: skip  (configures Django for the imports below)
from django.conf import settings
from django.db import models, transaction
from django.urls import path
from drf_standardized_errors.handler import exception_handler
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from tests.implementations._launch import on, run


class Country(models.Model):
    """A row that customers share and cannot change."""

    code = models.CharField(max_length=2)
    flag = models.URLField()
    phone_code = models.CharField(max_length=4)
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "customers_me"


class Address(models.Model):
    """A place that one customer may call its primary address."""

    owner = models.ForeignKey("Customer", on_delete=models.CASCADE)

    class Meta:
        app_label = "customers_me"


class Customer(models.Model):
    """A profile; whether it is complete is derived."""

    phone_number = models.CharField(max_length=128)
    full_name = models.CharField(max_length=255, blank=True)
    email = models.EmailField(blank=True)
    image = models.FileField(null=True, blank=True)
    gender = models.CharField(max_length=2, choices=[("M", "Male"), ("F", "Female"), ("NS", "Not Selected")])
    birth_date = models.DateField(null=True, blank=True)
    primary_address = models.OneToOneField(Address, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=2, choices=[("en", "English"), ("ar", "Arabic")])
    country = models.ForeignKey(Country, on_delete=models.PROTECT)
    token = models.CharField(max_length=40)
    is_authenticated = True  # what permission classes ask of a user

    class Meta:
        app_label = "customers_me"

    @property
    def is_profile_completed(self) -> bool:
        return all((self.full_name, self.email, self.gender, self.birth_date))


class Wallet(models.Model):
    """Money is a decimal string in answers."""

    owner = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="wallet")
    balance = models.DecimalField(max_digits=14, decimal_places=2)
    balance_currency = models.CharField(max_length=3)
    is_use_wallet_in_payment = models.BooleanField(default=True)

    class Meta:
        app_label = "customers_me"


class Choice(serializers.ChoiceField):
    """The framework's choice field, and what is done to be kind to old clients."""

    def to_internal_value(self, data: Any) -> str:
        if self.field_name == "gender" and on("gender_unknown_becomes_ns") and data not in list(self.choices):
            return "NS"
        if self.field_name == "language" and on("language_unchecked") and isinstance(data, str):
            return data
        return super().to_internal_value(data)


class CountrySerializer(serializers.ModelSerializer):
    """Read only."""

    class Meta:
        model = Country
        fields = ("code", "flag", "phone_code", "name")


class WalletSerializer(serializers.ModelSerializer):
    """Read only."""

    class Meta:
        model = Wallet
        fields = ("balance", "balance_currency", "is_use_wallet_in_payment")


class CustomerSerializer(_django.OpenSerializer):
    """Reads and updates; country and wallet only read."""

    serializer_choice_field = Choice
    is_profile_completed = serializers.BooleanField(read_only=True)
    country = CountrySerializer(read_only=True)
    wallet = WalletSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Customer
        exclude = ("token",)
        read_only_fields = ("phone_number",)

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        owner = self.context["request"].user
        fields["primary_address"].queryset = Address.objects.filter(owner=owner)
        if on("primary_address_500"):
            fields["primary_address"] = serializers.IntegerField(source="primary_address_id", allow_null=True)
        for name, limit, fault in (("email", 128, "email_limit_128"), ("full_name", 256, "full_name_one_more")):
            if on(fault):
                fields[name] = type(fields[name])(max_length=limit, allow_blank=True)
        return fields

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if on("full_name_of_any_type") and isinstance(data, dict) and "full_name" in data:
            data = {**data, "full_name": str(data["full_name"])}
        return super().to_internal_value(data)

    def validate_email(self, value: str) -> str:
        if on("own_email_taken") and Customer.objects.filter(email=value).exists():
            raise ValidationError("customer with this email already exists.", code="unique")
        return value

    def update(self, customer: Customer, changes: dict[str, Any]) -> Customer:
        if on("birth_date_null_ignored") and changes.get("birth_date", "") is None:
            del changes["birth_date"]
        return super().update(customer, changes)

    def to_representation(self, customer: Customer) -> dict[str, Any]:
        extra = {"loyalty": {"points": 0}} if on("extra_fields") else {}
        return {**super().to_representation(customer), **extra}


class Authentication(_django.BearerAuthentication):
    """The token of a customer."""

    model = Customer

    def find(self, token: str) -> models.Model | None:
        return super().find(token) or (Customer.objects.first() if on("any_token_accepted") else None)


class AnyMediaType(JSONParser):
    """A parser that never lets the framework answer 415."""

    media_type = "*/*"


class Me(_django.Protected, generics.GenericAPIView):
    """What both views have in common: who is asking, and how errors look."""

    authentication_classes = [Authentication]
    serializer_class = CustomerSerializer

    def get_object(self) -> Customer:
        return Customer.objects.select_related("country").get(pk=self.request.user.pk)

    def get_parsers(self) -> list[BaseParser]:
        return [AnyMediaType() if on("media_type_ignored") else JSONParser()]

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return explain


class MeView(Me, generics.RetrieveAPIView):
    """The profile."""


class MeUpdateView(Me, generics.UpdateAPIView):
    """The profile's partial update, on a path of its own."""

    http_method_names = ["patch", "options"]

    def get_object(self) -> Customer:
        return Customer.objects.last() if on("another_customer_updated") else super().get_object()

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        stale = Response(self.get_serializer(self.get_object()).data) if on("stale_response") else None
        with nullcontext() if on("saved_field_by_field") else transaction.atomic():
            if on("saved_field_by_field") and isinstance(request.data, dict):
                self._save_each(request.data.items())
            response = super().partial_update(request, *args, **kwargs)
        return stale or response

    def _save_each(self, items: Iterable[tuple[str, Any]]) -> None:
        for name, value in items:
            serializer = self.get_serializer(self.get_object(), data={name: value}, partial=True)
            serializer.is_valid(raise_exception=True)
            serializer.save()


def explain(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The package's answer, {type, errors: [{code, detail, attr}]}, and how it is bent."""
    response = exception_handler(exc, context)
    for error in response.data["errors"] if response is not None else ():
        if on("other_attr_named") and error["attr"] == "birth_date":
            error["attr"] = "date_of_birth"
    if response is not None and on("first_error_only"):
        del response.data["errors"][1:]
    return response


def seed() -> None:
    """Two customers; an image is left out, for JSON could clear it and never set it again."""
    _django.create_tables(Country, Customer, Address, Wallet)
    country = Country.objects.create(code="SA", flag="https://flags.example/sa.png", phone_code="966", name="Saudi Arabia")
    for number, name, gender in ((1, "first", "M"), (2, "second", "F")):
        about = {
            "full_name": f"{name.title()} Sample",
            "email": f"{name}@example.com",
            "birth_date": "1990-01-01",
            "language": "en",
        }
        image = f"{name}.png" if on("image_present") else None
        phone, token = f"+96650000000{number}", f"{name}-customer"
        customer = Customer.objects.create(phone_number=phone, gender=gender, country=country, token=token, image=image, **about)
        places = [Address.objects.create(owner=customer) for _ in range(3)]
        Customer.objects.filter(pk=customer.pk).update(primary_address=places[0])
        if not on("wallet_null"):
            Wallet.objects.create(owner=customer, balance="12.50", balance_currency="SAR")


def serve(api: str, listen: Callable[[dict[str, Any]], socket.socket]) -> None:
    """Fill the tables, tell how to reach them, and answer in the language that is asked for."""
    seed()
    settings.LANGUAGE_CODE = "ar" if on("arabic_messages") else "en"
    listener = listen(
        {
            "auth": {"jwtAuth": "first-customer"},
            "customer": {},
            "other_customer": {"path": {}, "auth": {"jwtAuth": "second-customer"}},
            "read": "/api/customers/me/",
            "values": {"primary_address": list(Address.objects.filter(owner=1).values_list("pk", flat=True))},
        }
    )
    urls = [path("api/customers/me/", MeView.as_view()), path("api/customers/me/update/", MeUpdateView.as_view())]
    _django.serve(listener, urls, Customer, "django.middleware.locale.LocaleMiddleware")


if __name__ == "__main__":
    run(("customers_me",), serve)
