/** Small runs, written by hand, and memories in temporary directories: what the tests of learning and memory share. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ConfigInput } from '../../src/config.ts';
import { type Context, type ContextParts, openContext } from '../../src/context.ts';
import { attemptOf } from '../../src/learning/acts/attempt.ts';
import { taskKey } from '../../src/memory/memory.ts';
import {
  type Attempt,
  Step,
  type Trajectory,
  TrajectoryInput,
  VERDICT_TRUST,
  type VerdictSource,
} from '../../src/types.ts';

/** When everything here happened. */
export const AT = '2026-01-31T12:00:00.000Z';

// ---------------------------------------------------------------- steps

/** A shell command that went well, unless `more` says otherwise. */
export const bash = (command: string, observation = '', more: Partial<Step> = {}): Step =>
  Step.parse({ action: command, tool: 'Bash', args: { command }, observation, exit_code: 0, ...more });

/** A shell command that failed, as its exit code says. */
export const failing = (command: string, observation: string, exit_code = 1): Step =>
  bash(command, observation, { exit_code });

export const edit = (path: string, old_string: string, new_string: string): Step =>
  Step.parse({
    action: `Edit ${path}`,
    tool: 'Edit',
    args: { file_path: path, old_string, new_string },
    observation: 'ok',
  });

/** A call of a tool that is neither a shell nor an editor. */
export const call = (
  tool: string,
  args: Record<string, unknown> = {},
  observation = 'ok',
  more: Partial<Step> = {},
): Step => Step.parse({ action: `${tool}(${JSON.stringify(args)})`, tool, args, observation, ...more });

export const say = (message: string): Step => Step.parse({ action: message });

// ---------------------------------------------------------------- runs

export interface RunFacts {
  id?: string;
  task?: string;
  task_id?: string;
  domain?: string;
  success?: boolean | null;
  source?: VerdictSource;
  project?: string;
  session?: string;
  at?: string;
}

/** A run as a caller hands it over. */
export const inputOf = (steps: Step[], facts: RunFacts = {}): TrajectoryInput => {
  const { task = 'Make the nightly report build again', task_id, domain, success = true } = facts;
  return TrajectoryInput.parse({
    task: { description: task, ...(task_id ? { id: task_id } : {}), ...(domain ? { domain } : {}) },
    steps,
    outcome: { success, ...(facts.source ? { verdict: { source: facts.source } } : {}) },
    ...(facts.project ? { project: facts.project } : {}),
    ...(facts.session ? { session: facts.session } : {}),
  });
};

let runs = 0;

/** A run as it is stored, judged by a test. Every run made here has an id of its own. */
export const runOf = (steps: Step[], facts: RunFacts = {}): Trajectory => {
  runs += 1;
  const source = facts.source ?? 'test';
  return {
    ...inputOf(steps, { ...facts, source }),
    id: facts.id ?? `traj_${String(runs).padStart(6, '0')}`,
    at: facts.at ?? AT,
    project: facts.project ?? 'shop',
    derived_from: [],
    trust: VERDICT_TRUST[facts.success === null ? 'unknown' : source],
  };
};

/** Attempts at one task, so many with each outcome. */
export function attempts(
  task: string,
  steps: Step[],
  worked: number,
  failed: number,
  facts: RunFacts = {},
): Attempt[] {
  const make = (success: boolean) => attemptOf(runOf(steps, { task, success, ...facts }));
  return [
    ...Array.from({ length: worked }, () => make(true)),
    ...Array.from({ length: failed }, () => make(false)),
  ];
}

export const keyOf = (run: Trajectory): string => taskKey(run.project, run.task);

// ---------------------------------------------------------------- memories

/** A directory that is gone when the test is over. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'knowhow-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A context on a real store, offline and quiet. Opened twice on one directory it is what two processes are. */
export async function openAt(
  data: string,
  flags: Partial<ConfigInput> = {},
  parts: ContextParts = {},
): Promise<Context> {
  const ctx = await openContext({ data, log_level: 'silent', ...flags }, { llm: null, seed: 1, ...parts });
  onTestFinished(() => ctx.close());
  return ctx;
}

export const openFresh = async (
  flags: Partial<ConfigInput> = {},
  parts: ContextParts = {},
): Promise<Context> => openAt(await temporaryDirectory(), flags, parts);

/** A clock that says what it is told. */
export function clockAt(start: string): { now: () => Date; wait: (ms: number) => void } {
  let time = Date.parse(start);
  return {
    now: () => new Date(time),
    wait: (ms) => {
      time += ms;
    },
  };
}
