"use strict";
// Collections of whole documents, as tables: searched, created, edited as a form or as JSON, deleted. Loaded ahead of ui.js, whose
// helpers it uses when it is called.

const COLUMNS = 5;
const ROWS = 100; // shown at once; a search finds the others
const tables = new Map();

// Shows every collection of a state that has records; returns whether there is one.
function showCollections(state) {
  const there = new Set();
  for (const [api, collections] of Object.entries(state)) {
    for (const [name, items] of Object.entries(collections)) {
      if (name === "customers" || !items.every((item) => item.record)) continue;
      if (!items.length && !tables.has(`${api} ${name}`) && state[api].customers) continue;
      const key = `${api} ${name}`;
      there.add(key);
      if (!tables.has(key)) {
        tables.set(key, new Table(api, name, Object.keys(state).length > 1));
        find("#collections").append(tables.get(key).element);
      }
      tables.get(key).shown(items);
    }
  }
  for (const [key, table] of tables) table.element.hidden = !there.has(key);
  return there.size > 0;
}

class Table {
  constructor(api, name, isOneOfSeveral) {
    this.api = api;
    this.name = name;
    this.items = [];
    this.title = isOneOfSeveral ? `${api}: ${name}` : name;
    this.count = make("span", {className: "hint"});
    this.search = make("input", {type: "search", placeholder: "Search", ariaLabel: `Search ${this.title}`});
    this.search.addEventListener("input", () => this.draw());
    this.head = make("tr");
    this.body = make("tbody");
    this.place = make("div", {className: "editing"});
    const table = make("table", {className: "records"}, make("thead", {}, this.head), this.body);
    this.element = make("details", {className: "collection"}, make("summary", {}, this.title, " ", this.count),
      make("p", {className: "buttons"}, this.search, button("New", () => this.edit(null), `New record of ${this.title}`)),
      this.place, make("div", {className: "scroll", tabIndex: 0, role: "region", ariaLabel: `Records of ${this.title}`}, table));
  }

  get path() {
    return `/state/${encodeURIComponent(this.api)}/${encodeURIComponent(this.name)}`;
  }

  at(item) {
    return `${this.path}/${item.id.split("/").map(encodeURIComponent).join("/")}`;
  }

  shown(items) {
    this.items = items;
    this.count.textContent = items.length === 1 ? "1 record" : `${items.length} records`;
    this.draw();
  }

  draw() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (item) => words.every((word) => JSON.stringify(item.record).toLowerCase().includes(word));
    const found = this.items.filter(fits);
    const columns = this.columns();
    this.head.replaceChildren(...[...columns, ""].map((name) => make("th", {scope: "col"}, name)));
    fill(this.body, found.slice(0, ROWS).map((item) => this.row(item, columns)));
    const hidden = found.length - ROWS;
    this.count.textContent = `${found.length} of ${this.items.length}${hidden > 0 ? `; the first ${ROWS} are shown` : ""}`;
  }

  columns() {
    const scalars = (record) => Object.keys(record).filter((name) => record[name] === null || typeof record[name] !== "object");
    return scalars(this.items[0]?.record ?? {}).sort((one, two) => (two === "id") - (one === "id")).slice(0, COLUMNS);
  }

  row(item, columns) {
    const text = (name) => (item.record[name] === undefined ? "" : String(item.record[name]));
    const cells = columns.map((name) => make("td", {title: text(name)}, text(name)));
    const label = `${this.name} ${item.id}`;
    const buttons = make("td", {className: "buttons"},
      button("Edit", () => this.edit(item), `Edit ${label}`), button("Delete", () => this.remove(item), `Delete ${label}`));
    return keyed(item.id, make("tr", {}, ...cells, buttons));
  }

  async remove(item) {
    await call("DELETE", this.at(item));
    await loadState();
    return `Deleted ${this.name} ${item.id}. A snapshot or a reset of the data brings it back.`;
  }

  // A form by the schema beside all of it as JSON; each follows the other.
  edit(item) {
    const template = item ?? {record: {...(this.items[0]?.record ?? {})}, ...(this.items[0]?.in && {in: this.items[0].in})};
    const record = {...template.record};
    if (!item) delete record.id;
    const area = make("textarea", {spellcheck: false, rows: 12, ariaLabel: `The record of ${this.name} as JSON`, value: pretty(record)});
    const within = template.in && !item ? make("input", {value: JSON.stringify(template.in), ariaLabel: "Stands in", size: 40}) : null;
    const errors = make("ul", {className: "errors", role: "alert"});
    const {labels} = formOf(forms[this.api]?.[this.name], record, area);
    const form = make("form", {className: "record"}, ...labels,
      ...(within ? [make("label", {}, "stands in ", within)] : []), area,
      make("p", {className: "buttons"}, make("button", {}, item ? "Save" : "Create"), button("Cancel", () => this.place.replaceChildren())),
      errors);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(() => this.store(item, area.value, within?.value, errors));
    });
    this.place.replaceChildren(make("h4", {}, item ? `${this.name} ${item.id}` : `A new record of ${this.name}`), form);
    form.querySelector("input, select, textarea").focus();
  }

  async store(item, text, within, errors) {
    try {
      const body = {record: parsed(text), ...(within && {in: parsed(within)})};
      const saved = await (item ? call("PUT", this.at(item), body) : call("POST", this.path, body));
      this.place.replaceChildren();
      await loadState();
      return `Saved ${this.name} ${saved.id}.`;
    } catch (error) {
      const found = error.errors?.length ? error.errors.map(({pointer, detail}) => `${pointer} ${detail}`) : [explained(error)];
      errors.replaceChildren(...found.map((each) => make("li", {}, each)));
      return "Not saved.";
    }
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refused({detail: `This is no JSON: ${error.message}.`});
  }
}
