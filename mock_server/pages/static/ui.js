"use strict";
// The control page. Everything it knows comes from the control interface, and goes into the page as text, never as markup.

const ROOT = document.documentElement.dataset.root;
const ADMIN = `${ROOT}/__admin`;
const SESSION = ROOT.startsWith("/__session/") ? ROOT.slice("/__session/".length) : "";
const PAGE = "/__admin/ui";
const TOKEN = "mock admin token";
const KEPT = 200; // entries of the journal on the page
const POLL_MILLISECONDS = 2000;
const POLLS_BEFORE_LISTENING = 5;

const FAULTS = {
  "401": {type: "status", code: 401},
  "404": {type: "status", code: 404},
  "429": {type: "status", code: 429},
  "500": {type: "status", code: 500},
  "503": {type: "status", code: 503},
  "Slow (3 s)": {type: "delay", delay: 3000},
  "Connection reset": {type: "reset"},
  "No answer": {type: "empty"},
  "Cut off": {type: "truncate"},
  "No JSON": {type: "malformed"},
  "In drops": {type: "dribble"},
};

const find = (selector) => document.querySelector(selector);
const listOf = (section) => find(`#${section} .list`);
const pretty = (value) => JSON.stringify(value, null, 2);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function button(text, action, label = text) {
  const made = make("button", {type: "button", ariaLabel: label}, text);
  made.addEventListener("click", () => attempt(action));
  return made;
}

// Puts items into a list. Where they are the same ones, what did not change stays, so that a button can be pressed meanwhile;
// else whoever was in the list with the keyboard stays as near as can be.
function fill(list, items) {
  const old = [...list.children];
  if (old.length === items.length && old.every((child, place) => child.dataset.key === items[place].dataset.key)) {
    old.forEach((child, place) => refresh(child, items[place]));
    return;
  }
  const place = old.findIndex((child) => child.contains(document.activeElement));
  list.replaceChildren(...items);
  if (place < 0) return;
  const next = list.children[Math.min(place, items.length - 1)];
  (next?.querySelector("button") ?? list.closest("section").querySelector("h2")).focus();
}

function refresh(child, item) {
  const parts = [...item.childNodes];
  [...child.childNodes].forEach((part, place) => part.isEqualNode(parts[place]) || part.replaceWith(parts[place]));
}

function keyed(key, element) {
  element.dataset.key = key;
  return element;
}

// --- control calls -------------------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.errors = problem.errors ?? [];
  }
}

async function call(method, path, body) {
  const headers = body === undefined ? {} : {"Content-Type": "application/json"};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(ADMIN + path, {method, headers, body: body === undefined ? undefined : JSON.stringify(body)});
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : null;
  if (answer.status === 401) find("#token").hidden = false;
  throw new Refused(JSON.parse(text));
}

// Does what a person asked for, and says how it went: action returns what to say.
async function attempt(action) {
  find("#problem").textContent = find("#done").textContent = "";
  try {
    find("#done").textContent = (await action()) ?? "";
  } catch (error) {
    find("#problem").textContent = explained(error);
  }
}

const explained = (error) => (error instanceof TypeError ? `The mock does not answer (${error.message}).` : error.message);

function onSubmit(form, action) {
  find(form).addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => action(Object.fromEntries(new FormData(event.target))));
  });
}

function onClick(selector, action) {
  find(selector).addEventListener("click", () => attempt(action));
}

// --- what is served ------------------------------------------------------------------------------------------------

async function loadServed() {
  const apis = Object.entries(await call("GET", "/access"));
  fill(listOf("served"), apis.map(([name, api]) => keyed(name, make("article", {}, ...served(name, api)))));
}

function served(name, api) {
  const customers = api.customers.map(({path, credentials}) =>
    make("li", {}, Object.entries({...path, ...credentials}).map(([key, value]) => `${key} ${value}`).join(", ")));
  return [
    make("h3", {}, `${name}: ${api.title}`),
    make("p", {}, make("code", {}, api.url)),
    make("ul", {className: "customers"}, ...customers),
    ...(api.auth ? [make("ul", {className: "customers"}, ...Object.entries(api.auth).map(([name, value]) => make("li", {}, `${name} ${value}`)))] : []),
    ...api.operations.map(operation),
  ];
}

function operation({method, path, curl, answer}) {
  const copy = button("Copy", () => copied(curl), `Copy the curl line of ${method} ${path}`);
  return make("div", {className: "operation"},
    make("p", {}, make("b", {}, method), " ", make("code", {}, path), " ", copy,
      ...(answer === "example" ? [make("span", {className: "fault"}, " answers with an example; nothing is stored")] : [])),
    make("pre", {}, curl));
}

async function copied(text) {
  if (!navigator.clipboard) throw new Refused({detail: "A browser lets a page copy only at localhost, 127.0.0.1 or by https."});
  await navigator.clipboard.writeText(text);
  return "Copied.";
}

// --- customers -----------------------------------------------------------------------------------------------------

const editors = new Map();

async function loadState() {
  const state = await call("GET", "/state");
  const hasTables = showCollections(state);
  find("#customers-hint").hidden = hasTables || !Object.values(state).some(({customers}) => customers);
  for (const [api, {customers}] of Object.entries(state)) {
    if (!Array.isArray(customers) || customers.some(({path}) => !path)) continue; // a collection that is only called so
    for (const customer of customers) show(api, customer);
    const there = new Set(customers.map(({id}) => nameOf(api, id)));
    for (const editor of editors.values()) if (editor.api === api) editor.exists(there.has(nameOf(api, editor.id)));
  }
}

const nameOf = (api, id) => `${api} ${id}`;

function show(api, {id, record, hidden}) {
  const name = nameOf(api, id);
  if (!editors.has(name)) {
    editors.set(name, new Editor(api, id));
    listOf("customers").append(editors.get(name).element);
  }
  editors.get(name).shown(pretty({record, hidden}));
}

// One customer as JSON. What a person has begun to write is never overwritten: a newer state is only told of.
class Editor {
  constructor(api, id) {
    this.api = api;
    this.id = id;
    this.latest = "";
    const title = `${api} ${id}`;
    this.area = make("textarea", {spellcheck: false, ariaLabel: `Customer ${title} as JSON`});
    this.note = make("span", {className: "note"});
    this.errors = make("ul", {className: "errors", role: "alert"});
    this.save = make("button", {type: "button", ariaLabel: `Save customer ${title}`}, "Save");
    this.revert = make("button", {type: "button", ariaLabel: `Show customer ${title} as stored`}, "As stored");
    this.fields = make("div", {className: "fields"});
    this.element = make("details", {className: "customer", open: editors.size === 0}, make("summary", {}, title), this.fields, this.area,
      make("p", {className: "buttons"}, this.save, this.revert, this.note), this.errors);
    this.save.addEventListener("click", () => this.store());
    this.revert.addEventListener("click", () => this.write(this.latest));
    this.area.addEventListener("input", () => this.mark());
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.store();
    });
  }

  get isEdited() {
    return this.area.value !== this.before;
  }

  shown(text) {
    this.latest = text;
    if (!this.isEdited || this.before === undefined) this.write(text);
    else this.mark();
  }

  write(text) {
    this.area.value = this.before = text;
    // A browser may write line ends of its own.
    this.before = this.area.value;
    this.area.rows = Math.min(this.before.split("\n").length + 1, 24);
    if (!this.form) {
      this.form = formOf(forms[this.api]?.customers, JSON.parse(text).record, this.area, ["record"]);
      this.fields.append(...this.form.labels);
    } else this.form.read();
    this.report([]);
    this.mark();
  }

  mark() {
    const changed = this.latest !== this.before ? "changed meanwhile by someone else; saving overwrites that" : "not saved yet";
    this.note.textContent = this.isEdited ? changed : "";
  }

  exists(there) {
    this.element.classList.toggle("deleted", !there);
    if (!there) this.note.textContent = "deleted; saving brings it back";
  }

  report(errors) {
    this.errors.replaceChildren(...errors.map(([where, what]) => make("li", {}, make("code", {}, where), ` ${what}`)));
    this.area.ariaInvalid = String(errors.length > 0);
  }

  store() {
    return attempt(async () => {
      const path = `/state/${encodeURIComponent(this.api)}/customers/${encodeURIComponent(this.id)}`;
      try {
        const {record, hidden} = await call("PUT", path, this.read());
        this.latest = pretty({record, hidden});
        this.write(this.latest);
        return `Saved ${this.api} ${this.id}.`;
      } catch (error) {
        const errors = error.errors?.length ? error.errors.map(({pointer, detail}) => [pointer, detail]) : [["", explained(error)]];
        this.report(errors);
        return "Not saved.";
      }
    });
  }

  read() {
    try {
      return JSON.parse(this.area.value);
    } catch (error) {
      throw new Refused({detail: `This is no JSON: ${error.message}.`});
    }
  }
}

// --- what goes wrong -----------------------------------------------------------------------------------------------

async function loadFaults() {
  const {faults} = await call("GET", "/faults");
  fill(listOf("faults"), faults.map(rule));
  active.rules = faults.map(told);
  tellFailing();
}

function rule({name, matched, struck, ...definition}) {
  const remove = async () => void (await call("DELETE", `/faults/${encodeURIComponent(name)}`), await loadFaults());
  return keyed(name, make("li", {}, make("b", {}, name), ` ${told(definition)} `, make("span", {className: "hint"}, `struck ${struck} of ${matched} `),
    button("Remove", remove, `Remove the rule ${name}`)));
}

// A rule in words.
function told({type, code, delay, jitter, probability, times, after, match, phase}) {
  const what = {status: `answer ${code}`, delay: `${delay}${jitter ? ` to ${delay + jitter}` : ""} ms late`, reset: "reset the connection",
    empty: "no answer", truncate: "cut the answer off", malformed: "no JSON", dribble: "answer in drops"}[type] ?? type;
  const whom = match ? `${[match.method, match.operation, match.path].filter(Boolean).join(" ")} only` : "";
  const often = probability === undefined || probability === 1 ? "" : `${Math.round(probability * 100)} % of them`;
  const many = times === undefined ? "" : times === 1 ? "once" : `${times} times`;
  return [what, whom, often, many, after ? `after ${after}` : "", phase === "after_commit" ? "after the write" : ""].filter(Boolean).join(", ");
}

// Says at the top of the page that not everything is as the documents have it.
const active = {rules: [], latency: 0, jitter: 0};

function tellFailing() {
  const late = active.latency || active.jitter ? [`every answer is ${active.latency} ms late${active.jitter ? ` and up to ${active.jitter} more` : ""}`] : [];
  const words = [...active.rules, ...late];
  find("#failing").hidden = !words.length;
  find("#failing span").textContent = words.join("; ");
}

function addFault(definition) {
  return async () => {
    const wanted = {
      ...definition,
      ...(find("#fault-once").checked && {times: 1}),
      ...(find("#fault-patch").checked && {match: {method: "PATCH"}}),
      ...(find("#fault-late").checked && {phase: "after_commit"}),
    };
    await call("POST", "/faults", wanted);
    await loadFaults();
    return find("#fault-once").checked ? "The next request that fits will fail." : "Requests that fit will fail.";
  };
}

async function loadProfiles() {
  const {profiles} = await call("GET", "/faults/profiles");
  find("#profiles").replaceChildren(...profiles.map(({name, description}) => {
    const apply = button(name, async () => {
      await call("POST", `/faults/profiles/${name}/apply`);
      await loadFaults();
      return description;
    });
    apply.title = description;
    return apply;
  }));
}

async function loadSettings() {
  const settings = await call("GET", "/settings");
  Object.assign(active, {latency: settings.latency, jitter: settings.jitter});
  tellFailing();
  for (const name of ["latency", "jitter"]) {
    const input = find(`#latency [name=${name}]`);
    if (input !== document.activeElement) input.value = settings[name];
  }
}

async function setLatency({latency, jitter}) {
  await call("PATCH", "/settings", {latency: Number(latency), jitter: Number(jitter)});
  await loadSettings();
  return "Applied.";
}

async function clearFaults() {
  await call("DELETE", "/faults");
  await setLatency({latency: 0, jitter: 0});
  await Promise.all([loadFaults(), loadSettings()]);
  return "All rules and delays are gone.";
}

// --- snapshots, reset, sessions ------------------------------------------------------------------------------------

async function loadSnapshots() {
  const {snapshots} = await call("GET", "/snapshots");
  find("#undo").hidden = find("#undo").hidden || !snapshots.some(({name}) => name === UNDO);
  fill(listOf("snapshots"), snapshots.filter(({name}) => name !== UNDO).map(snapshot));
}

function snapshot({name, saved}) {
  const path = `/snapshots/${encodeURIComponent(name)}`;
  const restore = async () => {
    await remember();
    await call("POST", `${path}/restore`);
    await loadState();
    return `The data is that of ${name}.`;
  };
  const forget = async () => void (await call("DELETE", path), await loadSnapshots());
  return keyed(name, make("li", {}, `${name} `, make("time", {dateTime: saved}, new Date(saved).toLocaleTimeString()), " ",
    button("Restore", restore, `Restore ${name}`), button("Delete", forget, `Delete the snapshot ${name}`)));
}

async function saveSnapshot({name}) {
  await call("POST", "/snapshots", {name});
  await loadSnapshots();
  return `Saved as ${name}.`;
}

// What the data was before it went: restored by one press, kept until the next time.
const UNDO = "before-the-last-reset";

async function remember() {
  await call("POST", "/snapshots", {name: UNDO});
  find("#undo").hidden = false;
}

async function undo() {
  await call("POST", `/snapshots/${UNDO}/restore`);
  find("#undo").hidden = true;
  await Promise.all([loadState(), loadSnapshots()]);
  return "The data is what it was before.";
}

async function resetState() {
  await remember();
  await call("POST", "/state/reset");
  await loadState();
  return "The data is as at start.";
}

async function resetAll() {
  await remember();
  await call("POST", "/reset");
  await loadAll();
  return "Data, journal, faults and clock are as at start.";
}

async function loadSessions() {
  const {sessions} = await call("GET", "/sessions");
  find("#sessions").replaceChildren(...["default", ...sessions.map(({id}) => id)].map((id) => make("option", {value: id})));
}

const goTo = (id) => location.assign(id && id !== "default" ? `/__session/${id}${PAGE}` : PAGE);

async function newSession() {
  goTo((await call("POST", "/sessions", {})).id);
}

async function deleteSession() {
  silence(); // or else the page would bring it to life again
  await call("DELETE", `/sessions/${SESSION}`);
  goTo("");
}

// --- the journal ---------------------------------------------------------------------------------------------------

let newest = 0;

async function loadJournal() {
  const {requests} = await call("GET", `/requests?limit=${KEPT}`);
  newest = requests[0]?.id ?? 0;
  listOf("journal").replaceChildren(...requests.map(entry));
  filterJournal();
  find("#journal-empty").hidden = requests.length > 0;
}

function add(request) {
  if (request.id <= newest) return;
  newest = request.id;
  const list = listOf("journal");
  const made = entry(request);
  made.hidden = !isWanted(made);
  list.prepend(made);
  while (list.children.length > KEPT) list.lastElementChild.remove();
  find("#journal-empty").hidden = true;
}

// A filter is words that all have to be in the line; 4xx stands for every status that begins so.
function isWanted(item) {
  const words = find("#journal-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (word) => (/^[1-5]xx$/.test(word) ? item.dataset.status[0] === word[0] : item.dataset.words.includes(word));
  return words.every(fits) && (!find("#journal-refused").checked || item.dataset.status >= "400");
}

function filterJournal() {
  for (const item of listOf("journal").children) item.hidden = !isWanted(item);
}

// As curl has it. What the journal does not show (credentials) is left for the shell to fill in.
function curlOf({method, path, query, request}) {
  const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;
  const left = new Set(["Host", "Content-Length", "Connection", "Accept-Encoding", "User-Agent"]);
  const headers = Object.entries(request.headers).filter(([name]) => !left.has(name) && !name.startsWith("Sec-"));
  const body = request.body === null ? [] : ["-d", quoted(typeof request.body === "string" ? request.body : JSON.stringify(request.body))];
  const url = `${location.origin}${ROOT}${path}${query ? `?${query}` : ""}`;
  return ["curl", "-i", "-X", method, quoted(url), ...headers.flatMap(([name, value]) => ["-H", quoted(`${name}: ${value}`)]), ...body].join(" ");
}

function entry(request) {
  const copy = button("Copy as curl", () => copied(curlOf(request)), `Copy request ${request.id} as a curl line`);
  const item = make("li", {value: request.id}, copy, make("details", {}, heading(request)));
  item.dataset.status = String(request.status);
  item.dataset.words = [request.method, request.path, request.query, request.status, request.operation, request.api].join(" ").toLowerCase();
  if (request.difference?.length) item.append(difference(request.difference));
  const details = item.querySelector("details");
  details.addEventListener("toggle", () => details.append(...messages(request)), {once: true});
  return item;
}

function heading({at, method, path, status, milliseconds, refusal, fault}) {
  const made = make("summary", {}, make("time", {dateTime: at}, new Date(at).toLocaleTimeString()), " ", make("b", {}, method), " ",
    make("code", {}, path), " ", make("span", {className: status < 400 ? "good" : "bad"}, String(status)), ` ${Math.round(milliseconds)} ms`);
  if (refusal) made.append(" ", make("span", {className: "why"}, because(refusal)));
  if (fault) made.append(" ", make("span", {className: "fault"}, `on purpose: ${JSON.stringify(fault)}`));
  return made;
}

const because = ({situation, faults}) =>
  [situation, ...faults.map(({field, kind, limit}) => `${field}: ${kind}${limit === null ? "" : ` ${limit}`}`)].join("; ");

function difference(places) {
  const text = (place, side) => (side in place ? JSON.stringify(place[side]) : "");
  const row = (place) => make("tr", {}, make("th", {scope: "row"}, place.pointer),
    ...["before", "after"].map((side) => make("td", {className: side}, text(place, side))));
  const head = make("tr", {}, ...["Changed", "Before", "After"].map((name) => make("th", {scope: "col"}, name)));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...places.map(row)));
}

const messages = ({request, response}) => [["Request", request], ["Answer", response]].flatMap(([name, {headers, body, cut}]) => [
  make("h4", {}, name),
  make("pre", {}, [
    ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`), "", cut ? "(too long to be kept)" : pretty(body),
  ].join("\n")),
]);

async function clearJournal() {
  await call("DELETE", "/requests");
  await loadJournal();
}

// --- live ----------------------------------------------------------------------------------------------------------

const PARTS = { // by the word that an event tells
  state: [loadState],
  snapshots: [loadSnapshots, loadState],
  faults: [loadFaults],
  settings: [loadSettings],
  sessions: [loadSessions],
  requests: [loadJournal],
};

async function loadForms() {
  forms = await call("GET", "/forms");
}

const loadAll = () => Promise.all([...new Set(Object.values(PARTS).flat())].map((load) => load()));

let source = null;
let timer = 0;

function silence() {
  source?.close();
  source = null;
  clearTimeout(timer);
}

// By events; where those cannot be had (a token, too many listeners, a mock that is down), by asking now and then.
function listen() {
  silence();
  if (sessionStorage.getItem(TOKEN)) return poll();
  source = new EventSource(`${ADMIN}/events`);
  source.onopen = () => catchUp("live");
  source.onerror = () => { silence(); poll(); };
  source.addEventListener("changed", (event) => soon(PARTS[JSON.parse(event.data).what] ?? [loadAll]));
  source.addEventListener("request", (event) => {
    const request = JSON.parse(event.data);
    add(request);
    soon([...(request.difference?.length ? [loadState] : []), ...(request.fault ? [loadFaults] : [])]);
  });
}

function poll(round = 1) {
  timer = setTimeout(async () => {
    await catchUp("asking every two seconds");
    if (round % POLLS_BEFORE_LISTENING || sessionStorage.getItem(TOKEN)) poll(round + 1);
    else listen();
  }, POLL_MILLISECONDS);
}

async function catchUp(word) {
  try {
    await loadAll();
    find("#live").textContent = word;
  } catch (error) {
    find("#live").textContent = error instanceof TypeError ? "the mock does not answer" : error.message;
  }
}

// Many events at once are one reason to look.
const wanted = new Set();
function soon(loads) {
  if (!wanted.size && loads.length) setTimeout(() => {
    const now = [...wanted];
    wanted.clear();
    Promise.all(now.map((load) => load())).catch((error) => { find("#problem").textContent = explained(error); });
  }, 50);
  for (const load of loads) wanted.add(load);
}

// A hidden page gives its connection back: a browser has six for one host.
document.addEventListener("visibilitychange", () => (document.hidden ? silence() : listen()));

// --- start ---------------------------------------------------------------------------------------------------------

async function start() {
  await loadForms();
  await Promise.all([loadServed(), loadProfiles(), loadAll()]);
  listen();
}

find("#fault-buttons").append(...Object.entries(FAULTS).map(([text, definition]) => button(text, addFault(definition))));
find("#session-name").value = SESSION || "default";
find("#session-delete").disabled = !SESSION;
find("#session-name").addEventListener("focus", (event) => event.target.select());
onSubmit("#session", ({id}) => goTo(id));
onSubmit("#latency", setLatency);
onSubmit("#snapshot", saveSnapshot);
onSubmit("#token", async ({token}) => {
  sessionStorage.setItem(TOKEN, token);
  await start();
  find("#token").hidden = true;
});
onClick("#session-new", newSession);
onClick("#session-delete", deleteSession);
onClick("#faults-clear", clearFaults);
onClick("#reset-state", resetState);
onClick("#reset-all", resetAll);
onClick("#journal-clear", clearJournal);
onClick("#failing-end", clearFaults);
onClick("#undo", undo);
find("#journal-filter").addEventListener("input", filterJournal);
find("#journal-refused").addEventListener("change", filterJournal);
attempt(start);
