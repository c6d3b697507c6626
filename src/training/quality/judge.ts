/** Which examples are good enough to learn from, which a person must look at, which are not; and why. */
import type { DatasetSettings, QualityJudgement } from '../../types/training.ts';
import { compositeOf, diversities, informativenessOf } from './composite.ts';
import { outliersOf } from './outliers.ts';
import type { Sketch } from './sketch.ts';

export type QualitySettings = Pick<DatasetSettings, 'accept' | 'review' | 'least_confidence' | 'seed'>;
type Judged = Omit<QualityJudgement, 'verdict' | 'reasons'>;
type Ruling = Pick<QualityJudgement, 'verdict' | 'reasons'>;

/**
 * One judgement for each sketch, in their order; what it says does not depend on that order.
 *
 * Accepted answers (label true): accept from `accept` with at least `least_confidence`, review from `review`, else reject. With too
 * little confidence, without a grade, or set apart from the others (above 100 of them), what would be accepted goes to review.
 *
 * Rejected answers (label false) teach what not to do, so their low grade is no fault: they are accepted where the verdict is worth
 * `least_confidence`, else rejected. Both kinds are a batch of their own: whether negatives are asked for changes nothing for the others.
 */
export function judge(sketches: Sketch[], settings: QualitySettings): QualityJudgement[] {
  const judgements = new Array<QualityJudgement>(sketches.length);
  for (const label of [true, false]) {
    const places = sketches.flatMap((sketch, i) => (sketch.label === label ? [i] : []));
    const batch = places.map((i) => sketches[i] as Sketch);
    const diversity = diversities(batch);
    const outliers = label ? outliersOf(batch, settings.seed) : undefined;
    for (const [b, sketch] of batch.entries()) {
      const parts = partsOf(sketch, diversity[b] as number);
      const judged = outliers ? { ...parts, outlier: outliers.scores[b] as number } : parts;
      const outlying = outliers?.odd[b] ? outliers.from : undefined;
      const ruling = label ? ruleOn(judged, settings, outlying) : ruleOnNegative(judged, settings);
      judgements[places[b] as number] = { ...ruling, ...judged };
    }
  }
  return judgements;
}

function partsOf(sketch: Sketch, diversity: number): Judged {
  const quality = sketch.quality === null ? null : sketch.quality / 100;
  const { confidence } = sketch;
  const informativeness = informativenessOf(sketch);
  const composite =
    quality === null ? null : compositeOf({ quality, confidence, diversity, informativeness });
  return { composite, quality, confidence, diversity, informativeness };
}

function ruleOn(
  { composite, confidence, outlier = 0 }: Judged,
  { accept, review, least_confidence }: QualitySettings,
  outlying: number | undefined,
): Ruling {
  const oddity =
    outlying === undefined
      ? []
      : [
          `it is unlike the others: ${told(outlier, outlying)}, and from ${outlying.toFixed(2)} it is an outlier`,
        ];
  if (composite === null)
    return { verdict: 'review', reasons: ['nobody graded the quality of the answer', ...oddity] };
  const worth = `its worth is ${told(composite, composite < review ? review : accept)}`;
  if (composite < review)
    return {
      verdict: 'reject',
      reasons: [`${worth}, below ${review} from which it is looked at`, ...oddity],
    };
  const doubts = [
    ...(composite < accept ? [`${worth}, below ${accept} from which it is accepted`] : []),
    ...(confidence < least_confidence
      ? [`its verdict is worth ${told(confidence, least_confidence)}, less than ${least_confidence}`]
      : []),
    ...oddity,
  ];
  if (doubts.length > 0) return { verdict: 'review', reasons: doubts };
  return { verdict: 'accept', reasons: [`${worth}, from ${accept} it is accepted`] };
}

function ruleOnNegative({ confidence }: Judged, { least_confidence }: QualitySettings): Ruling {
  const worth = `that it is wrong is worth ${told(confidence, least_confidence)}`;
  return confidence >= least_confidence
    ? { verdict: 'accept', reasons: [`${worth}, from ${least_confidence} it is accepted as a negative`] }
    : { verdict: 'reject', reasons: [`${worth}, less than ${least_confidence}`] };
}

/** With two digits, or as many as it takes to stand on its own side of the limit. */
function told(value: number, limit: number): string {
  for (let digits = 2; digits < 12; digits += 1) {
    const text = value.toFixed(digits);
    if (Number(text) < limit === value < limit) return text;
  }
  return String(value);
}
