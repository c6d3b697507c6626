/** Who&When: every method on the same 126 runs. Fitted methods are judged by nested cross-validation, with three seeds. */
import { attributeByRules } from '../../../src/learning/credit/simple.ts';
import { type Case, CONTENT, casesOf, choose, nested, sharesOf, WITH_PLACES } from './fit.ts';
import { average, baselines, type Scores, scoreAll } from './measure.ts';
import type { LabelledRun, LabelledSet } from './sets.ts';

const SEEDS = [1, 2, 3];

export interface Compared {
  set: string;
  runs: number;
  methods: Record<string, Scores>;
  baselines: Record<string, Scores>;
}

export function compareConversations({ name, runs }: LabelledSet): Compared & { lengths: Scores[] } {
  const cases = casesOf(runs);
  const crossed = (sets: typeof CONTENT) =>
    average(
      SEEDS.map((seed) => {
        const shares = nested(cases, sets, seed);
        return scoreAll(runs, (_, i) => shares[i] ?? []);
      }),
    );
  const simple = crossed(WITH_PLACES);
  return {
    set: name,
    runs: runs.length,
    methods: {
      'simple (default), nested CV': simple,
      'signs without places, nested CV': crossed(CONTENT),
      'rules for acts alone': scoreAll(runs, ({ run }) => attributeByRules(run).map(([, share]) => share)),
    },
    baselines: Object.fromEntries(
      Object.entries(baselines(runs)).map(([of, guess]) => [of, scoreAll(runs, guess)]),
    ),
    lengths: [(n: number) => n <= 7, (n: number) => n > 7 && n < 10, (n: number) => n >= 10].map((fits) =>
      simple.filter((_, i) => fits(runs[i]?.run.steps.length ?? 0)),
    ),
  };
}

/** Fitted on the runs of one kind of length, scored on those of the other: does it carry over? */
export function acrossLengths(runs: LabelledRun[]): Record<string, Scores> {
  const long = (run: LabelledRun) => run.run.steps.length >= 10;
  const [longer, shorter] = [runs.filter(long), runs.filter((run) => !long(run))];
  const carry = (from: LabelledRun[], to: LabelledRun[]): Scores => {
    const fitted = choose(casesOf(from), WITH_PLACES, 1);
    const cases: Case[] = casesOf(to);
    return scoreAll(to, (_, i) => sharesOf(fitted, cases[i]?.signs ?? []));
  };
  return { 'fewer than 10 → 10': carry(shorter, longer), '10 → fewer': carry(longer, shorter) };
}
