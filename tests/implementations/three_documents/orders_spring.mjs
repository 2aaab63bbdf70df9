// Orders of merchants: PATCH answers 204, problems as RFC 9457, an optimistic lock in the body.
import * as check from "./checks.mjs";
import { isObject, parseJson, refusal, run, same } from "./service.mjs";

const VARIANTS = [
  { name: "version-each-write", description: "the version and updatedAt move with each accepted PATCH, also without a change" },
  { name: "version-steps", description: "the version is raised by 10" },
  { name: "sets-in-any-order", description: "sets are answered in another order each time" },
  { name: "foreign-404", description: "orders of other merchants are answered as unknown (404), not 403" },
  { name: "omit-null", description: "members without a value are left out of answers" },
  { name: "first-violation", description: "only the first violation is reported" },
  { name: "plain-problems", description: "problems of type about:blank without instance" },
  { name: "pretty-json", description: "indented JSON" },
];
const SETS = ["handling", "labels"];
const NEXT = {
  DRAFT: ["CONFIRMED", "CANCELLED"],
  CONFIRMED: ["PACKED", "CANCELLED"],
  PACKED: ["SHIPPED"],
  SHIPPED: [],
  CANCELLED: [],
};
const COURIERS = [
  { id: 71, name: "Alpenkurier" },
  { id: 72, name: "Velobote" },
  { id: 75, name: "Rheinfracht" },
];
const TOKENS = {
  "north-writer": { merchant: "north", write: true },
  "north-reader": { merchant: "north", write: false },
  "south-writer": { merchant: "south", write: true },
};

const amount = check.text({ pattern: /^[0-9]{1,6}\.[0-9]{2}$/ });
const set = (item, max) => (value, at, report) => {
  const items = check.list(item, { max })(value, at, report);
  return items && [...new Set(items)].sort();
};
const money = check.object({ amount, currency: check.oneOf("EUR", "CHF", "GBP") });
const geo = check.object({ latitude: check.decimal(-90, 90, 6), longitude: check.decimal(-180, 180, 6) });
const address = check.object(
  {
    street: check.text({ min: 1, max: 80 }),
    addition: check.nullable(check.text({ min: 1, max: 80 })),
    postalCode: check.text({ pattern: /^[0-9A-Z -]{3,10}$/ }),
    city: check.text({ min: 1, max: 60 }),
    countryCode: check.text({ pattern: /^[A-Z]{2}$/ }),
    geo: check.nullable(geo),
  },
  { addition: null, geo: null },
);
const line = check.object(
  {
    sku: check.text({ pattern: /^[A-Z0-9-]{3,20}$/ }),
    quantity: check.integer(1, 999),
    unitPrice: amount,
    giftNote: check.nullable(check.text({ min: 1, max: 120 })),
  },
  { giftNote: null },
);
const CHANGEABLE = {
  recipientName: check.text({ min: 2, max: 60, trim: true }),
  customerReference: check.nullable(check.text({ min: 1, max: 40, trim: true })),
  status: check.oneOf(...Object.keys(NEXT)),
  deliveryAddress: address,
  shippingFee: money,
  insuredValue: check.nullable(check.decimal(0, 50000, 2)),
  earliestDelivery: check.nullable(check.instant),
  latestDelivery: check.nullable(check.instant),
  lines: check.list(line, { min: 1, max: 10 }),
  handling: set(check.oneOf("FRAGILE", "COLD", "HEAVY", "GIFT"), 4),
  labels: set(check.text({ min: 1, max: 20 }), 5),
  courierId: check.nullable(check.integer(1, Number.MAX_SAFE_INTEGER)),
  leaveAtDoor: check.flag,
};
const OPTIONAL = {
  customerReference: null,
  insuredValue: null,
  earliestDelivery: null,
  latestDelivery: null,
  handling: [],
  labels: [],
  courierId: null,
  leaveAtDoor: false,
  status: "DRAFT",
};

function sample(id, merchant, more) {
  const now = "2026-02-03T08:15:30.120Z";
  return {
    id,
    orderNumber: `A-${id}`,
    merchant,
    version: 3,
    createdAt: now,
    updatedAt: now,
    recipientName: "Marta Keller",
    customerReference: "PO 4711",
    status: "DRAFT",
    deliveryAddress: {
      street: "Lindenweg 4",
      addition: "Hinterhaus",
      postalCode: "8005",
      city: "Zürich",
      countryCode: "CH",
      geo: { latitude: 47.387654, longitude: 8.520113 },
    },
    shippingFee: { amount: "12.50", currency: "CHF" },
    insuredValue: 249.95,
    earliestDelivery: "2026-03-02T07:00:00.000Z",
    latestDelivery: "2026-03-04T17:30:00.000Z",
    lines: [
      { sku: "LAMP-0042", quantity: 2, unitPrice: "89.90", giftNote: "Alles Gute!" },
      { sku: "BULB-E27", quantity: 6, unitPrice: "4.50", giftNote: null },
    ],
    handling: ["FRAGILE", "GIFT"],
    labels: ["spring", "vip"],
    courierId: 71,
    leaveAtDoor: true,
    ...more,
  };
}

function problem(status, title, detail, violations) {
  const body = { type: `https://orders.example/problems/${title.toLowerCase().replaceAll(" ", "-")}`, title, status, detail };
  if (violations) body.violations = violations;
  return { status, headers: { "Content-Type": "application/problem+json" }, body };
}

const refuse = (...parts) => refusal(problem(...parts));
const cents = (text) => Math.round(Number(text) * 100);

function create(variants) {
  const orders = new Map();
  let lastId = 5004;
  for (const order of [
    sample(5001, "north", {}),
    sample(5002, "north", { recipientName: "Jonas Frey", status: "CONFIRMED", courierId: null, labels: [] }),
    sample(5003, "south", { recipientName: "Aline Roux", status: "DRAFT", courierId: 72 }),
    sample(5004, "south", { recipientName: "Ben Hart", status: "PACKED", customerReference: null }),
  ])
    orders.set(order.id, order);
  let turn = 0;

  function show(order) {
    const { merchant, ...shown } = order;
    const sum = order.lines.reduce(
      (total, item) => total + item.quantity * cents(item.unitPrice),
      cents(order.shippingFee.amount),
    );
    shown.totalAmount = (sum / 100).toFixed(2);
    if (variants.has("sets-in-any-order")) {
      turn += 1;
      for (const name of SETS) shown[name] = turn % 2 ? [...shown[name]].reverse() : shown[name];
    }
    return variants.has("omit-null") ? withoutNull(shown) : shown;
  }

  function caller(request) {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    if (!token || !Object.hasOwn(TOKENS, token)) {
      const answer = problem(401, "Unauthorized", "A valid bearer token is needed.");
      answer.headers["WWW-Authenticate"] = "Bearer";
      throw refusal(answer);
    }
    return TOKENS[token];
  }

  function find(text, user) {
    if (!/^-?\d{1,18}$/.test(text)) throw refuse(400, "Bad Request", "orderId must be a number.");
    const order = orders.get(Number(text));
    const foreign = order && order.merchant !== user.merchant;
    if (!order || (foreign && variants.has("foreign-404"))) throw refuse(404, "Not Found", `There is no order ${text}.`);
    if (foreign) throw refuse(403, "Forbidden", "The order is not one of this merchant.");
    return order;
  }

  function readBody(request) {
    const type = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
    if (type !== "application/json") {
      const answer = problem(415, "Unsupported Media Type", "Send application/json.");
      answer.headers["Accept-Patch"] = "application/json";
      throw refusal(answer);
    }
    const body = parseJson(request.body);
    if (!isObject(body)) throw refuse(400, "Bad Request", "The body must be a JSON object.");
    return body;
  }

  function invalid(status, violations) {
    const shown = variants.has("first-violation") ? violations.slice(0, 1) : violations;
    return refuse(
      status,
      status === 400 ? "Constraint Violation" : "Rule Violation",
      "The request has values that are not accepted.",
      shown,
    );
  }

  function changesOf(body, checks) {
    const violations = [];
    const report = (field, message) => void violations.push({ field, message });
    const changes = {};
    for (const [name, verify] of Object.entries(checks)) {
      if (Object.hasOwn(body, name)) changes[name] = verify(body[name], name, report);
    }
    return { changes, violations, report };
  }

  function checkRules(before, after) {
    const violations = [];
    if (after.status !== before.status && !NEXT[before.status].includes(after.status)) {
      violations.push({ field: "status", message: `cannot become ${after.status} from ${before.status}` });
    }
    const { earliestDelivery: from, latestDelivery: to } = after;
    if (from && to && Date.parse(to) < Date.parse(from)) {
      violations.push({ field: "latestDelivery", message: "must not be before earliestDelivery" });
    }
    if (after.courierId !== null && !COURIERS.some((courier) => courier.id === after.courierId)) {
      violations.push({ field: "courierId", message: "there is no such courier" });
    }
    if (violations.length) throw invalid(422, violations);
  }

  function update(order, body) {
    const { changes, violations, report } = changesOf(body, CHANGEABLE);
    if (!Object.hasOwn(body, "version")) report("version", "is required");
    else check.integer(0, Number.MAX_SAFE_INTEGER)(body.version, "version", report);
    if (violations.length) throw invalid(400, violations);
    if (body.version !== order.version) throw refuse(409, "Version Conflict", `The present version is ${order.version}.`);
    const after = { ...order, ...changes };
    if (!NEXT[order.status].length && !same(order, after)) {
      throw refuse(409, "Order Closed", `An order that is ${order.status} cannot be changed.`);
    }
    checkRules(order, after);
    if (!same(order, after) || variants.has("version-each-write")) touch(after);
    orders.set(order.id, after);
    return { status: 204, headers: {} };
  }

  function touch(order) {
    order.version += variants.has("version-steps") ? 10 : 1;
    order.updatedAt = new Date(Math.max(Date.now(), Date.parse(order.updatedAt) + 1)).toISOString();
  }

  function add(body, user) {
    const { changes, violations, report } = changesOf(body, CHANGEABLE);
    for (const name of ["recipientName", "deliveryAddress", "shippingFee", "lines"])
      if (!Object.hasOwn(body, name)) report(name, "is required");
    if (violations.length) throw invalid(400, violations);
    const now = new Date().toISOString();
    const id = lastId + 1;
    const order = {
      id,
      orderNumber: `A-${id}`,
      merchant: user.merchant,
      version: 0,
      createdAt: now,
      updatedAt: now,
      ...OPTIONAL,
      ...changes,
    };
    checkRules({ status: "DRAFT" }, order);
    lastId = id;
    orders.set(id, order);
    return { status: 201, headers: { ...json, Location: `/api/v1/orders/${id}` }, body: show(order) };
  }

  const json = { "Content-Type": "application/json" };
  const ok = (body) => ({ status: 200, headers: json, body });
  const mustWrite = (user) => {
    if (!user.write) throw refuse(403, "Forbidden", "The token may only read.");
  };
  const collection = {
    GET: (request, user) => {
      const content = [...orders.values()].filter((order) => order.merchant === user.merchant).map(show);
      return ok({ content, totalElements: content.length });
    },
    POST: (request, user) => (mustWrite(user), add(readBody(request), user)),
  };
  const single = {
    GET: (request, user, id) => ok(show(find(id, user))),
    PATCH: (request, user, id) => (mustWrite(user), update(find(id, user), readBody(request))),
    DELETE: (request, user, id) => (mustWrite(user), orders.delete(find(id, user).id), { status: 204, headers: {} }),
  };

  function route(request) {
    const [, id] = /^\/api\/v1\/orders\/([^/]+)$/.exec(request.path) ?? [];
    const couriers = request.path === "/api/v1/couriers" && { GET: () => ok(COURIERS) };
    const methods = id ? single : request.path === "/api/v1/orders" ? collection : couriers;
    if (!methods) throw refuse(404, "Not Found", "There is no such path.");
    const Allow = Object.keys(methods)
      .flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]))
      .concat("OPTIONS")
      .join(", ");
    if (request.method === "OPTIONS") return { status: 200, headers: { Allow, "Content-Length": 0 } };
    if (!methods[request.method]) {
      const answer = problem(405, "Method Not Allowed", `Allowed: ${Allow}.`);
      answer.headers.Allow = Allow;
      throw refusal(answer);
    }
    const user = caller(request);
    if (request.tooLarge) throw refuse(413, "Content Too Large", "The body is too large.");
    return methods[request.method](request, user, id);
  }

  function handle(request) {
    try {
      return route(request);
    } catch (error) {
      if (!error.answer) throw error;
      if (variants.has("plain-problems")) error.answer.body.type = "about:blank";
      else error.answer.body.instance = request.path;
      throw error;
    }
  }

  const path = "/api/v1/orders/{orderId}";
  return {
    handle,
    failure: () => problem(500, "Internal Server Error", "Something went wrong."),
    ready: {
      operations: [
        {
          method: "PATCH",
          path,
          read: path,
          record: { path: { orderId: 5001 } },
          token: "north-writer",
          other: { path: { orderId: 5003 }, token: "south-writer" },
        },
      ],
      values: { courierId: COURIERS.map((courier) => courier.id) },
    },
  };
}

const withoutNull = (value) => {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNull(member)]),
  );
};

run("orders_spring.yaml", VARIANTS, create);
