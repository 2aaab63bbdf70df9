/** Answers that show something else than what is stored. */

import { fault, showing } from './builders.js';

const RESPONSE = 'response';

/** The address was loaded before the write, and the answer is made from what was loaded. */
function oldAddress(view, { before }) {
  return { ...view, primary_address: before.primary_address };
}

/** A date that was parsed into a moment is shown as one; read from the store, it is a date again. */
function momentOnceWritten(view, { body }) {
  return body.birth_date ? { ...view, birth_date: `${view.birth_date}T00:00:00.000Z` } : view;
}

function asText(id) {
  return id === null ? null : String(id);
}

export const answerFaults = [
  fault(
    'old-address-in-answer',
    RESPONSE,
    'primary_address',
    'The answer to a PATCH shows the address as it was before the write',
    showing(oldAddress),
  ),
  fault(
    'address-shown-as-text',
    RESPONSE,
    'primary_address',
    'The answer to a PATCH shows the address as a text',
    showing((view) => ({ ...view, primary_address: asText(view.primary_address) })),
  ),
  fault(
    'birth-date-shown-with-time',
    RESPONSE,
    'birth_date',
    'The answer to a PATCH that writes the date of birth shows it with a time',
    showing(momentOnceWritten),
  ),
  fault(
    'balance-shown-as-number',
    RESPONSE,
    'wallet.balance',
    'The answer to a PATCH shows the balance as a number',
    showing((view) => ({ ...view, wallet: { ...view.wallet, balance: Number(view.wallet.balance) } })),
  ),
];
