import { Injectable } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { EventDto } from './events.dto';
import { EVENTS, TICKET_TYPES, VENUES } from './seeds';
import { TicketTypeDto } from './ticket-types.dto';
import { VenueDto } from './venues.dto';
import { hasVariant } from './options';
import { toUtc } from './validation';

export interface Kept {
  version: number;
  createdAt: string;
  updatedAt: string;
}

export type KeptEvent = EventDto & Kept & { account: string };
export type KeptTicketType = TicketTypeDto & Kept;
export type KeptVenue = VenueDto & Kept;

/** All records, in memory; what comes out of it may be changed without changing what is in it. */
export class Collection<T extends Kept & { id: string | number }> {
  private readonly records = new Map<string, T>();

  constructor(seeds: T[]) {
    seeds.forEach((seed) => this.put(seed));
  }

  get(id: string): T | undefined {
    const record = this.records.get(id);
    return record && structuredClone(record);
  }

  all(): T[] {
    return [...this.records.values()].map((record) => structuredClone(record));
  }

  put(record: T): T {
    this.records.set(String(record.id), structuredClone(record));
    return record;
  }

  remove(id: string): void {
    this.records.delete(id);
  }

  /** Keeps a changed record as a new version, unless nothing is different. */
  change(next: T): T {
    const same = isDeepStrictEqual(this.get(String(next.id)), next);
    if (same && !hasVariant('touch-always')) return next;
    return this.put({ ...next, version: next.version + 1, updatedAt: now() });
  }
}

@Injectable()
export class Store {
  readonly events = new Collection<KeptEvent>(EVENTS);
  readonly ticketTypes = new Collection<KeptTicketType>(TICKET_TYPES);
  readonly venues = new Collection<KeptVenue>(VENUES);
  private lastTicketType = Math.max(...TICKET_TYPES.map(({ id }) => id));

  nextTicketTypeId(): number {
    this.lastTicketType += 1;
    return this.lastTicketType;
  }
}

export function now(): string {
  return toUtc(new Date().toISOString());
}

export function newKept(): Kept {
  return { version: 1, createdAt: now(), updatedAt: now() };
}

export const newEventId = (): string => randomUUID();

export const newVenueId = (): string => `ven_${randomBytes(3).toString('hex')}`;

/** The record with the members of a body that were sent; nested objects as plain data. */
export function merged<T extends object>(record: T, body: object): T {
  const sent = Object.entries(structuredClone({ ...body })).filter(([, value]) => value !== undefined);
  return { ...record, ...Object.fromEntries(sent) };
}

/** What an answer shows of a record. */
export function shown(record: Kept & { account?: string; tags?: string[]; accessibility?: string[] }): object {
  const { version, account, ...rest } = structuredClone(record);
  if (hasVariant('sets-sorted')) sortSets(rest);
  return hasVariant('unset-absent') ? JSON.parse(JSON.stringify(rest, (_, value) => value ?? undefined)) : rest;
}

function sortSets(record: { tags?: string[]; accessibility?: string[] }): void {
  record.tags?.sort();
  record.accessibility?.sort();
}
