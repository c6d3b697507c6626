/** The composite of seed 003: what was said of a workflow as one number, over what is present. All pure. */
import type { RatingParts } from '../../types.ts';

/** How much each part counts. */
export const WEIGHTS = {
  cat: 0.4,
  satisfaction: 0.2,
  usefulness: 0.15,
  quality: 0.15,
  novelty: 0.1,
} as const;

export type Part = keyof typeof WEIGHTS;
export const PARTS = Object.keys(WEIGHTS) as Part[];

/** One part on 0..1, a CAT score as (score − 1) / 9; undefined when it was not said. */
export const partOf = (said: RatingParts, part: Part): number | undefined =>
  part === 'cat' ? said.cat && (said.cat.score - 1) / 9 : said[part];

/** Weighted mean over the parts that were said, 0..1; undefined when none was: nothing said is no middling score. */
export function compositeOf(said: RatingParts): number | undefined {
  let [sum, weights] = [0, 0];
  for (const part of PARTS) {
    const value = partOf(said, part);
    if (value === undefined) continue;
    sum += WEIGHTS[part] * value;
    weights += WEIGHTS[part];
  }
  // Rounded where only the arithmetic speaks: 0.8 said once is 0.8.
  return weights > 0 ? Math.min(1, Math.round((sum / weights) * 1e12) / 1e12) : undefined;
}

/** What figures can be asked of: a part, or the composite. */
export type Measure = Part | 'composite';
export const MEASURES: readonly Measure[] = ['composite', ...PARTS];

export const measureOf = (said: RatingParts, measure: Measure): number | undefined =>
  measure === 'composite' ? compositeOf(said) : partOf(said, measure);
