/**
 * Small runs as an agent would report them. Three tasks in one project share a quirk: the client is generated, and
 * nothing says so until a check fails.
 *
 * - `solved(task)`, `unsolved(task)`   one attempt at task 0, 1 or 2; `variant` makes attempts differ
 * - `history()`                        both kinds of attempt at all three tasks: enough for a contrast
 * - `longRun(steps)`                   as many steps as asked for
 */
import type { Step, TrajectoryDraft } from '../../src/types.ts';

type DraftStep = Omit<Step, 'observation'> & { observation?: string };

const FEATURES = ['invoice export', 'customer search', 'refund report'];

export const MISSING_CLIENT = "Error: Cannot find module '../generated/client'";

const taskOf = (nth: number) => ({
  description: `Add the ${FEATURES[nth % 3]} endpoint to billing-service and make its tests pass.`,
  domain: 'node',
  id: `billing-${nth % 3}`,
});

const bash = (command: string, observation: string, exit_code = 0): DraftStep => ({
  action: command,
  tool: 'Bash',
  args: { command },
  observation,
  exit_code,
  ...(exit_code === 0 ? {} : { error: observation }),
});

const failingCheck = (nth: number) =>
  bash(`npm test -- test/feature-${nth}.test.js`, `${MISSING_CLIENT}\n    at src/api-${nth}.js:3:1`, 1);

export const FIX = 'node scripts/generate-client.mjs';

export const solved = (nth: number, variant = 0, fix = FIX): TrajectoryDraft => ({
  task: taskOf(nth),
  project: 'billing-service',
  session: `solved-${nth}-${variant}`,
  agent: 'tester',
  steps: [
    bash('ls src test', `src:\napi.js\n\ntest:\nfeature-${nth}.test.js`),
    {
      action: `Write src/feature-${nth}.js`,
      tool: 'Write',
      observation: `File created: src/feature-${nth}.js`,
    },
    failingCheck(nth),
    bash(fix, 'generated/client.js written'),
    bash(`npm test -- test/feature-${nth}.test.js`, `3 passed (${10 + variant} ms)`),
  ],
  outcome: { success: true, score: 1, verdict: { source: 'test', detail: `test/feature-${nth}.test.js` } },
});

export const unsolved = (nth: number, variant = 0): TrajectoryDraft => ({
  task: taskOf(nth),
  project: 'billing-service',
  session: `unsolved-${nth}-${variant}`,
  agent: 'tester',
  steps: [
    {
      action: `Write src/feature-${nth}.js`,
      tool: 'Write',
      observation: `File created: src/feature-${nth}.js`,
    },
    failingCheck(nth),
    bash('npm install generated', 'added 1 package'),
    failingCheck(nth),
    bash('npm cache clean --force', ''),
    failingCheck(nth),
  ],
  outcome: {
    success: false,
    error: 'tests still fail',
    verdict: { source: 'test', detail: `variant ${variant}` },
  },
});

export const history = (): TrajectoryDraft[] =>
  [0, 1, 2].flatMap((nth) => [solved(nth, 0), unsolved(nth, 0), solved(nth, 1), unsolved(nth, 1)]);

export const longRun = (steps: number): TrajectoryDraft => ({
  task: { description: 'Rename every file in the archive to its checksum.' },
  project: 'archive',
  session: `long-${steps}`,
  steps: Array.from({ length: steps }, (_, i) =>
    bash(`mv file-${i}.bin sums/`, i % 97 === 0 ? 'exists' : '', i % 97 === 0 ? 1 : 0),
  ),
  outcome: { success: true, verdict: { source: 'exit_code' } },
});
