// The steps of a request, each on its own, so that a variant or a fault can put another one in its place.
import { errorsOf, shaped } from "./document.js";
import { checkConditions } from "./conditions.js";
import { fill, merge } from "./merge.js";
import { Problem, bodyOf, validationProblem } from "./problems.js";
import { TOKENS } from "./seeds.js";

const AGENCIES = new Map(Object.entries(TOKENS).map(([agency, token]) => [token, agency]));
const utf8 = new TextDecoder("utf-8", { fatal: true });

const mediaTypeOf = (request) => (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();

export const standardSteps = (store) => ({
  /** The agency of the token, or 401. */
  identify(request) {
    const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.headers.authorization ?? "") ?? [];
    const agency = AGENCIES.get(token);
    if (!agency)
      throw new Problem(401, "A valid token is required.", { headers: { "WWW-Authenticate": 'Bearer realm="rentals"' } });
    return agency;
  },

  /** Whether the client can take an answer at all. */
  checkAccept() {},

  /** The record of an agency, or 404. */
  find(kind, id, agency) {
    const record = store.find(kind, id);
    if (record?.agency !== agency) throw new Problem(404, `There is no such ${kind.name}.`);
    return record;
  },

  /** Refuses a body of a kind that is not taken here. */
  checkMediaType(request, mediaTypes) {
    const coding = request.headers["content-encoding"] ?? "identity";
    if (mediaTypes.includes(mediaTypeOf(request)) && coding === "identity") return;
    const headers = request.method === "PATCH" ? { "Accept-Patch": mediaTypes.join(", ") } : {};
    throw new Problem(415, `Send ${mediaTypes.join(" or ")}.`, { headers });
  },

  checkConditions(kind, record, request) {
    checkConditions(kind, request, this.etag(record));
  },

  /** The JSON value of a body. */
  parse(body) {
    try {
      return JSON.parse(utf8.decode(body ?? new Uint8Array()));
    } catch {
      throw validationProblem([{ path: "", message: "The body is not valid JSON." }]);
    }
  },

  /** What is done to a body before it is validated. */
  prepare: (kind, body) => body,

  findErrors: (kind, schema, value) => errorsOf(schema, value),

  /** A valid body as it is kept. */
  normalise: (kind, body) => kind.normalise(shaped(`${kind.schema}Update`, body, { showing: false })),

  /** What a record is to be after a patch. */
  merge(kind, record, patch) {
    const merged = merge(kind.before(record.data, patch), patch);
    return this.keepReadOnly(kind, record, kind.complete(fill(kind.blank, merged)));
  },

  /** A record as it is to be, with the members that no request changes as they are. */
  keepReadOnly(kind, record, data) {
    const changeable = Object.entries(data).filter(([name]) => !kind.readOnly.includes(name));
    const fixed = kind.readOnly.filter((name) => name in record.data).map((name) => [name, record.data[name]]);
    return Object.fromEntries([...changeable, ...fixed]);
  },

  /** What is wrong with a record as it would be. */
  recordErrors(kind, data) {
    const broken = kind.rules(data);
    return broken.length ? broken : this.findErrors(kind, kind.schema, this.show(kind, { data }));
  },

  refuse(kind, record, patch, errors) {
    throw validationProblem(errors);
  },

  commit(kind, record, data) {
    store.change(record, data);
  },

  etag: (record) => `"${record.version.toString(16).padStart(16, "0").toUpperCase()}"`,

  /** A record as it is shown. */
  show: (kind, record) => shaped(kind.schema, kind.derive(record.data), { showing: true }),

  /** A record as it is shown in the answer to its change. */
  showChanged(kind, record) {
    return this.show(kind, record);
  },

  serialise: (value) => JSON.stringify(value),

  problem: (problem, instance) => ({ mediaType: "application/problem+json", body: bodyOf(problem, instance) }),

  /** The valid patch of a request, and what its record is to be; whatever is wrong with it is refused. */
  readPatch(kind, record, request) {
    const patch = this.prepare(kind, this.parse(request.body), record);
    const wrong = this.findErrors(kind, `${kind.schema}Update`, patch);
    const errors = wrong.length ? wrong : kind.sentRules(patch);
    if (errors.length) this.refuse(kind, record, patch, errors);
    const data = this.merge(kind, record, this.normalise(kind, patch));
    const broken = this.recordErrors(kind, data);
    if (broken.length) this.refuse(kind, record, patch, broken);
    const conflict = kind.conflict?.(data, { store, agency: record.agency, id: record.data.id });
    if (conflict) throw new Problem(409, conflict);
    return data;
  },

  patch(kind, record, request) {
    this.checkConditions(kind, record, request);
    this.commit(kind, record, this.readPatch(kind, record, request));
  },

  /** The record that a POST adds. */
  create(kind, agency, request) {
    const body = this.parse(request.body);
    const wrong = errorsOf(`${kind.schema}Create`, body);
    if (wrong.length) throw validationProblem(wrong);
    const known = shaped(`${kind.schema}Create`, body, { showing: false });
    const started = kind.start?.(known, { store, agency }) ?? { data: known, errors: [] };
    const wanted = kind.complete(fill(kind.blank, merge({}, kind.normalise(started.data))));
    const data = this.keepReadOnly(kind, { data: kind.blank }, wanted);
    const broken = [...started.errors, ...kind.sentRules(body), ...kind.rules(data)];
    if (broken.length) throw validationProblem(broken);
    const conflict = kind.conflict?.(data, { store, agency });
    if (conflict) throw new Problem(409, conflict);
    return store.add(kind, agency, data);
  },
});
