/** Ratings as a crossed design, and the mixed model's equations with the larger factor eliminated. Pure. */

export interface Voice {
  item: string;
  rater: string;
  value: number;
  weight: number;
}

/** The factor with more levels is `major`; it is eliminated. Ratings are in the order of its levels. */
export interface Crossed {
  /** Which factor is major. */
  major: 'item' | 'rater';
  majors: string[];
  minors: string[];
  /** Ratings of major level i are start[i] … start[i + 1] − 1. */
  start: Int32Array;
  /** By rating: the minor level. */
  minorOf: Int32Array;
  /** By rating, less `centre`. */
  value: Float64Array;
  weight: Float64Array;
  centre: number;
  /** Ratings of each level. */
  majorCounts: Int32Array;
  minorCounts: Int32Array;
}

/** Weights further below the largest than this count as this share of it. */
const LEAST_SHARE = 1e-6;

/** The design does not depend on the order of the voices. There must be one at least. */
export function crossedOf(voices: Voice[]): Crossed {
  const levels = (name: 'item' | 'rater') => [...new Set(voices.map((voice) => voice[name]))].sort(byCode);
  const [items, raters] = [levels('item'), levels('rater')];
  const major = items.length >= raters.length ? 'item' : 'rater';
  const minor = major === 'item' ? 'rater' : 'item';
  const [majors, minors] = major === 'item' ? [items, raters] : [raters, items];
  const majorPlace = new Map(majors.map((name, i) => [name, i]));
  const minorPlace = new Map(minors.map((name, i) => [name, i]));
  const placed = voices
    .map((voice) => ({
      i: majorPlace.get(voice[major]) ?? 0,
      j: minorPlace.get(voice[minor]) ?? 0,
      value: voice.value,
      weight: voice.weight,
    }))
    .sort((a, b) => a.i - b.i || a.j - b.j);
  const least = LEAST_SHARE * placed.reduce((most, { weight }) => Math.max(most, weight), 0);
  const weight = Float64Array.from(placed, (voice) => Math.max(least, voice.weight));
  const total = weight.reduce((sum, each) => sum + each, 0);
  const centre = placed.reduce((sum, { value }, k) => sum + ((weight[k] ?? 0) / total) * value, 0);
  const majorCounts = new Int32Array(majors.length);
  const minorCounts = new Int32Array(minors.length);
  for (const { i, j } of placed) {
    majorCounts[i] = (majorCounts[i] ?? 0) + 1;
    minorCounts[j] = (minorCounts[j] ?? 0) + 1;
  }
  const start = new Int32Array(majors.length + 1);
  for (const [i, count] of majorCounts.entries()) start[i + 1] = (start[i] ?? 0) + count;
  return {
    major,
    majors,
    minors,
    start,
    minorOf: Int32Array.from(placed, ({ j }) => j),
    value: Float64Array.from(placed, ({ value }) => value - centre),
    weight,
    centre,
    majorCounts,
    minorCounts,
  };
}

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Standard deviations of the factors' effects, in those of the noise of a rating of weight 1. */
export interface Ratios {
  major: number;
  minor: number;
}

/** One major level: Σ weight, Σ weight·value, and 1 + ratio²·Σ weight. */
export interface Level {
  weight: number;
  sum: number;
  pivot: number;
}

export function levelOf({ start, value, weight }: Crossed, i: number, ratio: number): Level {
  let [total, sum] = [0, 0];
  for (let k = start[i] ?? 0; k < (start[i + 1] ?? 0); k += 1) {
    const w = weight[k] as number;
    total += w;
    sum += w * (value[k] as number);
  }
  return { weight: total, sum, pivot: 1 + ratio * ratio * total };
}

export interface Reduced {
  /** Minor levels, then the mean; `size` numbers a row. Effects are in units of their own standard deviation. */
  matrix: Float64Array;
  right: Float64Array;
  size: number;
  /** Log determinant of what was eliminated. */
  eliminated: number;
  /** Σ weight·value² less what the major factor explains. */
  rest: number;
}

/** Henderson's equations after the major factor is eliminated (spherical effects, as in lme4: Bates et al. 2015). */
export function reduce(design: Crossed, { major: s, minor: t }: Ratios): Reduced {
  const { majors, minors, start, minorOf, value, weight } = design;
  const size = minors.length + 1;
  const mean = size - 1;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const add = (i: number, j: number, by: number) => {
    matrix[i * size + j] = (matrix[i * size + j] as number) + by;
  };
  for (let j = 0; j < mean; j += 1) add(j, j, 1);
  let [eliminated, rest] = [0, 0];
  for (let i = 0; i < majors.length; i += 1) {
    const level = levelOf(design, i, s);
    eliminated += Math.log(level.pivot);
    const own = level.sum / level.weight;
    // As it stands, not as a difference of large numbers.
    add(mean, mean, level.weight / level.pivot);
    right[mean] = (right[mean] as number) + level.sum / level.pivot;
    rest += (own * level.sum) / level.pivot;
    const end = start[i + 1] ?? 0;
    for (let k = start[i] ?? 0; k < end; k += 1) {
      const j = minorOf[k] as number;
      const w = t * (weight[k] as number);
      rest += (weight[k] as number) * ((value[k] as number) - own) ** 2;
      add(j, j, t * w);
      add(mean, j, w / level.pivot);
      right[j] = (right[j] as number) + w * ((value[k] as number) - (s * s * level.sum) / level.pivot);
      const drawn = (s * s * w) / level.pivot;
      // The lower triangle is enough: minor levels rise within a major one.
      for (let l = start[i] ?? 0; l <= k; l += 1)
        add(j, minorOf[l] as number, -drawn * t * (weight[l] as number));
    }
  }
  return { matrix, right, size, eliminated, rest };
}
