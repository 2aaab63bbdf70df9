import { parseArgs } from 'node:util';

export interface Fault {
  name: string;
  family: string;
  field: string | null;
  description: string;
}

export interface Variant {
  name: string;
  description: string;
}

const fault = (name: string, family: string, field: string | null, description: string): Fault => ({
  name,
  family,
  field,
  description,
});

/** What the program can do wrongly, one difference each. */
export const FAULTS: Fault[] = [
  fault('default-visibility', 'partial', 'visibility', 'PATCH of a ticket type sets visibility to its default if it is not sent'),
  fault('false-ignored', 'partial', 'isOnline', 'PATCH of an event ignores isOnline when it is false'),
  fault('perks-appended', 'idempotence', 'perks', 'PATCH of a ticket type appends the perks sent to those that it has'),
  fault('status-any-case', 'enums', 'status', 'PATCH of an event takes a status in any case and keeps it as sent'),
  fault('later-session-level', 'enums', 'sessions', 'PATCH of an event checks the level of the first session only'),
  fault('description-one-over', 'lengths', 'description', 'PATCH of an event takes a description of one character too many'),
  fault('price-floored', 'limits', 'price', 'PATCH of a ticket type keeps whole cents rounded down, so that 19.99 becomes 19.98'),
  fault('quantity-as-text', 'types', 'quantity', 'PATCH of a ticket type takes a quantity as a string of digits and converts it'),
  fault('null-title', 'null', 'title', 'PATCH of an event takes null for the title and keeps it'),
  fault('null-ignored', 'null', 'location', 'PATCH of a venue ignores null for the location'),
  fault('impossible-date', 'formats', 'startsAt', 'PATCH of an event takes 30 February as the start and makes it a day of March'),
  fault('sold-writable', 'readonly', 'sold', 'PATCH of a ticket type takes the number sold from the body'),
  fault('half-applied', 'atomicity', 'title', 'PATCH of an event keeps the other members where it refuses the end'),
  fault('currency-everywhere', 'isolation', 'currency', 'PATCH of a ticket type sets the currency of all ticket types'),
  fault('messages-as-objects', 'errors', null, 'The message of a refused body is a list of objects, not of strings'),
  fault('venue-unguarded', 'authentication', null, 'PATCH of a venue asks for no token'),
  fault('any-media-type', 'negotiation', null, 'PATCH of an event reads a body of any media type as JSON'),
  fault('session-without-speakers', 'nested', 'sessions', 'PATCH of an event takes a session without speakers'),
];

/** What the document and HTTP leave open. */
export const VARIANTS: Variant[] = [
  { name: 'first-message-only', description: 'A refused body is answered with its first message alone, as a string' },
  { name: 'touch-always', description: 'updatedAt and the ETag move with each PATCH, also if nothing is different' },
  { name: 'lookup-first', description: 'An unknown record is answered with 404 before the body is looked at' },
  { name: 'foreign-forbidden', description: 'A record of another organiser is answered with 403, not with 404' },
  { name: 'published-stays', description: 'An event that was published cannot become a draft again (409)' },
  { name: 'whole-seconds', description: 'Date-times are kept and answered in whole seconds with +00:00' },
  { name: 'unset-absent', description: 'Members that are null are left out of answers' },
  { name: 'sets-sorted', description: 'Tags and accessibility are answered in alphabetical order' },
  { name: 'validation-422', description: 'A value that is not valid is answered with 422, malformed JSON with 400' },
  { name: 'throttled', description: 'Each fortieth request is answered with 429 and Retry-After: 1' },
];

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'ready-file': { type: 'string' },
    fault: { type: 'string', multiple: true, default: [] },
    variant: { type: 'string', multiple: true, default: [] },
    'list-faults': { type: 'boolean', default: false },
    'list-variants': { type: 'boolean', default: false },
  },
  strict: true,
  allowPositionals: true,
});

export const options = values;

export function hasFault(name: string): boolean {
  return values.fault.includes(name);
}

export function hasVariant(name: string): boolean {
  return values.variant.includes(name);
}

/** The first name given that is in no list, if there is one. */
export function unknownName(): string | undefined {
  const known = new Set([...FAULTS, ...VARIANTS].map((entry) => entry.name));
  return [...values.fault, ...values.variant].find((name) => !known.has(name));
}
