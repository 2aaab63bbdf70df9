/** Bearer tokens (RFC 6750): JSON Web Tokens that this process has signed. */

import { randomBytes } from 'node:crypto';

import jwt from 'jsonwebtoken';

import { refusal } from './problems.js';

const SECRET = randomBytes(32);
const CHALLENGE = 'Bearer realm="api"';

/** A token for a customer, good for twelve hours. */
export function issue(id) {
  return jwt.sign({ token_type: 'access' }, SECRET, { subject: String(id), expiresIn: '12h' });
}

/** The token of an Authorization field, or undefined. */
export function tokenOf(authorization = '') {
  return /^bearer +([^ ]+) *$/i.exec(authorization)?.[1];
}

/** The subject of a token, whoever signed it; null where it is no token at all. */
export function claimed(token) {
  return Number(jwt.decode(token ?? '')?.sub) || null;
}

/** The customer that the request speaks for. */
export function authenticate({ headers, store }) {
  const token = tokenOf(headers.authorization);
  if (!token) throw refusal(401, 'not_authenticated', { 'WWW-Authenticate': CHALLENGE });
  const id = verified(token);
  if (!store.has(id)) throw refusal(401, 'token_not_valid', { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` });
  return id;
}

function verified(token) {
  try {
    return Number(jwt.verify(token, SECRET, { algorithms: ['HS256'] }).sub);
  } catch {
    return null;
  }
}
