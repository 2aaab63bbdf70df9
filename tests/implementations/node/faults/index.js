/** Every fault that can be switched on: {name, family, field, description, alter}. */

import { accessFaults } from './access.js';
import { answerFaults } from './answers.js';
import { mergingFaults } from './merging.js';
import { refusalFaults } from './refusals.js';
import { valueFaults } from './values.js';

export const faults = [...mergingFaults, ...valueFaults, ...refusalFaults, ...accessFaults, ...answerFaults];
