/** Partial updates that lose, keep or add something, and writes that differ when they are repeated. */

import { invalid } from '../problems.js';
import { without } from '../objects.js';
import { fault, merging, resulting, rewriting } from './builders.js';

const PARTIAL = 'partial_update';
const REPEATED = 'idempotence';

/** A date some days later, as a date. */
function shifted(date, days) {
  const moment = new Date(`${date}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

/** The first four members of the body, in the order of the body. */
function firstFour(changes, record, { body }) {
  const kept = Object.keys(body).slice(0, 4);
  return Object.fromEntries(Object.entries(changes).filter(([name]) => kept.includes(name)));
}

function choiceOfWallet(after, changes, before, { body }) {
  const sent = body.wallet?.is_use_wallet_in_payment;
  return typeof sent === 'boolean' ? { ...after, wallet: { ...after.wallet, pays: sent } } : after;
}

function refuseRepetition(base) {
  return {
    check(context) {
      const key = `last:${context.customerId}`;
      const text = JSON.stringify(context.body);
      const changes = base.check(context);
      if (Object.keys(changes).length && context.memory.get(key) === text) throw invalid([{ code: 'invalid', attr: null }]);
      context.memory.set(key, text);
      return changes;
    },
  };
}

export const mergingFaults = [
  fault(
    'birth-date-null-kept',
    PARTIAL,
    'birth_date',
    'null is accepted for the date of birth, and the old date stays',
    merging((changes) => (changes.birth_date === null ? without(changes, 'birth_date') : changes)),
  ),
  fault(
    'address-null-kept-in-company',
    PARTIAL,
    'primary_address',
    'null for the address is dropped when other members are sent with it',
    merging((changes) =>
      changes.primary_address === null && Object.keys(changes).length > 1 ? without(changes, 'primary_address') : changes,
    ),
  ),
  fault(
    'address-lost-with-language',
    PARTIAL,
    'primary_address',
    'A change of the language empties the address',
    resulting((after, changes, before) =>
      'language' in changes && changes.language !== before.language && !('primary_address' in changes)
        ? { ...after, primary_address: null }
        : after,
    ),
  ),
  fault(
    'email-lost-beside-name',
    PARTIAL,
    'email',
    'The e-mail address is not written when the name is in the same body',
    merging((changes) => ('full_name' in changes ? without(changes, 'email') : changes)),
  ),
  fault(
    'language-stuck-at-arabic',
    PARTIAL,
    'language',
    'From Arabic there is no way back: the answer is 200 and the language stays',
    merging((changes, record) => (record.language === 'ar' ? without(changes, 'language') : changes)),
  ),
  fault('members-after-the-fourth-lost', PARTIAL, '', 'Only the first four members of a body are written', merging(firstFour)),
  fault(
    'gender-ns-not-written',
    PARTIAL,
    'gender',
    'NS is taken for "nothing was chosen", and the old gender stays',
    merging((changes) => (changes.gender === 'NS' ? without(changes, 'gender') : changes)),
  ),
  fault(
    'email-subaddress-lost',
    PARTIAL,
    'email',
    'A part from "+" to "@" is cut out of the e-mail address',
    rewriting('email', (text) => text.replace(/\+[^@]*/, '')),
  ),
  fault(
    'phone-number-writable',
    PARTIAL,
    'phone_number',
    'A phone number in the body is written, though the request has no such field',
    resulting((after, changes, before, { body }) =>
      typeof body.phone_number === 'string' ? { ...after, phone_number: body.phone_number } : after,
    ),
  ),
  fault(
    'wallet-choice-writable',
    PARTIAL,
    'wallet.is_use_wallet_in_payment',
    'The read-only wallet takes is_use_wallet_in_payment from the body',
    resulting(choiceOfWallet),
  ),

  fault('repetition-refused', REPEATED, '', 'The same body a second time in a row is refused with 400', refuseRepetition),
  fault(
    'image-null-twice-fails',
    REPEATED,
    'image',
    'Removing a picture that is not there is a 500',
    resulting((after, changes, before) => {
      if (changes.image === null && before.image === null) throw new Error('ENOENT: no such picture');
      return after;
    }),
  ),
  fault(
    'same-birth-date-clears',
    REPEATED,
    'birth_date',
    'Writing the date that is stored already empties it',
    resulting((after, changes, before) =>
      changes.birth_date && changes.birth_date === before.birth_date ? { ...after, birth_date: null } : after,
    ),
  ),
  fault(
    'birth-date-steps-back',
    REPEATED,
    'birth_date',
    'Each write without the date of birth moves the stored date one day back',
    resulting((after, changes, before) =>
      !('birth_date' in changes) && before.birth_date && Object.keys(changes).length
        ? { ...after, birth_date: shifted(before.birth_date, -1) }
        : after,
    ),
  ),
  fault(
    'same-language-toggles',
    REPEATED,
    'language',
    'Writing the language that is stored already changes to the other one',
    resulting((after, changes, before) =>
      changes.language && changes.language === before.language
        ? { ...after, language: before.language === 'en' ? 'ar' : 'en' }
        : after,
    ),
  ),
];
