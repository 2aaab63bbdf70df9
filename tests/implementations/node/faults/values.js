/** Values that are wrongly accepted, refused or altered: enumerations, lengths and types. */

import { z } from 'zod';

import { characters, choice, EMAIL_LIMIT, email, NAME_LIMIT, text } from '../fields.js';
import { without } from '../objects.js';
import { fault, field, merging, rewriting } from './builders.js';

const SUMMER = /^\d{4}-0[4-9]-/;

/** Values go through `altered` before the schema sees them. */
export function prepared(name, altered) {
  return field(name, (schema) => z.preprocess(altered, schema));
}

/** Only some texts are altered. */
export function texts(altered) {
  return (value) => (typeof value === 'string' ? altered(value) : value);
}

/** A day from 29 to 31 that the month does not have is counted on into the next month, as Date.UTC does. */
function rolledOver(value) {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  const known = month >= 1 && month <= 12 && day >= 29 && day <= 31;
  return known && year >= 100 ? new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10) : value;
}

function dayEarlier(date) {
  return new Date(Date.parse(`${date}T00:00:00+02:00`)).toISOString().slice(0, 10);
}

function escaped(value) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return value.replace(/[&<>"']/g, (character) => entities[character]);
}

function defaulting(name, fallback) {
  return prepared(name, (value) => (value === null ? fallback : value));
}

function emailNullEmpties(base) {
  return {
    check(context) {
      if (context.body.email !== null) return base.check(context);
      return { ...base.check({ ...context, body: without(context.body, 'email') }), email: '' };
    },
  };
}

export const valueFaults = [
  fault(
    'gender-any-case',
    'enum',
    'gender',
    'Lower-case letters are accepted for the gender and stored in upper case',
    prepared(
      'gender',
      texts((value) => value.toUpperCase()),
    ),
  ),
  fault(
    'gender-unknown-becomes-ns',
    'enum',
    'gender',
    'A text that is no gender is accepted and stored as NS',
    prepared(
      'gender',
      texts((value) => (['M', 'F'].includes(value) ? value : 'NS')),
    ),
  ),
  fault(
    'gender-f-refused',
    'enum',
    'gender',
    'F is refused',
    field('gender', () => choice(['M', 'NS'])),
  ),
  fault(
    'language-region-accepted',
    'enum',
    'language',
    'A language with a region, as en-US, is accepted and stored without it',
    prepared(
      'language',
      texts((value) => value.split('-')[0]),
    ),
  ),

  fault(
    'name-of-256-accepted',
    'length',
    'full_name',
    'One character more than the limit is accepted',
    field('full_name', () => text(NAME_LIMIT + 1)),
  ),
  fault(
    'name-of-255-refused',
    'length',
    'full_name',
    'A name of exactly the limit is refused',
    field('full_name', () => text(NAME_LIMIT - 1)),
  ),
  fault(
    'name-limit-in-bytes',
    'length',
    'full_name',
    'The limit of the name is counted in bytes of UTF-8',
    field('full_name', () => text(NAME_LIMIT, Buffer.byteLength)),
  ),
  fault(
    'name-limit-in-utf16-units',
    'length',
    'full_name',
    'The limit of the name is counted in UTF-16 units: emoji count twice',
    field('full_name', () => text(NAME_LIMIT, ({ length }) => length)),
  ),
  fault(
    'email-limit-missing',
    'length',
    'email',
    'An e-mail address of any length is accepted',
    field('email', () => email(EMAIL_LIMIT * 100)),
  ),
  fault(
    'name-cut-at-100',
    'length',
    'full_name',
    'A name is cut to 100 characters without a word',
    rewriting('full_name', (value) => (characters(value) > 100 ? [...value].slice(0, 100).join('') : value)),
  ),

  fault(
    'birth-date-rolls-over',
    'types',
    'birth_date',
    'A day that the month does not have is accepted and counted on into the next month',
    prepared('birth_date', texts(rolledOver)),
  ),
  fault(
    'birth-date-a-day-early-in-summer',
    'types',
    'birth_date',
    'Dates from April to September are stored one day early (midnight local time taken as UTC)',
    rewriting('birth_date', (value) => (SUMMER.test(value) ? dayEarlier(value) : value)),
  ),
  fault(
    'birth-date-before-1970-lost',
    'types',
    'birth_date',
    'A date before 1970 is stored as null (negative time stamp)',
    merging((changes) => (changes.birth_date && changes.birth_date < '1970' ? { ...changes, birth_date: null } : changes)),
  ),
  fault(
    'address-fraction-cut',
    'types',
    'primary_address',
    'A number with a fraction is accepted for the address and the fraction cut off',
    prepared('primary_address', (value) => (typeof value === 'number' ? Math.trunc(value) : value)),
  ),
  fault(
    'email-null-empties',
    'types',
    'email',
    'null is accepted for the e-mail address and stored as an empty text',
    emailNullEmpties,
  ),
  fault(
    'language-null-resets',
    'types',
    'language',
    'null is accepted for the language and stored as en',
    defaulting('language', 'en'),
  ),
  fault(
    'name-emoji-lost',
    'types',
    'full_name',
    'Characters outside the basic plane vanish from the name',
    rewriting('full_name', (value) => value.replace(/[\u{10000}-\u{10ffff}]/gu, '')),
  ),
  fault(
    'name-markup-escaped',
    'types',
    'full_name',
    'The name is stored with HTML entities for & < > and quotes',
    rewriting('full_name', escaped),
  ),
];
