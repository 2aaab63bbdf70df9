/**
 * Shows each fault and each variant by the requests in smoke_cases.js and further_smoke_cases.js: their answers must differ from the honest ones, and
 * the honest ones must be as written there. Also the command line: ready file, lists, SIGTERM. Exits 1 on a failure.
 *
 * `--show` prints for each case the first answer that differs.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stepsOf } from './assembly.js';
import { issue } from './credentials.js';
import { faults } from './faults/index.js';
import { FURTHER_FAULTS, FURTHER_VARIANTS } from './further_smoke_cases.js';
import { service } from './service.js';
import { FAULTS, HONEST, VARIANTS } from './smoke_cases.js';
import { UPDATE } from './steps.js';
import { Store } from './store.js';
import { variants } from './variants.js';

const failures = [];
const SHOW = process.argv.includes('--show');

function expect(holds, text) {
  if (!holds) failures.push(text);
}

function bytesOf({ body, raw }) {
  if (raw !== undefined) return Buffer.from(raw);
  return body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
}

/** The header fields of a request; "{first}" in one stands for the token of the first customer. */
function headersOf({ as, headers = {} }, bytes, tokens) {
  const credential = as === null ? undefined : (tokens[as ?? 'first'] ?? as);
  const given = Object.entries(headers).map(([name, value]) => [name, value.replace('{first}', tokens.first)]);
  return {
    ...(credential ? { Authorization: `Bearer ${credential}` } : {}),
    ...(bytes.length ? { 'Content-Type': 'application/json', 'Content-Length': bytes.length } : {}),
    ...Object.fromEntries(given),
  };
}

/** One request; its answer as {status, headers, text}. */
function exchange(url, asked, tokens, agent) {
  const bytes = bytesOf(asked);
  const options = { method: asked.method ?? 'PATCH', headers: headersOf(asked, bytes, tokens), agent };
  return new Promise((resolve, reject) => {
    const outgoing = send(new URL(asked.path ?? UPDATE, url), options, async (incoming) => {
      const text = Buffer.concat(await incoming.toArray()).toString();
      const headers = Object.entries(incoming.headers).filter(([name]) => name !== 'date');
      resolve({ status: incoming.statusCode, headers: Object.fromEntries(headers.sort()), text });
    });
    outgoing.on('error', reject).end(bytes);
  });
}

/** The answers of a fresh service with these names switched on. */
async function answers(requests, switched) {
  const store = new Store();
  const app = service(stepsOf(switched), store);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const [first, second] = store.ids().map(issue);
  const [head, claims] = first.split('.');
  const tokens = { first, second, forged: `${head}.${claims}.${second.split('.')[2]}` };
  const agent = new Agent({ keepAlive: true });
  const received = [];
  for (const asked of requests) received.push(await exchange(url, asked, tokens, agent));
  agent.destroy();
  await app.close();
  return received;
}

async function honestCase({ name, requests, statuses, shows = {}, headers = {} }) {
  const received = await answers(requests, {});
  const last = received.at(-1);
  const told = received.map(({ status }) => status).join(' ');
  expect(told === statuses.join(' '), `honest, ${name}: ${told} ${last.text}`);
  const body = last.text && Object.keys(shows).length ? JSON.parse(last.text) : {};
  for (const [member, value] of Object.entries(shows)) {
    expect(
      JSON.stringify(body[member]) === JSON.stringify(value),
      `honest, ${name}: ${member} is ${JSON.stringify(body[member])}`,
    );
  }
  for (const [field, value] of Object.entries(headers)) {
    expect(last.headers[field] === value, `honest, ${name}: ${field} is ${last.headers[field]}`);
  }
}

async function differs(kind, name, requests) {
  if (!requests) return expect(false, `${kind} ${name}: there is no case`);
  const [usual, other] = [await answers(requests, {}), await answers(requests, { [kind]: [name] })];
  const index = usual.findIndex((answer, place) => JSON.stringify(answer) !== JSON.stringify(other[place]));
  expect(index >= 0, `${kind} ${name}: answers as the honest service does`);
  if (SHOW && index >= 0) show(name, requests[index], usual[index], other[index]);
}

function show(name, asked, usual, other) {
  const line = ({ status, headers, text }) => `${status} ${JSON.stringify(headers)} ${text}`;
  console.log(`${name}\n  asked  ${JSON.stringify(asked).slice(0, 200)}\n  honest ${line(usual)}\n  this   ${line(other)}`);
}

/** A process of main.js, ended by SIGTERM once it has answered. */
async function commandLine() {
  const folder = mkdtempSync(join(tmpdir(), 'smoke-'));
  const file = join(folder, 'ready.json');
  const options = ['--port', '0', '--ready-file', file, '--fault', faults[0].name, '--variant', variants[0].name];
  const child = spawn(process.execPath, [new URL('main.js', import.meta.url).pathname, ...options], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (let waited = 0; !existsSync(file) && waited < 200; waited += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  const { url, auth, read } = JSON.parse(readFileSync(file, 'utf8'));
  const { status } = await exchange(url, { method: 'GET', path: read, as: auth.jwtAuth }, {});
  expect(status === 200, `the command line serves: ${status}`);
  child.kill('SIGTERM');
  expect((await ended) === 0, 'SIGTERM ends the process with 0');
  rmSync(folder, { recursive: true });
}

const quiet = console.error;
console.error = () => {}; // faults that fail on purpose write their exceptions there
for (const known of HONEST) await honestCase(known);
for (const { name } of faults) await differs('faults', name, { ...FAULTS, ...FURTHER_FAULTS }[name]);
for (const { name } of variants) await differs('variants', name, { ...VARIANTS, ...FURTHER_VARIANTS }[name]);
await commandLine();
console.error = quiet;
expect(faults.length === 100 && variants.length === 35, `${faults.length} faults, ${variants.length} variants`);
for (const text of failures) console.error(text);
console.log(`${HONEST.length} honest cases, ${faults.length} faults, ${variants.length} variants: ${failures.length} failures`);
process.exit(failures.length ? 1 : 0);
