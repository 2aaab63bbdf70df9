/** Who may write, whose record it is, and in which form requests and answers go. */

import { claimed, tokenOf } from '../credentials.js';
import { preferredLanguage, UPDATE } from '../steps.js';
import { without } from '../objects.js';
import { fault, merging, refusing, showing, writingThough } from './builders.js';

const LAST = 'last customer';

/** Keeps in mind who was let in last, and does something else with those who are refused. */
function rememberingTheLast(otherwise) {
  return (base) => ({
    authenticate(context) {
      const id = otherwise(base).authenticate(context);
      context.memory.set(LAST, id);
      return id;
    },
  });
}

function lastInstead(base) {
  return {
    authenticate(context) {
      const last = context.memory.get(LAST);
      return !context.headers.authorization && last ? last : base.authenticate(context);
    },
  };
}

function trustingClaims(base) {
  return {
    authenticate(context) {
      const id = claimed(tokenOf(context.headers.authorization));
      return context.store.has(id) ? id : base.authenticate(context);
    },
  };
}

/** The language is stored for every customer. */
function languageForAll(base) {
  return {
    save(after, context) {
      const { store } = context;
      const changed = after.language !== store.get(after.id).language;
      const others = changed ? store.ids().filter((id) => id !== after.id) : [];
      for (const id of others) base.save({ ...store.get(id), language: after.language }, context);
      base.save(after, context);
    },
  };
}

/** GET shows the e-mail address as it was at the first GET of that customer. */
function emailCached(base) {
  return {
    load(context) {
      const key = `email of ${context.customerId}`;
      const record = base.load(context);
      if (!context.memory.has(key)) context.memory.set(key, record.email);
      return { ...record, email: context.memory.get(key) };
    },
  };
}

function walletOfOther(view, { steps, store, customerId }) {
  const other = store.ids().find((id) => id !== customerId);
  return { ...view, wallet: steps.show(store.get(other), {}).wallet };
}

function anyType(base) {
  return {
    mediaType(context) {
      if (!/^text\/plain\b/i.test(context.headers['content-type'] ?? '')) base.mediaType(context);
    },
  };
}

function postWrites(base) {
  return {
    unrouted(context) {
      const posted = context.method === 'POST' && context.path === UPDATE;
      return posted ? { status: 200, body: context.steps.update(context) } : base.unrouted(context);
    },
  };
}

function languageOfHeader(changes, record, { headers }) {
  const asked = headers['accept-language'];
  return asked && !('language' in changes) ? { ...changes, language: preferredLanguage(headers) } : changes;
}

export const accessFaults = [
  fault(
    'language-for-everyone',
    'isolation',
    'language',
    'A change of the language changes it for every customer',
    languageForAll,
  ),
  fault(
    'read-shows-old-email',
    'isolation',
    'email',
    'GET goes on showing the e-mail address of the first GET (a cache that writes do not clear)',
    emailCached,
  ),
  fault(
    'wallet-of-the-other',
    'isolation',
    'wallet',
    "The answer to a PATCH shows another customer's wallet",
    showing(walletOfOther),
  ),

  fault('signature-unchecked', 'auth', '', 'A token with a wrong signature is believed', trustingClaims),
  fault(
    'no-token-is-the-last-customer',
    'auth',
    '',
    'A request without a credential is served as the customer who was served last',
    rememberingTheLast(lastInstead),
  ),
  fault(
    'no-challenge',
    'auth',
    '',
    'The answer 401 has no WWW-Authenticate (RFC 9110, section 15.5.2)',
    refusing((answer) => (answer.status === 401 ? { ...answer, headers: without(answer.headers, 'WWW-Authenticate') } : answer)),
  ),
  fault(
    'written-though-unauthorised',
    'auth',
    '',
    'The answer 401 comes after the write, done for the customer who was served last',
    rememberingTheLast(writingThough('authenticate', ({ memory }) => memory.get(LAST))),
  ),

  fault('text-plain-accepted', 'negotiation', '', 'JSON that is declared as text/plain is accepted', anyType),
  fault(
    'no-allow',
    'negotiation',
    '',
    'The answer 405 has no Allow (RFC 9110, section 15.5.6)',
    refusing((answer) => (answer.status === 405 ? { ...answer, headers: without(answer.headers, 'Allow') } : answer)),
  ),
  fault('post-writes', 'negotiation', '', 'POST to the path of the update writes as PATCH does', postWrites),
  fault(
    'accept-language-written',
    'negotiation',
    'language',
    'A PATCH with Accept-Language stores that language in the profile',
    merging(languageOfHeader),
  ),
];
