// What smoke.js asks: checks of the honest service, and probes that a variant or a fault answers otherwise.
import assert from "node:assert/strict";
import { TOKENS } from "./seeds.js";

const REPRESENTATION = { Prefer: "return=representation" };
const ONE = "?"; // a member that no schema knows

const refused = async (client, at, body, errors, options) => {
  const before = await client.get(at);
  const answer = await client.patch(at, body, options);
  assert.equal(answer.status, 400, JSON.stringify(body));
  assert.match(answer.headers.get("content-type"), /^application.problem.json(;|$)/);
  assert.deepEqual(Object.keys(answer.body.errors), errors, JSON.stringify(answer.body.errors));
  assert.deepEqual(await client.get(at), before);
};

const stored = async (client, at, body, expected = body) => {
  const before = await client.get(at);
  const answer = await client.patch(at, body);
  assert.equal(answer.status, 204, answer.text);
  assert.equal(answer.text, "");
  const after = await client.get(at);
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(after[name], value, name);
  const same = Object.keys(before).filter((name) => !(name in expected) && !["updatedAt", "nights", "total"].includes(name));
  for (const name of same) assert.deepEqual(after[name], before[name], name);
};

export const honest = {
  "merges as RFC 7396 says": async (client) => {
    await stored(client, "property", { nightlyRate: { amount: 90 } }, { nightlyRate: { amount: 90, currency: "EUR" } });
    await stored(client, "property", { cleaningFee: null, summary: null, tags: [] });
    await stored(client, "property", { cleaningFee: { amount: 5.1, currency: "USD" } });
    await stored(client, "booking", { labels: { channel: null, desk: "2" } }, { labels: { campaign: "midsummer", desk: "2" } });
    await stored(
      client,
      "guest",
      { preferences: { pillow: "soft" } },
      { preferences: { quietRoom: true, groundFloor: true, pillow: "soft", arrivalReminder: "P2D" } },
    );
    await stored(
      client,
      "guest",
      { emergencyContact: { relation: null } },
      { emergencyContact: { name: "Per Holm", phone: "+46704445566", relation: null } },
    );
    await stored(client, "booking", { extras: [{ code: "cot", quantity: 2, remark: null }] });
    await stored(client, "property", {});
  },
  "normalises as the document says": async (client) => {
    await stored(client, "property", { displayName: "  The Mill " }, { displayName: "The Mill" });
    await stored(client, "property", { listedFrom: "2027-01-01t10:00:00+02:00" }, { listedFrom: "2027-01-01T08:00:00.000Z" });
    await stored(client, "guest", { email: "Ida@Mail.Example" }, { email: "ida@mail.example" });
    const { address } = await client.get("property");
    await stored(client, "property", { address: { postalCode: "ab1 2cd" } }, { address: { ...address, postalCode: "AB1 2CD" } });
  },
  "replaces the access with its method": async (client) => {
    await stored(
      client,
      "property",
      { access: { method: "host", contactName: "Bo" } },
      { access: { method: "host", contactName: "Bo", phone: null } },
    );
    await stored(
      client,
      "property",
      { access: { method: "host", contactName: "Bo", phone: "+4670111222", [ONE]: 1 } },
      { access: { method: "host", contactName: "Bo", phone: "+4670111222" } },
    );
    await refused(client, "property", { access: { method: "smartLock", deviceId: "A0F39C12" } }, ["access.codeValidity"]);
    await refused(client, "property", { access: { method: "pigeon" } }, ["access.method"]);
    await refused(client, "property", { access: { contactName: "Bo" } }, ["access.method"]);
  },
  "ignores what a guest's document says is ignored": async (client) => {
    const guest = await client.get("guest");
    await stored(
      client,
      "guest",
      { ...guest, loyaltyTier: "gold", passportOnFile: false, colour: "red", passportNumber: null },
      { passportOnFile: false },
    );
    await stored(client, "property", { id: "prp_00000000", createdAt: "2020-01-01T00:00:00Z" }, {});
  },
  "refuses what breaks the schema": async (client) => {
    await refused(client, "booking", { guest: { email: "nobody" } }, ["guest.email"]);
    await refused(
      client,
      "booking",
      {
        extras: [
          { code: "cot", quantity: 1 },
          { code: "cot", quantity: 11 },
        ],
      },
      ["extras[1].quantity"],
    );
    await refused(client, "booking", { stay: { checkOut: "2027-07-10" } }, ["stay.checkOut"]);
    await refused(client, "booking", { stay: { checkOut: "2027-12-10" } }, ["stay.checkOut"]);
    await refused(client, "booking", { nights: 3, note: "x" }, ["nights"]);
    await refused(client, "booking", { labels: { channel: 3 } }, ["labels.channel"]);
    await refused(client, "property", { nightlyRate: { amount: 1.005 } }, ["nightlyRate.amount"]);
    await refused(client, "property", { cleaningFee: "free" }, ["cleaningFee"]);
    await refused(client, "property", { displayName: null, kind: "Villa" }, ["displayName", "kind"]);
    await refused(client, "property", { displayName: " a " }, ["displayName"]);
    await refused(client, "property", { listedFrom: "2027-06-30T23:59:60Z" }, ["listedFrom"]);
    await refused(
      client,
      "property",
      { seasonalRates: [{ from: "2027-02-02", to: "2027-02-01", rate: { amount: 1, currency: "EUR" } }] },
      ["seasonalRates[0].to"],
    );
    await refused(client, "property", '{"displayName": "Proto", "__proto__": {"a": 1}}', ["__proto__"]);
    for (const body of ["", "{", "[]", "null", "3", new Uint8Array([0x22, 0xff, 0x22])])
      await refused(client, "guest", body, [""]);
  },
  "answers with a representation where it is preferred": async (client) => {
    const answer = await client.patch("booking", { stay: { checkOut: "2027-07-12" } }, { headers: REPRESENTATION });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("preference-applied"), "return=representation");
    assert.equal(answer.body.nights, 2);
    assert.deepEqual(answer.body.total, { amount: 237, currency: "EUR" });
    assert.deepEqual(answer.body, await client.get("booking"));
    assert.equal("passportNumber" in (await client.patch("guest", {}, { headers: REPRESENTATION })).body, false);
  },
  "keeps conditional requests": async (client) => {
    const etag = (await client.call("GET", "booking")).headers.get("etag");
    const body = { note: "other" };
    assert.equal((await client.call("PATCH", "booking", { body })).status, 428);
    assert.equal((await client.patch("booking", body, { headers: { "If-Match": '"x"' } })).status, 412);
    assert.equal((await client.patch("booking", body, { headers: { "If-Match": `W/${etag}` } })).status, 412);
    const done = await client.patch("booking", body, { headers: { "If-Match": `"x", ${etag}` } });
    assert.equal(done.status, 204);
    assert.notEqual(done.headers.get("etag"), etag);
    assert.equal((await client.patch("booking", body, { headers: { "If-Match": etag } })).status, 412);
    const fresh = await client.call("GET", "booking", { headers: { "If-None-Match": done.headers.get("etag") } });
    assert.equal(fresh.status, 304);
    assert.equal((await client.patch("property", { bedrooms: 1 }, { headers: { "If-Match": '"x"' } })).status, 412);
  },
  "answers other problems": async (client) => {
    const missing = await client.call("PATCH", "booking", { body: {}, token: null });
    assert.equal(missing.status, 401);
    assert.match(missing.headers.get("www-authenticate"), /^Bearer/);
    assert.equal((await client.patch("foreignBooking", {})).status, 404);
    assert.equal((await client.patch("bookings/%", {})).status, 400);
    assert.equal((await client.patch("booking", {}, { type: "application/json" })).status, 415);
    assert.equal((await client.patch("guest", { phone: null }, { type: "application/json; charset=utf-8" })).status, 204);
    assert.equal((await client.patch("guest", {}, { version: "2020-01-01" })).status, 400);
    const put = await client.call("PUT", "booking", { body: {} });
    assert.equal(put.status, 405);
    assert.match(put.headers.get("allow"), /PATCH/);
    assert.equal((await client.patch("guest", { email: "jonas.berg@mail.example" })).status, 409);
    assert.equal((await client.patch("guest", { website: "x".repeat(70_000) })).status, 413);
    assert.equal((await client.call("DELETE", "property")).status, 409);
  },
  "creates and removes": async (client) => {
    const type = "application/json";
    const made = await client.call("POST", "guests", {
      type,
      body: { email: "New@mail.example", givenName: "N", familyName: "E", loyaltyTier: "gold" },
    });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body.loyaltyTier, "none");
    const booking = {
      propertyId: (await client.get("property")).id,
      guestId: made.body.id,
      stay: { checkIn: "2028-01-01", checkOut: "2028-01-03" },
      party: { adults: 1, children: 0, infants: 0 },
      guest: { name: "N E", email: "n@mail.example" },
    };
    const booked = await client.call("POST", "bookings", { type, body: booking });
    assert.equal(booked.status, 201, booked.text);
    assert.equal((await client.call("POST", "bookings", { type, body: { ...booking, guestId: "gst_7y4f1n8s" } })).status, 400);
    assert.equal((await client.call("DELETE", `guests/${made.body.id}`)).status, 409);
    assert.equal((await client.call("DELETE", `bookings/${booked.body.id}`)).status, 204);
    assert.equal((await client.call("DELETE", `guests/${made.body.id}`)).status, 204);
    const property = await client.get("property");
    const copy = await client.call("POST", "properties", { type, body: property });
    assert.equal(copy.status, 201, copy.text);
    assert.notEqual(copy.body.id, property.id);
    assert.equal((await client.call("GET", "properties")).body.value.length, 3);
  },
};

const after = (at, body, options) => async (client) => {
  const answer = await client.patch(at, body, options);
  return [answer.status, answer.body, await client.get(at)];
};

export const variantProbes = {
  "comma-etag": async (client) => (await client.call("GET", "guest")).headers.get("etag"),
  "touches-updated-at": async (client) => {
    await client.patch("guest", {});
    return client.get("guest");
  },
  "sorted-sets": after("property", { amenities: ["wifi", "pool"] }, {}),
  "first-error-only": async (client) => Object.keys((await client.patch("guest", { givenName: 1, familyName: 1 })).body.errors),
  "seven-digit-times": (client) => client.get("booking"),
  "local-offset": (client) => client.get("property"),
  "body-before-conditions": async (client) =>
    (await client.patch("booking", { note: 1 }, { headers: { "If-Match": '"x"' } })).status,
  "leaves-out-nulls": async (client) => {
    await client.patch("guest", { phone: null });
    return client.get("guest");
  },
  "refuses-duplicate-names": async (client) => (await client.patch("guest", '{"phone": null, "phone": null}')).status,
  "strict-accept": async (client) => (await client.call("GET", "guest", { headers: { Accept: "text/html" } })).status,
  "refuses-read-only": async (client) => (await client.patch("property", { id: "x" })).status,
  "decimal-money": async (client) => (await client.call("GET", "booking")).text,
};

export const faultProbes = {
  "line2-lost": after("property", { address: { city: "Klinte" } }),
  "preferences-reset": after("guest", { preferences: { pillow: "soft" } }),
  "party-lost-with-stay": after("booking", { stay: { checkOut: "2027-07-12" }, party: { adults: 3 } }),
  "tags-appended": after("property", { tags: ["new"] }),
  "extras-added-up": after("booking", { extras: [{ code: "cot", quantity: 2 }] }),
  "kind-in-any-case": after("property", { kind: "Villa" }),
  "channel-by-number": after("guest", { contactChannel: 2 }),
  "name-one-longer": after("property", { displayName: "x".repeat(81) }),
  "second-extra-unchecked": after("booking", {
    extras: [
      { code: "cot", quantity: 1 },
      { code: "linen", quantity: 11 },
    ],
  }),
  "note-cut": after("booking", { note: "x".repeat(800) }),
  "guests-from-text": after("property", { maxGuests: "4" }),
  "null-summary-ignored": after("property", { summary: null }),
  "null-family-name": after("guest", { familyName: null }),
  "birthday-rolls-over": after("guest", { dateOfBirth: "1990-02-30" }),
  "offset-dropped": after("property", { listedFrom: "2027-01-01T10:00:00+02:00" }),
  "tier-writable": after("guest", { loyaltyTier: "gold" }),
  "passport-shown": after("guest", { phone: null }, { headers: REPRESENTATION }),
  "half-applied": after("booking", { note: "new", party: { adults: 0 } }),
  "fee-shared": async (client) => {
    await client.patch("property", { cleaningFee: { amount: 1 } });
    return client.get("foreignProperty");
  },
  "foreign-booking-patched": async (client) => [
    (await client.patch("foreignBooking", { note: "mine" }, { token: TOKENS.gotland })).status,
    await client.get("foreignBooking"),
  ],
  "plain-problem": async (client) => (await client.patch("guest", { email: 1 })).headers.get("content-type"),
  "any-media-type": after("booking", { note: "x" }, { type: "text/plain" }),
  "stale-version-taken": after("booking", { note: "x" }, { headers: { "If-Match": '"x"' } }),
  "amenities-twice": after("property", { amenities: ["wifi", "wifi"] }),
};
