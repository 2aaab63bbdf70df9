"""What the document promises of the two resources: recipients (unknown members are ignored), shipments (they are refused)."""

from typing import Annotated, Any, Literal

from kinds_of_value import Boolean, Date, DateTime, Email, Integer, Number, Uri, Uuid, whole_cents
from partial_models import partial
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

IGNORING = ConfigDict(extra="ignore")
REFUSING = ConfigDict(extra="forbid")

Label = Annotated[str, Field(min_length=1, max_length=30)]
Key = Annotated[str, Field(min_length=1, max_length=40)]
MapValue = Annotated[str, Field(max_length=100)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.", examples=["DE"])]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164.", examples=["+493012345678"])]
READ_ONLY: dict[str, Any] = {"readOnly": True}
WRITE_ONLY: dict[str, Any] = {"writeOnly": True}


class Kept(BaseModel):
    """Members that the service sets by itself."""

    id: Annotated[Uuid, Field(json_schema_extra=READ_ONLY)]
    version: Annotated[int, Field(ge=1, description="Grows with each change of the record.", json_schema_extra=READ_ONLY)]
    created_at: Annotated[DateTime, Field(description="In UTC.", json_schema_extra=READ_ONLY)]
    updated_at: Annotated[DateTime, Field(description="The last write, in UTC.", json_schema_extra=READ_ONLY)]


# --- recipients


class Location(BaseModel):
    """Degrees in WGS 84."""

    model_config = IGNORING
    latitude: Annotated[Number, Field(ge=-90, le=90, examples=[52.52])]
    longitude: Annotated[Number, Field(ge=-180, le=180, examples=[13.405])]


class Address(BaseModel):
    """A postal address."""

    model_config = IGNORING
    street: Annotated[str, Field(min_length=1, max_length=80, examples=["Lindenallee 12"])]
    street2: Annotated[str | None, Field(max_length=80, examples=["2nd floor"])] = None
    postal_code: Annotated[str, Field(min_length=3, max_length=10, examples=["10115"])]
    city: Annotated[str, Field(min_length=1, max_length=60, examples=["Berlin"])]
    country: Country
    location: Annotated[Location | None, Field(description="Where the door is, if known.")] = None


class Notifications(BaseModel):
    """Which channels may be used."""

    model_config = IGNORING
    email: Boolean = True
    sms: Boolean = False
    hours_ahead: Annotated[Integer, Field(ge=0, le=72, description="How long before a delivery.", examples=[24])] = 24


class Preferences(BaseModel):
    """How the recipient wants to be served."""

    model_config = IGNORING
    language: Literal["de", "en", "fr", "it"] = "en"
    leave_with_neighbour: Boolean = False
    safe_place: Annotated[str | None, Field(min_length=1, max_length=100, examples=["Garage"])] = None
    notifications: Notifications = Field(default_factory=Notifications)


class ContactIn(BaseModel):
    """A person to call. An item sent with the `id` of one that is there keeps that id; without it a new one is given."""

    model_config = IGNORING
    id: Annotated[Uuid, Field(default_factory=lambda: None, description="Of one of its contacts, each once; others are refused.")]
    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Ada Brandt"])]
    role: Literal["reception", "warehouse", "billing", "other"] = "other"
    email: Annotated[Email | None, Field(examples=["ada@brandt-logistics.com"])] = None
    phone: Phone | None = None


class Contact(ContactIn):
    """A person to call."""

    id: Uuid


class RecipientBase(BaseModel):
    """Who receives shipments."""

    model_config = IGNORING
    customer_number: Annotated[str, Field(pattern=r"^C[0-9]{6}$", description="Unique in the tenant.", examples=["C204711"])]
    kind: Annotated[Literal["private", "business"], Field(description="A `business` must have a `company`.")] = "private"
    first_name: Annotated[str, Field(min_length=1, max_length=60, examples=["Ada"])]
    last_name: Annotated[str, Field(min_length=1, max_length=60, examples=["Brandt"])]
    company: Annotated[str | None, Field(min_length=1, max_length=120, examples=["Brandt Logistics"])] = None
    email: Annotated[
        Email,
        Field(
            description="Reserved top-level domains (`.test`, `.local`, `.invalid`) are "
            "refused; the domain is kept in lower case.",
            examples=["ada@brandt-logistics.com"],
        ),
    ]
    phone: Phone | None = None
    website: Annotated[Uri | None, Field(examples=["https://brandt-logistics.com/"])] = None
    date_of_birth: Annotated[Date | None, Field(examples=["1984-02-29"])] = None
    next_call_at: Annotated[
        DateTime | None, Field(description="Taken with any offset, shown in UTC.", examples=["2027-03-01T09:30:00+01:00"])
    ] = None
    newsletter: Boolean = False
    credit_limit: Annotated[
        Number,
        Field(
            ge=0,
            le=100000,
            description="In euro, at most two decimals.",
            json_schema_extra={"multipleOf": 0.01},
            examples=[1500.25],
        ),
        AfterValidator(whole_cents),
    ] = 0.0
    loyalty_points: Annotated[Integer, Field(ge=0, le=1000000, examples=[120])] = 0
    notes: Annotated[str, Field(max_length=500, description="Kept exactly as sent; may be empty.")] = ""
    address: Address
    preferences: Preferences = Field(default_factory=Preferences)
    contacts: Annotated[list[ContactIn], Field(max_length=5)] = Field(default_factory=list)
    labels: Annotated[list[Label], Field(max_length=8, description="In the order sent.", examples=[["vip", "north"]])] = Field(
        default_factory=list
    )
    attributes: Annotated[
        dict[Key, MapValue], Field(max_length=10, description="Free pairs; keys are case-sensitive.", examples=[{"Dock": "4b"}])
    ] = Field(default_factory=dict)


class RecipientCreate(RecipientBase):
    """A new recipient."""

    portal_password: Annotated[
        str | None, Field(min_length=8, max_length=64, description="Never shown.", json_schema_extra=WRITE_ONLY)
    ] = None


class Recipient(RecipientBase, Kept):
    """A recipient as it is shown."""

    contacts: list[Contact]
    full_name: Annotated[str, Field(description="`first_name`, a space and `last_name`.", json_schema_extra=READ_ONLY)]
    has_portal_password: Annotated[bool, Field(description="Whether a password is set.", json_schema_extra=READ_ONLY)]


class RecipientPatch(partial(RecipientCreate, "RecipientPatch")):  # type: ignore[misc]
    """Members that are not sent keep their value. `address` and `preferences` are updated member by member, at every level.

    Lists and the map `attributes` are replaced as a whole.
    """


# --- shipments


class Contactable(BaseModel):
    """Whom the driver asks for."""

    model_config = REFUSING
    name: Annotated[str, Field(min_length=1, max_length=80, examples=["Gate 3"])]
    email: Annotated[Email | None, Field(examples=["gate@harbour-stores.com"])] = None
    phone: Phone | None = None


class Stop(BaseModel):
    """Where the goods go."""

    model_config = REFUSING
    street: Annotated[str, Field(min_length=1, max_length=80, examples=["Kai 7"])]
    postal_code: Annotated[str, Field(min_length=3, max_length=10, examples=["20457"])]
    city: Annotated[str, Field(min_length=1, max_length=60, examples=["Hamburg"])]
    country: Country
    floor: Annotated[Integer | None, Field(ge=-5, le=150, description="0 is the ground floor.", examples=[0])] = None
    contact: Contactable


class PackageIn(BaseModel):
    """One kind of package. An item sent with the `id` of one that is there keeps that id; without it a new one is given."""

    model_config = REFUSING
    id: Annotated[Uuid, Field(default_factory=lambda: None, description="Of one of its packages, each once; others are refused.")]
    label: Annotated[str, Field(min_length=1, max_length=50, examples=["Pallet A"])]
    weight_grams: Annotated[Integer, Field(ge=1, le=1000000, examples=[12500])]
    quantity: Annotated[Integer, Field(ge=1, le=99)] = 1
    fragile: Boolean = False
    markings: Annotated[list[Label], Field(max_length=5, examples=[["this side up"]])] = Field(default_factory=list)


class Package(PackageIn):
    """One kind of package."""

    id: Uuid


class ShipmentBase(BaseModel):
    """Goods on their way to a recipient."""

    model_config = REFUSING
    reference: Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9]{6}$", description="Unique in the tenant.", examples=["SH-100200"])]
    recipient_id: Annotated[Uuid, Field(description="A recipient of the same tenant.")]
    status: Annotated[
        Literal["draft", "booked", "in_transit", "delivered", "cancelled"],
        Field(
            description="draft → booked or cancelled; booked → in_transit, draft or cancelled; in_transit → delivered. "
            "The same status again is allowed. Other changes are refused with 409."
        ),
    ] = "draft"
    service_level: Literal["economy", "standard", "express"] = "standard"
    priority: Annotated[Integer, Field(ge=1, le=5)] = 3
    declared_value: Annotated[str, Field(pattern=r"^[0-9]{1,7}\.[0-9]{2}$", examples=["1250.50"])]
    currency: Literal["EUR", "USD", "GBP", "CHF"] = "EUR"
    insured: Boolean = False
    description: Annotated[str, Field(min_length=1, max_length=200, examples=["Spare parts"])]
    instructions: Annotated[str | None, Field(max_length=300, examples=["Ring twice"])] = None
    discount_percent: Annotated[Integer | None, Field(ge=0, le=50, examples=[5])] = None
    tracking_url: Annotated[Uri | None, Field(examples=["https://track.harbour-stores.com/t/1"])] = None
    deliver_on: Annotated[Date | None, Field(examples=["2027-05-03"])] = None
    pickup_from: Annotated[DateTime, Field(description="Taken with any offset, shown in UTC.", examples=["2027-05-01T08:00:00Z"])]
    pickup_until: Annotated[DateTime, Field(description="Must be after `pickup_from`.", examples=["2027-05-01T10:00:00Z"])]
    destination: Stop
    packages: Annotated[list[PackageIn], Field(min_length=1, max_length=10)]
    tags: Annotated[list[Label], Field(max_length=8, description="In the order sent.", examples=[["fragile", "export"]])] = Field(
        default_factory=list
    )
    metadata: Annotated[
        dict[Key, MapValue],
        Field(max_length=10, description="Free pairs; keys are case-sensitive.", examples=[{"costCentre": "77"}]),
    ] = Field(default_factory=dict)


class ShipmentCreate(ShipmentBase):
    """A new shipment."""


class Shipment(ShipmentBase, Kept):
    """A shipment as it is shown."""

    packages: list[Package]
    total_weight_grams: Annotated[
        int, Field(description="Sum over `packages` of `weight_grams` times `quantity`.", json_schema_extra=READ_ONLY)
    ]


class ShipmentPatch(partial(ShipmentCreate, "ShipmentPatch")):  # type: ignore[misc]
    """A JSON merge patch (RFC 7396): objects and the map are merged at every level, null takes a pair out of `metadata`.

    Lists are replaced as a whole. Null is refused for members that are not nullable.
    """

    metadata: Annotated[
        dict[Key, MapValue | None], Field(default_factory=dict, description="Null removes the pair; at most 10 may be left.")
    ]


# --- refusals


class Detail(BaseModel):
    """One thing that is wrong in the request."""

    field: Annotated[str, Field(description="Dotted path in the body, such as `packages.0.label`; empty for the body itself.")]
    message: str


class Problem(BaseModel):
    """What went wrong."""

    code: Literal[
        "bad_request",
        "unauthorized",
        "not_found",
        "method_not_allowed",
        "conflict",
        "precondition_failed",
        "unsupported_media_type",
        "validation_failed",
    ]
    message: str
    details: list[Detail]


class ErrorAnswer(BaseModel):
    """The body of each refusal."""

    error: Problem
