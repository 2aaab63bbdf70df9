// Faults: one difference each from what the document says, as real code has them.
import { shaped } from "./document.js";
import { isObject } from "./merge.js";
import { Problem } from "./problems.js";

const CHANNELS = ["email", "phone", "sms", "none"];
const KINDS = ["apartment", "house", "cabin", "villa"];

/** Another record after the merge; `change(next, patch, present)` of one kind. */
const afterMerge = (name, change) => (steps) => {
  const { merge } = steps;
  steps.merge = function mergeWrongly(kind, record, patch) {
    const next = merge.call(this, kind, record, patch);
    return kind.name === name ? change(next, patch, record.data) : next;
  };
};

/** Another body before it is validated. */
const before = (name, change) => (steps) => {
  steps.prepare = (kind, body) => (kind.name === name && isObject(body) ? change({ ...body }) : body);
};

/** Errors that are not seen; `forgiven(error)` of one kind. */
const forgiving = (name, forgiven) => (steps) => {
  const { findErrors } = steps;
  steps.findErrors = (kind, schema, value) =>
    findErrors(kind, schema, value).filter((error) => kind.name !== name || !forgiven(error));
};

const normalising = (name, change) => (steps) => {
  const { normalise } = steps;
  steps.normalise = (kind, body) => (kind.name === name ? change(normalise(kind, body), body) : normalise(kind, body));
};

const both =
  (...changes) =>
  (steps, store) =>
    changes.forEach((change) => change(steps, store));

const lineLost = (next, patch) =>
  patch.address ? { ...next, address: { ...next.address, line2: patch.address.line2 ?? null } } : next;

const flagsReset = (next, patch) => {
  if (!patch.preferences) return next;
  const { quietRoom = false, groundFloor = false } = patch.preferences;
  return { ...next, preferences: { ...next.preferences, quietRoom, groundFloor } };
};

const partyLost = (next, patch, present) => (patch.stay && patch.party ? { ...next, party: present.party } : next);

const tagsAppended = (next, patch, present) =>
  patch.tags ? { ...next, tags: [...new Set([...present.tags, ...patch.tags])].slice(0, 10) } : next;

const extrasAdded = (next, patch, present) => {
  if (!patch.extras) return next;
  const had = (code) => present.extras.find((extra) => extra.code === code)?.quantity ?? 0;
  return {
    ...next,
    extras: patch.extras.map((extra) => ({ ...extra, quantity: Math.min(10, extra.quantity + had(extra.code)) })),
  };
};

const kindInAnyCase = (body) => {
  const found = KINDS.find((kind) => kind === String(body.kind).toLowerCase());
  return found ? { ...body, kind: found } : body;
};

const channelByNumber = (body) =>
  typeof body.contactChannel === "number"
    ? { ...body, contactChannel: CHANNELS[body.contactChannel] ?? body.contactChannel }
    : body;

const guestsFromText = (body) =>
  typeof body.maxGuests === "string" && /^\d+$/.test(body.maxGuests) ? { ...body, maxGuests: Number(body.maxGuests) } : body;

const withoutNullSummary = (body) => {
  if (body.summary === null) delete body.summary;
  return body;
};

const rolledOver = (patch) => {
  if (!patch.dateOfBirth) return patch;
  const [year, month, day] = patch.dateOfBirth.split("-").map(Number);
  return { ...patch, dateOfBirth: new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10) };
};

const looksLikeDate = ({ path, keyword, value }) =>
  path === "dateOfBirth" && keyword === "format" && /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(value);

const offsetDropped = (patch, body) =>
  body.listedFrom
    ? { ...patch, listedFrom: new Date(body.listedFrom.toUpperCase().replace(/[+-]\d\d:\d\d$/, "Z")).toISOString() }
    : patch;

const tierWritable = (steps) => {
  const { keepReadOnly } = steps;
  steps.keepReadOnly = (kind, record, data) => {
    const kept = keepReadOnly(kind, record, data);
    return kind.name === "guest" ? { ...kept, loyaltyTier: data.loyaltyTier } : kept;
  };
};

const passportShown = (steps) => {
  steps.showChanged = function showAll(kind, record) {
    const shown = this.show(kind, record);
    return kind.name === "guest" ? { ...shown, passportNumber: record.data.passportNumber } : shown;
  };
};

const halfApplied = (steps) => {
  const { refuse } = steps;
  steps.refuse = function refuseLate(kind, record, patch, errors) {
    if (kind.name === "booking" && isObject(patch)) {
      const wrong = new Set(errors.map(({ path }) => path.split(/[.[]/)[0]));
      const good = Object.fromEntries(Object.entries(patch).filter(([name]) => !wrong.has(name)));
      const data = this.merge(kind, record, this.normalise(kind, good));
      if (!wrong.has("") && this.recordErrors(kind, data).length === 0) this.commit(kind, record, data);
    }
    refuse.call(this, kind, record, patch, errors);
  };
};

const feeShared = (steps, store) => {
  const { commit } = steps;
  steps.commit = (kind, record, data) => {
    const before = JSON.stringify(record.data.cleaningFee);
    commit(kind, record, data);
    if (kind.name !== "property" || JSON.stringify(data.cleaningFee) === before) return;
    for (const other of store.all(kind))
      if (other !== record) store.change(other, { ...other.data, cleaningFee: data.cleaningFee });
  };
};

const foreignPatched = (steps, store) => {
  const { find } = steps;
  steps.find = (kind, id, agency, method) =>
    (method === "PATCH" && kind.name === "booking" && store.find(kind, id)) || find(kind, id, agency);
};

const plainProblem = (steps) => {
  const { problem } = steps;
  steps.problem = (cause, instance) => {
    const answer = problem(cause, instance);
    return cause.errors ? { ...answer, mediaType: "application/json" } : answer;
  };
};

const anyMediaType = (steps) => {
  const { checkMediaType } = steps;
  steps.checkMediaType = (request, mediaTypes) => {
    if (request.method !== "PATCH" || mediaTypes.length > 1) checkMediaType(request, mediaTypes);
  };
};

const staleTaken = (steps) => {
  steps.checkConditions = (kind, record, request) => {
    if (kind.ifMatchRequired && request.headers["if-match"] === undefined) throw new Problem(428, "If-Match is required.");
  };
};

const FAULTS = {
  "line2-lost": [
    "partial",
    "address.line2",
    "The second address line is emptied when other members of the address are sent.",
    afterMerge("property", lineLost),
  ],
  "preferences-reset": [
    "partial",
    "preferences",
    "Flags of the preferences that are not sent become false when others are.",
    afterMerge("guest", flagsReset),
  ],
  "party-lost-with-stay": [
    "partial",
    "party",
    "The party is not stored when the stay is sent together with it.",
    afterMerge("booking", partyLost),
  ],
  "tags-appended": ["idempotence", "tags", "Tags are added to the present ones.", afterMerge("property", tagsAppended)],
  "extras-added-up": [
    "idempotence",
    "extras.quantity",
    "The quantity of an extra that is there already is added to it.",
    afterMerge("booking", extrasAdded),
  ],
  "kind-in-any-case": ["enum", "kind", "Words of the enumeration are taken in any case.", before("property", kindInAnyCase)],
  "channel-by-number": [
    "enum",
    "contactChannel",
    "The number of a word in the enumeration is taken for the word.",
    before("guest", channelByNumber),
  ],
  "name-one-longer": [
    "length",
    "displayName",
    "A name may have 81 characters.",
    forgiving(
      "property",
      ({ path, keyword, value }) => path === "displayName" && keyword === "maxLength" && [...value].length === 81,
    ),
  ],
  "second-extra-unchecked": [
    "nested",
    "extras.quantity",
    "Only the first extra's quantity is checked against its limits.",
    forgiving(
      "booking",
      ({ path, keyword }) => /^extras\[[1-9]\]\.quantity$/.test(path) && ["minimum", "maximum"].includes(keyword),
    ),
  ],
  "note-cut": [
    "length",
    "note",
    "A note is cut after 500 characters, where 1000 are allowed.",
    afterMerge("booking", (next) => ({ ...next, note: next.note?.slice(0, 500) ?? null })),
  ],
  "guests-from-text": ["type", "maxGuests", "A number in a text is taken for the number.", before("property", guestsFromText)],
  "null-summary-ignored": ["null", "summary", "null leaves the summary as it is.", before("property", withoutNullSummary)],
  "null-family-name": [
    "null",
    "familyName",
    "null is taken for the family name, and shown.",
    both(
      forgiving("guest", ({ path, value }) => path === "familyName" && (value === null || value === undefined)),
      afterMerge("guest", (next) => ({ ...next, familyName: next.familyName ?? null })),
    ),
  ],
  "birthday-rolls-over": [
    "format",
    "dateOfBirth",
    "The 30th of February is taken, and becomes the 2nd of March.",
    both(forgiving("guest", looksLikeDate), normalising("guest", rolledOver)),
  ],
  "offset-dropped": [
    "format",
    "listedFrom",
    "The offset of an instant is dropped: the local time is kept as UTC.",
    normalising("property", offsetDropped),
  ],
  "tier-writable": ["readOnly", "loyaltyTier", "A guest's tier is changed by a patch.", tierWritable],
  "passport-shown": ["writeOnly", "passportNumber", "The answer to a change shows the passport number.", passportShown],
  "half-applied": ["atomicity", "booking", "The valid members of a patch that is refused are stored.", halfApplied],
  "fee-shared": ["isolation", "cleaningFee", "A new cleaning fee is stored for all properties.", feeShared],
  "foreign-booking-patched": ["authentication", "booking", "A booking of another agency can be changed.", foreignPatched],
  "plain-problem": ["errors", "body", "Validation problems are sent as application/json.", plainProblem],
  "any-media-type": ["negotiation", "Content-Type", "A booking's patch is taken in any media type.", anyMediaType],
  "stale-version-taken": ["negotiation", "If-Match", "If-Match must be there, and is not compared.", staleTaken],
  "amenities-twice": [
    "limits",
    "amenities",
    "The same amenity is taken twice.",
    forgiving("property", ({ path, keyword }) => path === "amenities" && keyword === "uniqueItems"),
  ],
};

export const faults = Object.entries(FAULTS).map(([name, [family, field, description, apply]]) => ({
  name,
  family,
  field,
  description,
  apply,
}));
