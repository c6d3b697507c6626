/** Did those who followed fare better? Differences of success over strata, with intervals that draw whole tasks. */
import { createRandom } from '../../../src/learners/random.ts';

/** One held-out attempt and one piece of advice that its task was shown. */
export interface Followed {
  task: string;
  /** What is compared with what: the task and the advice, or the advice alone over all its tasks. */
  stratum: string;
  did: boolean;
  /** What the attempt reached: 0 or 1, or what it reached above others of its model. */
  value: number;
}

export interface Fared {
  difference: number;
  low: number;
  high: number;
  /** Strata with both arms, the tasks in them, and the attempts that followed. */
  strata: number;
  tasks: number;
  followed: number;
}

interface Cell {
  stratum: number;
  task: number;
  n1: number;
  s1: number;
  n0: number;
  s0: number;
}

const DRAWS = 1_000;

/** Mantel-Haenszel difference, −1..1, with a 95 % bootstrap interval over tasks (Efron & Tibshirani 1993). */
export function fare(records: Followed[], seed = 13): Fared {
  const cells = cellsOf(records);
  const strata = new Set(cells.map(({ stratum }) => stratum)).size;
  const tasks = Math.max(-1, ...cells.map(({ task }) => task)) + 1;
  const once = new Array<number>(tasks).fill(1);
  const random = createRandom(seed);
  const draws = Array.from({ length: DRAWS }, () => {
    const times = new Array<number>(tasks).fill(0);
    for (let i = 0; i < tasks; i += 1) {
      const drawn = Math.floor(random() * tasks);
      times[drawn] = (times[drawn] ?? 0) + 1;
    }
    return pooled(cells, times);
  })
    .filter((draw) => draw !== undefined)
    .sort((a, b) => a - b);
  return {
    difference: pooled(cells, once) ?? 0,
    low: draws[Math.floor(draws.length * 0.025)] ?? 0,
    high: draws[Math.ceil(draws.length * 0.975) - 1] ?? 0,
    strata,
    tasks,
    followed: cells.reduce((sum, { n1 }) => sum + n1, 0),
  };
}

/** Counts by stratum and task; strata without both arms tell nothing and are left out. */
function cellsOf(records: Followed[]): Cell[] {
  const strata = [...Map.groupBy(records, ({ stratum }) => stratum).values()].filter(
    (same) => same.some(({ did }) => did) && same.some(({ did }) => !did),
  );
  const names = new Map<string, number>();
  const numberOf = (task: string) => {
    const number = names.get(task) ?? names.size;
    names.set(task, number);
    return number;
  };
  return strata.flatMap((same, stratum) =>
    [...Map.groupBy(same, ({ task }) => task)].map(([task, mine]) => {
      const cell: Cell = { stratum, task: numberOf(task), n1: 0, s1: 0, n0: 0, s0: 0 };
      for (const { did, value } of mine) {
        cell[did ? 'n1' : 'n0'] += 1;
        cell[did ? 's1' : 's0'] += value;
      }
      return cell;
    }),
  );
}

function pooled(cells: Cell[], times: number[]): number | undefined {
  const sums = new Map<number, [number, number, number, number]>();
  for (const { stratum, task, n1, s1, n0, s0 } of cells) {
    const sum = sums.get(stratum) ?? [0, 0, 0, 0];
    const by = times[task] ?? 0;
    sum[0] += by * n1;
    sum[1] += by * s1;
    sum[2] += by * n0;
    sum[3] += by * s0;
    sums.set(stratum, sum);
  }
  let [weighted, weights] = [0, 0];
  for (const [n1, s1, n0, s0] of sums.values()) {
    if (n1 === 0 || n0 === 0) continue;
    const weight = (n1 * n0) / (n1 + n0);
    weighted += weight * (s1 / n1 - s0 / n0);
    weights += weight;
  }
  return weights > 0 ? weighted / weights : undefined;
}
