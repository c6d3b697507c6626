/** Before against after, task by task: the difference of what both needed, with its interval and a verdict. Pure. */
import { canonicalJson } from '../../learners/content-id.ts';
import { meanWithin } from '../../learners/paired-bootstrap.ts';
import { createRandom } from '../../learners/random.ts';
import type { Interval } from '../../learners/rates.ts';
import { trainingError } from '../codes.ts';
import type { EvaluationReport, SampleRecord } from './report.ts';

interface Change {
  before: number | null;
  after: number | null;
  /** After less before. */
  difference: number | null;
  /** 95 %, by tasks; null with fewer than two. */
  interval: Interval | null;
}

export interface Comparison {
  /** Tasks that both have samples of. */
  tasks: number;
  /** Pairs of samples: of one task, with the same number and so the same seeds. */
  pairs: number;
  e_retries: Change & { /** Of before; null where that is 0. */ relative: number | null };
  first_pass: Change;
  /** Tasks that took fewer retries, as many, more. */
  changed: { better: number; same: number; worse: number };
  /** By E[retries]: fewer is better. */
  verdict: 'better' | 'worse' | 'cannot tell';
  warnings: string[];
}

/**
 * Both sides over the samples that both have, so that they pair.
 * @throws KnowhowError `E7405` unless both are of the same tasks, cap and template.
 */
export function compareReports(before: EvaluationReport, after: EvaluationReport, seed: number): Comparison {
  const unlike = (['tasks_hash', 'cap', 'template_hash'] as const).filter(
    (name) => before[name] !== after[name],
  );
  if (unlike.length > 0) throw trainingError('E7405', `They differ in ${unlike.join(', ')}.`);
  const tasks = pairsByTask(before, after);
  const pairs = tasks.reduce((sum, ofTask) => sum + ofTask.length, 0);
  const most = after.cap + 1;
  const retries = changeOf(tasks, ({ retries }) => retries, most, seed);
  const verdict = verdictOf(retries.interval);
  const differences = tasks.map((pairs) => sideMean(pairs, 1, retriesOf) - sideMean(pairs, 0, retriesOf));
  return {
    tasks: tasks.length,
    pairs,
    e_retries: {
      ...retries,
      relative: retries.difference === null || !retries.before ? null : retries.difference / retries.before,
    },
    first_pass: changeOf(tasks, ({ accepted, retries }) => Number(accepted && retries === 0), 1, seed),
    changed: {
      better: differences.filter((each) => each < 0).length,
      same: differences.filter((each) => each === 0).length,
      worse: differences.filter((each) => each > 0).length,
    },
    verdict,
    warnings: warningsOf(before, after, pairs),
  };
}

type Pair = readonly [before: SampleRecord, after: SampleRecord];

function pairsByTask(before: EvaluationReport, after: EvaluationReport): Pair[][] {
  const known = new Map(before.by_task.map(({ id, samples }) => [id, samples]));
  return after.by_task.flatMap(({ id, samples }) => {
    const others = new Map(known.get(id)?.map((each) => [each.sample, each]));
    const pairs = samples.flatMap((each): Pair[] => {
      const other = others.get(each.sample);
      return other ? [[other, each]] : [];
    });
    return pairs.length > 0 ? [pairs] : [];
  });
}

const retriesOf = ({ retries }: SampleRecord): number => retries;

const sideMean = (pairs: Pair[], side: 0 | 1, value: (sample: SampleRecord) => number): number =>
  pairs.reduce((sum, pair) => sum + value(pair[side]), 0) / pairs.length;

function changeOf(
  tasks: Pair[][],
  value: (sample: SampleRecord) => number,
  most: number,
  seed: number,
): Change {
  const side = (nth: 0 | 1) => tasks.map((pairs) => sideMean(pairs, nth, value));
  const [before, after] = [side(0), side(1)];
  const { mean, interval } = meanWithin(
    after.map((each, i) => each - (before[i] ?? 0)),
    [-most, most],
    { random: createRandom(seed) },
  );
  const meanOf = (values: number[]) =>
    values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length;
  return { before: meanOf(before), after: meanOf(after), difference: mean, interval };
}

function verdictOf(interval: Interval | null): Comparison['verdict'] {
  if (interval === null) return 'cannot tell';
  if (interval[1] < 0) return 'better';
  return interval[0] > 0 ? 'worse' : 'cannot tell';
}

function warningsOf(before: EvaluationReport, after: EvaluationReport, pairs: number): string[] {
  const settings = (['temperature', 'max_tokens'] as const).filter(
    (name) => before.solver.settings[name] !== after.solver.settings[name],
  );
  return [
    ...(settings.length > 0 ? [`The solvers differ in ${settings.join(' and ')} as well.`] : []),
    ...(before.seed === after.seed ? [] : ['The seeds differ: samples pair by their task alone.']),
    ...(canonicalJson(before.guards) === canonicalJson(after.guards)
      ? []
      : ['The guards had other limits of time or memory.']),
    ...(pairs < Math.max(before.finished, after.finished)
      ? [
          `Not all samples came to an end on both sides: the difference is of the ${pairs} that did, each side's own figures are of all it has.`,
        ]
      : []),
  ];
}
