/** Refusals that are told wrongly, and refusals that write all the same. */

import { outcomes } from '../steps.js';
import { erring, fault, leaking, refusing, writingThough } from './builders.js';

const ENVELOPE = 'error_envelope';
const ATOMICITY = 'atomicity';

function ofValidation(answer) {
  return answer.body.type === 'validation_error';
}

function byField({ errors }) {
  return Object.fromEntries(errors.map(({ attr, detail }) => [attr ?? 'non_field_errors', [detail]]));
}

function camel(name) {
  return name?.replace(/_([a-z])/g, (match, letter) => letter.toUpperCase()) ?? null;
}

function failsOnStructures(base) {
  return {
    check(context) {
      const name = context.body.full_name;
      if (typeof name === 'object' && name !== null) throw new TypeError('full_name.trim is not a function');
      return base.check(context);
    },
  };
}

function asPlainText(base) {
  return {
    finish(given, context) {
      const answer = base.finish(given, context);
      return given.status === 400 ? { ...answer, headers: { ...answer.headers, 'Content-Type': 'text/plain' } } : answer;
    },
  };
}

/** The fields that stand, in the documentation, before the first refused one. */
function beforeTheError(before, problem, context) {
  const all = outcomes(context);
  const good = all.slice(
    0,
    all.findIndex(({ error }) => error),
  );
  return { ...before, ...Object.fromEntries(good.map(({ name, value }) => [name, value])) };
}

function emailOf(before, problem, context) {
  const email = outcomes(context).find(({ name, error }) => name === 'email' && !error);
  return email ? { ...before, email: email.value } : before;
}

function emptied(name) {
  return leaking((before, { errors }) => (errors.some(({ attr }) => attr === name) ? { ...before, [name]: null } : before));
}

function known({ customerId }) {
  return customerId;
}

export const refusalFaults = [
  fault(
    'errors-by-field',
    ENVELOPE,
    '',
    'Refused values are told as {field: [text]} and not in the common form',
    refusing((answer) => (ofValidation(answer) ? { ...answer, body: byField(answer.body) } : answer)),
  ),
  fault(
    'enum-error-names-no-field',
    ENVELOPE,
    'gender',
    'The error of an unknown choice has attr null',
    erring((error) => (error.code === 'invalid_choice' ? { ...error, attr: null } : error)),
  ),
  fault(
    'every-error-names-the-first-field',
    ENVELOPE,
    '',
    'With several refused fields, every error names the first of them',
    erring((error, index, all) => ({ ...error, attr: all[0].attr })),
  ),
  fault('structure-for-name-fails', ENVELOPE, 'full_name', 'An object or a list for the name is a 500', failsOnStructures),
  fault(
    'attr-in-camel-case',
    ENVELOPE,
    'birth_date',
    'attr names the field in camel case, as no field is called',
    erring((error) => ({ ...error, attr: camel(error.attr) })),
  ),
  fault('refusal-as-plain-text', ENVELOPE, '', 'The answer 400 says text/plain of its JSON', asPlainText),

  fault(
    'fields-before-the-error-written',
    ATOMICITY,
    '',
    'Fields before the first refused one are written, though the answer is 400',
    leaking(beforeTheError),
  ),
  fault(
    'email-written-though-refused',
    ATOMICITY,
    'email',
    'A good e-mail address is written though another field of the body is refused',
    leaking(emailOf),
  ),
  fault(
    'unknown-address-clears',
    ATOMICITY,
    'primary_address',
    'A refused address empties the stored one',
    emptied('primary_address'),
  ),
  fault(
    'bad-birth-date-clears',
    ATOMICITY,
    'birth_date',
    'A refused date of birth empties the stored one',
    emptied('birth_date'),
  ),
  fault('written-though-unsupported', ATOMICITY, '', 'The answer 415 comes after the write', writingThough('mediaType', known)),
  fault(
    'written-though-not-acceptable',
    ATOMICITY,
    '',
    'The answer 406 comes after the write',
    writingThough('negotiate', known),
  ),
];
