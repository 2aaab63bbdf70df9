// What the two agencies have when the service starts.
export const TOKENS = { gotland: "gotland-9f2b71c4e8d05a36", dalarna: "dalarna-41c7e0a95b3d8f62" };

const PROPERTY = {
  id: "prp_4h7k2m9q",
  displayName: "Lighthouse Cottage",
  kind: "house",
  status: "listed",
  summary: "A stone house by the sea, ten minutes from the harbour.",
  bedrooms: 3,
  maxGuests: 6,
  floorArea: 96.5,
  petsAllowed: true,
  nightlyRate: { amount: 118.5, currency: "EUR" },
  cleaningFee: { amount: 60, currency: "EUR" },
  minimumStay: "P3D",
  address: { line1: "Strandvägen 12", line2: "Norra huset", city: "Visby", postalCode: "621 55", countryCode: "SE" },
  location: { latitude: 57.6348, longitude: 18.2948 },
  access: { method: "keyBox", boxLocation: "To the left of the green door", code: "4711" },
  amenities: ["wifi", "kitchen", "fireplace"],
  tags: ["sea view", "family", "quiet"],
  seasonalRates: [
    { from: "2027-06-15", to: "2027-08-15", rate: { amount: 164, currency: "EUR" } },
    { from: "2027-12-20", to: "2028-01-06", rate: { amount: 139.9, currency: "EUR" } },
  ],
  listedFrom: "2026-03-01T09:00:00.000Z",
  createdAt: "2026-02-11T08:15:30.417Z",
  updatedAt: "2026-10-02T14:03:11.905Z",
};

const GUEST = {
  id: "gst_2c6v9r4d",
  email: "ida.holm@mail.example",
  givenName: "Ida",
  familyName: "Holm",
  phone: "+46701112233",
  dateOfBirth: "1984-05-19",
  preferredLanguage: "sv-SE",
  contactChannel: "phone",
  marketingConsent: true,
  website: "https://holm.example/ida",
  passportNumber: "AA5501234",
  loyaltyTier: "silver",
  preferences: { quietRoom: true, groundFloor: true, pillow: "firm", arrivalReminder: "P2D" },
  emergencyContact: { name: "Per Holm", phone: "+46704445566", relation: "brother" },
  vehicles: [
    { plate: "KLM482", electric: true },
    { plate: "RTE19B", electric: false },
  ],
  createdAt: "2025-11-20T10:40:00.120Z",
  updatedAt: "2026-09-14T07:22:45.733Z",
};

const BOOKING = {
  id: "bkg_8w3n5t1x",
  propertyId: "prp_4h7k2m9q",
  guestId: "gst_2c6v9r4d",
  status: "confirmed",
  stay: { checkIn: "2027-07-10", checkOut: "2027-07-17" },
  party: { adults: 2, children: 2, infants: 1 },
  guest: { name: "Ida Holm", email: "ida.holm@mail.example", phone: "+46701112233" },
  arrivalTime: "16:30",
  remindBefore: "P7D",
  deposit: { amount: 250, currency: "EUR" },
  extras: [
    { code: "cot", quantity: 1, remark: "By the window" },
    { code: "breakfast", quantity: 4 },
  ],
  note: "They arrive by the late ferry.",
  labels: { channel: "website", campaign: "midsummer" },
  rate: { amount: 118.5, currency: "EUR" },
  createdAt: "2026-09-14T07:25:02.310Z",
  updatedAt: "2026-09-20T16:48:37.052Z",
};

const PROPERTIES = [
  PROPERTY,
  {
    ...PROPERTY,
    id: "prp_6t1z8b3w",
    displayName: "Harbour Loft",
    kind: "apartment",
    status: "paused",
    bedrooms: 1,
    maxGuests: 3,
    access: { method: "host", contactName: "Mats Ek", phone: "+46498200300" },
    tags: ["harbour"],
    petsAllowed: false,
  },
];

const FOREIGN_PROPERTIES = [
  {
    ...PROPERTY,
    id: "prp_9d5x2g7j",
    displayName: "Siljan Cabin",
    kind: "cabin",
    summary: "Timber, a sauna and the lake.",
    bedrooms: 2,
    maxGuests: 4,
    floorArea: 58,
    nightlyRate: { amount: 1250, currency: "SEK" },
    cleaningFee: { amount: 700, currency: "SEK" },
    address: { line1: "Sjövägen 3", line2: "Stuga 2", city: "Tällberg", postalCode: "793 70", countryCode: "SE" },
    location: { latitude: 60.8206, longitude: 15.0049 },
    access: { method: "smartLock", deviceId: "A0F39C12", codeValidity: "PT36H" },
    amenities: ["sauna", "parking"],
    tags: ["lake", "ski"],
  },
];

const GUESTS = [
  GUEST,
  { ...GUEST, id: "gst_5m8q3k7p", email: "jonas.berg@mail.example", givenName: "Jonas", familyName: "Berg", loyaltyTier: "none" },
];

const FOREIGN_GUESTS = [
  {
    ...GUEST,
    id: "gst_7y4f1n8s",
    email: "anna.lind@mail.example",
    givenName: "Anna",
    familyName: "Lind",
    phone: "+46731239876",
    dateOfBirth: "1991-12-02",
    contactChannel: "email",
    loyaltyTier: "gold",
    passportNumber: "BB7300981",
    preferences: { quietRoom: true, groundFloor: false, pillow: "soft", arrivalReminder: "P3D" },
    vehicles: [{ plate: "DAL77X", electric: true }],
  },
];

const BOOKINGS = [
  BOOKING,
  {
    ...BOOKING,
    id: "bkg_3j9d6h2v",
    guestId: "gst_5m8q3k7p",
    status: "tentative",
    stay: { checkIn: "2027-09-03", checkOut: "2027-09-06" },
  },
];

const FOREIGN_BOOKINGS = [
  {
    ...BOOKING,
    id: "bkg_1r7k4w9m",
    propertyId: "prp_9d5x2g7j",
    guestId: "gst_7y4f1n8s",
    stay: { checkIn: "2027-02-20", checkOut: "2027-02-27" },
    party: { adults: 3, children: 1, infants: 0 },
    guest: { name: "Anna Lind", email: "anna.lind@mail.example", phone: "+46731239876" },
    deposit: { amount: 2000, currency: "SEK" },
    extras: [
      { code: "linen", quantity: 4, remark: null },
      { code: "parking", quantity: 1 },
    ],
    rate: { amount: 1250, currency: "SEK" },
    labels: { channel: "phone" },
  },
];

const of = (kind, agency, records) => records.map((data) => ({ kind, agency, data: structuredClone(data) }));

/** Every record: `{kind, agency, data}`. */
export const seeds = () => [
  ...of("property", "gotland", PROPERTIES),
  ...of("guest", "gotland", GUESTS),
  ...of("booking", "gotland", BOOKINGS),
  ...of("property", "dalarna", FOREIGN_PROPERTIES),
  ...of("guest", "dalarna", FOREIGN_GUESTS),
  ...of("booking", "dalarna", FOREIGN_BOOKINGS),
];

/** Two records of each kind, by the path parameters of the document; the others belong to the other agency. */
export const KNOWN = { propertyId: PROPERTY.id, bookingId: BOOKING.id, guestId: GUEST.id };
export const FOREIGN = { propertyId: "prp_9d5x2g7j", bookingId: "bkg_1r7k4w9m", guestId: "gst_7y4f1n8s" };
