import 'reflect-metadata';
import { renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createApp } from './app';
import { FAULTS, VARIANTS, options, unknownName } from './options';
import { ACCOUNTS, EVENTS, TICKET_TYPES, VENUES } from './seeds';

const [token, otherToken] = Object.keys(ACCOUNTS);

const PATHS = ['/events/{eventId}', '/events/{eventId}/ticket-types/{ticketTypeId}', '/venues/{venueId}'];

/** The path parameters of the first and the second record of each kind, in the order of PATHS. */
function records(index: number): Record<string, string>[] {
  const type = TICKET_TYPES[index];
  return [
    { eventId: EVENTS[index].id },
    { eventId: type.eventId, ticketTypeId: String(type.id) },
    { venueId: VENUES[index].id },
  ];
}

function readiness(url: string): object {
  const [mine, others] = [records(0), records(1)];
  const operations = PATHS.map((path, index) => ({
    method: 'PATCH',
    path,
    token,
    record: { path: mine[index] },
    other: { path: others[index], token: path.startsWith('/venues') ? null : otherToken },
    read: path,
  }));
  return {
    url,
    api: 'events',
    auth: { token },
    customer: mine[0],
    other_customer: { path: others[0], auth: { token: otherToken } },
    read: PATHS[0],
    values: { venueId: VENUES.map(({ id }) => id) },
    openapi: resolve(__dirname, '..', 'openapi.json'),
    operations,
  };
}

function writeReady(file: string, content: object): void {
  writeFileSync(`${file}.part`, JSON.stringify(content));
  renameSync(`${file}.part`, file);
}

async function main(): Promise<void> {
  const unknown = unknownName();
  if (unknown) {
    console.error(`there is no fault or variant ${unknown}`);
    process.exit(2);
  }
  if (options['list-faults'] || options['list-variants']) {
    console.log(JSON.stringify(options['list-faults'] ? FAULTS : VARIANTS, null, 2));
    return;
  }
  const app = await createApp();
  await app.listen(Number(options.port), '127.0.0.1');
  process.once('SIGTERM', () => process.exit(0));
  const { port } = app.getHttpServer().address() as { port: number };
  if (options['ready-file']) writeReady(options['ready-file'], readiness(`http://127.0.0.1:${port}`));
}

void main();
