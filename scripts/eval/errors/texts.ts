/**
 * Observations that are no errors, by set: what no signature may match, and what must not be noted as an error. A step
 * that went well may print errors of a part of it (`cmd || true`): by the programs' own formats, not by Knowhow's, such
 * observations are taken out, and counted.
 */
import { failureOf } from '../../../src/learners/failures.ts';
import { occurrencesOf } from '../../../src/learning/errors/patterns.ts';
import { type Step, TrajectoryInput } from '../../../src/types.ts';
import { alfWorld, tauBench, terminalBench } from '../sets.ts';
import { mysqlClass } from './mysql.ts';
import type { Attempted } from './runs.ts';
import { shellClass } from './shell.ts';

export interface Plain {
  set: string;
  /** Each text once. */
  texts: string[];
  /** Left out: unmarked, but a line of them is a message of the shell or of MySQL. */
  holding: number;
  /** Of these, how many a step without any flag would be noted as an error for. */
  noted: number;
}

export interface MatchFigures {
  set: string;
  observations: number;
  /** Unmarked ones that hold an error message of a part of the step: not among the observations. */
  holding_errors: number;
  /** Share that the signature of some pattern matches. */
  matched: number;
  /** Share that would be noted as an error although nothing says that the step failed. */
  noted: number;
}

const LONGEST = 4_000;

/** What git, pip, apt, npm, compilers and Python put before their errors, at the beginning of a line. */
const LABEL =
  /^(?:ERROR|E|fatal|error|npm ERR!): |^Traceback \(most recent call last\)|^\w*(?:Error|Exception): /u;
const isMessage = (line: string): boolean =>
  LABEL.test(line) || shellClass(line) !== undefined || mysqlClass(line.slice(0, LONGEST)) !== undefined;

/** Of InterCode what the server or the shell did not mark; of the other sets what its own harness did not. */
export async function plainObservations(data: string, attempts: Attempted[]): Promise<Plain[]> {
  const found: Plain[] = [];
  const add = (set: string, steps: Iterable<Step>) => {
    const plain = new Map<string, Step>();
    const holding = new Set<string>();
    for (const step of steps)
      if (step.error === undefined && !step.exit_code && step.observation.trim() !== '') {
        const text = step.observation.slice(0, LONGEST);
        if (text.split('\n').some(isMessage)) holding.add(text);
        else plain.set(text, step);
      }
    if (plain.size === 0) return;
    const bare = [...plain.values()].map(({ exit_code: _, ...step }) => step);
    found.push({
      set,
      texts: [...plain.keys()],
      holding: holding.size,
      noted: bare.filter((step) => failureOf(step) !== undefined).length,
    });
  };
  for (const kind of ['sql', 'bash'] as const)
    add(
      `intercode-${kind}`,
      attempts.filter((each) => each.kind === kind).flatMap(({ trajectory }) => trajectory.steps),
    );
  for (const set of [alfWorld(data), await tauBench(data), await terminalBench(data)])
    if (set)
      add(
        set.name,
        set.runs.flatMap(({ draft }) =>
          draft.steps.map((step) => ({ ...step, observation: step.observation ?? '' }) as Step),
        ),
      );
  return found;
}

export function matchFigures(plain: Plain[], signatures: string[]): MatchFigures[] {
  const compiled = signatures.map((signature) => new RegExp(signature, 'u'));
  return plain.map(({ set, texts, holding, noted }) => ({
    set,
    observations: texts.length,
    holding_errors: holding,
    matched: texts.filter((text) => compiled.some((signature) => signature.test(text))).length / texts.length,
    noted: noted / texts.length,
  }));
}

/** The templates of the errors in the sets that have no true classes: their signatures must not match wrongly either. */
export async function otherTemplates(data: string): Promise<string[]> {
  const templates = new Set<string>();
  for (const set of [await tauBench(data), await terminalBench(data)])
    for (const { draft } of set?.runs ?? []) {
      const input = TrajectoryInput.parse({ ...draft, outcome: { success: null } });
      const run = { ...input, id: 'traj_1', at: '', project: '', derived_from: [], trust: 1 };
      for (const { template } of occurrencesOf(run, 'task', false, '')) templates.add(template);
    }
  return [...templates];
}
