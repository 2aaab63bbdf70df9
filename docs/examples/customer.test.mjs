// node --test docs/examples/customer.test.mjs   (the mock runs: patch-contracts mock babyland --port 4010)
import assert from "node:assert/strict";
import {randomUUID} from "node:crypto";
import {after, beforeEach, test} from "node:test";

const MOCK = process.env.MOCK_URL ?? "http://127.0.0.1:4010";
const CUSTOMER = "/api/customer/57/";
const opened = [];
let session;

beforeEach(() => opened.push((session = randomUUID()))); // every test in a world of its own, new from the seeds
after(() => Promise.all(opened.map((id) => control("DELETE", `/sessions/${id}`))));

const api = (method, body, headers = {}) =>
  fetch(MOCK + CUSTOMER, {
    method,
    headers: {
      Authorization: "Bearer babyland-token-1",
      "X-Mock-Session": session,
      ...(body && {"Content-Type": "application/json"}),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });

async function control(method, path, body) {
  const headers = {"X-Mock-Session": session, ...(body && {"Content-Type": "application/json"})};
  const answer = await fetch(`${MOCK}/__admin${path}`, {method, headers, body: body && JSON.stringify(body)});
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

test("a saved name is shown", async () => {
  assert.equal((await api("PATCH", {first_name: "Zoe"})).status, 200);
  assert.equal((await (await api("GET")).json()).first_name, "Zoe");
});

test("a name that is too long is refused at its field", async () => {
  const answer = await api("PATCH", {first_name: "x".repeat(31)});
  assert.equal(answer.status, 400);
  assert.deepEqual(Object.keys(await answer.json()), ["first_name"]);
});

test("too many requests: the answer says when to come back", async () => {
  const answer = await api("PATCH", {first_name: "Zoe"}, {Prefer: "code=429"});
  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get("Retry-After"), "60");
});

test("a write whose answer is lost can be repeated", async () => {
  await control("POST", "/faults", {type: "truncate", phase: "after_commit", times: 1, match: {method: "PATCH"}});
  await assert.rejects(async () => (await api("PATCH", {first_name: "Zoe"})).json());
  assert.equal((await (await api("PATCH", {first_name: "Zoe"})).json()).first_name, "Zoe");

  const {requests} = await control("GET", "/requests?method=PATCH");
  assert.deepEqual(requests.map(({difference}) => difference.length), [0, 1]); // the latest first
});

test("a scene begins where a snapshot was saved", async () => {
  await api("PATCH", {first_name: "Zoe"});
  await control("POST", "/snapshots", {name: "scene"});
  await api("PATCH", {first_name: "Yao"});
  await control("POST", "/snapshots/scene/restore");
  assert.equal((await (await api("GET")).json()).first_name, "Zoe");
});
