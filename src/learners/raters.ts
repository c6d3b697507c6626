/**
 * Ratings with the raters' severity taken out: value = mean + item + rater + noise, items and raters drawn at random
 * (crossed random effects, Henderson 1975). All pure.
 */
import { callerError } from '../errors.ts';
import { crossedOf, type Voice } from './crossed/design.ts';
import { predictEffects } from './crossed/effects.ts';
import { varianceRatios } from './crossed/variance.ts';

export interface Rated {
  item: string;
  rater: string;
  value: number;
  /** How much it is trusted: the noise's variance is divided by it. Default 1. */
  weight?: number;
}

export interface Effect {
  /** Distinct voices: raters of an item, items of a rater. */
  n: number;
  /** Standard error of prediction. */
  error: number;
}

export interface FittedRaters {
  mean: number;
  /** `bias`: how much higher this one rates than the others do. */
  raters: Map<string, Effect & { bias: number }>;
  /** `value`: what the item is worth to the average rater, drawn towards the mean as far as the noise demands. */
  items: Map<string, Effect & { value: number }>;
  variance: { item: number; rater: number; residual: number };
}

/**
 * Predicts the items' worth (BLUP). Several ratings of an item by one rater are one voice: their mean. With one rater, or
 * where each rated once, a bias cannot be told from the items and is 0; where each item was rated once its own variance
 * cannot be told from noise, and half of it is taken to be its own. Throws `no_examples`, `bad_example`.
 */
export function fitRaters(ratings: Rated[]): FittedRaters {
  const all = voices(ratings);
  const design = crossedOf(all);
  const telling = withoutFlood(all);
  if (telling.length === all.length) return predictEffects(design, varianceRatios(design));
  const told = crossedOf(telling);
  const ratios = varianceRatios(told);
  const { residual } = predictEffects(told, ratios).variance;
  const turned = told.major === design.major ? ratios : { major: ratios.minor, minor: ratios.major };
  return predictEffects(design, turned, residual);
}

/** Lone ratings of one rater that at least count. */
const LONE = 20;

/**
 * Items that one rater alone has rated say little of how raters differ, and a flood of them would settle how much items
 * do. Of each rater's lone ratings as many count as twice the usual number of shared ones; evenly over their values.
 */
function withoutFlood(all: Voice[]): Voice[] {
  const times = new Map<string, number>();
  for (const { item } of all) times.set(item, (times.get(item) ?? 0) + 1);
  const isLone = ({ item }: Voice) => times.get(item) === 1;
  const raters = new Set(all.map(({ rater }) => rater)).size;
  const shared = all.filter((voice) => !isLone(voice));
  const most = Math.max(LONE, Math.ceil((2 * shared.length) / raters));
  const lone = Map.groupBy(all.filter(isLone), ({ rater }) => rater);
  if (raters < 2 || [...lone.values()].every(({ length }) => length <= most)) return all;
  return [
    ...shared,
    ...[...lone.values()].flatMap((own) => {
      if (own.length <= most) return own;
      const sorted = own.sort((a, b) => a.value - b.value || (a.item < b.item ? -1 : 1));
      return Array.from(
        { length: most },
        (_, k) => sorted[Math.floor(((k + 0.5) * own.length) / most)] as Voice,
      );
    }),
  ];
}

/** One rating for each rater of each item. */
function voices(ratings: Rated[]): Voice[] {
  const all = new Map<string, Map<string, Voice & { times: number }>>();
  for (const { item, rater, value, weight = 1 } of ratings) {
    if (!Number.isFinite(value) || Math.abs(value) > LARGEST || !(weight >= 0 && weight <= LARGEST))
      throw callerError(
        'bad_example',
        'A rating is no finite number, or weighs less than 0.',
        'Leave the rating out.',
      );
    if (weight === 0) continue;
    const ofItem = all.get(item) ?? new Map<string, Voice & { times: number }>();
    all.set(item, ofItem);
    const voice = ofItem.get(rater) ?? { item, rater, value: 0, weight: 0, times: 0 };
    voice.weight += weight;
    voice.value += ((value - voice.value) * weight) / voice.weight;
    voice.times += 1;
    ofItem.set(rater, voice);
  }
  const result = [...all.values()].flatMap((ofItem) => [...ofItem.values()]);
  if (result.length === 0) throw callerError('no_examples', 'There are no ratings.', 'Collect some first.');
  return result.map(({ times, weight, ...voice }) => ({ ...voice, weight: weight / times }));
}

const LARGEST = 1e50;
