// The program: `node main.js --port 0 --ready-file FILE [--fault NAME]... [--variant NAME]... | --list-faults | --list-variants`.
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { faults } from "./faults.js";
import { kinds } from "./kinds.js";
import { FOREIGN, KNOWN, TOKENS } from "./seeds.js";
import { service } from "./service.js";
import { variants } from "./variants.js";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "ready-file": { type: "string" },
    fault: { type: "string", multiple: true, default: [] },
    variant: { type: "string", multiple: true, default: [] },
    "list-faults": { type: "boolean", default: false },
    "list-variants": { type: "boolean", default: false },
  },
});

const listed = (entries) =>
  process.stdout.write(
    `${JSON.stringify(
      entries.map(({ apply, ...entry }) => entry),
      null,
      2,
    )}\n`,
  );

const chosen = (names, entries, what) =>
  names.map((name) => {
    const entry = entries.find((candidate) => candidate.name === name);
    if (entry) return entry.apply;
    process.stderr.write(`There is no ${what} ${name}; see --list-${what}s.\n`);
    return process.exit(2);
  });

/** One PATCH operation with its GET, a record to be changed, and another agency's. */
const operation = ({ collection, parameter }) => {
  const path = `/${collection}/{${parameter}}`;
  return {
    method: "PATCH",
    path,
    read: path,
    record: { path: { [parameter]: KNOWN[parameter] } },
    token: TOKENS.gotland,
    other: { path: { [parameter]: FOREIGN[parameter] }, token: TOKENS.dalarna },
  };
};

const writeReady = (file, url) => {
  const ready = {
    url,
    api: "rentals",
    auth: { bearerAuth: TOKENS.gotland },
    customer: KNOWN,
    other_customer: { path: FOREIGN, auth: { bearerAuth: TOKENS.dalarna } },
    openapi: fileURLToPath(new URL("./openapi.yaml", import.meta.url)),
    operations: Object.values(kinds).map(operation),
    values: {},
  };
  writeFileSync(`${file}.part`, JSON.stringify(ready));
  renameSync(`${file}.part`, file);
};

const serve = async () => {
  const app = service([...chosen(options.variant, variants, "variant"), ...chosen(options.fault, faults, "fault")]);
  const url = await app.listen({ host: "127.0.0.1", port: Number(options.port) });
  process.on("SIGTERM", () => app.close().then(() => process.exit(0)));
  if (options["ready-file"]) writeReady(options["ready-file"], url);
};

if (options["list-faults"]) listed(faults);
else if (options["list-variants"]) listed(variants);
else await serve();
