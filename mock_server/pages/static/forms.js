"use strict";
// Fields for the members of a record, by its schema and by what is there. Each writes into the JSON beside it and follows that, so
// that both can be used. Loaded ahead of records.js and ui.js.

const LONG = 60; // a text with more letters has a line of its own
const DEEP = 3;
let forms = {}; // by API, by collection: the members as the control interface describes them

// at: names from the JSON inwards to the record. Returns the labels, and what makes the fields follow the JSON.
function formOf(members, record, area, at = []) {
  const made = fieldsOf(members ?? {}, record ?? {}, area, at, []);
  area.addEventListener("input", () => made.forEach(({read}) => read()));
  return {labels: made.map(({label}) => label), read: () => made.forEach(({read}) => read())};
}

function fieldsOf(members, record, area, at, above) {
  const names = [...new Set([...Object.keys(members), ...Object.keys(record)])];
  return names.flatMap((name) => {
    const known = members[name] ?? {}, value = record[name];
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    if (isObject || (known.type === "object" && value === undefined)) {
      return above.length + 1 < DEEP && (known.members || isObject) ? fieldsOf(known.members ?? {}, value ?? {}, area, at, [...above, name]) : [];
    }
    const kind = known.type ?? (value === null || value === undefined ? null : typeof value);
    return ["string", "number", "integer", "boolean"].includes(kind) ? [field([...at, ...above, name], [...above, name].join("."), kind, known, value, area)] : [];
  });
}

// null and "not there" are values of their own, and have a choice of their own.
const NULL = "null", ABSENT = "not there";

function field(path, name, kind, known, value, area) {
  const isChosen = known.enum || kind === "boolean";
  const input = isChosen ? choice(kind, known, value) : line(kind, known);
  const what = [known.readOnly && "only the server writes it", known.required && "required", known.format, known.pattern && `of the form ${known.pattern}`]
    .filter(Boolean).join("; ");
  const words = name.split(".").flatMap((word, place) => (place ? [".", make("wbr"), word] : [word]));
  const title = make("span", {className: known.readOnly ? "hint" : "", title: what}, ...words, known.required ? " *" : "");
  const label = make("label", {className: typeof value === "string" && value.length > LONG ? "long" : ""}, title, input);
  const read = () => {
    if (document.activeElement === input) return;
    try {
      shown(input, isChosen, at(JSON.parse(area.value), path));
    } catch { /* the JSON is being written */ }
  };
  input.addEventListener(isChosen ? "change" : "input", () => {
    try {
      const whole = JSON.parse(area.value);
      put(whole, path, taken(input, isChosen, kind, known));
      area.value = pretty(whole);
      area.dispatchEvent(new Event("input"));
    } catch { /* likewise */ }
  });
  shown(input, isChosen, value);
  return {label, read};
}

function line(kind, known) {
  const input = make("input", {});
  if (kind === "number" || kind === "integer") Object.assign(input, {type: "number", step: kind === "integer" ? 1 : "any", min: known.minimum ?? "", max: known.maximum ?? ""});
  else if (known.format === "date") input.type = "date";
  if (known.maxLength) input.dataset.most = known.maxLength;
  return input;
}

function choice(kind, known, value) {
  const listed = known.enum ?? [true, false];
  const others = value === undefined || value === null || listed.includes(value) ? [] : [value]; // it was stored unchecked
  const options = [...listed, ...others].map((each) => make("option", {value: JSON.stringify(each)}, String(each)));
  if (known.nullable || value === null) options.push(make("option", {value: NULL}, NULL));
  if (!known.required || value === undefined) options.push(make("option", {value: ""}, ABSENT));
  return make("select", {}, ...options);
}

function shown(input, isChosen, value) {
  if (isChosen) input.value = value === undefined ? "" : JSON.stringify(value);
  else input.value = value ?? "";
  input.placeholder = value === null ? NULL : value === undefined ? ABSENT : "";
}

// An emptied number or date is null where that is allowed, and else not there; an emptied text is a text.
function taken(input, isChosen, kind, known) {
  if (isChosen) return input.value === "" ? undefined : JSON.parse(input.value);
  if (input.value === "" && (kind !== "string" || input.type === "date")) return known.nullable ? null : undefined;
  return kind === "string" ? input.value : Number(input.value);
}

const at = (value, path) => path.reduce((inner, name) => inner?.[name], value);

function put(whole, path, value) {
  const last = path[path.length - 1];
  let inner = whole;
  for (const name of path.slice(0, -1)) inner = inner[name] ??= {};
  if (value === undefined) delete inner[last];
  else inner[last] = value;
}
