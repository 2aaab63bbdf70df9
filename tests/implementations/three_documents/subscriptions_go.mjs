// Subscriptions: cents and Unix seconds, "" removes a value, metadata merged key by key, idempotent requests, weak entity tags.
import { createHash } from "node:crypto";
import * as check from "./checks.mjs";
import { isObject, length, parseJson, refusal, run, same } from "./service.mjs";

const VARIANTS = [
  { name: "omit-empty", description: "members without a value are left out of answers" },
  { name: "metadata-sorted", description: "the keys of metadata are answered in alphabetical order" },
  { name: "chunked", description: "answers without Content-Length" },
  { name: "values-422", description: "values that are not accepted are answered with 422, not 400" },
  { name: "updated-each-write", description: "updated and the ETag move with each accepted request, also without a change" },
  { name: "request-id", description: "answers carry Request-Id, errors name it" },
  { name: "connection-close", description: "each connection is closed after the answer" },
  { name: "pretty-json", description: "indented JSON" },
];
const TOKENS = { sk_test_river: { account: "river", livemode: false }, sk_live_stone: { account: "stone", livemode: true } };
const COUPONS = { co_spring10: 10, co_staff50: 50, co_loyal15: 15 };
const CUSTOMERS = {
  cus_1001: { id: "cus_1001", object: "customer", name: "Harbour Books", country: "NO" },
  cus_2001: { id: "cus_2001", object: "customer", name: "Studio Lark", country: "DK" },
};
const CUSTOMER_OF = { river: "cus_1001", stone: "cus_2001" };
const READ_ONLY = ["id", "object", "livemode", "created", "updated", "status", "customer", "currency", "current_period_end"];
const LIMIT = 100000;
const now = () => Math.floor(Date.now() / 1000);
const DAY = 86400;

const orUnset = (verify) => (value, at, report) => (value === "" ? null : verify(value, at, report));
const future = (value, at, report) => {
  const time = check.integer(0, 4102444800)(value, at, report);
  if (time !== undefined && time <= now()) report(at, "must be in the future");
  return time;
};
const closed = { closed: true };
const PAYMENT = {
  card: check.object(
    {
      type: check.oneOf("card"),
      brand: check.oneOf("visa", "mastercard", "amex"),
      last4: check.text({ pattern: /^[0-9]{4}$/ }),
      exp_month: check.integer(1, 12),
      exp_year: check.integer(2024, 2060),
      holder_name: orUnset(check.text({ max: 60 })),
    },
    { holder_name: null },
    closed,
  ),
  bank: check.object(
    {
      type: check.oneOf("bank"),
      bank_name: check.text({ min: 1, max: 60 }),
      account_last4: check.text({ pattern: /^[0-9]{4}$/ }),
      country: check.text({ pattern: /^[A-Z]{2}$/ }),
    },
    {},
    closed,
  ),
};
const paymentMethod = (value, at, report) => {
  if (!isObject(value)) return report(at, "must be an object");
  if (typeof value.type !== "string" || !Object.hasOwn(PAYMENT, value.type)) return report(`${at}.type`, "must be card or bank");
  return PAYMENT[value.type](value, at, report);
};
/** The changes of metadata: texts by key, "" for keys to remove; null when all go. */
const metadata = (value, at, report) => {
  if (value === "") return null;
  if (!isObject(value)) return report(at, "must be an object of texts");
  for (const [key, text] of Object.entries(value)) {
    if (!/^[A-Za-z0-9_-]{1,40}$/.test(key)) report(`${at}.${key}`, "is no key of 1 to 40 letters, digits, _ or -");
    else if (typeof text !== "string" || length(text) > 500) report(`${at}.${key}`, "must be a text of at most 500 characters");
  }
  return value;
};
const CHANGEABLE = {
  description: orUnset(check.text({ max: 200 })),
  amount: check.integer(50, 99999999),
  quantity: check.integer(1, 999),
  collection_method: check.oneOf("charge_automatically", "send_invoice"),
  days_until_due: orUnset(check.integer(1, 90)),
  cancel_at: orUnset(future),
  billing_email: orUnset(check.text({ max: 120, pattern: check.EMAIL })),
  external_id: check.text({ pattern: /^[A-Za-z0-9-]{4,36}$/ }),
  auto_renew: check.flag,
  coupon: orUnset(check.text()),
  payment_method: paymentMethod,
  notes: (value, at, report) => (value === "" ? [] : check.list(check.text({ min: 1, max: 140 }), { max: 3 })(value, at, report)),
  metadata,
};

function sample(id, account, more) {
  const { livemode } = Object.values(TOKENS).find((token) => token.account === account);
  return {
    account,
    id,
    object: "subscription",
    livemode,
    created: 1764000000,
    updated: 1767000000,
    status: "active",
    customer: CUSTOMER_OF[account],
    currency: "nok",
    current_period_end: now() + 20 * DAY,
    description: "Monthly box, large",
    amount: 34900,
    quantity: 2,
    collection_method: "send_invoice",
    days_until_due: 14,
    cancel_at: now() + 200 * DAY,
    billing_email: "books@harbour.example",
    external_id: null,
    auto_renew: true,
    coupon: "co_spring10",
    payment_method: { type: "card", brand: "visa", last4: "4242", exp_month: 11, exp_year: 2031, holder_name: "R. Dahl" },
    notes: ["Rings twice", "Paper invoice wanted"],
    metadata: { shop: "bergen", cost_center: "K-12" },
    ...more,
  };
}

const envelope = (status, type, code, message, param) => ({
  status,
  headers: { "Content-Type": "application/json" },
  body: { error: { type, code, message, ...(param && { param }) } },
});
const refuse = (...parts) => refusal(envelope(...parts));
const withoutEmpty = (value) =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, isObject(member) ? withoutEmpty(member) : member]),
  );

function create(variants) {
  const subscriptions = new Map();
  const remembered = new Map();
  const windows = new Map();
  let lastId = 4;
  let requests = 0;
  for (const subscription of [
    sample("sub_0001", "river", {}),
    sample("sub_0002", "river", {
      description: null,
      collection_method: "charge_automatically",
      days_until_due: null,
      cancel_at: null,
      external_id: "ERP-2002",
      payment_method: { type: "bank", bank_name: "Fjordbank", account_last4: "0917", country: "NO" },
      notes: [],
      metadata: {},
      coupon: null,
    }),
    sample("sub_0003", "stone", { description: "Studio plan", currency: "dkk", amount: 129000, external_id: "LARK-1" }),
    sample("sub_0004", "stone", { currency: "dkk", billing_email: null, notes: ["x"] }),
  ])
    subscriptions.set(subscription.id, subscription);

  function show(subscription, expand = []) {
    const { account, ...shown } = subscription;
    if (expand.includes("customer")) shown.customer = CUSTOMERS[shown.customer];
    if (expand.includes("coupon") && shown.coupon)
      shown.coupon = { id: shown.coupon, object: "coupon", percent_off: COUPONS[shown.coupon] };
    if (variants.has("metadata-sorted")) shown.metadata = Object.fromEntries(Object.entries(shown.metadata).sort());
    return variants.has("omit-empty") ? withoutEmpty(shown) : shown;
  }

  const tagOf = (value) => `W/"${createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16)}"`;

  function ok(subscription, request, status = 200) {
    const body = show(subscription, request.query.getAll("expand[]"));
    return { status, headers: { "Content-Type": "application/json", ETag: tagOf(subscription) }, body };
  }

  function caller(request) {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    if (token && Object.hasOwn(TOKENS, token)) return { token, ...TOKENS[token] };
    const answer = envelope(401, "authentication_error", "invalid_token", "Send a valid secret key as bearer token.");
    answer.headers["WWW-Authenticate"] = "Bearer";
    throw refusal(answer);
  }

  function find(id, user) {
    const subscription = subscriptions.get(id);
    if (subscription?.account === user.account) return subscription;
    throw refuse(404, "invalid_request_error", "resource_missing", `No such subscription: ${id}`, "subscription");
  }

  function readBody(request) {
    const type = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
    if (type !== "application/json") {
      const answer = envelope(415, "invalid_request_error", "unsupported_media_type", "Send application/json.");
      answer.headers["Accept-Patch"] = "application/json";
      throw refusal(answer);
    }
    const body = parseJson(request.body);
    if (!isObject(body)) throw refuse(400, "invalid_request_error", "invalid_json", "The body must be a JSON object.");
    return body;
  }

  const invalid = (param, message, code = "parameter_invalid") =>
    refuse(variants.has("values-422") ? 422 : 400, "invalid_request_error", code, `${param} ${message}`, param);

  function readChanges(body, ignored) {
    const changes = {};
    const report = (param, message) => {
      throw invalid(param, message);
    };
    for (const [name, value] of Object.entries(body)) {
      if (ignored.includes(name)) continue;
      if (!Object.hasOwn(CHANGEABLE, name)) throw invalid(name, "is not known", "parameter_unknown");
      changes[name] = CHANGEABLE[name](value, name, report);
    }
    return changes;
  }

  function merge(before, changes) {
    const after = { ...before, ...changes };
    if (Object.hasOwn(changes, "metadata")) after.metadata = mergeMetadata(before.metadata, changes.metadata);
    if (changes.collection_method === "charge_automatically" && !changes.days_until_due) after.days_until_due = null;
    return after;
  }

  function mergeMetadata(before, changes) {
    const merged = changes === null ? {} : { ...before, ...changes };
    return Object.fromEntries(Object.entries(merged).filter(([, text]) => text !== ""));
  }

  function checkRules(before, after) {
    if (before.external_id !== null && after.external_id !== before.external_id) {
      throw invalid("external_id", "was set and cannot be changed any more", "parameter_locked");
    }
    if (after.days_until_due !== null && after.collection_method !== "send_invoice") {
      throw invalid("days_until_due", "can only be set when collection_method is send_invoice");
    }
    if (after.coupon !== null && !Object.hasOwn(COUPONS, after.coupon))
      throw invalid("coupon", "does not exist", "resource_missing");
    if (Object.keys(after.metadata).length > 20) throw invalid("metadata", "must have at most 20 keys");
  }

  function update(request, user, id) {
    const before = find(id, user);
    checkConditions(request, before);
    const changes = readChanges(readBody(request), READ_ONLY);
    const after = merge(before, changes);
    const changed = !same(before, after);
    if (before.status === "canceled" && changed) {
      throw refuse(400, "invalid_request_error", "subscription_canceled", "A canceled subscription cannot be changed.");
    }
    checkRules(before, after);
    if (!changed && !variants.has("updated-each-write")) return ok(before, request);
    after.updated = now();
    subscriptions.set(id, after);
    return ok(after, request);
  }

  function add(request, user) {
    const body = readBody(request);
    for (const name of ["customer", "currency", "amount", "payment_method"]) {
      if (!Object.hasOwn(body, name)) throw invalid(name, "is required", "parameter_missing");
    }
    const { customer, currency } = body;
    if (customer !== CUSTOMER_OF[user.account]) throw invalid("customer", "does not exist", "resource_missing");
    if (!["nok", "dkk", "eur"].includes(currency)) throw invalid("currency", "must be one of nok, dkk, eur");
    const bare = {
      ...sample(`sub_${String(lastId + 1).padStart(4, "0")}`, user.account, {
        created: now(),
        updated: now(),
        customer,
        currency,
      }),
      description: null,
      quantity: 1,
      collection_method: "charge_automatically",
      days_until_due: null,
      cancel_at: null,
      billing_email: null,
      coupon: null,
      notes: [],
      metadata: {},
    };
    const subscription = merge(bare, readChanges(body, READ_ONLY));
    checkRules(bare, subscription);
    lastId += 1;
    subscriptions.set(subscription.id, subscription);
    return ok(subscription, request, 201);
  }

  function cancel(request, user, id) {
    const before = find(id, user);
    const after = before.status === "canceled" ? before : { ...before, status: "canceled", updated: now() };
    subscriptions.set(id, after);
    return ok(after, request);
  }

  const tags = (header) => header.split(",").map((tag) => tag.trim());

  // Weak tags never match in If-Match (RFC 9110, 13.1.1); If-None-Match compares weakly (13.1.2).
  function checkConditions(request, subscription) {
    const { "if-match": match, "if-none-match": noneMatch } = request.headers;
    const unwanted = noneMatch !== undefined && tags(noneMatch).some((tag) => tag === "*" || tag === tagOf(subscription));
    if ((match !== undefined && match.trim() !== "*") || unwanted) {
      throw refuse(412, "invalid_request_error", "precondition_failed", "The precondition is not met.");
    }
  }

  function read(request, user, id) {
    const subscription = find(id, user);
    const answer = ok(subscription, request);
    const { "if-none-match": noneMatch } = request.headers;
    const known = noneMatch !== undefined && tags(noneMatch).some((tag) => tag === "*" || tag === answer.headers.ETag);
    return known ? { status: 304, headers: { ETag: answer.headers.ETag } } : answer;
  }

  /** Repeats the answer for a known Idempotency-Key; answers of refused requests are not kept. */
  function once(action) {
    return (request, user, id) => {
      const key = request.headers["idempotency-key"];
      if (key === undefined) return action(request, user, id);
      if (!/^[\x21-\x7e]{1,64}$/.test(key)) throw invalid("Idempotency-Key", "must have 1 to 64 visible characters");
      const place = `${user.token} ${key}`;
      const print = `${request.method} ${request.path} ${request.query} ${request.body.toString("base64")}`;
      const known = remembered.get(place);
      if (known && known.print !== print) {
        throw refuse(409, "idempotency_error", "idempotency_key_reused", "The key was used for another request.");
      }
      if (known) return { ...known.answer, headers: { ...known.answer.headers, "Idempotent-Replayed": "true" } };
      const answer = action(request, user, id);
      remembered.set(place, { print, answer });
      return answer;
    };
  }

  function listAll(request, user) {
    const mine = [...subscriptions.values()].filter((subscription) => subscription.account === user.account);
    const data = mine.map((subscription) => show(subscription, request.query.getAll("expand[]")));
    return { status: 200, headers: { "Content-Type": "application/json" }, body: { object: "list", has_more: false, data } };
  }

  const collection = { GET: listAll, POST: once(add) };
  const single = { GET: read, PATCH: once(update), POST: once(update), DELETE: cancel };
  const coupons = {
    GET: () => {
      const data = Object.entries(COUPONS).map(([id, percent_off]) => ({ id, object: "coupon", percent_off }));
      return { status: 200, headers: { "Content-Type": "application/json" }, body: { object: "list", has_more: false, data } };
    },
  };

  function countRequest(token) {
    const minute = Math.floor(Date.now() / 60000);
    const used = windows.get(token)?.minute === minute ? windows.get(token).used + 1 : 1;
    windows.set(token, { minute, used });
    const reset = 60 - (now() % 60);
    return {
      "RateLimit-Limit": LIMIT,
      "RateLimit-Remaining": Math.max(LIMIT - used, 0),
      "RateLimit-Reset": reset,
      exceeded: used > LIMIT,
    };
  }

  function dispatch(request, methods, id) {
    const user = caller(request);
    const { exceeded, ...limits } = countRequest(user.token);
    try {
      if (exceeded) {
        limits["Retry-After"] = limits["RateLimit-Reset"];
        throw refuse(429, "rate_limit_error", "rate_limited", "Too many requests.");
      }
      if (request.tooLarge) throw refuse(413, "invalid_request_error", "body_too_large", "The body is too large.");
      const wrong = request.query.getAll("expand[]").find((name) => !["customer", "coupon"].includes(name));
      if (wrong !== undefined)
        throw refuse(400, "invalid_request_error", "parameter_invalid", `${wrong} cannot be expanded`, "expand");
      const answer = methods[request.method](request, user, id);
      return { ...answer, headers: { ...answer.headers, ...limits } };
    } catch (error) {
      if (error.answer) Object.assign(error.answer.headers, limits);
      throw error;
    }
  }

  function route(request) {
    const [, id] = /^\/v1\/subscriptions\/([^/]+)$/.exec(request.path) ?? [];
    const methods = id ? single : { "/v1/subscriptions": collection, "/v1/coupons": coupons }[request.path];
    if (!methods) throw refuse(404, "invalid_request_error", "path_unknown", "There is no such path.");
    const Allow = ["HEAD", "OPTIONS", ...Object.keys(methods)].join(", ");
    if (request.method === "OPTIONS") return { status: 204, headers: { Allow } };
    if (methods[request.method]) return dispatch(request, methods, id);
    const answer = envelope(405, "invalid_request_error", "method_not_allowed", `Allowed: ${Allow}.`);
    answer.headers.Allow = Allow;
    throw refusal(answer);
  }

  function handle(request) {
    requests += 1;
    const name = `req_${String(requests).padStart(8, "0")}`;
    if (!variants.has("request-id")) return route(request);
    try {
      const answer = route(request);
      return { ...answer, headers: { ...answer.headers, "Request-Id": name } };
    } catch (error) {
      if (error.answer) {
        error.answer.headers["Request-Id"] = name;
        error.answer.body.error.request_id = name;
      }
      throw error;
    }
  }

  const path = "/v1/subscriptions/{subscription}";
  const operation = (method) => ({
    method,
    path,
    read: path,
    record: { path: { subscription: "sub_0001" } },
    token: "sk_test_river",
    other: { path: { subscription: "sub_0003" }, token: "sk_live_stone" },
  });
  return {
    handle,
    failure: () => envelope(500, "api_error", "internal", "Something went wrong."),
    ready: { operations: [operation("PATCH"), operation("POST")], values: { coupon: Object.keys(COUPONS) } },
  };
}

run("subscriptions_go.yaml", VARIANTS, create);
