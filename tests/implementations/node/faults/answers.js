/** Answers that show something else than what is stored. */

import { fault, showing } from './builders.js';

const RESPONSE = 'response';

/** The answer to a PATCH is made from the record as it was. */
function beforeTheChange(base) {
  return { show: (record, context) => base.show(context.method === 'PATCH' ? context.before : record, context) };
}

function asMoment(date) {
  return date && `${date}T00:00:00.000Z`;
}

function asText(id) {
  return id === null ? null : String(id);
}

export const answerFaults = [
  fault('answer-before-the-change', RESPONSE, '', 'The answer to a PATCH shows the record as it was before', beforeTheChange),
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
    'The answer to a PATCH shows the date of birth with a time',
    showing((view) => ({ ...view, birth_date: asMoment(view.birth_date) })),
  ),
  fault(
    'balance-shown-as-number',
    RESPONSE,
    'wallet.balance',
    'The answer to a PATCH shows the balance as a number',
    showing((view) => ({ ...view, wallet: { ...view.wallet, balance: Number(view.wallet.balance) } })),
  ),
];
