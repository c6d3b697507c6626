/** A run as fixes are looked for in it: what is asked of a step again and again is worked out once. */

import { type Command, mainCommand } from '../../learners/commands/commands.ts';
import type { Failure } from '../../learners/failures.ts';
import { type Templated, templateOf } from '../../learners/template.ts';
import type { Step } from '../../types.ts';
import { actsOf, type FilesSeen } from '../acts/acts.ts';
import { type Statement, statementOf } from './statements.ts';

export interface Reading {
  steps: Step[];
  failures: (Failure | undefined)[];
  statement(step: number): Statement | undefined;
  command(step: number): Command | undefined;
  /** Acts in words, as actsOf() tells them. */
  acts(step: number): string[];
  /** The templates of what a step failed with. */
  templates(step: number): Templated[];
}

/** @param failures failureOf() each step. */
export function readingOf(steps: Step[], failures: (Failure | undefined)[]): Reading {
  const written: FilesSeen = new Map();
  const told: string[][] = [];
  return {
    steps,
    failures,
    statement: once(steps, statementOf),
    command: once(steps, mainCommand),
    acts(step) {
      // In order, as an edit is told by what the file held before.
      for (let next = told.length; next <= step && next < steps.length; next += 1)
        told.push(actsOf(steps[next] as Step, written));
      return told[step] ?? [];
    },
    templates: (() => {
      const of = once(failures, (failure) => failure?.messages.map(templateOf));
      return (step) => of(step) ?? [];
    })(),
  };
}

function once<T, R>(all: T[], work: (one: T) => R | undefined): (at: number) => R | undefined {
  const known = new Map<number, R | undefined>();
  return (at) => {
    if (!known.has(at)) known.set(at, all[at] === undefined ? undefined : work(all[at]));
    return known.get(at);
  };
}
