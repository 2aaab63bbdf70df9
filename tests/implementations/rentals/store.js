// The records, in memory; each has a row version that rises with every change in the whole store.
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { fill } from "./merge.js";
import { kinds } from "./kinds.js";
import { seeds } from "./seeds.js";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const newId = (prefix) => `${prefix}_${[...randomBytes(8)].map((byte) => ALPHABET[byte % 32]).join("")}`;

export class Store {
  #rows = new Map(Object.keys(kinds).map((name) => [name, new Map()]));
  #version = 42_961;

  constructor() {
    for (const { kind, agency, data } of seeds()) this.#put(kinds[kind], agency, fill(kinds[kind].blank, data));
  }

  #put(kind, agency, data) {
    const record = { agency, data, version: ++this.#version };
    this.#rows.get(kind.name).set(data.id, record);
    return record;
  }

  find(kind, id) {
    return this.#rows.get(kind.name).get(id);
  }

  all(kind) {
    return [...this.#rows.get(kind.name).values()];
  }

  list(kind, agency) {
    return this.all(kind).filter((record) => record.agency === agency);
  }

  add(kind, agency, data) {
    const now = new Date().toISOString();
    return this.#put(kind, agency, { id: newId(kind.prefix), ...data, createdAt: now, updatedAt: now });
  }

  /** Stores what a record is to be; one that stays as it is keeps its version and its time, unless `always`. */
  change(record, data, { always = false } = {}) {
    if (!always && isDeepStrictEqual(data, record.data)) return;
    record.data = { ...data, updatedAt: new Date().toISOString() };
    record.version = ++this.#version;
  }

  remove(kind, id) {
    this.#rows.get(kind.name).delete(id);
  }
}
