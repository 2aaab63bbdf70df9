/**
 * What the service does with a request, as named steps that a fault or a variant may replace one by one.
 * A context is {steps, store, memory, method, path, headers, raw, language} and gains customerId, body and before.
 */

import contentType from 'content-type';
import Negotiator from 'negotiator';

import { authenticate } from './credentials.js';
import { fields, LANGUAGES } from './fields.js';
import { asProblem, detail, invalid, refusal } from './problems.js';
import { profile } from './profile.js';

export const READ = '/api/customers/me/';
export const UPDATE = '/api/customers/me/update/';
const JSON_TYPE = 'application/json';
const PATCHABLE = { 'Accept-Patch': JSON_TYPE };

/** The language of texts for people: the best of ours that the client asks for, English where it asks for none of them. */
export function preferredLanguage(headers) {
  return new Negotiator({ headers }).languages(LANGUAGES)[0] ?? 'en';
}

/** What became of each writable field in the body: {name, value} or {name, error}, in the order of the documentation. */
export function outcomes({ steps, body, ...context }) {
  return Object.entries(steps.fields)
    .filter(([name]) => Object.hasOwn(body, name))
    .map(([name, schema]) => outcome(name, schema({ ...context, body }).safeParse(body[name])));
}

function outcome(name, { success, data, error }) {
  if (success) return { name, value: data };
  const [issue] = error.issues;
  return { name, error: { code: issue.message, attr: name, ...issue.params } };
}

function isJson(field) {
  try {
    const { type, parameters } = contentType.parse(field ?? '');
    return type === JSON_TYPE && (parameters.charset ?? 'utf-8').toLowerCase() === 'utf-8';
  } catch {
    return false;
  }
}

export const honest = {
  authenticate,
  fields,

  /** Methods by path, for Allow (RFC 9110, section 10.2.1). */
  methods: { [READ]: ['GET', 'HEAD', 'OPTIONS'], [UPDATE]: ['PATCH', 'OPTIONS'] },

  /** Refuses where the client accepts no JSON; without an Accept field it accepts everything. */
  negotiate({ headers }) {
    if (!new Negotiator({ headers }).mediaTypes([JSON_TYPE]).length) throw refusal(406, 'not_acceptable');
  },

  /** Refuses a body that is not plain JSON; no body needs no type. */
  mediaType({ headers, raw }) {
    if (!raw.length && !headers['content-type']) return;
    const encoded = (headers['content-encoding'] ?? 'identity') !== 'identity';
    if (encoded || !isJson(headers['content-type'])) throw refusal(415, 'unsupported_media_type', PATCHABLE);
  },

  /** The body as an object of members; no body is an empty one. */
  parse({ raw }) {
    if (!raw.length) return {};
    let body;
    try {
      body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
    } catch {
      throw refusal(400, 'parse_error');
    }
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid([{ code: 'invalid', attr: null }]);
    return body;
  },

  /** The members of the body that are written, checked; the rest is ignored. */
  check(context) {
    const all = outcomes(context);
    const errors = all.flatMap(({ error }) => (error ? [error] : []));
    if (errors.length) throw invalid(errors);
    return Object.fromEntries(all.map(({ name, value }) => [name, value]));
  },

  merge(record, changes) {
    return { ...record, ...changes };
  },

  save(record, { store }) {
    store.put(record);
  },

  load({ store, customerId }) {
    return store.get(customerId);
  },

  show: profile,

  /** GET: the own profile. */
  read(context) {
    const { steps } = context;
    context.customerId = steps.authenticate(context);
    steps.negotiate(context);
    return steps.show(steps.load(context), context);
  },

  /** PATCH: everything is checked before anything is written. */
  update(context) {
    const { steps } = context;
    context.customerId = steps.authenticate(context);
    steps.negotiate(context);
    steps.mediaType(context);
    context.body = steps.parse(context);
    context.before = context.store.get(context.customerId);
    const after = steps.merge(context.before, steps.check(context), context);
    steps.save(after, context);
    return steps.show(after, context);
  },

  /** A request that no route takes. */
  unrouted({ steps, method, path }) {
    const methods = steps.methods[path];
    if (!methods) throw refusal(404, 'not_found');
    const headers = { Allow: methods.join(', '), ...(methods.includes('PATCH') ? PATCHABLE : {}) };
    if (method !== 'OPTIONS' || !methods.includes('OPTIONS')) throw refusal(405, 'method_not_allowed', headers);
    return { status: 204, headers };
  },

  detail,

  refuse({ status, type, errors, headers }, { steps, language }) {
    const shown = errors.map((error) => ({ code: error.code, detail: steps.detail(error, language), attr: error.attr }));
    return { status, headers, body: { type, errors: shown } };
  },

  encode(body) {
    return JSON.stringify(body);
  },

  /** The answer as it is sent: {status, headers, payload}. */
  finish({ status, headers = {}, body }, context) {
    const common = { 'Cache-Control': 'no-store', Vary: 'Accept, Accept-Language', ...headers };
    if (body === undefined) return { status, headers: common, payload: undefined };
    const payload = context.steps.encode(body, context);
    return { status, headers: { 'Content-Type': JSON_TYPE, 'Content-Language': context.language, ...common }, payload };
  },
};

/** The answer to a request: `work` returns {status, headers?, body?} or throws. */
export function answer(context, work) {
  const { steps } = context;
  try {
    return steps.finish(work(context), context);
  } catch (error) {
    return steps.finish(steps.refuse(asProblem(error), context), context);
  }
}
