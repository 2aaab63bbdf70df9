/** Serializers that differ between reading and writing, or that break with some values. */

import { isCompleted } from '../profile.js';
import { without } from '../objects.js';
import { fault, showing } from './builders.js';

const RESPONSE = 'response';

function imagePath(view) {
  return { ...view, image: view.image && new URL(view.image).pathname };
}

function nullsAsTexts(base) {
  return {
    show(record, context) {
      const members = Object.entries(base.show(record, context));
      return Object.fromEntries(members.map(([name, value]) => [name, value ?? '']));
    },
  };
}

function latin1(base) {
  return {
    finish(given, context) {
      const answer = base.finish(given, context);
      const payload = answer.payload && Buffer.from(answer.payload.replace(/[^\0-\xff]/g, '?'), 'latin1');
      return { ...answer, payload };
    },
  };
}

export const serializerFaults = [
  fault(
    'image-path-in-answer',
    RESPONSE,
    'image',
    'The answer to a PATCH shows the path of the picture, without scheme and host',
    showing(imagePath),
  ),
  fault(
    'completed-of-before-in-answer',
    RESPONSE,
    'is_profile_completed',
    'The answer to a PATCH shows is_profile_completed as it was before the write',
    showing((view, { before }) => ({ ...view, is_profile_completed: isCompleted(before) })),
  ),
  fault('nulls-shown-as-empty-texts', RESPONSE, '', 'Members that are null are shown as ""', nullsAsTexts),
  fault('answers-in-latin-1', RESPONSE, '', 'Answers are encoded in Latin-1 (RFC 8259, section 8.1: UTF-8)', latin1),
  fault(
    'wallet-currency-missing-in-answer',
    RESPONSE,
    'wallet.balance_currency',
    'The wallet in the answer to a PATCH has no currency',
    showing((view) => ({ ...view, wallet: without(view.wallet, 'balance_currency') })),
  ),
];
