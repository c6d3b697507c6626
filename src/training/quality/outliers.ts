/**
 * Examples that are unlike the others: an isolation forest over what is known of them, and a threshold on its score. No share of them is
 * always an outlier: of clean data next to none is (scripts/bench-quality.ts --outliers).
 */
import { growForest, isolationScores, type Rows } from '../../learners/isolation-forest.ts';
import { createRandom } from '../../learners/random.ts';
import type { Sketch } from './sketch.ts';

/** Up to here there are too few to say what is usual. */
const TOO_FEW = 100;
// The larger the sample, the more outliers of one kind are a crowd in it that hides each of them.
const FOREST = { trees: 200, sample: 128, favour: 3 };
/** So many robust standard deviations above the median score. Chosen, as all figures here, on other seeds than are reported. */
const DEVIATIONS = 5;
/** Scores near a half are those of usual rows, however alike the scores are. */
const LEAST_SCORE = 0.55;
/**
 * An outlier lies so many robust spreads from the median in some feature. Where few features differ, the forest sets whole flanks
 * apart: of two values the rarer one, which lies 3.29 from the other while it is a twentieth or more.
 */
const LEAST_REACH = 4;
/** Examples that say as much about what is usual in a domain as the domain does not say itself. */
const PRIOR = 10;

/** What is looked at, and a difference below which nothing is meant; so features that hardly differ count for little. */
const FEATURES: { of: (one: Seen) => number; least: number }[] = [
  { of: ({ quality }) => quality, least: 0.1 },
  { of: ({ sketch }) => sketch.confidence, least: 0.1 },
  { of: ({ sketch, quality }) => quality - sketch.confidence, least: 0.1 },
  { of: ({ sketch }) => sketch.difficulty, least: 0.15 },
  { of: ({ input }) => input, least: 0.35 },
  { of: ({ output }) => output, least: 0.35 },
  { of: ({ input, output }) => output - input, least: 0.35 },
  { of: ({ sketch }) => Math.log1p(sketch.actions), least: 0.5 },
  { of: ({ sketch }) => Math.log1p(sketch.retry_count), least: 0.5 },
];

interface Seen {
  sketch: Sketch;
  /** 0..1; of what nobody graded as is usual. */
  quality: number;
  /** Logarithms of the lengths, less what is usual in the domain: one of long texts is not odd beside one of short ones. */
  input: number;
  output: number;
}

export interface Outliers {
  /** Of each 0..1. */
  scores: Float64Array;
  /** No outlier has less. */
  from: number;
  /** Which are outliers. */
  odd: boolean[];
}

/** Undefined for 100 or fewer. Does not depend on their order. */
export function outliersOf(sketches: Sketch[], seed: number, forest = FOREST): Outliers | undefined {
  if (sketches.length <= TOO_FEW) return undefined;
  const order = sketches
    .map(({ id }, i) => ({ id, i }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const rows = rowsOf(order.map(({ i }) => sketches[i] as Sketch));
  const ranked = isolationScores(growForest(rows, { ...forest, random: createRandom(seed) }), rows);
  const usual = quantile(ranked, 0.5);
  const spread =
    1.4826 *
    quantile(
      ranked.map((score) => Math.abs(score - usual)),
      0.5,
    );
  const from = Math.max(LEAST_SCORE, usual + DEVIATIONS * spread);
  const reaches = reachesOf(rows);
  const scores = new Float64Array(ranked.length);
  const odd = new Array<boolean>(ranked.length);
  for (const [rank, { i }] of order.entries()) {
    scores[i] = ranked[rank] as number;
    odd[i] = (ranked[rank] as number) >= from && (reaches[rank] as number) >= LEAST_REACH;
  }
  return { scores, from, odd };
}

/** How far each lies from the median in the feature in which it lies farthest. */
function reachesOf({ width, values }: Rows): Float64Array {
  const reaches = new Float64Array(values.length / width);
  for (let feature = 0; feature < width; feature += 1) {
    const column = reaches.map((_, row) => values[row * width + feature] as number);
    const middle = quantile(column, 0.5);
    for (const [row, value] of column.entries())
      reaches[row] = Math.max(reaches[row] as number, Math.abs(value - middle));
  }
  return reaches;
}

/** Each feature in units of its robust spread: what nine in ten lie within, which a twentieth of outliers does not move far. */
function rowsOf(sketches: Sketch[]): Rows {
  const seen = seenOf(sketches);
  const width = FEATURES.length;
  const values = new Float64Array(sketches.length * width);
  for (const [f, { of, least }] of FEATURES.entries()) {
    const column = Float64Array.from(seen, of);
    const spread = Math.max(least, (quantile(column, 0.95) - quantile(column, 0.05)) / 3.29);
    for (let i = 0; i < column.length; i += 1) values[i * width + f] = (column[i] as number) / spread;
  }
  return { width, values };
}

function seenOf(sketches: Sketch[]): Seen[] {
  const grades = sketches.flatMap(({ quality }) => (quality === null ? [] : [quality / 100]));
  const usual = grades.length > 0 ? quantile(Float64Array.from(grades), 0.5) : 0.5;
  const input = withinDomain(sketches, ({ input_chars }) => Math.log1p(input_chars));
  const output = withinDomain(sketches, ({ output_chars }) => Math.log1p(output_chars));
  return sketches.map((sketch, i) => ({
    sketch,
    quality: sketch.quality === null ? usual : sketch.quality / 100,
    input: input[i] as number,
    output: output[i] as number,
  }));
}

/** Less the median of the domain; that of few examples is drawn towards the median of all. */
function withinDomain(sketches: Sketch[], of: (sketch: Sketch) => number): number[] {
  const values = sketches.map(of);
  const middle = quantile(Float64Array.from(values), 0.5);
  const domains = new Map<string, number[]>();
  for (const [i, { domain }] of sketches.entries()) {
    const known = domains.get(domain);
    if (known) known.push(values[i] as number);
    else domains.set(domain, [values[i] as number]);
  }
  const usual = new Map(
    [...domains].map(([domain, own]) => {
      const sum = quantile(Float64Array.from(own), 0.5) * own.length + middle * PRIOR;
      return [domain, sum / (own.length + PRIOR)];
    }),
  );
  return sketches.map(({ domain }, i) => (values[i] as number) - (usual.get(domain) ?? middle));
}

const quantile = (values: Float64Array, share: number): number =>
  values.toSorted()[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
