/** Choices that the document leaves open: {name, description, alter}, alter as in faults. */

import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import Negotiator from 'negotiator';

import { adding, refusing, sending, showing, variant } from './choosing.js';
import { EMAIL_LIMIT, isEmail, NAME_LIMIT, text } from './fields.js';
import { furtherVariants } from './further_variants.js';
import { without } from './objects.js';
import { refusal } from './problems.js';
import { COUNTRIES } from './store.js';

const READ_ONLY = ['id', 'phone_number', 'is_profile_completed', 'country', 'wallet'];
const MERGE_PATCH = /^application\/merge-patch\+json\b/i;
const SMALL = 16 * 1024;

function namesIn(names, code) {
  return names.map((attr) => ({ code, attr }));
}

function unknownNames(body, { steps }) {
  const known = [...READ_ONLY, ...Object.keys(steps.fields)];
  return namesIn(
    Object.keys(body).filter((name) => !known.includes(name)),
    'unknown_field',
  );
}

function readOnlyNames(body) {
  return namesIn(
    READ_ONLY.filter((name) => Object.hasOwn(body, name)),
    'read_only',
  );
}

/** Members of an object, and of the objects in it, in the order of their names. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

function escapedAscii(json) {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function withoutNulls(view) {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== null));
}

/** A time stamp that moves with each write that changes something. */
function stamped(base) {
  const now = () => new Date().toISOString();
  const started = now();
  return {
    merge: (record, changes, context) => ({ ...base.merge(record, changes, context), updated_at: now() }),
    show: (record, context) => ({ ...base.show(record, context), updated_at: record.updated_at ?? started }),
  };
}

function tagOf(record) {
  return `"${createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 22)}"`;
}

/** Whether a field of entity tags, where there is one, names the tag. */
function names(list, tag) {
  return list?.split(',').some((item) => ['*', tag].includes(item.trim().replace(/^W\//, '')));
}

/** Entity tags of the stored record; preconditions are honoured (RFC 9110, sections 13.1.1 and 13.1.2). */
function tagged(base) {
  return {
    merge(record, changes, context) {
      const { 'if-match': wanted, 'if-none-match': unwanted } = context.headers;
      const tag = tagOf(record);
      if ((wanted && !names(wanted, tag)) || names(unwanted, tag)) throw refusal(412, 'precondition_failed');
      return base.merge(record, changes, context);
    },
    finish(given, context) {
      const answer = base.finish(given, context);
      if (answer.status !== 200 || !context.customerId) return answer;
      const tag = tagOf(context.store.get(context.customerId));
      const headers = { ...answer.headers, ETag: tag };
      const fresh = context.method !== 'PATCH' && names(context.headers['if-none-match'], tag);
      return fresh ? { status: 304, headers: without(headers, 'Content-Type') } : { ...answer, headers };
    },
  };
}

/** gzip for clients that accept it, and prefer it to no coding (RFC 9110, section 12.5.3). */
function compressed(answer, { headers }) {
  const coding = new Negotiator({ headers }).encodings(['gzip', 'identity'])[0];
  const varied = { ...answer.headers, Vary: `${answer.headers.Vary}, Accept-Encoding` };
  if (coding !== 'gzip' || !headers['accept-encoding'] || !answer.payload) return { ...answer, headers: varied };
  return { ...answer, headers: { ...varied, 'Content-Encoding': 'gzip' }, payload: gzipSync(answer.payload) };
}

function optionsRefused(base) {
  const methods = Object.entries(base.methods).map(([path, names]) => [path, names.filter((name) => name !== 'OPTIONS')]);
  return { methods: Object.fromEntries(methods) };
}

/** The form of the request is judged before the credential. */
function formFirst(base) {
  return {
    authenticate(context) {
      base.negotiate(context);
      if (context.method === 'PATCH') base.mediaType(context);
      return base.authenticate(context);
    },
  };
}

function mergePatch(base) {
  return {
    mediaType(context) {
      const { headers } = context;
      const type = headers['content-type'] ?? '';
      base.mediaType(
        MERGE_PATCH.test(type) ? { ...context, headers: { ...headers, 'content-type': 'application/json' } } : context,
      );
    },
  };
}

function limited(base) {
  return {
    parse(context) {
      if (context.raw.length > SMALL) throw refusal(413, 'payload_too_large');
      return base.parse(context);
    },
  };
}

function shortest(decimal) {
  return decimal.replace(/\.?0+$/, '') || '0';
}

const PUBLIC_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'X-RateLimit-Limit': '2000',
  'X-RateLimit-Remaining': '1999',
};

export const variants = [
  variant('members-in-alphabetical-order', 'Members of answers stand in the order of their names', (base) => ({
    encode: (body, context) => base.encode(sorted(body), context),
  })),
  variant('pretty-printed', 'Answers are indented JSON', (base) => ({
    encode: (body, context) => JSON.stringify(JSON.parse(base.encode(body, context)), null, 2),
  })),
  variant('ascii-only', 'Answers write characters outside ASCII as \\u escapes', (base) => ({
    encode: (body, context) => escapedAscii(base.encode(body, context)),
  })),
  variant(
    'chunked',
    'Answers are sent in chunks, without Content-Length',
    sending((answer) => ({ ...answer, chunked: true })),
  ),
  variant('connection-close', 'The connection ends with each answer', adding({ Connection: 'close' })),
  variant('compressed', 'Answers are compressed with gzip for clients that accept it', sending(compressed)),
  variant(
    'more-headers',
    'Answers carry headers of gateways: limits of rates, cross-origin access, security',
    adding(PUBLIC_HEADERS),
  ),
  variant('entity-tags', 'Profiles carry an ETag, and If-Match and If-None-Match are honoured', tagged),
  variant('updated-at', 'Profiles have a further member updated_at, which moves with each write', stamped),
  variant('nulls-left-out', 'Optional members that are null are left out of answers', showing(withoutNulls)),
  variant(
    'country-name-in-language',
    'The name of the country follows Accept-Language',
    showing((view, record, { language }) => ({
      ...view,
      country: { ...view.country, name: COUNTRIES[record.country].name[language] },
    })),
  ),
  variant(
    'completed-once-and-for-all',
    'is_profile_completed tells of the registration, and writes do not move it',
    showing((view) => ({ ...view, is_profile_completed: true })),
  ),
  variant(
    'signed-image-address',
    'The address of the picture carries a signature that is new in each answer',
    showing((view) => ({ ...view, image: view.image && `${view.image}?signature=${randomUUID()}` })),
  ),
  variant(
    'balance-in-shortest-form',
    'The balance has no needless zeros after the point, as "125.5"',
    showing((view) => ({ ...view, wallet: { ...view.wallet, balance: shortest(view.wallet.balance) } })),
  ),
  variant('unknown-members-refused', 'Members that are in no documentation are refused with 400', refusing(unknownNames)),
  variant('read-only-members-refused', 'Read-only members in a body are refused with 400', refusing(readOnlyNames)),
  variant(
    'empty-patch-refused',
    'A body without members, or no body, is refused with 400',
    refusing((body) => (Object.keys(body).length ? [] : [{ code: 'invalid', attr: null }])),
  ),
  variant('empty-email-accepted', 'An empty text removes the e-mail address', (base) => ({
    fields: {
      ...base.fields,
      email: () => text(EMAIL_LIMIT).refine((value) => value === '' || isEmail(value), { error: 'invalid' }),
    },
  })),
  variant('empty-name-refused', 'An empty name is refused with 400', (base) => ({
    fields: { ...base.fields, full_name: () => text(NAME_LIMIT).refine((value) => value !== '', { error: 'blank' }) },
  })),
  variant('first-error-only', 'Only the first refused field is told', (base) => ({
    refuse: (problem, context) => base.refuse(Object.assign(problem, { errors: problem.errors.slice(0, 1) }), context),
  })),
  variant('texts-are-codes', 'Texts of errors are short and are not translated', () => ({
    detail: ({ code }) => `Refused: ${code}.`,
  })),
  variant('form-before-credential', '406 and 415 go before 401', formFirst),
  variant('options-refused', 'OPTIONS is answered with 405', optionsRefused),
  variant('merge-patch-accepted', 'application/merge-patch+json is accepted besides application/json', mergePatch),
  variant('small-bodies', 'Bodies of more than 16 KiB are answered with 413', limited),
  ...furtherVariants,
];
