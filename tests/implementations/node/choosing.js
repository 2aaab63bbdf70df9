/** Shapes that variants have in common: each makes a function from the steps so far to the steps that it replaces. */

import { invalid } from './problems.js';

export function variant(name, description, alter) {
  return { name, description, alter };
}

/** Every answer with a profile shows `changed(view, record, context)`. */
export function showing(changed) {
  return (base) => ({ show: (record, context) => changed(base.show(record, context), record, context) });
}

/** Every answer is sent as `changed(answer, context)`. */
export function sending(changed) {
  return (base) => ({ finish: (given, context) => changed(base.finish(given, context), context) });
}

export function adding(headers) {
  return sending((answer) => ({ ...answer, headers: { ...answer.headers, ...headers } }));
}

/** Errors that are found before the fields are checked: `found(body)` lists them. */
export function refusing(found) {
  return (base) => ({
    check(context) {
      const errors = found(context.body, context);
      if (errors.length) throw invalid(errors);
      return base.check(context);
    },
  });
}
