// What the document and HTTP leave open, chosen otherwise; each is as conforming as the standard choice.
import { parseDocument } from "yaml";
import { document } from "./document.js";
import { isObject } from "./merge.js";
import { Problem, validationProblem } from "./problems.js";

const withoutNulls = (value) => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
};

const shownOtherwise = (change) => (steps) => {
  const { show } = steps;
  steps.show = (kind, record) => change(show(kind, record), kind);
};

const changed = (value, names, change) =>
  names.reduce((result, name) => (result[name] ? { ...result, [name]: change(result[name]) } : result), value);

const inStockholm = (text) => new Date(Date.parse(text) + 3_600_000).toISOString().replace("Z", "+01:00");

const sortedSets = (steps) => {
  const { normalise } = steps;
  steps.normalise = (kind, patch) => changed(normalise(kind, patch), ["amenities", "tags"], (words) => [...words].sort());
};

const bodyFirst = (steps) => {
  steps.patch = function patch(kind, record, request) {
    const data = this.readPatch(kind, record, request);
    this.checkConditions(kind, record, request);
    this.commit(kind, record, data);
  };
};

const uniqueNames = (steps) => {
  const { parse } = steps;
  steps.parse = (body) => {
    const value = parse(body);
    const twice = parseDocument(String(body)).errors.some((error) => error.code === "DUPLICATE_KEY");
    if (twice) throw validationProblem([{ path: "", message: "A member is named twice." }]);
    return value;
  };
};

const strictAccept = (steps) => {
  steps.checkAccept = (request) => {
    const ranges = (request.headers.accept ?? "*/*")
      .split(",")
      .map((range) => range.split(";").map((part) => part.trim().toLowerCase()));
    const takes = ranges.some(
      ([range, ...parameters]) =>
        ["*/*", "application/*", "application/json"].includes(range) &&
        !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)),
    );
    if (!takes) throw new Problem(406, "Answers are application/json.");
  };
};

const refusesReadOnly = (steps) => {
  const { findErrors } = steps;
  const members = document.components.schemas.PropertyUpdate.properties;
  steps.findErrors = (kind, schema, value) => {
    if (schema !== "PropertyUpdate" || !isObject(value)) return findErrors(kind, schema, value);
    const sent = Object.keys(value).filter((name) => members[name]?.readOnly);
    return [...sent.map((path) => ({ path, message: "is read-only" })), ...findErrors(kind, schema, value)];
  };
};

const VARIANTS = {
  "comma-etag": [
    "Entity tags have a comma in them, as the grammar allows.",
    (steps) => {
      steps.etag = (record) => `"r,${record.version}"`;
    },
  ],
  "touches-updated-at": [
    "A patch that changes nothing is a change: updatedAt and the entity tag are new.",
    (steps, store) => {
      steps.commit = (kind, record, data) => store.change(record, data, { always: true });
    },
  ],
  "sorted-sets": ["Amenities and tags, whose order has no meaning, are kept in alphabetical order.", sortedSets],
  "first-error-only": [
    "A refusal tells the first error only.",
    (steps) => {
      steps.refuse = (kind, record, patch, errors) => {
        throw validationProblem(errors.slice(0, 1));
      };
    },
  ],
  "seven-digit-times": [
    "createdAt and updatedAt have seven digits after the second, as .NET writes them.",
    shownOtherwise((value) => changed(value, ["createdAt", "updatedAt"], (text) => text.replace("Z", "0000Z"))),
  ],
  "local-offset": [
    "listedFrom is shown with the offset of the agency's office.",
    shownOtherwise((value) => changed(value, ["listedFrom"], inStockholm)),
  ],
  "body-before-conditions": ["An invalid body is refused before If-Match is looked at.", bodyFirst],
  "leaves-out-nulls": ["Members without a value are left out of representations.", shownOtherwise(withoutNulls)],
  "refuses-duplicate-names": ["A JSON object that names a member twice is refused.", uniqueNames],
  "strict-accept": ["A client that does not accept JSON is answered with 406.", strictAccept],
  "refuses-read-only": [
    "A property's read-only members are refused in a patch, where the standard choice ignores them.",
    refusesReadOnly,
  ],
  "decimal-money": [
    "Amounts are written with two decimals, as in 118.50.",
    (steps) => {
      steps.serialise = (value) =>
        JSON.stringify(value).replace(
          /"amount":(\d+(?:\.\d+)?)(?=[,}])/g,
          (whole, amount) => `"amount":${Number(amount).toFixed(2)}`,
        );
    },
  ],
};

export const variants = Object.entries(VARIANTS).map(([name, [description, apply]]) => ({ name, description, apply }));
