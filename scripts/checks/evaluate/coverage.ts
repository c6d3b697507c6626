/** How often the intervals of an evaluation hold the truth, in worlds where it is known. */
import { meanWithin } from '../../../src/learners/paired-bootstrap.ts';
import { createRandom, type Random } from '../../../src/learners/random.ts';

const CAP = 3;
const SAMPLES = 5;

/** How likely one attempt at a task that is drawn is accepted, before and after. */
export const WORLDS: Record<string, (random: Random) => [before: number, after: number]> = {
  even: (random) => improved(random(), 0.2),
  easy: (random) => improved(1 - 0.6 * random() ** 6, 0.2),
  hard: (random) => improved(0.8 * random() ** 6, 0.1),
  'two kinds': (random) => improved(random() < 0.85 ? 0.98 : 0.05, 0.1),
  'no change': (random) => improved(random(), 0),
  /** One task in ten becomes next to hopeless, all others so much easier that the mean stays. */
  'no change in the mean': (random) => [0.5, random() < 0.1 ? 0.02 : EASIER],
};

const improved = (chance: number, share: number): [number, number] => [chance, chance + share * (1 - chance)];

/** E[min(R, cap + 1)] of attempts that are accepted with this chance each. */
export function restrictedMean(chance: number): number {
  const misses = Array.from({ length: CAP + 1 }, (_, nth) => (1 - chance) ** (nth + 1));
  return misses.reduce((sum, each) => sum + each, 0);
}

/** The chance at which nine in ten make up for one of 0.02. */
const EASIER = chanceOf((restrictedMean(0.5) - 0.1 * restrictedMean(0.02)) / 0.9);

function chanceOf(mean: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (restrictedMean(middle) > mean) low = middle;
    else high = middle;
  }
  return low;
}

export interface Coverage {
  world: string;
  tasks: number;
  /** Shares of simulated evaluations. */
  mean: number;
  difference: number;
  /** Verdicts that are wrong: worse where it is better, either where nothing changed. */
  wrong: number;
  told: number;
}

export function coverageOf(world: string, tasks: number, evaluations: number, seed: number): Coverage {
  const random = createRandom(seed);
  const draw = WORLDS[world] ?? WORLDS.even;
  const [before, change] = truthOf(() => draw?.(random) ?? [0, 0]);
  const counts = { mean: 0, difference: 0, wrong: 0, told: 0 };
  for (let i = 0; i < evaluations; i += 1) {
    const sides = Array.from({ length: tasks }, () =>
      (draw?.(random) ?? [0, 0]).map((chance) => observed(chance, random)),
    );
    const first = sides.map(([one = 0]) => one);
    const options = { random, draws: 1_000 };
    if (holds(meanWithin(first, [0, CAP + 1], options).interval, before)) counts.mean += 1;
    const { interval } = meanWithin(
      sides.map(([one = 0, other = 0]) => other - one),
      [-CAP - 1, CAP + 1],
      options,
    );
    if (holds(interval, change)) counts.difference += 1;
    const told = interval && (interval[1] < 0 || interval[0] > 0);
    if (told) counts.told += 1;
    if (told && (world.startsWith('no change') || interval[0] > 0)) counts.wrong += 1;
  }
  const share = (count: number) => count / evaluations;
  const { mean, difference, wrong, told } = counts;
  return {
    world,
    tasks,
    mean: share(mean),
    difference: share(difference),
    wrong: share(wrong),
    told: share(told),
  };
}

function truthOf(draw: () => [number, number]): [before: number, change: number] {
  const many = 300_000;
  let [before, change] = [0, 0];
  for (let i = 0; i < many; i += 1) {
    const [one, other] = draw().map(restrictedMean) as [number, number];
    before += one / many;
    change += (other - one) / many;
  }
  return [before, change];
}

function observed(chance: number, random: Random): number {
  let sum = 0;
  for (let sample = 0; sample < SAMPLES; sample += 1)
    for (let attempt = 0; attempt <= CAP && random() >= chance; attempt += 1) sum += 1;
  return sum / SAMPLES;
}

const holds = (interval: readonly [number, number] | null, truth: number): boolean =>
  interval !== null && interval[0] <= truth && truth <= interval[1];
