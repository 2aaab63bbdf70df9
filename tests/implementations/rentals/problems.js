// Problem details (RFC 9457).
import { randomBytes } from "node:crypto";

const TITLES = {
  400: "One or more validation errors occurred.",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
  428: "Precondition Required",
  500: "An error occurred while processing your request.",
};

export class Problem extends Error {
  constructor(status, detail, { headers = {}, errors } = {}) {
    super(detail);
    Object.assign(this, { status, detail, headers, errors });
  }
}

/** The problem of a request whose members are wrong, from `{path, message}` each. */
export const validationProblem = (errors) => {
  const messages = Object.create(null); // a path may be any text, `__proto__` too
  for (const { path, message } of errors) (messages[path] ??= []).push(message);
  return new Problem(400, undefined, { errors: messages });
};

export const bodyOf = ({ status, detail, errors }, instance) => ({
  type: `https://rentals.example/problems/${status}`,
  title: TITLES[status] ?? "Error",
  status,
  detail,
  instance,
  errors: status === 400 && !errors ? { "": [detail] } : errors,
  traceId: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`,
});
