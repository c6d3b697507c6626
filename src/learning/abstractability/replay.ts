/**
 * Replay: a run's lesson held against other stored runs. At which other tasks would it have applied, and how did those
 * that did the same end, beside those that did not? Nothing is run again: what stored runs did and how they were judged
 * is counted. The lesson is the fix that got past an error, where others met that error too; else the acts.
 */
import { betaMean, type Contrast, mantelHaenszel } from '../../learners/statistics.ts';
import { type Attempt, type ErrorOccurrence, type Replay, VERDICT_TRUST } from '../../types.ts';
import type { Done } from './lesson.ts';

/** A judged run at another task, and whether it did what the lesson says. */
interface Witness {
  attempt: Pick<Attempt, 'task_key' | 'success'>;
  did: boolean;
}

/** A run says how a lesson fared only where somebody judged it: the agent's own word for its success proves nothing. */
export const isWitness = ({ success, trust }: Pick<Attempt, 'success' | 'trust'>): boolean =>
  success !== null && trust >= VERDICT_TRUST.llm_judge;

/** How alike two tasks must be for a lesson of one to be tried at the other, 0..1. */
export const SITUATION = 0.3;
/** Runs that a lesson is held against: those at the tasks most alike. */
export const MOST_WITNESSES = 30;
/**
 * Two runs did the same when their acts overlap this much by weight (Dice 1945). Counted from both sides: a run that
 * tries everything does the acts of every lesson. Chosen on ALFWorld, see `scripts/eval-abstractability.ts`.
 */
const SAME = 0.3;

/**
 * The acts of `run`, held against `others`: runs at other tasks that are enough alike. Acts that none of them did are
 * nothing that could be compared, acts that all did tell nothing; the rarer an act, the more it weighs.
 */
export function replayActs(run: Done, others: Done[]): Replay | undefined {
  const judged = others.filter(
    ({ attempt }) => isWitness(attempt) && attempt.task_key !== run.attempt.task_key,
  );
  const doers = new Map<string, number>();
  for (const { acts } of judged) for (const act of acts) doers.set(act, (doers.get(act) ?? 0) + 1);
  const weight = (act: string) => Math.log(judged.length / (doers.get(act) ?? judged.length));
  const sum = (acts: Iterable<string>) => [...acts].reduce((total, act) => total + weight(act), 0);
  const whole = sum(run.acts);
  if (whole === 0) return undefined;
  const witnesses = judged.map(({ attempt, acts }) => {
    const same = sum([...run.acts].filter((act) => acts.has(act)));
    return { attempt, did: same > 0 && 2 * same >= SAME * (whole + sum(acts)) };
  });
  return counted('acts', witnesses);
}

/**
 * The fixes that worked in a run, held against the other tasks at which the same errors were met.
 * @param own the run's errors; others are the same errors elsewhere.
 */
export function replayFixes(
  taskKey: string,
  own: ErrorOccurrence[],
  others: ErrorOccurrence[],
): Replay | undefined {
  const fixes = new Set(
    own.flatMap(({ pattern, attempts }) =>
      attempts.filter(({ worked }) => worked).map(({ fix }) => `${pattern} ${fix}`),
    ),
  );
  const patterns = new Set([...fixes].map((fix) => fix.slice(0, fix.indexOf(' '))));
  const there = others.filter(
    (each) => patterns.has(each.pattern) && each.task_key !== taskKey && isWitness(each),
  );
  const witnesses = [...Map.groupBy(there, ({ trajectory }) => trajectory).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const did = same.some(({ pattern, attempts }) =>
      attempts.some(({ fix }) => fixes.has(`${pattern} ${fix}`)),
    );
    return { attempt: first, did };
  });
  return counted('fix', witnesses);
}

function counted(lesson: Replay['lesson'], witnesses: Witness[]): Replay | undefined {
  if (witnesses.length === 0) return undefined;
  const arm = (did: boolean) => {
    const those = witnesses.filter((witness) => witness.did === did);
    return { worked: those.filter(({ attempt }) => attempt.success).length, tried: those.length };
  };
  const byTask = Map.groupBy(witnesses, ({ attempt }) => attempt.task_key);
  const [did, without] = [arm(true), arm(false)];
  return { lesson, tasks: byTask.size, did, without, difference: differenceOf(byTask, did, without) };
}

/**
 * How much better those fared who did it, -1..1: within tasks where both were seen (Mantel-Haenszel), so that an easy
 * task cannot pass for a good lesson; where there is no such task, over all of them, drawn towards 0 while they are few.
 */
function differenceOf(byTask: Map<string, Witness[]>, did: Replay['did'], without: Replay['did']): number {
  if (did.tried === 0 || without.tried === 0) return 0;
  const strata: Contrast[] = [...byTask.values()].map((those) => {
    const count = (did: boolean, success: boolean) =>
      those.filter((each) => each.did === did && each.attempt.success === success).length;
    return {
      withSuccess: count(true, true),
      withFailure: count(true, false),
      withoutSuccess: count(false, true),
      withoutFailure: count(false, false),
    };
  });
  const within = mantelHaenszel(strata);
  const prior = (did.worked + without.worked) / (did.tried + without.tried);
  const crude = betaMean(did.worked, did.tried, prior) - betaMean(without.worked, without.tried, prior);
  return Math.round((within.strata >= 2 ? within.difference : crude) * 1000) / 1000;
}

/** How sure a replay makes, 0..1: two runs against two 0.5, three against six 0.67; nothing while one side is missing. */
function weightOf({ did, without }: Replay): number {
  const pairs = (did.tried * without.tried) / Math.max(1, did.tried + without.tried);
  return pairs / (pairs + 1);
}

/**
 * How well a lesson holds elsewhere, 0..1: what its words promise, the less of it the more runs have shown it, and these with
 * 0.5 where it made no difference.
 */
export function holding(byWords: number, replay: Replay | undefined): number {
  if (!replay) return byWords;
  const weight = weightOf(replay);
  return (1 - weight) * byWords + weight * Math.max(0, Math.min(1, 0.5 + replay.difference));
}

/** Fewer runs than three against six prove nothing against a lesson. */
const LEAST_AGAINST = 0.65;
const LEAST_TASKS = 2;
const WORSE = -0.15;

/** True when those who did it fared worse elsewhere. */
export const faredWorse = (replay: Replay): boolean =>
  replay.tasks >= LEAST_TASKS && weightOf(replay) >= LEAST_AGAINST && replay.difference <= WORSE;

/** In words, with the counts. */
export function tell({ lesson, tasks, did, without }: Replay): string {
  const where = lesson === 'fix' ? 'where the same error came' : `that ${tasks === 1 ? 'is' : 'are'} alike`;
  const ended = ({ worked, tried }: Replay['did'], who: string, how: string) =>
    tried === 0 ? `none ${who}` : `${worked} of ${tried} that ${who}${how}`;
  return `it would have applied at ${tasks} other ${tasks === 1 ? 'task' : 'tasks'} ${where}: ${ended(did, 'did it', ' succeeded')}, ${ended(without, 'did not', did.tried === 0 ? ' succeeded' : '')}`;
}
