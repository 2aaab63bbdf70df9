/** What a client may write, field by field. The message of an issue is the error code that the client is told. */

import { z } from 'zod';

export const GENDERS = ['M', 'F', 'NS'];
export const LANGUAGES = ['en', 'ar'];
export const NAME_LIMIT = 255;
export const EMAIL_LIMIT = 254;

/** A limit in characters counts code points: an emoji is one, not two. */
export function characters(text) {
  return [...text].length;
}

function orNull(code) {
  return ({ input }) => (input === null ? 'null' : code);
}

/** A text of at most `limit` characters, as `length` counts them. */
export function text(limit, length = characters) {
  return z
    .string({ error: orNull('invalid') })
    .refine((value) => length(value) <= limit, { error: 'max_length', params: { limit } })
    .refine((value) => !value.includes('\0'), { error: 'null_characters_not_allowed' })
    .refine((value) => value.isWellFormed(), { error: 'surrogate_characters_not_allowed' });
}

/** RFC 5321: a dot-atom, an at sign and a host name of at least two labels. */
export function isEmail(value) {
  const [local, host = ''] = value.split('@');
  return z.regexes.html5Email.test(value) && !/^\.|\.\.|\.$/.test(local) && host.includes('.');
}

export function email(limit) {
  return text(limit).refine(isEmail, { error: 'invalid' });
}

export function choice(values) {
  return z.enum(values, { error: orNull('invalid_choice') });
}

export function date() {
  return z.iso.date({ error: 'invalid' }).nullable();
}

/** One of the ids, or none. */
export function reference(ids) {
  return z
    .int({ error: 'invalid' })
    .refine((id) => ids.includes(id), { error: 'does_not_exist' })
    .nullable();
}

/** A picture is binary: in JSON it can only be removed. */
export function removal() {
  return z.null({ error: 'invalid' });
}

/** Field name to its schema; the context tells whose record it is. */
export const fields = {
  full_name: () => text(NAME_LIMIT),
  email: () => email(EMAIL_LIMIT),
  image: removal,
  gender: () => choice(GENDERS),
  birth_date: date,
  primary_address: ({ store, customerId }) => reference(store.addresses(customerId)),
  language: () => choice(LANGUAGES),
};
