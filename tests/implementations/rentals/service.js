// The HTTP service: routes, and how an answer is sent.
import Fastify from "fastify";
import { document } from "./document.js";
import { isFresh, prefersRepresentation } from "./conditions.js";
import { kinds } from "./kinds.js";
import { Problem, validationProblem } from "./problems.js";
import { standardSteps } from "./steps.js";
import { Store } from "./store.js";

const VERSIONS = document.components.parameters.ApiVersion.schema.enum;
const JSON_TYPE = "application/json; charset=utf-8";
const BODY_LIMIT = 65_536;

const pageNumber = (query, name, standard, { minimum, maximum = Infinity }) => {
  const text = query[name] ?? String(standard);
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= minimum && number <= maximum) return number;
  throw validationProblem([{ path: name, message: "is out of range" }]);
};

/** The routes of one kind, with the steps that they go through. */
class Resource {
  constructor(kind, steps, store) {
    Object.assign(this, { kind, steps, store });
    this.collection = `/${kind.collection}`;
    this.item = `/${kind.collection}/:id`;
  }

  record(request) {
    return this.steps.find(this.kind, request.params.id, request.agency, request.method);
  }

  send(reply, record, { status = 200, body }) {
    return reply.code(status).header("ETag", this.steps.etag(record)).type(JSON_TYPE).send(this.steps.serialise(body));
  }

  get(request, reply) {
    const record = this.record(request);
    const etag = this.steps.etag(record);
    if (isFresh(request, etag)) return reply.code(304).header("ETag", etag).send();
    return this.send(reply, record, { body: this.steps.show(this.kind, record) });
  }

  list(request, reply) {
    const top = pageNumber(request.query, "top", 20, { minimum: 1, maximum: 100 });
    const skip = pageNumber(request.query, "skip", 0, { minimum: 0 });
    const records = this.store.list(this.kind, request.agency);
    const value = records.slice(skip, skip + top).map((record) => this.steps.show(this.kind, record));
    const next = skip + top < records.length;
    const nextLink = next ? `${this.collection}?api-version=${VERSIONS[0]}&top=${top}&skip=${skip + top}` : undefined;
    return reply.type(JSON_TYPE).send(this.steps.serialise({ value, nextLink }));
  }

  post(request, reply) {
    this.steps.checkMediaType(request, ["application/json"]);
    const record = this.steps.create(this.kind, request.agency, request);
    reply.header("Location", `${this.collection}/${record.data.id}?api-version=${VERSIONS[0]}`);
    return this.send(reply, record, { status: 201, body: this.steps.show(this.kind, record) });
  }

  patch(request, reply) {
    const record = this.record(request);
    this.steps.checkMediaType(request, this.kind.mediaTypes);
    this.steps.patch(this.kind, record, request);
    if (!this.steps.prefersRepresentation(request)) return reply.code(204).header("ETag", this.steps.etag(record)).send();
    reply.header("Preference-Applied", "return=representation");
    return this.send(reply, record, { body: this.steps.showChanged(this.kind, record) });
  }

  delete(request, reply) {
    const record = this.record(request);
    if (this.kind.dependents(this.store, record)) throw new Problem(409, `The ${this.kind.name} has bookings.`);
    this.store.remove(this.kind, record.data.id);
    return reply.code(204).send();
  }

  /** Refuses the other methods, and answers OPTIONS, for one address. */
  others(app, url, allowed, headers = {}) {
    const allow = [...allowed, "OPTIONS"].join(", ");
    const refused = ["POST", "PUT", "PATCH", "DELETE"].filter((method) => !allowed.includes(method));
    app.options(url, (request, reply) =>
      reply
        .code(204)
        .headers({ Allow: allow, ...headers })
        .send(),
    );
    app.route({
      method: refused,
      url,
      handler() {
        throw new Problem(405, "The method is not allowed here.", { headers: { Allow: allow } });
      },
    });
  }

  register(app) {
    app.get(this.collection, (request, reply) => this.list(request, reply));
    app.post(this.collection, (request, reply) => this.post(request, reply));
    for (const method of ["get", "patch", "delete"]) app[method](this.item, (request, reply) => this[method](request, reply));
    this.others(app, this.collection, ["GET", "HEAD", "POST"]);
    this.others(app, this.item, ["GET", "HEAD", "PATCH", "DELETE"], { "Accept-Patch": this.kind.mediaTypes.join(", ") });
  }
}

const asProblem = (error) => {
  if (error instanceof Problem) return error;
  const status = error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500;
  if (status === 500) console.error(error);
  return new Problem(status, status === 500 ? undefined : error.message);
};

/** The application; `changes` are variants and faults, each of which changes some of the steps. */
export const service = (changes) => {
  const store = new Store();
  const steps = { ...standardSteps(store), prefersRepresentation };
  for (const change of changes) change(steps, store);

  const sendProblem = (error, request, reply) => {
    const problem = asProblem(error);
    const { mediaType, body } = steps.problem(problem, request.url.split("?")[0]);
    return reply.code(problem.status).headers(problem.headers).type(mediaType).send(JSON.stringify(body));
  };
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true, frameworkErrors: sendProblem });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => done(null, body));
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => sendProblem(new Problem(404, "There is nothing here."), request, reply));
  app.addHook("onRequest", async (request) => {
    if (request.method === "OPTIONS") return;
    request.agency = steps.identify(request);
    if (!VERSIONS.includes(request.query["api-version"])) {
      throw validationProblem([{ path: "api-version", message: `must be ${VERSIONS.join(" or ")}` }]);
    }
    steps.checkAccept(request);
  });
  for (const kind of Object.values(kinds)) new Resource(kind, steps, store).register(app);
  return app;
};
