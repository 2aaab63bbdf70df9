/** Command line: serves until SIGTERM, or lists what can be switched on. */

import { renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { stepsOf } from './assembly.js';
import { issue } from './credentials.js';
import { faults } from './faults/index.js';
import { service } from './service.js';
import { READ } from './steps.js';
import { Store } from './store.js';
import { variants } from './variants.js';

const OPTIONS = {
  port: { type: 'string', default: '0' },
  'ready-file': { type: 'string' },
  fault: { type: 'string', multiple: true, default: [] },
  variant: { type: 'string', multiple: true, default: [] },
  'list-faults': { type: 'boolean', default: false },
  'list-variants': { type: 'boolean', default: false },
};

function fail(text) {
  console.error(`main.js: ${text}`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return fail(error.message);
  }
}

function readiness(url, store) {
  const [first, second] = store.ids();
  return {
    url,
    api: 'customers_me',
    auth: { jwtAuth: issue(first) },
    customer: {},
    other_customer: { path: {}, auth: { jwtAuth: issue(second) } },
    read: READ,
    values: { primary_address: store.addresses(first) },
  };
}

/** A reader sees the whole file or none. */
function announce(ready, path) {
  const text = `${JSON.stringify(ready)}\n`;
  process.stdout.write(text);
  if (!path) return;
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

function print(entries) {
  const plain = entries.map(({ alter, ...described }) => described);
  process.stdout.write(`${JSON.stringify(plain, null, 2)}\n`);
}

function steps({ fault, variant }) {
  try {
    return stepsOf({ faults: fault, variants: variant });
  } catch (error) {
    return fail(error.message);
  }
}

async function serve(given) {
  const port = Number(given.port);
  if (!(Number.isInteger(port) && port >= 0 && port < 65536)) fail(`--port ${given.port} is not a port number`);
  const store = new Store();
  const app = service(steps(given), store);
  const url = await app.listen({ host: '127.0.0.1', port });
  process.once('SIGTERM', () => app.close().then(() => process.exit(0)));
  announce(readiness(url, store), given['ready-file']);
}

const given = options();
if (given['list-faults']) print(faults);
else if (given['list-variants']) print(variants);
else await serve(given);
