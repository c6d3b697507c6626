/** A concept, as little of it as a test wants to say. */
import type { CodeConcept } from '../../../src/types.ts';
import { AT } from './runs.ts';

export const conceptOf = (fields: Partial<CodeConcept>): CodeConcept => ({
  id: 'concept_1',
  at: AT,
  project: 'shop',
  derived_from: ['traj_1'],
  trust: 1,
  name: 'f',
  description: 'F.',
  signature: 'f(x)',
  abstractable: true,
  code: '',
  language: 'typescript',
  parameters: [],
  examples: [],
  usage: { worked: 2, tried: 2 },
  tasks: 2,
  source: 'learned',
  method: 'heuristic',
  ...fields,
});
