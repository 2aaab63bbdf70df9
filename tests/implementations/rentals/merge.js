// JSON merge patch (RFC 7396), and what stands where nothing was sent.
export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export const merge = (target, patch) => {
  if (!isObject(patch)) return structuredClone(patch);
  const result = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name], value);
  }
  return result;
};

/** The value, with what the blank has for the members that it lacks; a member that is no object in it stays as it is. */
export const fill = (blank, value) => {
  const result = { ...value };
  for (const [name, standard] of Object.entries(blank)) {
    if (isObject(standard) && isObject(result[name])) result[name] = fill(standard, result[name]);
    else if (result[name] === undefined) result[name] = structuredClone(standard);
  }
  return result;
};
