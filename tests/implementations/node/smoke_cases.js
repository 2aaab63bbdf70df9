/** Requests that show the honest service, each fault and each variant. A request is {method, path, as, body | raw, headers}. */

import { READ } from './steps.js';

const get = { method: 'GET', path: READ };
const getOther = { ...get, as: 'second' };
const patch = (body, more = {}) => ({ body, ...more });
const NAME = 'Noor Saleh';
const bytes = (count) => 'x'.repeat(count);
const mail = (count) => `${bytes(60)}@${`${bytes(40)}.`.repeat(10)}`.slice(0, count - 4) + '.com';
const PLAIN = { headers: { 'Content-Type': 'text/plain' } };
const XML = { headers: { Accept: 'application/xml' } };

/** Values and whether they are accepted, by field. */
const VALUES = {
  full_name: {
    good: ['', 'a', ' a ', 'é😀', bytes(255), '😀'.repeat(255)],
    bad: [null, 1, true, [], {}, 'a\0', '\ud800', bytes(256)],
  },
  email: {
    good: ['a@b.example', "o'neil+x@mail.example.com", mail(254), 'a@xn--bcher-kva.example', 'A.B@EXAMPLE.COM'],
    bad: ['', 'a', 'a@', '@b.example', 'a b@c.example', 'a@b@c.example', '.a@b.example', 'a@b', mail(255), null, 1, [], {}],
  },
  gender: { good: ['M', 'F', 'NS'], bad: ['m', 'male', '', ' M', null, 1, true, ['M'], {}] },
  language: { good: ['en', 'ar'], bad: ['EN', 'fr', '', null, 1, ['en'], {}] },
  birth_date: {
    good: ['1990-01-01', '2000-02-29', '1899-12-31', null],
    bad: [
      '1990-02-30',
      '1900-02-29',
      '1990-13-01',
      '1990-1-1',
      '19900101',
      '1990-01-01T00:00:00Z',
      ' 1990-01-01',
      '',
      0,
      true,
      [],
      {},
    ],
  },
  primary_address: { good: [12, 11, null], bad: [21, 99, 0, -11, 11.5, '11', true, [], [11], {}, 1e300] },
  image: { good: [null], bad: ['', 'x', 'https://example.com/a.jpg', 1, true, [], {}] },
};

const accepted = Object.entries(VALUES).flatMap(([name, { good }]) =>
  good.map((value) => ({
    name: `${name} ${JSON.stringify(value)}`,
    requests: [patch({ [name]: value }), get],
    statuses: [200, 200],
    shows: { [name]: value },
  })),
);
const refused = Object.entries(VALUES).flatMap(([name, { bad }]) =>
  bad.map((value) => ({
    name: `${name} ${JSON.stringify(value)}`,
    requests: [patch({ [name]: value })],
    statuses: [400],
    shows: { type: 'validation_error' },
  })),
);

export const HONEST = [
  ...accepted,
  ...refused,
  { name: 'no body', requests: [{}], statuses: [200] },
  { name: 'empty patch', requests: [patch({})], statuses: [200] },
  {
    name: 'unknown and read-only members',
    requests: [patch({ id: 7, nickname: 'x', wallet: null, phone_number: '1' })],
    statuses: [200],
    shows: { id: 101, phone_number: '+966501234567' },
  },
  {
    name: 'nothing of a refused patch',
    requests: [patch({ full_name: NAME, gender: 'X', language: 'ar' }), get],
    statuses: [400, 200],
    shows: { full_name: 'Layla Haddad', language: 'en' },
  },
  {
    name: 'the other customer',
    requests: [patch({ full_name: NAME }), getOther],
    statuses: [200, 200],
    shows: { full_name: 'Omar Rahman' },
  },
  { name: 'incomplete', requests: [patch({ birth_date: null })], statuses: [200], shows: { is_profile_completed: false } },
  ...['{', '', '[', '{"a":1,}', '{"full_name":"\xff']
    .filter(Boolean)
    .map((raw) => ({ name: raw, requests: [{ raw }], statuses: [400], shows: { type: 'client_error' } })),
  {
    name: 'bytes that are not UTF-8',
    requests: [{ raw: Buffer.from('7b2266756c6c5f6e616d65223a22ff227d', 'hex') }],
    statuses: [400],
  },
  ...[[], [{}], null, 'x', 1, true].map((body) => ({
    name: JSON.stringify(body),
    requests: [{ raw: JSON.stringify(body) }],
    statuses: [400],
  })),
  { name: 'deep body', requests: [{ raw: '['.repeat(100000) + ']'.repeat(100000) }], statuses: [400] },
  { name: 'large body', requests: [{ raw: ' '.repeat(2 ** 20 + 1) }], statuses: [413] },
  { name: 'text/plain', requests: [patch({}, PLAIN)], statuses: [415], headers: { 'accept-patch': 'application/json' } },
  { name: 'form', requests: [patch({}, { headers: { 'Content-Type': 'multipart/form-data; boundary=x' } })], statuses: [415] },
  {
    name: 'no type',
    requests: [patch({ language: 'ar' }, { headers: { 'Content-Type': '' } }), get],
    statuses: [415, 200],
    shows: { language: 'en' },
  },
  {
    name: 'charset',
    requests: [patch({}, { headers: { 'Content-Type': 'Application/JSON; charset="UTF-8"' } })],
    statuses: [200],
  },
  {
    name: 'other charset',
    requests: [patch({}, { headers: { 'Content-Type': 'application/json; charset=latin1' } })],
    statuses: [415],
  },
  { name: 'XML wanted', requests: [patch({ language: 'ar' }, XML), get], statuses: [406, 200], shows: { language: 'en' } },
  { name: 'wildcard', requests: [patch({}, { headers: { Accept: 'text/html, application/*;q=0.1' } })], statuses: [200] },
  { name: 'JSON not wanted', requests: [patch({}, { headers: { Accept: 'application/json;q=0' } })], statuses: [406] },
  {
    name: 'no credential',
    requests: [patch({}, { as: null })],
    statuses: [401],
    headers: { 'www-authenticate': 'Bearer realm="api"' },
  },
  {
    name: 'forged',
    requests: [patch({ language: 'ar' }, { as: 'forged' }), get],
    statuses: [401, 200],
    shows: { language: 'en' },
  },
  { name: 'no token at all', requests: [patch({}, { as: 'nonsense' })], statuses: [401] },
  ...['POST', 'PUT', 'DELETE', 'GET', 'HEAD'].map((method) => ({
    name: method,
    requests: [{ method }],
    statuses: [405],
    headers: { allow: 'PATCH, OPTIONS' },
  })),
  {
    name: 'PATCH of the read path',
    requests: [patch({}, { path: READ })],
    statuses: [405],
    headers: { allow: 'GET, HEAD, OPTIONS' },
  },
  { name: 'OPTIONS', requests: [{ method: 'OPTIONS' }], statuses: [204], headers: { allow: 'PATCH, OPTIONS' } },
  {
    name: 'unknown path',
    requests: [{ method: 'GET', path: '/api/customers/you/' }],
    statuses: [404],
    shows: { type: 'client_error' },
  },
  {
    name: 'Arabic',
    requests: [patch({ gender: 'X' }, { headers: { 'Accept-Language': 'ar-SA, en;q=0.5' } })],
    statuses: [400],
    headers: { 'content-language': 'ar' },
  },
  {
    name: 'unknown language',
    requests: [patch({}, { headers: { 'Accept-Language': 'fr, ;;q=x' } })],
    statuses: [200],
    shows: { language: 'en' },
  },
];

const repeated = (body) => [patch(body), patch(body)];
const thenRead = (body, more) => [patch(body, more), get];

export const FAULTS = {
  'birth-date-null-kept': thenRead({ birth_date: null }),
  'address-null-kept-in-company': thenRead({ primary_address: null, gender: 'M' }),
  'address-lost-with-language': thenRead({ language: 'ar' }),
  'email-lost-beside-name': thenRead({ full_name: NAME, email: 'noor@example.com' }),
  'language-stuck-at-arabic': [patch({ language: 'ar' }), patch({ language: 'en' }), get],
  'members-after-the-fourth-lost': thenRead({
    full_name: NAME,
    email: 'n@example.com',
    gender: 'M',
    birth_date: '1990-01-01',
    language: 'ar',
  }),
  'gender-ns-not-written': thenRead({ gender: 'NS' }),
  'email-subaddress-lost': thenRead({ email: 'noor+shop@example.com' }),
  'phone-number-writable': thenRead({ phone_number: '+966509999999' }),
  'wallet-choice-writable': thenRead({ wallet: { is_use_wallet_in_payment: false } }),
  'repetition-refused': repeated({ full_name: NAME }),
  'image-null-twice-fails': repeated({ image: null }),
  'same-birth-date-clears': repeated({ birth_date: '1990-01-01' }),
  'birth-date-steps-back': thenRead({ full_name: NAME }),
  'same-language-toggles': repeated({ language: 'ar' }),
  'gender-any-case': thenRead({ gender: 'm' }),
  'gender-unknown-becomes-ns': thenRead({ gender: 'X' }),
  'gender-f-refused': thenRead({ gender: 'F' }),
  'language-region-accepted': thenRead({ language: 'en-US' }),
  'name-of-256-accepted': thenRead({ full_name: bytes(256) }),
  'name-of-255-refused': thenRead({ full_name: bytes(255) }),
  'name-limit-in-bytes': thenRead({ full_name: 'ن'.repeat(200) }),
  'name-limit-in-utf16-units': thenRead({ full_name: '😀'.repeat(200) }),
  'email-limit-missing': thenRead({ email: mail(255) }),
  'name-cut-at-100': thenRead({ full_name: bytes(120) }),
  'birth-date-rolls-over': thenRead({ birth_date: '1990-02-30' }),
  'birth-date-a-day-early-in-summer': thenRead({ birth_date: '1990-07-01' }),
  'birth-date-before-1970-lost': thenRead({ birth_date: '1969-12-31' }),
  'address-fraction-cut': thenRead({ primary_address: 12.5 }),
  'email-null-empties': thenRead({ email: null }),
  'language-null-resets': thenRead({ language: null }),
  'name-emoji-lost': thenRead({ full_name: 'Noor 😀' }),
  'name-markup-escaped': thenRead({ full_name: "Noor O'Neil & Co" }),
  'errors-by-field': [patch({ gender: 'X' })],
  'enum-error-names-no-field': [patch({ gender: 'X' })],
  'every-error-names-the-first-field': [patch({ full_name: null, gender: 'X' })],
  'structure-for-name-fails': [patch({ full_name: {} })],
  'attr-in-camel-case': [patch({ birth_date: 'soon' })],
  'refusal-as-plain-text': [patch({ gender: 'X' })],
  'fields-before-the-error-written': thenRead({ full_name: NAME, language: 'fr' }),
  'email-written-though-refused': thenRead({ email: 'noor@example.com', gender: 'X' }),
  'unknown-address-clears': thenRead({ primary_address: 999 }),
  'bad-birth-date-clears': thenRead({ birth_date: '1990-02-30' }),
  'written-though-unsupported': thenRead({ full_name: NAME }, PLAIN),
  'written-though-not-acceptable': thenRead({ full_name: NAME }, XML),
  'language-for-everyone': [patch({ language: 'ar' }), patch({ language: 'en' }), getOther],
  'read-shows-old-email': [get, patch({ email: 'noor@example.com' }), get],
  'wallet-of-the-other': [patch({ full_name: NAME })],
  'signature-unchecked': [patch({ full_name: NAME }, { as: 'forged' })],
  'no-token-is-the-last-customer': [get, patch({ full_name: NAME }, { as: null })],
  'no-challenge': [patch({}, { as: null })],
  'written-though-unauthorised': [get, patch({ full_name: NAME }, { as: null }), get],
  'text-plain-accepted': thenRead({ full_name: NAME }, PLAIN),
  'no-allow': [{ method: 'PUT', body: {} }],
  'post-writes': thenRead({ full_name: NAME }, { method: 'POST' }),
  'accept-language-written': thenRead({ full_name: NAME }, { headers: { 'Accept-Language': 'ar' } }),
  'old-address-in-answer': thenRead({ primary_address: 12 }),
  'address-shown-as-text': [patch({ full_name: NAME })],
  'birth-date-shown-with-time': [patch({ birth_date: '1990-01-01' })],
  'balance-shown-as-number': [patch({ full_name: NAME })],
};

export const VARIANTS = {
  'members-in-alphabetical-order': [get],
  'pretty-printed': [get],
  'ascii-only': [patch({ full_name: 'نور 😀' })],
  chunked: [get],
  'connection-close': [get],
  compressed: [{ ...get, headers: { 'Accept-Encoding': 'gzip' } }],
  'more-headers': [get],
  'entity-tags': [get, patch({ full_name: NAME }, { headers: { 'If-Match': '"other"' } })],
  'updated-at': [get],
  'nulls-left-out': [patch({ birth_date: null })],
  'country-name-in-language': [{ ...get, headers: { 'Accept-Language': 'ar' } }],
  'completed-once-and-for-all': [patch({ birth_date: null })],
  'signed-image-address': [get],
  'balance-in-shortest-form': [get],
  'unknown-members-refused': [patch({ nickname: 'x' })],
  'read-only-members-refused': [patch({ id: 7 })],
  'empty-patch-refused': [patch({})],
  'empty-email-accepted': thenRead({ email: '' }),
  'empty-name-refused': [patch({ full_name: '' })],
  'first-error-only': [patch({ full_name: null, gender: 'X' })],
  'texts-are-codes': [patch({ gender: 'X' })],
  'form-before-credential': [patch({}, { as: null, ...PLAIN })],
  'options-refused': [{ method: 'OPTIONS' }],
  'merge-patch-accepted': [patch({}, { headers: { 'Content-Type': 'application/merge-patch+json' } })],
  'small-bodies': [{ raw: `{}${' '.repeat(20000)}` }],
};
