/** Seeds of single attempts, and the hash of the template that prompts are made by. Both follow from what they are given alone. */
import { createHash } from 'node:crypto';
import { canonicalJson, contentId } from '../../learners/content-id.ts';
import { promptOf, SYSTEM_PROMPT } from '../examples/prompt.ts';

/** 31 bits: what endpoints take as a seed. */
export const attemptSeed = (seed: number, task: string, sample: number, attempt: number): number =>
  createHash('sha256')
    .update(canonicalJson([seed, task, sample, attempt]))
    .digest()
    .readUInt32BE() >>> 1;

/** Two evaluations with different templates do not compare. By what it makes of a task without and with attempts. */
export function templateHash(): string {
  const attempts = [1, 2, 3, 4].map((n) => ({
    item_id: `i${n}`,
    answer: `answer ${n} `.repeat(80),
    feedback: n === 4 ? '' : `feedback ${n} `.repeat(300),
  }));
  const asked = [[], attempts.slice(0, 1), attempts].map((each) => ({
    specification: 'Do it.\n',
    attempts: each,
  }));
  return contentId('template', [SYSTEM_PROMPT ?? null, ...asked.map(promptOf)]);
}
