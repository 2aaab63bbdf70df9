// What is particular to properties, bookings and guests.
import { fill } from "./merge.js";

const MERGE_PATCH = "application/merge-patch+json";
const JSON_TYPE = "application/json";
const DAY = 86_400_000;

const nightsOf = ({ checkIn, checkOut }) => Math.round((Date.parse(checkOut) - Date.parse(checkIn)) / DAY);
const instantOf = (text) => new Date(text.toUpperCase());

const property = {
  name: "property",
  collection: "properties",
  parameter: "propertyId",
  prefix: "prp",
  schema: "Property",
  mediaTypes: [MERGE_PATCH, JSON_TYPE],
  ifMatchRequired: false,
  readOnly: ["id", "createdAt", "updatedAt"],
  blank: {
    status: "draft",
    summary: null,
    floorArea: null,
    petsAllowed: false,
    cleaningFee: null,
    minimumStay: "P1D",
    address: { line2: null },
    location: null,
    amenities: [],
    tags: [],
    seasonalRates: [],
    listedFrom: null,
  },
  normalise(patch) {
    const result = { ...patch };
    if (patch.displayName) result.displayName = patch.displayName.trim();
    if (patch.address?.postalCode) result.address = { ...patch.address, postalCode: patch.address.postalCode.toUpperCase() };
    if (patch.listedFrom) result.listedFrom = instantOf(patch.listedFrom).toISOString();
    return result;
  },
  before(data, patch) {
    const replaced = patch.access && patch.access.method !== data.access?.method;
    return replaced ? { ...data, access: {} } : data;
  },
  complete: (data) => (data.access?.method === "host" ? fill({ access: { phone: null } }, data) : data),
  derive: (data) => data,
  rules(data) {
    return data.seasonalRates
      .map((season, index) => ({ season, path: `seasonalRates[${index}].to` }))
      .filter(({ season }) => season.to < season.from)
      .map(({ path }) => ({ path, message: "must not be before from" }));
  },
  sentRules(patch) {
    const wrong = patch.listedFrom && Number.isNaN(instantOf(patch.listedFrom).getTime());
    return wrong ? [{ path: "listedFrom", message: "is not an instant that can be kept" }] : [];
  },
  dependents: (store, record) => store.all(booking).some(({ data }) => data.propertyId === record.data.id),
};

const booking = {
  name: "booking",
  collection: "bookings",
  parameter: "bookingId",
  prefix: "bkg",
  schema: "Booking",
  mediaTypes: [MERGE_PATCH],
  ifMatchRequired: true,
  readOnly: [],
  blank: {
    status: "tentative",
    guest: { phone: null },
    arrivalTime: null,
    remindBefore: "P2D",
    deposit: null,
    extras: [],
    note: null,
    labels: {},
  },
  normalise(patch) {
    return patch.guest?.email ? { ...patch, guest: { ...patch.guest, email: patch.guest.email.toLowerCase() } } : patch;
  },
  before: (data) => data,
  complete: (data) => data,
  derive(data) {
    const nights = nightsOf(data.stay);
    const { amount, currency } = data.rate;
    return { ...data, nights, total: { amount: Math.round(amount * nights * 100) / 100, currency } };
  },
  rules({ stay }) {
    const nights = nightsOf(stay);
    if (nights < 1) return [{ path: "stay.checkOut", message: "must be after checkIn" }];
    return nights > 90 ? [{ path: "stay.checkOut", message: "must be 90 nights after checkIn at most" }] : [];
  },
  sentRules: () => [],
  /** What a new booking takes from the property, or why it cannot be made. */
  start(data, { store, agency }) {
    const found = [
      [property, "propertyId"],
      [guest, "guestId"],
    ].map(([kind, name]) => [name, store.find(kind, data[name])]);
    const errors = found.filter(([, record]) => record?.agency !== agency).map(([path]) => ({ path, message: "is not known" }));
    return { errors, data: errors.length ? data : { ...data, rate: found[0][1].data.nightlyRate } };
  },
  dependents: () => false,
};

const guest = {
  name: "guest",
  collection: "guests",
  parameter: "guestId",
  prefix: "gst",
  schema: "Guest",
  mediaTypes: [MERGE_PATCH, JSON_TYPE],
  ifMatchRequired: false,
  readOnly: ["id", "passportOnFile", "loyaltyTier", "createdAt", "updatedAt"],
  blank: {
    phone: null,
    dateOfBirth: null,
    preferredLanguage: "en",
    contactChannel: "email",
    marketingConsent: false,
    website: null,
    passportNumber: null,
    loyaltyTier: "none",
    preferences: { quietRoom: false, groundFloor: false, pillow: "soft", arrivalReminder: "P1D" },
    emergencyContact: null,
    vehicles: [],
  },
  normalise: (patch) => (patch.email ? { ...patch, email: patch.email.toLowerCase() } : patch),
  before: (data) => data,
  complete: (data) => (data.emergencyContact ? fill({ emergencyContact: { relation: null } }, data) : data),
  derive: (data) => ({ ...data, passportOnFile: data.passportNumber !== null }),
  rules: () => [],
  sentRules: () => [],
  conflict(data, { store, agency, id }) {
    const taken = store.list(guest, agency).some((other) => other.data.email === data.email && other.data.id !== id);
    return taken ? "Another guest has this e-mail address." : undefined;
  },
  dependents: (store, record) => store.all(booking).some(({ data }) => data.guestId === record.data.id),
};

export const kinds = { property, booking, guest };
