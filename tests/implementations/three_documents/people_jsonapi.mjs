// People of organizations as JSON:API: attributes that normalise or follow others, an archive that locks, to-many relationships.
import * as check from "./checks.mjs";
import { isObject, parseJson, refusal, run, same } from "./service.mjs";

const VARIANTS = [
  { name: "links", description: "resources and relationships carry links" },
  { name: "error-details", description: "errors carry id, code and meta" },
  { name: "first-error", description: "only the first error is reported" },
  { name: "top-level-jsonapi", description: "answers carry jsonapi and meta" },
  { name: "relationships-first", description: "another order of the members" },
  { name: "slug-with-number", description: "the slug ends with the number of the person" },
  { name: "numeric-offset-times", description: "times are written with +00:00 and microseconds" },
  { name: "pretty-json", description: "indented JSON" },
];
const MEDIA = "application/vnd.api+json";
const KEYS = { "acme-key": "acme", "umbra-key": "umbra" };
const TEAMS = { 11: { name: "Support" }, 12: { name: "Sales" }, 13: { name: "Research" } };
const BADGES = ["first-aid", "fire-warden", "mentor", "speaker"];
const REFUSED = "422 Unprocessable";

const child = (at, name) => `${at}/${name}`;
const address = check.object(
  {
    street: check.text({ min: 1, max: 80 }),
    line2: check.nullable(check.text({ max: 80 })),
    city: check.text({ min: 1, max: 60 }),
    postcode: check.text({ min: 3, max: 10 }),
    "country-code": check.text({ pattern: /^[A-Z]{2}$/ }),
  },
  { line2: null },
  { closed: true, path: child },
);
const birthday = (value, at, report) => {
  const day = check.date(value, at, report);
  if (day && day > new Date().toISOString().slice(0, 10)) report(at, "must not be in the future");
  return day;
};
const ATTRIBUTES = {
  name: check.text({ min: 1, max: 80, pattern: /\S/ }),
  email: check.text({ max: 120, lower: true, pattern: check.EMAIL }),
  phone: check.nullable(check.text({ pattern: /^\+[0-9]{7,15}$/ })),
  "job-title": check.nullable(check.text({ min: 1, max: 60 })),
  birthday: check.nullable(birthday),
  locale: check.oneOf("de", "en", "fr", "it"),
  skills: check.list(check.text({ min: 1, max: 30 }), { max: 8, distinct: true }, child),
  address: check.nullable(address),
  newsletter: check.flag,
  archived: check.flag,
  "out-of-office-note": check.nullable(check.text({ min: 1, max: 280 })),
};
const DEFAULTS = {
  phone: null,
  "job-title": null,
  birthday: null,
  locale: "en",
  skills: [],
  address: null,
  newsletter: false,
  archived: false,
};

function sample(id, account, attributes, relationships) {
  return {
    id,
    account,
    edits: 4,
    logins: 17,
    createdAt: "2025-11-05T10:20:30.400Z",
    updatedAt: "2026-01-15T16:45:00.250Z",
    attributes: {
      name: "Ida Sommer",
      email: "ida.sommer@acme.example",
      phone: "+41443334455",
      "job-title": "Team lead",
      birthday: "1988-06-30",
      locale: "de",
      skills: ["ruby", "negotiation"],
      newsletter: true,
      archived: false,
      address: { street: "Seestrasse 12", line2: "c/o Huber", city: "Zürich", postcode: "8002", "country-code": "CH" },
      ...attributes,
    },
    relationships: { team: "11", mentor: "102", badges: ["first-aid", "speaker"], ...relationships },
  };
}

const error = (status, title, detail, pointer) => ({
  status: String(status),
  title,
  detail,
  ...(pointer && { source: { pointer } }),
});
const failed = (status, errors, headers = {}) => ({ status, headers: { "Content-Type": MEDIA, ...headers }, body: { errors } });
const refuse = (status, title, detail, pointer, headers) =>
  refusal(failed(status, [error(status, title, detail, pointer)], headers));
const slugOf = (name) =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "person";

function create(variants) {
  const people = new Map();
  let lastId = 104;
  for (const person of [
    sample("101", "acme", {}, {}),
    sample(
      "102",
      "acme",
      { name: "Paul Okoye", email: "paul@acme.example", phone: null, skills: [], address: null },
      { mentor: null, team: "12" },
    ),
    sample("103", "umbra", { name: "Léa Martin", email: "lea@umbra.example", locale: "fr" }, { mentor: "104", badges: [] }),
    sample(
      "104",
      "umbra",
      { name: "Tom Berg", email: "tom@umbra.example", "out-of-office-note": "Back in May" },
      { mentor: null, team: null },
    ),
  ])
    people.set(person.id, person);

  const time = (text) => (variants.has("numeric-offset-times") ? text.replace("Z", "000+00:00") : text);
  const identifier = (type, id) => (id === null ? null : { type, id });

  function show(person) {
    const { team, mentor, badges } = person.relationships;
    const slug = slugOf(person.attributes.name) + (variants.has("slug-with-number") ? `-${person.id}` : "");
    const attributes = {
      ...person.attributes,
      slug,
      "edits-count": person.edits,
      "logins-count": person.logins,
      "created-at": time(person.createdAt),
      "updated-at": time(person.updatedAt),
    };
    const relationships = {
      team: { data: identifier("teams", team) },
      mentor: { data: identifier("people", mentor) },
      badges: { data: badges.map((id) => identifier("badges", id)) },
      organization: { data: identifier("organizations", person.account) },
    };
    if (!variants.has("links")) return arrange(person.id, attributes, relationships);
    const self = `/people/${person.id}`;
    for (const [name, relationship] of Object.entries(relationships)) relationship.links = { related: `${self}/${name}` };
    return { ...arrange(person.id, attributes, relationships), links: { self } };
  }

  function arrange(id, attributes, relationships) {
    const first = variants.has("relationships-first");
    return first ? { relationships, attributes, id, type: "people" } : { type: "people", id, attributes, relationships };
  }

  function ok(data, status = 200, headers = {}) {
    const more = variants.has("top-level-jsonapi") ? { jsonapi: { version: "1.1" }, meta: { served: "people" } } : {};
    return { status, headers: { "Content-Type": MEDIA, ...headers }, body: { data, ...more } };
  }

  function caller(request) {
    const key = request.headers["x-api-key"];
    if (!key || !Object.hasOwn(KEYS, key)) {
      throw refuse(401, "Unauthorized", "Send a valid X-Api-Key.", null, { "WWW-Authenticate": 'ApiKey realm="people"' });
    }
    return KEYS[key];
  }

  function find(id, account) {
    const person = people.get(id);
    if (person?.account !== account) throw refuse(404, "Not found", `There is no person ${id}.`);
    return person;
  }

  function readResource(request) {
    if ((request.headers["content-type"] ?? "").trim().toLowerCase() !== MEDIA) {
      throw refuse(415, "Unsupported media type", `Send ${MEDIA} without parameters.`, null, { "Accept-Patch": MEDIA });
    }
    const body = parseJson(request.body);
    if (!isObject(body?.data)) throw refuse(400, "Bad request", "The body must have a resource object as data.", "");
    return body.data;
  }

  function checkIdentity(data, id) {
    for (const name of id ? ["type", "id"] : ["type"]) {
      if (typeof data[name] !== "string") throw refuse(400, "Bad request", `data must have a ${name}, a text.`, "/data");
    }
    if (data.type !== "people") throw refuse(409, "Conflict", "The type must be people.", "/data/type");
    if (id && data.id !== id) throw refuse(409, "Conflict", "The id must be that of the path.", "/data/id");
  }

  const RELATIONSHIPS = {
    team: toOne("teams", (id) => Object.hasOwn(TEAMS, id)),
    mentor: toOne("people", (id, account) => people.get(id)?.account === account),
    badges: toMany("badges", (id) => BADGES.includes(id)),
  };

  function readIdentifier(value, type, exists, at, report, account) {
    const right = isObject(value) && value.type === type && typeof value.id === "string";
    if (!right) return report(at, `must be an identifier of type ${type}`);
    if (!exists(value.id, account)) report(at, `there is no such resource ${value.id}`, 404);
    return value.id;
  }

  function toOne(type, exists) {
    return (data, at, report, account) => (data === null ? null : readIdentifier(data, type, exists, at, report, account));
  }

  function toMany(type, exists) {
    return (data, at, report, account) => {
      const read = (item, place) => readIdentifier(item, type, exists, place, report, account);
      return check.list(read, { distinct: true }, child)(data, at, report);
    };
  }

  function readAttributes(values, report) {
    if (values === undefined) return {};
    if (!isObject(values)) return report("/data/attributes", "must be an object");
    const changes = {};
    for (const [name, value] of Object.entries(values)) {
      const at = `/data/attributes/${name}`;
      if (!Object.hasOwn(ATTRIBUTES, name)) report(at, "cannot be set");
      else changes[name] = ATTRIBUTES[name](value, at, report);
    }
    return changes;
  }

  function readRelationships(values, report, account) {
    if (values === undefined) return {};
    if (!isObject(values)) return report("/data/relationships", "must be an object");
    const changes = {};
    for (const [name, value] of Object.entries(values)) {
      const at = `/data/relationships/${name}`;
      if (name === "organization") report(at, "cannot be changed", 403);
      else if (!Object.hasOwn(RELATIONSHIPS, name)) report(at, "is not known");
      else if (!isObject(value) || !Object.hasOwn(value, "data")) report(at, "must be an object with data");
      else changes[name] = RELATIONSHIPS[name](value.data, `${at}/data`, report, account);
    }
    return changes;
  }

  function readChanges(data, account) {
    const errors = [];
    const report = (pointer, detail, status = 422) =>
      void errors.push(error(status, status === 422 ? REFUSED : "Refused", detail, pointer));
    const attributes = readAttributes(data.attributes, report);
    const relationships = readRelationships(data.relationships, report, account);
    return { attributes, relationships, errors, report };
  }

  // Values come before references that do not exist, so the status does not depend on the order of the members.
  function refuseErrors(errors) {
    if (!errors.length) return;
    const status = Math.max(...errors.map((item) => Number(item.status)));
    const shown = errors.filter((item) => Number(item.status) === status);
    throw refusal(failed(status, variants.has("first-error") ? shown.slice(0, 1) : shown));
  }

  function update(person, data) {
    checkIdentity(data, person.id);
    const { attributes, relationships, errors, report } = readChanges(data, person.account);
    if (relationships?.mentor === person.id) report("/data/relationships/mentor/data", "nobody is their own mentor");
    refuseErrors(errors);
    const note = "out-of-office-note";
    if (attributes[note] === null && !Object.hasOwn(person.attributes, note)) delete attributes[note];
    const after = {
      ...person,
      attributes: { ...person.attributes, ...attributes },
      relationships: { ...person.relationships, ...relationships },
    };
    if (same(after, person)) return ok(show(person));
    if (after.attributes.archived && person.attributes.archived) {
      throw refuse(422, "Archived", "Archived people cannot be changed.", "/data/attributes/archived");
    }
    after.edits += 1;
    after.updatedAt = new Date(Math.max(Date.now(), Date.parse(person.updatedAt) + 1)).toISOString();
    people.set(person.id, after);
    return ok(show(after));
  }

  function add(data, account) {
    checkIdentity(data);
    if (data.id !== undefined) throw refuse(403, "Forbidden", "Ids are given by the service.", "/data/id");
    const { attributes, relationships, errors, report } = readChanges(data, account);
    for (const name of ["name", "email"])
      if (!Object.hasOwn(attributes ?? {}, name)) report("/data/attributes", `${name} is required`);
    refuseErrors(errors);
    lastId += 1;
    const now = new Date().toISOString();
    const person = {
      id: String(lastId),
      account,
      edits: 0,
      logins: 0,
      createdAt: now,
      updatedAt: now,
      attributes: { ...DEFAULTS, ...attributes },
      relationships: { team: null, mentor: null, badges: [], ...relationships },
    };
    people.set(person.id, person);
    return ok(show(person), 201, { Location: `/people/${person.id}` });
  }

  function remove(person) {
    people.delete(person.id);
    for (const other of people.values()) if (other.relationships.mentor === person.id) other.relationships.mentor = null;
    return { status: 204, headers: {} };
  }

  const collection = {
    GET: (request, account) => ok([...people.values()].filter((person) => person.account === account).map(show)),
    POST: (request, account) => add(readResource(request), account),
  };
  const single = {
    GET: (request, account, id) => ok(show(find(id, account))),
    PATCH: (request, account, id) => update(find(id, account), readResource(request)),
    DELETE: (request, account, id) => remove(find(id, account)),
  };
  const teams = { GET: () => ok(Object.entries(TEAMS).map(([id, attributes]) => ({ type: "teams", id, attributes }))) };
  const badges = { GET: () => ok(BADGES.map((id) => ({ type: "badges", id }))) };

  function route(request) {
    const [, id] = /^\/people\/([^/]+)$/.exec(request.path) ?? [];
    const methods = id ? single : { "/people": collection, "/teams": teams, "/badges": badges }[request.path];
    if (!methods) throw refuse(404, "Not found", "There is no such path.");
    const Allow = ["HEAD", "OPTIONS", ...Object.keys(methods)].join(", ");
    if (request.method === "OPTIONS") return { status: 204, headers: { Allow } };
    if (!methods[request.method]) throw refuse(405, "Method not allowed", `Allowed: ${Allow}.`, null, { Allow });
    const account = caller(request);
    if (request.tooLarge) throw refuse(413, "Content too large", "The body is too large.");
    return methods[request.method](request, account, id);
  }

  function detailed(answer) {
    const more = (item, i) => ({
      id: `e-${i + 1}`,
      code: `people.${item.status}`,
      ...item,
      meta: { "help-desk": "people@acme.example" },
    });
    return { ...answer, body: { errors: answer.body.errors.map(more) } };
  }

  function handle(request) {
    try {
      return route(request);
    } catch (problem) {
      if (problem.answer && variants.has("error-details")) throw refusal(detailed(problem.answer));
      throw problem;
    }
  }

  return {
    handle,
    failure: () => failed(500, [error(500, "Internal error", "Something went wrong.")]),
    ready: {
      operations: [
        {
          method: "PATCH",
          path: "/people/{id}",
          read: "/people/{id}",
          record: { path: { id: "101" } },
          token: "acme-key",
          other: { path: { id: "102" }, token: null },
        },
      ],
      values: {
        "data.relationships.team.data.id": Object.keys(TEAMS),
        "data.relationships.mentor.data.id": ["102"],
        "data.relationships.badges.data.id": BADGES,
      },
    },
  };
}

run("people_jsonapi.yaml", VARIANTS, create);
