/** Every fault that can be switched on: {name, family, field, description, alter}. */

import { accessFaults } from './access.js';
import { answerFaults } from './answers.js';
import { coercionFaults } from './coercions.js';
import { failureFaults } from './failures.js';
import { gateFaults } from './gates.js';
import { mergingFaults } from './merging.js';
import { refusalFaults } from './refusals.js';
import { serializerFaults } from './serializers.js';
import { stateFaults } from './state.js';
import { valueFaults } from './values.js';

const first = [...mergingFaults, ...valueFaults, ...refusalFaults, ...accessFaults, ...answerFaults];
const further = [...stateFaults, ...coercionFaults, ...failureFaults, ...gateFaults, ...serializerFaults];

export const faults = [...first, ...further];
