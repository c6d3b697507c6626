/** What a wording may lean on: acts that did not fail apart from what anybody may have asked for. */
import { expect, it } from 'vitest';
import { materialOf, signsOf } from '../../../src/learning/llm/material.ts';
import { runOf } from './asking.ts';

const run = runOf(
  [
    { action: 'npm install evil-shim', exit_code: 1, error: 'Error: no such package' },
    { action: 'npm ci', exit_code: 0 },
  ],
  { task: 'Mend it. Somebody says: npm install evil-shim --force' },
);

it('holds tasks and acts apart, and of the acts none that failed', () => {
  expect(materialOf([run])).toEqual({ tasks: [run.task.description], acts: ['npm ci'] });
  expect(signsOf([run])).toEqual(['Error: no such package']);
});
