/** Layers between the request and the record: ORMs with defaults and stale entities, queues, replay caches, sessions. */

import { outcomes } from '../steps.js';
import { fault, merging, resulting } from './builders.js';

const PARTIAL = 'partial_update';
const REPEATED = 'idempotence';
const NULLABLE = ['image', 'birth_date', 'primary_address'];

/** The value that `memory` holds under a key, made at the first use. */
function remembered(memory, key, make) {
  if (!memory.has(key)) memory.set(key, make());
  return memory.get(key);
}

function emptied(record, names) {
  return { ...record, ...Object.fromEntries(names.map((name) => [name, null])) };
}

function absentCleared(after, changes) {
  return emptied(
    after,
    NULLABLE.filter((name) => !(name in changes)),
  );
}

/** Each write starts from the record as it was loaded for the first one. */
function staleEntity(base) {
  return {
    merge(record, changes, context) {
      const entity = remembered(context.memory, `entity ${record.id}`, () => record);
      return base.merge(entity, changes, context);
    },
  };
}

/** What differs from the record as it was loaded first is dirty; the rest is not written. */
function dirtyOnly(changes, record, { memory }) {
  const first = remembered(memory, `first ${record.id}`, () => record);
  return Object.fromEntries(Object.entries(changes).filter(([name, value]) => first[name] !== value));
}

/** A write waits in a queue until the next one pushes it out. */
function queued(base) {
  const key = ({ customerId }) => `queue ${customerId}`;
  return {
    merge: (record, changes, context) => base.merge(context.memory.get(key(context)) ?? record, changes, context),
    save(record, context) {
      const waiting = context.memory.get(key(context));
      if (waiting) base.save(waiting, context);
      context.memory.set(key(context), record);
    },
  };
}

/** The body is taken for the key of the request: what was seen before is answered as then, and not written. */
function replaying(base) {
  return {
    merge(record, changes, context) {
      const key = `answer ${record.id} ${context.raw}`;
      context.replayed = context.memory.has(key);
      return remembered(context.memory, key, () => base.merge(record, changes, context));
    },
    save(record, context) {
      if (!context.replayed) base.save(record, context);
    },
  };
}

/** Good values of a refused body stay in the session, and the next commit takes them along. */
function dirtySession(base) {
  const key = ({ customerId }) => `session ${customerId}`;
  return {
    check(context) {
      try {
        return base.check(context);
      } catch (problem) {
        const good = outcomes(context).filter(({ error }) => !error);
        context.memory.set(key(context), Object.fromEntries(good.map(({ name, value }) => [name, value])));
        throw problem;
      }
    },
    merge(record, changes, context) {
      const waiting = context.memory.get(key(context));
      context.memory.delete(key(context));
      return base.merge(record, { ...waiting, ...changes }, context);
    },
  };
}

function wholeUnits(after, changes) {
  const hundredths = Math.floor(after.wallet.hundredths / 100) * 100;
  return Object.keys(changes).length ? { ...after, wallet: { ...after.wallet, hundredths } } : after;
}

export const stateFaults = [
  fault(
    'absent-nullables-cleared',
    PARTIAL,
    '',
    'Members that may be null become null when they are not in the body',
    resulting(absentCleared),
  ),
  fault(
    'gender-default-with-each-write',
    PARTIAL,
    'gender',
    'A body without the gender stores the default of the model, NS',
    merging((changes) => ({ gender: 'NS', ...changes })),
  ),
  fault(
    'empty-patch-clears',
    PARTIAL,
    '',
    'An empty body empties the members that may be null',
    resulting((after, changes, before, { body }) => (Object.keys(body).length ? after : emptied(after, NULLABLE))),
  ),
  fault(
    'empty-name-ignored',
    PARTIAL,
    'full_name',
    'An empty name is accepted, and the old one stays (a test for truth)',
    merging((changes, { full_name: old }) => (changes.full_name === '' ? { ...changes, full_name: old } : changes)),
  ),
  fault(
    'second-write-undoes-the-first',
    PARTIAL,
    '',
    'Each write starts from the record as the first one loaded it, and so undoes the writes between',
    staleEntity,
  ),
  fault(
    'balance-loses-hundredths',
    PARTIAL,
    'wallet.balance',
    'Each write stores the balance of the wallet as a whole number',
    resulting(wholeUnits),
  ),
  fault(
    'way-back-skipped',
    REPEATED,
    '',
    'A value that stood there at first is taken for unchanged: after another one was written, there is no way back',
    merging(dirtyOnly),
  ),
  fault(
    'written-with-the-next-patch',
    REPEATED,
    '',
    'A write is answered at once and stored only with the next one (a queue)',
    queued,
  ),
  fault(
    'same-body-written-once',
    REPEATED,
    '',
    'A body that was sent before is answered as then and not written again, whatever was written between',
    replaying,
  ),
  fault(
    'refused-values-written-later',
    'atomicity',
    '',
    'Good values of a refused body are stored with the next accepted one',
    dirtySession,
  ),
];
