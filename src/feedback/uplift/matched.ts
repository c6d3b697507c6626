/** Like compared with like, where nothing was held out. No experiment: what decided who was shown something may be the reason. Pure. */
import { clusteredRate, pooledRate, type Rate, rateDifference, rateInterval } from '../../learners/rates.ts';
import type { Interval, RateSide } from './figures-of.ts';

/** One judged run. */
export interface MatchRun {
  task: string;
  project: string;
  /** Whether it was shown something. */
  shown: boolean;
  success: boolean;
  /** Equal for runs of one kind: project, domain, agent, model and quarter. */
  like: string;
}

export interface Matched {
  with: RateSide;
  without: RateSide;
  difference: number;
  /** 95 %, by task. */
  interval: Interval;
  /** Tasks that have runs of both kinds: compared with themselves. */
  same_task: number;
  /** Kinds of runs in which other tasks were compared. */
  kinds: number;
  /** Runs for which there was nothing alike. */
  left_out: number;
}

/** Runs of one task on one side: one witness, worth the share that went well. */
interface Witness {
  task: string;
  stratum: string;
  shown: boolean;
  worth: number;
  runs: number;
}

/** Fewer tasks on a side say nothing that an interval could tell. */
const FEWEST = 2;
const SAME_TASK = 'same task';

/**
 * The pooled difference over strata, weighted as Mantel and Haenszel do (1959), with Newcombe's interval over tasks. Tasks with
 * runs of both kinds are compared with themselves, as one stratum; counting their two sides as independent makes the interval
 * wider, never narrower. Other tasks are compared within their kind. Undefined without two tasks on each side.
 */
export function matchedEffect(runs: MatchRun[]): Matched | undefined {
  const witnesses = [...Map.groupBy(runs, ({ task }) => task).values()].flatMap(witnessesOf);
  const strata = [...Map.groupBy(witnesses, ({ stratum }) => stratum).entries()]
    .map(([name, each]) => ({
      name,
      with: each.filter(({ shown }) => shown),
      without: each.filter(({ shown }) => !shown),
    }))
    .filter((stratum) => stratum.with.length > 0 && stratum.without.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const [shown, not] = [strata.flatMap((one) => one.with), strata.flatMap((one) => one.without)];
  if (shown.length < FEWEST || not.length < FEWEST) return undefined;
  const shares = strata.map(
    (one) => (one.with.length * one.without.length) / (one.with.length + one.without.length),
  );
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const pooled = (side: 'with' | 'without') =>
    pooledRate(
      strata.map((one) => rateOf(one[side])),
      shares.map((share) => share / whole),
    );
  const [one, other] = [pooled('with'), pooled('without')];
  return {
    with: sideOf(one, shown),
    without: sideOf(other, not),
    ...rateDifference(one, other),
    same_task: strata.find(({ name }) => name === SAME_TASK)?.with.length ?? 0,
    kinds: strata.filter(({ name }) => name !== SAME_TASK).length,
    left_out: runs.length - runsOf(shown) - runsOf(not),
  };
}

/** A task that has both kinds is compared with itself, else with others of the kind that most of its runs are of. */
function witnessesOf(runs: MatchRun[]): Witness[] {
  const sides = [true, false]
    .map((shown) => runs.filter((run) => run.shown === shown))
    .filter((side) => side.length > 0);
  return sides.map((side) => {
    const [first] = side as [MatchRun];
    const stratum = sides.length === 2 ? SAME_TASK : `kind ${mostFrequent(side.map(({ like }) => like))}`;
    const good = side.filter(({ success }) => success).length;
    return { task: first.task, stratum, shown: first.shown, worth: good / side.length, runs: side.length };
  });
}

const mostFrequent = (names: string[]): string =>
  [...Map.groupBy(names, (name) => name)].sort(
    ([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1),
  )[0]?.[0] ?? '';

const runsOf = (witnesses: Witness[]): number => witnesses.reduce((sum, { runs }) => sum + runs, 0);

const rateOf = (witnesses: Witness[]): Rate =>
  clusteredRate(
    witnesses.map(({ worth }) => worth),
    runsOf(witnesses),
  );

const sideOf = (rate: Rate, witnesses: Witness[]): RateSide => ({
  rate: rate.rate,
  interval: rateInterval(rate),
  tasks: witnesses.length,
  runs: runsOf(witnesses),
});
