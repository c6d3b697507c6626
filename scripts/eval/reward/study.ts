/** How well the reward model's candidates, and what is chosen among them, foresee scores at tasks that were held out. */
import { type CandidateName, NAMES, regressorOf } from '../../../src/feedback/reward/choose.ts';
import { fitChosen } from '../../../src/feedback/reward/fit.ts';
import { r2Difference, splits } from '../../../src/learners/grouped-folds.ts';
import { createRandom, type Random } from '../../../src/learners/random.ts';
import type { Example } from '../../../src/learners/regression.ts';

export type Row = Example & { nth: number };

/** What was foreseen: by model, the squared error of each row, mean over repeats. */
export interface Foreseen {
  squared: Map<string, number[]>;
  /** Of the chosen one: how often each candidate was it, and which rows' truths its interval held, mean over repeats. */
  picks: Map<CandidateName, number>;
  held: number[];
  /** Mean half width of the interval. */
  half: number;
}

export interface Plan {
  repeats: number;
  seed: number;
  /** Rows learned from in each fold, drawn from all that the fold leaves; undefined: all. */
  learnFrom?: number | undefined;
  /** Without it only the candidates are judged. */
  chosen: boolean;
  tell(line: string): void;
}

const FOLDS = 5;
export const CHOSEN = 'chosen';

/** Grouped cross-validation; what is chosen is chosen within the part that is learned from, by the server's own code. */
export async function foresee(
  rows: Row[],
  { repeats, seed, learnFrom, chosen, tell }: Plan,
): Promise<Foreseen> {
  const models = chosen ? [...NAMES, CHOSEN] : NAMES;
  const squared = new Map(models.map((name) => [name as string, rows.map(() => 0)]));
  const held = rows.map(() => 0);
  const picks = new Map<CandidateName, number>();
  let [half, fits] = [0, 0];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const random = createRandom(seed + repeat);
    for (const part of splits(rows, FOLDS, random)) {
      const train = learnFrom === undefined ? part.train : drawn(part.train, learnFrom, random);
      const note = (name: string, predict: (row: Row) => number) => {
        for (const i of part.held) {
          const row = rows[i] as Row;
          (squared.get(name) as number[])[i] =
            (squared.get(name)?.[i] ?? 0) + (row.y - predict(row)) ** 2 / repeats;
        }
      };
      for (const name of NAMES) {
        const regressor = regressorOf(name);
        const fit = regressor.fit(train, random);
        note(name, ({ x }) => regressor.predict(fit, x));
      }
      if (!chosen) continue;
      const { fitted, interval } = await fitChosen(train, { seed: seed + repeat, repeats: 1 });
      const predict = ({ x }: Row) => regressorOf(fitted.candidate).predict(fitted.fit, x);
      note(CHOSEN, predict);
      for (const i of part.held) {
        const row = rows[i] as Row;
        (held[i] as number) += Number(Math.abs(row.y - predict(row)) <= interval.half) / repeats;
      }
      picks.set(fitted.candidate, (picks.get(fitted.candidate) ?? 0) + 1);
      half += interval.half;
      fits += 1;
      tell(`fold ${fits} of ${repeats * FOLDS}: ${fitted.candidate}`);
    }
  }
  return { squared, picks, held, half: half / Math.max(1, fits) };
}

function drawn(rows: Example[], most: number, random: Random): Example[] {
  const tickets = rows.map((row) => ({ row, ticket: random() })).sort((a, b) => a.ticket - b.ticket);
  return tickets.slice(0, most).map(({ row }) => row);
}

export interface Share {
  value: number;
  low: number;
  high: number;
}

/** R² of a model over some of the rows, and its differences, with 95 % intervals over tasks. */
export function figures(rows: Row[], { squared }: Foreseen, isReported: (row: Row) => boolean, seed: number) {
  const at = rows.flatMap((row, i) => (isReported(row) ? [i] : []));
  const some = at.map((i) => rows[i] as Row);
  const middle = some.reduce((sum, { y }) => sum + y, 0) / some.length;
  const errors = (name: string) => ({ squared: at.map((i) => squared.get(name)?.[i] ?? 0) });
  const spread = { squared: some.map(({ y }) => (y - middle) ** 2) };
  const difference = (better: { squared: number[] }, other: { squared: number[] }): Share => {
    const {
      difference: value,
      low,
      high,
    } = r2Difference(some, better, other, {
      random: createRandom(seed),
      draws: 4_000,
    });
    return { value, low, high };
  };
  return [...squared.keys()].map((name) => ({
    name,
    r2: difference(errors(name), spread),
    over_mean: difference(errors(name), errors('mean')),
    over_linear: difference(errors(name), errors('linear')),
  }));
}

/** Share of the reported rows whose truth the interval held, with a 95 % interval (normal, over tasks). */
export function coverage(rows: Row[], { held }: Foreseen, isReported: (row: Row) => boolean): Share {
  const some = held.filter((_, i) => isReported(rows[i] as Row));
  const value = some.reduce((sum, one) => sum + one, 0) / some.length;
  const spread = some.reduce((sum, one) => sum + (one - value) ** 2, 0) / (some.length - 1);
  const half = 1.96 * Math.sqrt(spread / some.length);
  return { value, low: value - half, high: Math.min(1, value + half) };
}
