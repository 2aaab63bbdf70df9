// Checks of values. A check is (value, at, report) -> the value to store; it reports (at, message) for what is wrong.
import { isObject, length } from "./service.mjs";

export const text =
  ({ min = 0, max = Infinity, pattern, trim = false, lower = false } = {}) =>
  (value, at, report) => {
    if (typeof value !== "string") return report(at, "must be a text");
    let result = trim ? value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "") : value;
    if (lower) result = result.toLowerCase();
    if (length(result) < min || length(result) > max) report(at, `must have ${min} to ${max} characters`);
    else if (pattern && !pattern.test(result)) report(at, "does not have the expected form");
    return result;
  };

export const EMAIL =
  /^(?=.{1,64}@)[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;

export const integer = (min, max) => (value, at, report) => {
  if (!Number.isInteger(value)) return report(at, "must be a whole number");
  if (value < min || value > max) report(at, `must be between ${min} and ${max}`);
  return value;
};

/** A number with at most `scale` decimal places. */
export const decimal = (min, max, scale) => (value, at, report) => {
  if (typeof value !== "number") return report(at, "must be a number");
  if (value < min || value > max) report(at, `must be between ${min} and ${max}`);
  else if (Number(value.toFixed(scale)) !== value) report(at, `must have at most ${scale} decimal places`);
  return value;
};

export const flag = (value, at, report) => (typeof value === "boolean" ? value : report(at, "must be true or false"));

export const oneOf =
  (...allowed) =>
  (value, at, report) =>
    allowed.includes(value) ? value : report(at, `must be one of ${allowed.join(", ")}`);

export const nullable = (check) => (value, at, report) => (value === null ? null : check(value, at, report));

/** `path(at, index)` writes the place of an item. */
export const list =
  (check, { min = 0, max = Infinity, distinct = false } = {}, path = (at, i) => `${at}[${i}]`) =>
  (value, at, report) => {
    if (!Array.isArray(value)) return report(at, "must be a list");
    if (value.length < min || value.length > max) return report(at, `must have ${min} to ${max} items`);
    const items = value.map((item, i) => check(item, path(at, i), report));
    if (distinct && new Set(items).size < items.length) report(at, "must not have the same item twice");
    return items;
  };

/** An object that is replaced as a whole: members left out take `defaults`; those without a default are required. */
export const object =
  (checks, defaults = {}, { closed = false, path = (at, name) => `${at}.${name}` } = {}) =>
  (value, at, report) => {
    if (!isObject(value)) return report(at, "must be an object");
    const result = {};
    for (const [name, check] of Object.entries(checks)) {
      if (Object.hasOwn(value, name)) result[name] = check(value[name], path(at, name), report);
      else if (Object.hasOwn(defaults, name)) result[name] = defaults[name];
      else report(path(at, name), "is required");
    }
    for (const name of closed ? Object.keys(value) : []) if (!Object.hasOwn(checks, name)) report(path(at, name), "is not known");
    return result;
  };

const INSTANT = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export const isDate = (value) => {
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : new Date(NaN);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(value);
};

/** An RFC 3339 time with a zone; stored in UTC with milliseconds. */
export const instant = (value, at, report) => {
  const parts = typeof value === "string" ? INSTANT.exec(value.toUpperCase()) : null;
  const utc = parts && isDate(parts[1]) ? new Date(parts[0]).toISOString() : "";
  return /^\d{4}-/.test(utc) ? utc : report(at, "must be a time with a zone");
};

export const date = (value, at, report) => (typeof value === "string" && isDate(value) ? value : report(at, "must be a date"));
