/** The steps behind HTTP. */

import { Readable } from 'node:stream';

import Fastify from 'fastify';

import { answer, preferredLanguage, READ, UPDATE } from './steps.js';

const BODY_LIMIT = 1024 * 1024;

function pieces(payload) {
  const bytes = Buffer.from(payload);
  return Readable.from([bytes.subarray(0, 40), bytes.subarray(40)].filter(({ length }) => length));
}

function send(reply, { status, headers, payload, chunked = false }) {
  return reply
    .code(status)
    .headers(headers)
    .send(chunked && payload ? pieces(payload) : payload);
}

/** A Fastify application that serves the store with these steps. */
export function service(steps, store) {
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true });
  const memory = new Map();
  const context = (request) => ({
    steps,
    store,
    memory,
    method: request.method,
    path: request.raw.url.split('?')[0],
    headers: request.headers,
    raw: request.body ?? Buffer.alloc(0),
    language: preferredLanguage(request.headers),
  });
  const handler = (work) => async (request, reply) => send(reply, answer(context(request), work));

  // The steps look at the media type after the credential, so the framework only gathers the bytes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
  app.get(
    READ,
    handler((given) => ({ status: 200, body: steps.read(given) })),
  );
  app.patch(
    UPDATE,
    handler((given) => ({ status: 200, body: steps.update(given) })),
  );
  app.setNotFoundHandler(handler((given) => steps.unrouted(given)));
  app.setErrorHandler((error, request, reply) =>
    handler(() => {
      throw error;
    })(request, reply),
  );
  return app;
}
