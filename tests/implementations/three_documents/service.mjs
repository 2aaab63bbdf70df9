// What the three services share: the command line, the ready file, reading and answering requests.
import { createServer } from "node:http";
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const LARGEST_BODY = 1 << 20;

function readArguments(argv, known) {
  const options = { port: 0, readyFile: null, variants: new Set() };
  for (let i = 0; i < argv.length; i += 2) {
    const [word, value] = [argv[i], argv[i + 1]];
    if (word === "--port") options.port = Number(value);
    else if (word === "--ready-file") options.readyFile = value;
    else if (word === "--variant" && known.includes(value)) options.variants.add(value);
    else {
      console.error(`unknown argument ${word} ${value ?? ""}; variants: ${known.join(", ")}`);
      process.exit(2);
    }
  }
  return options;
}

/**
 * Starts a service. `create(variants)` gives {handle(request) -> answer, ready}.
 * The handler is synchronous, so each write is atomic.
 */
export function run(document, variants, create) {
  const argv = process.argv.slice(2);
  if (argv[0] === "--list-variants") return console.log(JSON.stringify(variants, null, 2));
  const options = readArguments(
    argv,
    variants.map((variant) => variant.name),
  );
  const service = create(options.variants);
  const server = createServer((incoming, outgoing) => receive(incoming, outgoing, service, options.variants));
  server.listen(options.port, "127.0.0.1", () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    const openapi = fileURLToPath(new URL(document, import.meta.url));
    const ready = JSON.stringify({ url, openapi, ...service.ready });
    if (options.readyFile) {
      writeFileSync(`${options.readyFile}.part`, ready);
      renameSync(`${options.readyFile}.part`, options.readyFile);
    }
    console.log(ready);
  });
  process.on("SIGTERM", () => process.exit(0));
}

function receive(incoming, outgoing, service, variants) {
  const chunks = [];
  let size = 0;
  incoming.on("data", (chunk) => {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
  });
  incoming.on("end", () => {
    const url = new URL(incoming.url, "http://localhost");
    const request = {
      method: incoming.method === "HEAD" ? "GET" : incoming.method,
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
      tooLarge: size > LARGEST_BODY,
    };
    send(outgoing, incoming.method, answerTo(service, request), variants);
  });
}

function answerTo(service, request) {
  try {
    return service.handle(request);
  } catch (error) {
    if (error.answer) return error.answer;
    console.error(error);
    return service.failure();
  }
}

function send(outgoing, method, answer, variants) {
  const headers = { ...answer.headers };
  if (variants.has("connection-close")) headers.Connection = "close";
  if (answer.body === undefined) {
    outgoing.writeHead(answer.status, headers);
    return outgoing.end();
  }
  const text = JSON.stringify(answer.body, null, variants.has("pretty-json") ? 2 : 0);
  if (!variants.has("chunked")) headers["Content-Length"] = Buffer.byteLength(text);
  outgoing.writeHead(answer.status, headers);
  if (method === "HEAD") return outgoing.end();
  outgoing.write(text);
  outgoing.end();
}

/** An exception that carries the answer to send. */
export function refusal(answer) {
  return Object.assign(new Error("refused"), { answer });
}

/** The JSON value of a body; undefined when it is not JSON in UTF-8. */
export function parseJson(body) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
/** Length in code points, as JSON Schema counts. */
export const length = (text) => [...text].length;
