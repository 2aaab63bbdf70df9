/** The honest steps with what was switched on laid over them. */

import { faults } from './faults/index.js';
import { honest } from './steps.js';
import { variants } from './variants.js';

function chosen(kind, known, names) {
  return names.map((name) => {
    const entry = known.find((candidate) => candidate.name === name);
    if (!entry) throw new RangeError(`there is no ${kind} ${name}; --list-${kind}s names them`);
    return entry;
  });
}

/** Steps with these faults and variants (names); each one replaces steps of what came before it, variants first. */
export function stepsOf({ faults: wrong = [], variants: other = [] }) {
  const entries = [...chosen('variant', variants, other), ...chosen('fault', faults, wrong)];
  return entries.reduce((steps, { alter }) => ({ ...steps, ...alter(steps) }), honest);
}
