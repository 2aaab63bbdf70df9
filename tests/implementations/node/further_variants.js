/** More choices that the document leaves open, as frameworks make them: what they normalise, and what stands before the routes. */

import { z } from 'zod';

import { sending, showing, variant } from './choosing.js';
import { without } from './objects.js';

const TOKEN_ATTRS = ['detail', 'code', 'messages.0.token_class', 'messages.0.token_type', 'messages.0.message'];
const PAGE = '<!doctype html>\n<title>Not found</title>\n<h1>Not found</h1>\n';

/** A field has another schema: `schemaOf(schema)`. */
function field(name, schemaOf) {
  return (base) => ({ fields: { ...base.fields, [name]: (context) => schemaOf(base.fields[name](context)) } });
}

/** Texts go through `altered` before the schema sees them. */
function prepared(name, altered) {
  return field(name, (schema) => z.preprocess((value) => (typeof value === 'string' ? altered(value) : value), schema));
}

/** The host of an address has no case (RFC 1035); what stands before the sign stays as it is. */
function hostInLowerCase(address) {
  const [local, host] = address.split('@');
  return `${local}@${host.toLowerCase()}`;
}

/** Refusals of values are told with other errors: `changed(errors)`. */
function telling(changed) {
  return (base) => ({ refuse: (problem, context) => base.refuse(changed(problem), context) });
}

function bodyNamed(problem) {
  const errors = problem.errors.map((error) => ({ ...error, attr: error.attr ?? 'non_field_errors' }));
  return problem.type === 'validation_error' ? Object.assign(problem, { errors }) : problem;
}

function tokenItemised(problem) {
  const [{ code }] = problem.errors;
  return code === 'token_not_valid' ? Object.assign(problem, { errors: TOKEN_ATTRS.map((attr) => ({ code, attr })) }) : problem;
}

function pageForUnknown(answer) {
  if (answer.status !== 404) return answer;
  const headers = { ...without(answer.headers, 'Content-Language'), 'Content-Type': 'text/html; charset=utf-8' };
  return { ...answer, headers, payload: PAGE };
}

function slashAdded(base) {
  return {
    unrouted(context) {
      const whole = `${context.path}/`;
      if (!context.steps.methods[whole]) return base.unrouted(context);
      return { status: 301, headers: { Location: whole } };
    },
  };
}

function credentialFirst(base) {
  return {
    unrouted(context) {
      context.steps.authenticate(context);
      return base.unrouted(context);
    },
  };
}

export const furtherVariants = [
  variant(
    'name-trimmed',
    'White space around the name is not part of it',
    prepared('full_name', (value) => value.trim()),
  ),
  variant(
    'email-host-in-lower-case',
    'The host of an e-mail address is stored in lower case',
    field('email', (schema) => schema.transform(hostInLowerCase)),
  ),
  variant(
    'compact-dates-accepted',
    'The basic form of ISO 8601, as 19900101, is accepted and stored as 1990-01-01',
    prepared('birth_date', (value) => value.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')),
  ),
  variant(
    'address-as-text-accepted',
    'The digits of an address are accepted as a text, and stored as a number',
    prepared('primary_address', (value) => (/^[1-9]\d{0,8}$/.test(value) ? Number(value) : value)),
  ),
  variant('body-named-in-errors', 'Errors of the body as a whole have the attr non_field_errors', telling(bodyNamed)),
  variant('token-errors-itemised', 'A bad token is told in five errors, one for each thing known of it', telling(tokenItemised)),
  variant('page-for-unknown-paths', 'Unknown paths are answered with a page for people', sending(pageForUnknown)),
  variant('slash-added-by-redirect', 'A path without its last slash is redirected to the one with it', slashAdded),
  variant(
    'optional-nested-members-left-out',
    'country.name and wallet.is_use_wallet_in_payment are left out',
    showing((view) => ({
      ...view,
      country: without(view.country, 'name'),
      wallet: without(view.wallet, 'is_use_wallet_in_payment'),
    })),
  ),
  variant('credential-before-route', '401 goes before 404 and 405', credentialFirst),
];
