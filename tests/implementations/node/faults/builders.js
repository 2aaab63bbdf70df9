/** Shapes that faults have in common: each makes a function from the steps so far to the steps that it replaces. */

import { Problem } from '../problems.js';

export function fault(name, family, field, description, alter) {
  return { name, family, field, description, alter };
}

/** Other changes are merged than were asked for: `changed(changes, record, context)`. */
export function merging(changed) {
  return (base) => ({
    merge: (record, changes, context) => base.merge(record, changed(changes, record, context), context),
  });
}

/** The record after the write is another: `spoilt(after, changes, before, context)`. */
export function resulting(spoilt) {
  return (base) => ({
    merge: (record, changes, context) => spoilt(base.merge(record, changes, context), changes, record, context),
  });
}

/** The text of one field is stored as `altered(text, record)`. */
export function rewriting(name, altered) {
  return merging((changes, record) =>
    typeof changes[name] === 'string' ? { ...changes, [name]: altered(changes[name], record) } : changes,
  );
}

/** A field has another schema: `schemaOf(schema, context)`. */
export function field(name, schemaOf) {
  return (base) => ({ fields: { ...base.fields, [name]: (context) => schemaOf(base.fields[name](context), context) } });
}

/** The answer to a PATCH shows `spoilt(view, context)`. */
export function showing(spoilt) {
  return (base) => ({
    show(record, context) {
      const view = base.show(record, context);
      return context.method === 'PATCH' ? spoilt(view, context) : view;
    },
  });
}

/** A refusal is told as `spoilt(answer, context, problem)`. */
export function refusing(spoilt) {
  return (base) => ({ refuse: (problem, context) => spoilt(base.refuse(problem, context), context, problem) });
}

/** A list of errors is told as `spoilt(error, index, all, context)`, one by one. */
export function erring(spoilt) {
  return refusing((answer, context) => ({
    ...answer,
    body: { ...answer.body, errors: answer.body.errors.map((error, index, all) => spoilt(error, index, all, context)) },
  }));
}

/** When values are refused, `record` is stored all the same: `leak(before, problem, context)`. */
export function leaking(leak) {
  return (base) => ({
    check(context) {
      try {
        return base.check(context);
      } catch (problem) {
        base.save(leak(context.before, problem, context), context);
        throw problem;
      }
    },
  });
}

/** When a step refuses, the write is done first, for the customer that `customer(context)` names. */
export function writingThough(step, customer) {
  return (base) => ({
    [step](context) {
      try {
        return base[step](context);
      } catch (problem) {
        write(base, context, customer(context));
        throw problem;
      }
    },
  });
}

/** Writes what can be written; a body that is refused as well leaves the first refusal as the answer. */
function write(base, context, customerId) {
  if (context.method !== 'PATCH' || !customerId) return;
  const before = context.store.get(customerId);
  const inner = { ...context, customerId, before };
  try {
    inner.body = base.parse(inner);
    base.save(base.merge(before, base.check(inner), inner), inner);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
  }
}
