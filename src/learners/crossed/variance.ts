/**
 * How much of what ratings differ by lies in items, in raters, and in neither: by restricted maximum likelihood
 * (Patterson & Thompson 1971) while one factor is small, else by moments (Gao & Owen 2017), linear in the ratings. Pure.
 */
import { cholesky, forward } from '../cholesky.ts';
import { type Crossed, type Ratios, reduce } from './design.ts';

/** Levels of the minor factor up to which the likelihood is climbed. */
const MOST_DENSE = 120;
const MOST_STEPS = 200;
const FAR_FROM_EDGE = 0.1;

/** What cannot be told apart: 0 for a factor that stands for nothing, or the ratio that is assumed. */
function fixedRatios({ major, majors, minors, majorCounts, minorCounts }: Crossed): Partial<Ratios> {
  const told = (name: 'item' | 'rater', levels: string[], counts: Int32Array): number | undefined => {
    if (levels.length < 2) return 0;
    if (counts.some((count) => count > 1)) return undefined;
    // Each level once: an item's own variance is taken to be as large as the noise, a rater's to be 0.
    return name === 'item' ? 1 : 0;
  };
  const other = major === 'item' ? 'rater' : 'item';
  return { major: told(major, majors, majorCounts), minor: told(other, minors, minorCounts) };
}

export function varianceRatios(design: Crossed): Ratios {
  const { value, minors } = design;
  const fixed = fixedRatios(design);
  if (value.every((each) => Math.abs(each) <= 1e-12 * Math.abs(design.centre))) return { major: 0, minor: 0 };
  // So few ratings cannot show noise smaller than that.
  const most = Math.sqrt(10 * value.length);
  const within = ([a = 0, b = 0]: number[]): Ratios => ({
    major: fixed.major ?? Math.min(most, Math.abs(a)),
    minor: fixed.minor ?? Math.min(most, Math.abs(b)),
  });
  if (fixed.major !== undefined && fixed.minor !== undefined) return within([]);
  const begin = byMoments(design);
  if (minors.length > MOST_DENSE) return within([begin.major, begin.minor]);
  const cost = (point: number[]) =>
    deviance(design, within(point)) +
    point.reduce((sum, each) => sum + Math.max(0, Math.abs(each) - most), 0);
  // From the edge, where a ratio is 0, there is no way back: start inside, and look at the edges where it leads there.
  let best = [begin.major, begin.minor].map((ratio) => Math.max(0.3, Math.min(3, ratio)));
  for (let again = 0; again < 2; again += 1) best = descend(cost, best);
  const [a = 0, b = 0] = best.map(Math.abs);
  if (Math.min(a, b) > FAR_FROM_EDGE) return within(best);
  const edges = [
    best,
    descend(([, y = 0]) => cost([0, y]), [0, b]).with(0, 0),
    descend(([x = 0]) => cost([x, 0]), [a, 0]).with(1, 0),
    [0, 0],
  ];
  const costs = edges.map(cost);
  return within(edges[costs.indexOf(Math.min(...costs))] ?? []);
}

/** −2 log restricted likelihood, but for a constant, with the noise's variance profiled out. */
export function deviance(design: Crossed, ratios: Ratios): number {
  const { matrix, right, size, eliminated, rest } = reduce(design, ratios);
  const lower = cholesky(matrix, size);
  const left = rest - forward(lower, right, size).reduce((sum, each) => sum + each * each, 0);
  const free = Math.max(1, design.value.length - 1);
  let log = eliminated;
  for (let i = 0; i < size; i += 1)
    log += 2 * Math.log(Math.max(Number.MIN_VALUE, lower[i * size + i] as number));
  return log + free * Math.log(Math.max(left, 1e-12 * rest, Number.MIN_VALUE) / free);
}

/** Three sums of squares, within majors, within minors and overall, against what they are expected to be. */
function byMoments({
  majors,
  minors,
  start,
  minorOf,
  value,
  weight,
  majorCounts,
  minorCounts,
}: Crossed): Ratios {
  const n = value.length;
  const minorSums = new Float64Array(minors.length);
  let [withinMajor, squares, noiseMajor, noiseMinor, noise, sum] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < majors.length; i += 1) {
    let own = 0;
    for (let k = start[i] ?? 0; k < (start[i + 1] ?? 0); k += 1) {
      const y = value[k] as number;
      const j = minorOf[k] as number;
      own += y;
      squares += y * y;
      minorSums[j] = (minorSums[j] as number) + y;
      noise += 1 / (weight[k] as number);
      noiseMajor += (1 - 1 / (majorCounts[i] ?? 1)) / (weight[k] as number);
      noiseMinor += (1 - 1 / (minorCounts[j] ?? 1)) / (weight[k] as number);
    }
    sum += own;
    withinMajor -= (own * own) / (majorCounts[i] ?? 1);
  }
  withinMajor += squares;
  const withinMinor = minorSums.reduce(
    (all, each, j) => all - (each * each) / (minorCounts[j] ?? 1),
    squares,
  );
  const overall = n * squares - sum * sum;
  const apart = (counts: Int32Array) => n * n - counts.reduce((all, count) => all + count * count, 0);
  // (n − majors)·minor + noiseMajor·e = withinMajor, the like for minors, and the whole: solved for e.
  const [forMinor, forMajor] = [n - majors.length, n - minors.length];
  const [a, b] = [apart(majorCounts), apart(minorCounts)];
  const perMajor = forMajor > 0 ? a / forMajor : 0;
  const perMinor = forMinor > 0 ? b / forMinor : 0;
  const slope = noise * (n - 1) - perMajor * noiseMinor - perMinor * noiseMajor;
  const least = (1e-3 * squares) / n;
  const solved = (overall - perMajor * withinMinor - perMinor * withinMajor) / slope;
  const e = Math.max(least, Number.isFinite(solved) ? solved : least);
  const ratio = (within: number, noisy: number, free: number) =>
    free > 0 ? Math.sqrt(Math.max(0, (within - noisy * e) / free) / e) : 0;
  return { major: ratio(withinMinor, noiseMinor, forMajor), minor: ratio(withinMajor, noiseMajor, forMinor) };
}

/** Nelder & Mead (1965) in the plane. */
function descend(cost: (point: number[]) => number, start: number[]): number[] {
  const [x = 0, y = 0] = start;
  let simplex = [
    [x, y],
    [x * 1.5 + 0.1, y],
    [x, y * 1.5 + 0.1],
  ].map((point) => ({ point, cost: cost(point) }));
  for (let step = 0; step < MOST_STEPS; step += 1) {
    simplex = simplex.sort((a, b) => a.cost - b.cost);
    const [best, middle, worst] = simplex;
    if (!best || !middle || !worst) break;
    const wide = Math.max(
      ...[0, 1].map((d) => Math.abs((worst.point[d] ?? 0) - (best.point[d] ?? 0))),
      ...[0, 1].map((d) => Math.abs((middle.point[d] ?? 0) - (best.point[d] ?? 0))),
    );
    if (wide < 1e-5) break;
    const along = (times: number) => {
      const point = [0, 1].map((d) => {
        const centre = ((best.point[d] ?? 0) + (middle.point[d] ?? 0)) / 2;
        return centre + times * (centre - (worst.point[d] ?? 0));
      });
      return { point, cost: cost(point) };
    };
    const mirrored = along(1);
    let next = mirrored;
    if (mirrored.cost < best.cost) {
      const farther = along(2);
      if (farther.cost < mirrored.cost) next = farther;
    } else if (mirrored.cost >= middle.cost) {
      next = along(mirrored.cost < worst.cost ? 0.5 : -0.5);
      if (next.cost >= Math.min(worst.cost, mirrored.cost)) {
        simplex = [
          best,
          ...[middle, worst].map(({ point }) => {
            const nearer = point.map((each, d) => (each + (best.point[d] ?? 0)) / 2);
            return { point: nearer, cost: cost(nearer) };
          }),
        ];
        continue;
      }
    }
    simplex = [best, middle, next];
  }
  return simplex.reduce((a, b) => (b.cost < a.cost ? b : a)).point;
}
