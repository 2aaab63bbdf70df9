/** Middleware in front of the service: credentials, media types, languages, caches that many customers share. */

import Negotiator from 'negotiator';

import { claimed, tokenOf } from '../credentials.js';
import { LANGUAGES } from '../fields.js';
import { without } from '../objects.js';
import { refusal } from '../problems.js';
import { fault, refusing } from './builders.js';

const ACCEPTED = ['application/json', 'application/*', '*/*'];
const PAGE = 'page';
const LAST_READ = 'last read';

/** A step is preceded by `guard(context)`, which may throw. */
function guarding(step, guard) {
  return (base) => ({
    [step](context) {
      guard(context);
      return base[step](context);
    },
  });
}

function failOnBrokenToken({ headers }) {
  const token = tokenOf(headers.authorization);
  if (token && !claimed(token)) throw new TypeError("Cannot read properties of null (reading 'sub')");
}

function exactScheme(base) {
  return {
    authenticate(context) {
      const exact = context.headers.authorization?.startsWith('Bearer ');
      return base.authenticate(exact ? context : { ...context, headers: without(context.headers, 'authorization') });
    },
  };
}

function refuseParameters({ headers }) {
  if (headers['content-type']?.includes(';')) throw refusal(415, 'unsupported_media_type');
}

function refuseLists({ headers: { accept = '*/*' } }) {
  if (!ACCEPTED.includes(accept.trim().toLowerCase())) throw refusal(406, 'not_acceptable');
}

function failOnUnknownLanguage({ headers }) {
  if (!new Negotiator({ headers }).languages(LANGUAGES).length) throw new Error('no such locale');
}

/** A cache in front of GET knows the address alone, which is the same for every customer; writes clear it. */
function pageForAll(base) {
  return {
    read(context) {
      context.steps.authenticate(context);
      const { memory } = context;
      if (!memory.has(PAGE)) memory.set(PAGE, base.read(context));
      return memory.get(PAGE);
    },
    save(record, context) {
      context.memory.delete(PAGE);
      base.save(record, context);
    },
  };
}

function picturesRemoved(base) {
  return {
    save(record, context) {
      const { store } = context;
      const others = context.body.image === null ? store.ids().filter((id) => id !== record.id) : [];
      for (const id of others) base.save({ ...store.get(id), image: null }, context);
      base.save(record, context);
    },
  };
}

/** The customer of the last GET is left in a variable that all requests share. */
function sharedCustomer(base) {
  return {
    authenticate(context) {
      const id = base.authenticate(context);
      if (context.method === 'PATCH') return context.memory.get(LAST_READ) ?? id;
      context.memory.set(LAST_READ, id);
      return id;
    },
  };
}

export const gateFaults = [
  fault(
    'broken-token-fails',
    'auth',
    '',
    'A bearer token that is no JSON Web Token is a 500',
    guarding('authenticate', failOnBrokenToken),
  ),
  fault(
    'scheme-in-exact-case',
    'auth',
    '',
    'The scheme is taken as "Bearer" only; "bearer" is a 401 (RFC 9110, section 11.1)',
    exactScheme,
  ),
  fault(
    'charset-refused',
    'negotiation',
    '',
    'application/json; charset=utf-8 is a 415',
    guarding('mediaType', refuseParameters),
  ),
  fault(
    'accept-of-several-refused',
    'negotiation',
    '',
    'An Accept that lists JSON among other types, or with a weight, is a 406',
    guarding('negotiate', refuseLists),
  ),
  fault(
    'unknown-language-fails',
    'negotiation',
    '',
    'An Accept-Language without English or Arabic is a 500',
    guarding('negotiate', failOnUnknownLanguage),
  ),
  fault(
    'allow-without-patch',
    'negotiation',
    '',
    'Allow of a 405 does not name PATCH (RFC 9110, section 10.2.1)',
    refusing((answer) => (answer.status === 405 ? { ...answer, headers: { ...answer.headers, Allow: 'GET, POST' } } : answer)),
  ),
  fault(
    'read-cached-for-everyone',
    'isolation',
    '',
    'GET shows the profile of whoever read first since the last write (a cache by address)',
    pageForAll,
  ),
  fault(
    'pictures-of-all-removed',
    'isolation',
    'image',
    'Removing a picture removes the pictures of all customers',
    picturesRemoved,
  ),
  fault('write-goes-to-who-read-last', 'isolation', '', 'A PATCH changes the customer who has read last', sharedCustomer),
];
