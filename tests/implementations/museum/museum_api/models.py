"""The tables of the museum."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

COUNTRY = RegexValidator(r"^[A-Z]{2}$", "Two capital letters of ISO 3166.")
NOT_NEGATIVE = MinValueValidator(Decimal(0))
YEARS = [MinValueValidator(1000), MaxValueValidator(2100)]


class Condition(models.TextChoices):
    """How well an artwork is kept."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Classification(models.TextChoices):
    """What an artwork is."""

    PAINTING = "painting"
    SCULPTURE = "sculpture"
    PRINT = "print"
    PHOTOGRAPH = "photograph"
    TEXTILE = "textile"


class LoanStatus(models.TextChoices):
    """Where a loan stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    ON_LOAN = "on_loan"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Currency(models.TextChoices):
    """The currencies of insurances."""

    EUR = "EUR"
    USD = "USD"
    GBP = "GBP"
    JPY = "JPY"


class Movement(models.Model):
    """A movement of art."""

    name = models.CharField(max_length=60, unique=True)

    def __str__(self):
        return self.name


class Department(models.Model):
    """A department that keeps artworks."""

    code = models.SlugField(max_length=30, unique=True)

    def __str__(self):
        return self.code


class Dated(models.Model):
    """When a record was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Artist(Dated):
    """A person who made artworks."""

    slug = models.SlugField(max_length=60, unique=True, help_text="The artist's name in addresses of web pages. Unique.")
    name = models.CharField(max_length=120)
    biography = models.TextField(max_length=2000, blank=True, default="", help_text="May be blank.")
    nationality = models.CharField(max_length=2, null=True, validators=[COUNTRY], help_text="ISO 3166 alpha-2 code.")
    birth_year = models.PositiveSmallIntegerField(null=True, validators=YEARS)
    death_year = models.PositiveSmallIntegerField(null=True, validators=YEARS, help_text="Not before `birth_year`.")
    website = models.URLField(blank=True, default="", help_text="An `http` or `https` address with a host name. May be blank.")
    movements = models.ManyToManyField(Movement, related_name="artists")
    is_public = models.BooleanField(default=True, help_text="Whether the public site shows the artist.")


class Artwork(Dated):
    """A thing that the museum keeps."""

    inventory_number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    subtitle = models.CharField(max_length=200, null=True, blank=True, help_text="May be null or blank.")
    artists = models.ManyToManyField(Artist, related_name="artworks")
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    classification = models.CharField(max_length=20, choices=Classification)
    condition = models.CharField(max_length=20, choices=Condition, null=True, blank=True, help_text="Null: never examined.")
    acquired_on = models.DateField(null=True)
    estimated_value = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, validators=[NOT_NEGATIVE], help_text="In euros, not negative."
    )
    height_cm = models.DecimalField(max_digits=7, decimal_places=1)
    width_cm = models.DecimalField(max_digits=7, decimal_places=1)
    depth_cm = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    framed = models.BooleanField(default=False)
    inscriptions = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    catalogue_data = models.JSONField(default=dict)
    curator_note = models.TextField(default="")
    is_on_display = models.BooleanField(default=False)


class Loan(Dated):
    """Artworks lent to another house."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    artworks = models.ManyToManyField(Artwork, related_name="loans")
    borrower = models.JSONField(encoder=DjangoJSONEncoder)
    status = models.CharField(max_length=20, choices=LoanStatus, default=LoanStatus.REQUESTED)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="Not before `starts_on`.")
    returned_on = models.DateField(null=True)
    insurance_value = models.DecimalField(max_digits=12, decimal_places=2, validators=[NOT_NEGATIVE], help_text="Not negative.")
    currency = models.CharField(max_length=3, choices=Currency)
    fee = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, validators=[NOT_NEGATIVE], help_text="Not negative; null while not agreed."
    )
    courier_count = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(12)])
    notes = models.TextField(max_length=1000, blank=True, default="", help_text="May be blank.")
    reminder_at = models.DateTimeField(null=True, help_text="When the registrar is reminded.")
