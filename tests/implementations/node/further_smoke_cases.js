/** Requests that show the further faults and variants, as in smoke_cases.js. */

import { READ, UPDATE } from './steps.js';

const get = { method: 'GET', path: READ };
const getOther = { ...get, as: 'second' };
const patch = (body, more = {}) => ({ body, ...more });
const thenRead = (body, more) => [patch(body, more), get];
const asking = (name, value) => ({ headers: { [name]: value } });
const NAME = 'Noor Saleh';

export const FURTHER_FAULTS = {
  'absent-nullables-cleared': thenRead({ full_name: NAME }),
  'gender-default-with-each-write': thenRead({ full_name: NAME }),
  'empty-patch-clears': thenRead({}),
  'empty-name-ignored': thenRead({ full_name: '' }),
  'second-write-undoes-the-first': [patch({ full_name: NAME }), patch({ language: 'ar' }), get],
  'balance-loses-hundredths': thenRead({ full_name: NAME }),
  'way-back-skipped': [patch({ gender: 'M' }), patch({ gender: 'F' }), get],
  'written-with-the-next-patch': thenRead({ full_name: NAME }),
  'same-body-written-once': [patch({ gender: 'M' }), patch({ gender: 'NS' }), patch({ gender: 'M' }), get],
  'refused-values-written-later': [patch({ full_name: NAME, gender: 'X' }), patch({ language: 'ar' }), get],

  'name-quotes-typographic': thenRead({ full_name: "Noor O'Neil" }),
  'name-title-cased': thenRead({ full_name: 'Ronald McDonald' }),
  'name-tags-stripped': thenRead({ full_name: 'Noor <3 Omar' }),
  'name-boolean-as-text': thenRead({ full_name: true }),
  'gender-by-number': thenRead({ gender: 0 }),
  'birth-date-day-and-month-swapped': thenRead({ birth_date: '1990-03-04' }),
  'birth-date-century-guessed': thenRead({ birth_date: '1945-03-01' }),
  'leap-day-refused': thenRead({ birth_date: '2000-02-29' }),
  'birth-date-unreadable-becomes-null': thenRead({ birth_date: 'soon' }),
  'address-zero-clears': thenRead({ primary_address: 0 }),
  'email-long-top-domain-refused': thenRead({ email: 'noor@salon.beauty' }),

  'unknown-member-fails': [patch({ nickname: 'x' })],
  'nul-in-name-fails': [patch({ full_name: 'a\0' })],
  'single-error-without-list': [patch({ gender: 'X' })],
  'arabic-detail-missing': [patch({ gender: 'X' }, asking('Accept-Language', 'ar'))],
  'malformed-json-is-empty': [{ raw: '{' }],

  'broken-token-fails': [patch({}, { as: 'nonsense' })],
  'scheme-in-exact-case': [patch({}, { as: null, ...asking('Authorization', 'bearer {first}') })],
  'charset-refused': [patch({}, asking('Content-Type', 'application/json; charset=utf-8'))],
  'accept-of-several-refused': [patch({}, asking('Accept', 'application/json, text/plain, */*'))],
  'unknown-language-fails': [patch({}, asking('Accept-Language', 'fr'))],
  'allow-without-patch': [{ method: 'PUT', body: {} }],
  'read-cached-for-everyone': [get, getOther],
  'pictures-of-all-removed': [patch({ image: null }), getOther],
  'write-goes-to-who-read-last': [getOther, patch({ full_name: NAME }), getOther],

  'image-path-in-answer': [patch({ full_name: NAME })],
  'completed-of-before-in-answer': [patch({ birth_date: null })],
  'nulls-shown-as-empty-texts': thenRead({ birth_date: null }),
  'answers-in-latin-1': thenRead({ full_name: 'José' }),
  'wallet-currency-missing-in-answer': [patch({ full_name: NAME })],
};

export const FURTHER_VARIANTS = {
  'name-trimmed': thenRead({ full_name: ' Noor ' }),
  'email-host-in-lower-case': thenRead({ email: 'Noor@Example.COM' }),
  'compact-dates-accepted': thenRead({ birth_date: '19900101' }),
  'address-as-text-accepted': thenRead({ primary_address: '12' }),
  'body-named-in-errors': [patch([])],
  'token-errors-itemised': [patch({}, { as: 'nonsense' })],
  'page-for-unknown-paths': [{ method: 'GET', path: '/api/customers/you/' }],
  'slash-added-by-redirect': [patch({}, { path: UPDATE.slice(0, -1) })],
  'optional-nested-members-left-out': [get],
  'credential-before-route': [{ method: 'PUT', as: null, body: {} }],
};
