// `npm run smoke`: the honest service, each variant and each fault by a few requests each.
import assert from "node:assert/strict";
import { errorsOf } from "./document.js";
import { faults } from "./faults.js";
import { FOREIGN, KNOWN, TOKENS } from "./seeds.js";
import { service } from "./service.js";
import { honest, faultProbes, variantProbes } from "./smoke_cases.js";

const SCHEMAS = { properties: "Property", bookings: "Booking", guests: "Guest" };
const ADDRESS = {
  property: `properties/${KNOWN.propertyId}`,
  booking: `bookings/${KNOWN.bookingId}`,
  guest: `guests/${KNOWN.guestId}`,
  foreignProperty: `properties/${FOREIGN.propertyId}`,
  foreignBooking: `bookings/${FOREIGN.bookingId}`,
};

/** A client of one service: `call(method, address, {body, headers, token, type})` gives `{status, headers, body, text}`. */
const clientOf = (url) => {
  const call = async (
    method,
    at,
    { body, headers = {}, token = TOKENS.gotland, type = "application/merge-patch+json", version } = {},
  ) => {
    const answer = await fetch(`${url}/${ADDRESS[at] ?? at}?api-version=${version ?? "2025-06-01"}`, {
      method,
      body: body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "Content-Type": type }),
        ...headers,
      },
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: text ? JSON.parse(text) : undefined };
  };
  return {
    call,
    get: async (at, token = at.startsWith("foreign") ? TOKENS.dalarna : TOKENS.gotland) =>
      (await call("GET", at, { token })).body,
    patch: (at, body, options = {}) =>
      call("PATCH", at, {
        body,
        ...options,
        headers: { ...((ADDRESS[at] ?? at).startsWith("bookings") && { "If-Match": "*" }), ...options.headers },
      }),
  };
};

const withService = async (changes, use) => {
  const app = service(changes);
  try {
    return await use(clientOf(await app.listen({ host: "127.0.0.1", port: 0 })));
  } finally {
    await app.close();
  }
};

const allKeepTheSchema = async (client) => {
  for (const [collection, schema] of Object.entries(SCHEMAS)) {
    for (const token of Object.values(TOKENS)) {
      for (const record of (await client.call("GET", collection, { token })).body.value)
        assert.deepEqual(errorsOf(schema, record), []);
    }
  }
};

const plain = (value) =>
  JSON.parse(JSON.stringify(value, (name, member) => (["updatedAt", "traceId"].includes(name) ? undefined : member)));

for (const [name, check] of Object.entries(honest)) {
  await withService([], async (client) => {
    await check(client).catch((error) => {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    });
    await allKeepTheSchema(client);
  });
}
const { variants } = await import("./variants.js");
assert.deepEqual(Object.keys(variantProbes).sort(), variants.map(({ name }) => name).sort());
assert.deepEqual(Object.keys(faultProbes).sort(), faults.map(({ name }) => name).sort());
for (const { name, apply } of variants) {
  const [standard, otherwise] = [await withService([], variantProbes[name]), await withService([apply], variantProbes[name])];
  assert.notDeepEqual(otherwise, standard, name);
  await withService([apply], allKeepTheSchema);
}
for (const { name, apply } of faults) {
  const [right, wrong] = [await withService([], faultProbes[name]), await withService([apply], faultProbes[name])];
  assert.notDeepEqual(plain(wrong), plain(right), name);
  if (process.argv.includes("--show"))
    console.log(name, JSON.stringify(right).slice(0, 140), "->", JSON.stringify(wrong).slice(0, 140));
}
console.log(`${Object.keys(honest).length} checks, ${variants.length} variants, ${faults.length} faults`);
