/** Requests that break the service, and refusals that are told wrongly in some circumstances only. */

import { erring, fault, refusing } from './builders.js';

const ENVELOPE = 'error_envelope';

/** An exception, and so a 500, for a body of which `fatal(body, context)` holds. */
function failing(fatal, text) {
  return (base) => ({
    check(context) {
      if (fatal(context.body, context)) throw new Error(text);
      return base.check(context);
    },
  });
}

function unknownName(body, { steps, store, customerId }) {
  const known = steps.show(store.get(customerId), { method: 'GET' });
  return Object.keys(body).some((name) => !(name in known));
}

function nulInName({ full_name: name }) {
  return typeof name === 'string' && name.includes('\0');
}

function malformedIsEmpty(base) {
  return {
    parse(context) {
      try {
        return base.parse(context);
      } catch (problem) {
        if (problem.errors[0].code === 'parse_error') return {};
        throw problem;
      }
    },
  };
}

/** A list of one item becomes that item, as converters from XML do. */
function unlisted({ errors, ...body }) {
  return { ...body, errors: errors.length === 1 ? errors[0] : errors };
}

function told(error, index, all, { language }) {
  return language === 'ar' ? { ...error, detail: null } : error;
}

export const failureFaults = [
  fault('unknown-member-fails', ENVELOPE, '', 'A member that is not known is a 500', failing(unknownName, 'unknown attribute')),
  fault(
    'nul-in-name-fails',
    ENVELOPE,
    'full_name',
    'A null character in the name is a 500 (a database that takes none)',
    failing(nulInName, 'invalid byte sequence 0x00'),
  ),
  fault(
    'single-error-without-list',
    ENVELOPE,
    '',
    'A single error stands in the answer without the list',
    refusing((answer) => ({ ...answer, body: unlisted(answer.body) })),
  ),
  fault(
    'arabic-detail-missing',
    ENVELOPE,
    '',
    'The detail of an error is null when Arabic is asked for (texts that nobody has translated)',
    erring(told),
  ),
  fault('malformed-json-is-empty', 'types', '', 'A body that is no JSON is answered as an empty one, with 200', malformedIsEmpty),
];
