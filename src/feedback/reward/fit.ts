/** A reward model from rated runs: chosen, fitted on all of them, with what it lives on and how far it may be off. */
import { z } from 'zod';
import { callerError } from '../../errors.ts';
import { halfWidth } from '../../learners/conformal.ts';
import { permutationImportances } from '../../learners/grouped-folds.ts';
import { createRandom } from '../../learners/random.ts';
import type { Example } from '../../learners/regression.ts';
import type { RewardModel, RewardTarget } from '../../types.ts';
import { type CandidateName, type Choice, chooseCandidate, NAMES, regressorOf } from './choose.ts';
import { FEATURE_NAMES } from './features.ts';
import type { Judging } from './judge.ts';

/** With less nothing is fitted. */
export const LEAST = { examples: 30, tasks: 5 };
const LEVEL = 0.9;
const MOST_IMPORTANCES = 12;

/** What is kept of a fitted model, beside the record that describes it. */
export const Kept = z.object({
  candidate: z.enum(NAMES as [CandidateName, ...CandidateName[]]),
  fit: z.unknown(),
  /** The middle of each feature over the examples; null where most do not know it. */
  usual: z.array(z.number().nullable()),
  /** What the runs it has seen were worth when it last looked, in the order of `seen`. */
  worth: z.array(z.number()),
});
export type Kept = z.infer<typeof Kept>;

export type Fitted = Pick<
  RewardModel,
  'chosen' | 'scores' | 'gain' | 'features' | 'importances' | 'examples' | 'tasks' | 'interval' | 'seed'
> & { fitted: Kept };

/**
 * Candidates judged by grouped cross-validation (`chooseCandidate`), the chosen one fitted on all examples. Repeatable:
 * everything random comes from `seed`.
 * @throws KnowhowError `too_few_examples`, `no_variance`.
 */
export async function fitReward(rows: Example[], target: RewardTarget, judging: Judging): Promise<Fitted> {
  assertEnough(rows, target);
  const { predictions, fitted, ...rest } = await fitChosen(rows, judging);
  judging.signal?.throwIfAborted();
  return {
    ...rest,
    features: [...FEATURE_NAMES],
    importances: importancesOf(rows, rest.chosen, judging),
    examples: rows.length,
    tasks: tasksOf(rows),
    seed: judging.seed,
    fitted: { ...fitted, usual: usualOf(rows), worth: rows.map(({ y }) => y) },
  };
}

/** The part of it that predictions rest on. */
export async function fitChosen(
  rows: Example[],
  judging: Judging,
): Promise<Choice & Pick<RewardModel, 'interval'> & { fitted: Pick<Kept, 'candidate' | 'fit'> }> {
  const choice = await chooseCandidate(rows, judging);
  const { half, covers } = halfWidth(rows, choice.predictions, { level: LEVEL });
  const fit = regressorOf(choice.chosen).fit(rows, createRandom(judging.seed));
  return { ...choice, interval: { half, covers }, fitted: { candidate: choice.chosen, fit } };
}

/** What held-out R² loses when a feature is shuffled, the largest first; nothing is lost where the mean is used. */
function importancesOf(
  rows: Example[],
  chosen: CandidateName,
  { seed, folds = 5 }: Judging,
): RewardModel['importances'] {
  if (chosen === 'mean') return [];
  return permutationImportances(rows, regressorOf(chosen), { folds, repeats: 2, random: createRandom(seed) })
    .map((importance, i) => ({ feature: FEATURE_NAMES[i] ?? '', importance }))
    .filter(({ importance }) => importance > 0)
    .sort((a, b) => b.importance - a.importance)
    .slice(0, MOST_IMPORTANCES);
}

const tasksOf = (rows: Example[]): number => new Set(rows.map(({ group }) => group)).size;

/** @throws KnowhowError `too_few_examples`, `no_variance`. */
export function assertEnough(rows: Example[], target: RewardTarget): void {
  const tasks = tasksOf(rows);
  if (rows.length < LEAST.examples || tasks < LEAST.tasks)
    throw callerError(
      'too_few_examples',
      `Runs with a person's ${target} score: ${rows.length}, at ${tasks} different tasks; a reward model needs ${LEAST.examples} at ${LEAST.tasks}.`,
      'Rate more: `knowhow feedback submit <run>`, or ask for it: `knowhow feedback request <run>`. What agents said of their own runs does not count.',
    );
  const [first] = rows;
  if (rows.every(({ y }) => Math.abs(y - (first?.y ?? 0)) < 1e-9))
    throw callerError(
      'no_variance',
      `All ${rows.length} rated runs have the same ${target}, so there is nothing to foresee.`,
      'Rate runs that were worse, or better, too.',
    );
}

/** The middle value of each feature, where more than half of the examples know it. */
function usualOf(rows: Example[]): (number | null)[] {
  return FEATURE_NAMES.map((_, f) => {
    const values = rows.flatMap(({ x }) => x[f] ?? []).sort((a, b) => a - b);
    return values.length * 2 > rows.length ? (values[Math.floor(values.length / 2)] ?? null) : null;
  });
}
