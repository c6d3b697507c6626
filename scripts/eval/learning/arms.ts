/**
 * What the agent may ask, in each arm, and what it was told. An attempt is settled by its seed and the answers it got:
 * where every question gets the answer that an earlier attempt got, that attempt is the result and is not run again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Knowhow } from '../../../src/index.ts';
import type { Problem } from '../../samples/problem.ts';
import { type Advice, adviceOf, fixesOf, NOTHING } from './advice.ts';
import type { Adviser } from './agent.ts';
import type { Place } from './place.ts';
import { attempt, type Trial } from './trial.ts';

/** One question and its answer; without an error it is the one at the start. */
export interface Told {
  error?: string;
  advice: Advice;
}

export interface Advised extends Trial {
  told: Told[];
}

/** Answers the question at the start, and then each error, the `nth` of the attempt. */
export type Answers = (error: string | undefined, nth: number) => Promise<Advice>;

export const silence: Answers = async () => NOTHING;

/** A real memory, asked as an agent asks it; `shown` hears the id of what was shown at the start. */
export const memoryOf =
  (knowhow: Knowhow, problem: Problem, shown?: (retrieval: string) => void): Answers =>
  async (error) => {
    const { project } = problem;
    if (error?.trim() === '') return NOTHING;
    const found = await knowhow.retrieve({ task: problem.ask, project, ...(error ? { error } : {}) });
    const advice = adviceOf(found);
    if (error === undefined) {
      shown?.(found.retrieval_id);
      return advice;
    }
    // The error's own fixes first.
    const fixes = fixesOf((await knowhow.matchError({ error, project })).matches);
    return { moves: [...fixes.moves, ...advice.moves], avoid: [...fixes.avoid, ...advice.avoid] };
  };

/** What another attempt was told, in its order: as plausible, and about something else. */
export const toldTo =
  (told: Told[]): Answers =>
  async (error, nth) =>
    told.filter((each) => (each.error === undefined) === (error === undefined))[nth]?.advice ?? NOTHING;

/** Attempts that were carried out already, by seed and task. */
export type Known = Map<string, Advised[]>;

export async function advisedAttempt(
  place: Place,
  problem: Problem,
  seed: string,
  answers: Answers,
  patience: number,
  known?: Known,
): Promise<Advised> {
  const key = `${seed}/${problem.id}`;
  for (const earlier of known?.get(key) ?? []) if (await isSame(earlier.told, answers)) return earlier;
  const told: Told[] = [];
  let errors = 0;
  const adviser: Adviser = {
    start: async () => {
      const advice = await answers(undefined, 0);
      told.push({ advice });
      return advice;
    },
    stuck: async (error) => {
      const advice = await answers(error, errors);
      errors += 1;
      told.push({ error, advice });
      return advice;
    },
  };
  const done = { ...(await attempt(place, problem, seed, adviser, patience)), told };
  known?.set(key, [...(known.get(key) ?? []), done]);
  return done;
}

async function isSame(told: Told[], answers: Answers): Promise<boolean> {
  let errors = 0;
  for (const { error, advice } of told) {
    const now = await answers(error, error === undefined ? 0 : errors);
    if (error !== undefined) errors += 1;
    if (!isDeepStrictEqual(now, advice)) return false;
  }
  return true;
}
