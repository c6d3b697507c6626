/** The kinds of record that clients can read, by URI: one table for listing, templates, completion and reading. */
import type { Context } from '../context.ts';
import { LEFT_OUT } from '../learners/instructions.ts';
import { guardConcept, guardPattern, guardStrategy } from '../learning/guard.ts';
import { taskKey } from '../memory/memory.ts';
import type { Table } from '../memory/table.ts';
import type { CodeConcept, ErrorPattern, Strategy, Trajectory } from '../types.ts';
import { conceptText, errorPatternText, strategyText, trajectoryText } from './render.ts';

export interface Kind {
  /** First segment of the URI: `knowhow://{path}/{id}`. */
  path: string;
  title: string;
  description: string;
  /** One line in lists. */
  label(record: Listed): string;
  text(record: Listed, ctx: Context): Promise<string>;
  table(ctx: Context): Table<Listed>;
}

/** What every listed record has; a kind's own functions know the rest. */
export interface Listed {
  id: string;
  at: string;
  project: string;
}

interface Spec<T extends Listed> {
  path: string;
  title: string;
  description: string;
  label(record: T): string;
  text(record: T, ctx: Context): Promise<string> | string;
  table(ctx: Context): Table<T>;
}

/** Ties a kind's record type together; outside only what is listed counts. */
const kind = <T extends Listed>(spec: Spec<T>): Kind => spec as unknown as Kind;

/** Advice that was learned before its text was looked at is looked at now. */
const advice = <T>(guarded: T | undefined, text: (record: T) => string): string =>
  guarded === undefined ? `# ${LEFT_OUT}\n` : text(guarded);

export const KINDS: readonly Kind[] = [
  kind<CodeConcept>({
    path: 'concepts',
    title: 'Concept library',
    description: 'Code concepts seen in independent solutions, with signature and examples',
    label: (concept) => `${concept.name}: ${concept.signature}`,
    text: (concept) => advice(guardConcept(concept), conceptText),
    table: (ctx) => ctx.memory.concepts,
  }),
  kind<ErrorPattern>({
    path: 'error-patterns',
    title: 'Error patterns',
    description: 'Errors met before, how often, and the fixes that got past them',
    label: (pattern) => `${pattern.name} (met ${pattern.frequency} times)`,
    text: (pattern) => advice(guardPattern(pattern), errorPatternText),
    table: (ctx) => ctx.memory.error_patterns,
  }),
  kind<Strategy>({
    path: 'strategies',
    title: 'Strategies',
    description: 'When to do what, with the evidence for and against',
    label: (strategy) => `${strategy.status}: ${strategy.suggestion}`,
    text: (strategy) => advice(guardStrategy(strategy), strategyText),
    table: (ctx) => ctx.memory.strategies,
  }),
  kind<Trajectory>({
    path: 'trajectories',
    title: 'Trajectories',
    description: 'Recorded runs: task, steps, outcome and who judged it',
    label: (trajectory) =>
      `${trajectory.outcome.success === null ? 'unknown' : trajectory.outcome.success ? 'solved' : 'failed'}: ${trajectory.task.description}`,
    text: async (trajectory, ctx) => {
      const key = taskKey(trajectory.project, trajectory.task);
      return trajectoryText(trajectory, await ctx.memory.trajectories.count({ task_key: key }));
    },
    table: (ctx) => ctx.memory.trajectories,
  }),
];
