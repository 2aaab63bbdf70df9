/** Sanitizers, converters and home-made patterns: texts that are beautified, and values that are read as something else. */

import { date, GENDERS } from '../fields.js';
import { fault, field, rewriting } from './builders.js';
import { prepared, texts } from './values.js';

function typographic(value) {
  return value.replace(/"([^"]*)"/g, '“$1”').replace(/'/g, '’');
}

function titled(value) {
  return value.replace(/\p{L}+/gu, ([first, ...rest]) => first.toUpperCase() + rest.join('').toLowerCase());
}

function withoutTags(value) {
  return value.replace(/<[^>]*>?/g, '');
}

/** Day and month change places where both could be a month. */
function dayFirst(value) {
  const [year, month, day] = value.split('-');
  return day <= '12' ? `${year}-${day}-${month}` : value;
}

/** Only two digits of the year are kept; those below 70 are taken for this century. */
function centuryGuessed(value) {
  const digits = value.slice(2, 4);
  return `${digits < '70' ? 20 : 19}${digits}${value.slice(4)}`;
}

export const coercionFaults = [
  fault(
    'name-quotes-typographic',
    'types',
    'full_name',
    'Straight quotes in the name become typographic ones',
    rewriting('full_name', typographic),
  ),
  fault(
    'name-title-cased',
    'types',
    'full_name',
    'Each word of the name is stored with one capital: McDonald becomes Mcdonald',
    rewriting('full_name', titled),
  ),
  fault(
    'name-tags-stripped',
    'types',
    'full_name',
    'What follows "<" in a name is cut out up to ">" or the end',
    rewriting('full_name', withoutTags),
  ),
  fault(
    'name-boolean-as-text',
    'types',
    'full_name',
    'true and false are accepted for the name and stored as texts',
    prepared('full_name', (value) => (typeof value === 'boolean' ? String(value) : value)),
  ),
  fault(
    'gender-by-number',
    'enum',
    'gender',
    'The place of a choice in the list (0, 1, 2) is accepted for the gender',
    prepared('gender', (value) => (Number.isInteger(value) ? (GENDERS[value] ?? value) : value)),
  ),
  fault(
    'birth-date-day-and-month-swapped',
    'types',
    'birth_date',
    'Day and month of a date change places where the day could be a month',
    rewriting('birth_date', dayFirst),
  ),
  fault(
    'birth-date-century-guessed',
    'types',
    'birth_date',
    'Only two digits of the year are stored: 1945 becomes 2045',
    rewriting('birth_date', centuryGuessed),
  ),
  fault(
    'leap-day-refused',
    'types',
    'birth_date',
    'The 29th of February is refused in every year',
    field('birth_date', (schema) => schema.refine((value) => !value?.endsWith('-02-29'), { error: 'invalid' })),
  ),
  fault(
    'birth-date-unreadable-becomes-null',
    'types',
    'birth_date',
    'A text that is no date is accepted and stored as null',
    prepared(
      'birth_date',
      texts((value) => (date().safeParse(value).success ? value : null)),
    ),
  ),
  fault(
    'address-zero-clears',
    'types',
    'primary_address',
    'The address 0 is accepted and stored as null (a test for truth)',
    prepared('primary_address', (value) => (value === 0 ? null : value)),
  ),
  fault(
    'email-long-top-domain-refused',
    'types',
    'email',
    'E-mail addresses below a top-level domain of more than four letters are refused',
    field('email', (schema) => schema.refine((value) => /\.[a-z]{2,4}$/i.test(value), { error: 'invalid' })),
  ),
];
