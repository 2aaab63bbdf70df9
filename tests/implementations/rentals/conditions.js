// Conditional requests (RFC 9110, section 13) and preferences (RFC 7240).
import { Problem } from "./problems.js";

const tags = (field) => [...field.matchAll(/(W\/)?("[^"]*")/g)].map(([, weak, tag]) => ({ weak: Boolean(weak), tag }));

const matches = (field, etag, { strong }) =>
  field.trim() === "*" || tags(field).some(({ weak, tag }) => tag === etag && !(strong && weak));

/** Whether a GET with this `If-None-Match` is answered with 304. */
export const isFresh = (request, etag) => {
  const field = request.headers["if-none-match"];
  return field !== undefined && matches(field, etag, { strong: false });
};

/** Refuses a change whose conditions do not hold: 428 where `If-Match` is required and missing, else 412. */
export const checkConditions = (kind, request, etag) => {
  const field = request.headers["if-match"];
  if (field === undefined && kind.ifMatchRequired) throw new Problem(428, "If-Match is required for this resource.");
  if (field !== undefined && !matches(field, etag, { strong: true })) throw new Problem(412, "The record has been changed.");
  if (isFresh(request, etag)) throw new Problem(412, "The record exists.");
};

/** Whether the client asks for the changed record in the answer. */
export const prefersRepresentation = (request) =>
  /(?:^|,)\s*return\s*=\s*"?representation"?\s*(?:$|[,;])/i.test(String(request.headers.prefer ?? ""));
