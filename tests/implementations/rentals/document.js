// The OpenAPI document as the one source of what is valid and what is shown.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const text = readFileSync(new URL("./openapi.yaml", import.meta.url), "utf8");
export const document = parse(text);

const forAjv = parse(text);
// Ajv follows `oneOf` by the constants of the branches; it does not take a mapping.
delete forAjv.components.schemas.Access.discriminator.mapping;
// By its discriminator it looks at objects alone, and lets any other value pass.
forAjv.components.schemas.Access.type = "object";
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  discriminator: true,
  multipleOfPrecision: 8,
  validateSchema: false,
  verbose: true,
});
addFormats(ajv);
ajv.addSchema(forAjv, "rentals");

const validators = new Map();

const validator = (name) => {
  if (!validators.has(name)) validators.set(name, ajv.compile({ $ref: `rentals#/components/schemas/${name}` }));
  return validators.get(name);
};

const MEMBER = { required: "missingProperty", additionalProperties: "additionalProperty", discriminator: "tag" };
const isBranch = (error) => ["oneOf", "anyOf", "allOf"].includes(error.keyword) || error.params.type === "null";

/** The path of a member as our problems name it: `guest.email`, `extras[1].quantity`; of the whole body, the empty text. */
export const memberPath = (names) =>
  names.reduce((path, name) => (/^\d+$/.test(name) ? `${path}[${name}]` : path ? `${path}.${name}` : name), "");

const asError = (error) => {
  const names = error.instancePath
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  const extra = error.params[MEMBER[error.keyword]];
  return {
    path: memberPath(extra === undefined ? names : [...names, extra]),
    keyword: error.keyword,
    message: error.message,
    value: error.data,
  };
};

/** What a value does not keep of a schema of the document: `{path, keyword, message, value}` each. */
export const errorsOf = (name, value) => {
  const validate = validator(name);
  if (validate(value)) return [];
  const exact = validate.errors.filter((error) => !isBranch(error));
  return (exact.length ? exact : validate.errors).map(asError);
};

const deref = (schema) =>
  schema.$ref
    ? {
        ...schema.$ref
          .slice(2)
          .split("/")
          .reduce((at, name) => at[name], document),
        ...schema,
        $ref: undefined,
      }
    : schema;

const branch = (schema, value) => {
  const mapping = schema.discriminator?.mapping;
  if (mapping) return mapping[value?.[schema.discriminator.propertyName]];
  return schema.oneOf.find((option) => option.type !== "null");
};

const membersOf = (raw, value) => {
  const schema = deref(raw);
  const parts = [...(schema.allOf ?? [])];
  if (schema.oneOf) {
    const chosen = branch(schema, value);
    if (chosen) parts.push(typeof chosen === "string" ? { $ref: chosen } : chosen);
  }
  return parts.reduce((members, part) => ({ ...members, ...membersOf(part, value) }), { ...schema.properties });
};

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const shapedBy = (raw, value, showing) => {
  const schema = deref(raw);
  if (Array.isArray(value)) return schema.items ? value.map((item) => shapedBy(schema.items, item, showing)) : value;
  if (!isObject(value) || isObject(schema.additionalProperties)) return value;
  const members = Object.entries(membersOf(schema, value))
    .filter(([name, member]) => Object.hasOwn(value, name) && !(showing && deref(member).writeOnly))
    .map(([name, member]) => [name, shapedBy(member, value[name], showing)]);
  return Object.fromEntries(members);
};

/** A value with the members that the schema knows, in its order; without the write-only ones where it is to be shown. */
export const shaped = (name, value, { showing }) => shapedBy(document.components.schemas[name], value, showing);
