/** Made-up examples as their sketches: several kinds of clean data, and three kinds of examples that do not belong there. */
import { createRandom, type Random } from '../../../src/learners/random.ts';
import type { Sketch } from '../../../src/training/quality/sketch.ts';

type Facts = Pick<
  Sketch,
  | 'quality'
  | 'confidence'
  | 'difficulty'
  | 'actions'
  | 'retry_count'
  | 'input_chars'
  | 'output_chars'
  | 'domain'
>;
type Kind = (random: Random) => () => Facts;

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const around = (random: Random, mean: number, spread: number, low = 0, high = 1): number =>
  Math.min(high, Math.max(low, mean + spread * normal(random)));
const chars = (random: Random, usual: number, spread: number): number =>
  Math.round(Math.exp(Math.log(usual) + spread * normal(random)));
const oneOf = <T>(random: Random, values: T[]): T => values[Math.floor(random() * values.length)] as T;
/** 0, 1, 2 … each `more` times as likely as the one before. */
const counted = (random: Random, more: number): number => Math.floor(Math.log(1 - random()) / Math.log(more));

const gaussian: Kind = (random) => () => ({
  quality: around(random, 82, 7, 0, 100),
  confidence: around(random, 0.8, 0.08),
  difficulty: around(random, 0.4, 0.12),
  actions: counted(random, 0.6),
  retry_count: counted(random, 0.3),
  input_chars: chars(random, 600, 0.4),
  output_chars: chars(random, 1500, 0.5),
  domain: 'coding',
});

const ALIKE: Facts = {
  quality: 90,
  confidence: 0.9,
  difficulty: 0.3,
  actions: 1,
  retry_count: 0,
  input_chars: 500,
  output_chars: 800,
  domain: 'coding',
};

export const CLEAN: Record<string, Kind> = {
  gaussian,
  /** Five groups, each narrow, anywhere. */
  clustered: (random) => {
    const centres = Array.from({ length: 5 }, () => ({
      quality: 50 + 50 * random(),
      confidence: 0.3 + 0.7 * random(),
      difficulty: random(),
      actions: Math.floor(10 * random()),
      retry_count: Math.floor(3 * random()),
      input: 100 * 100 ** random(),
      output: 100 * 100 ** random(),
      domain: oneOf(random, ['coding', 'qa', 'travel']),
    }));
    return () => {
      const centre = oneOf(random, centres);
      return {
        ...centre,
        quality: around(random, centre.quality, 3, 0, 100),
        confidence: around(random, centre.confidence, 0.03),
        difficulty: around(random, centre.difficulty, 0.04),
        actions: centre.actions + counted(random, 0.2),
        input_chars: chars(random, centre.input, 0.2),
        output_chars: chars(random, centre.output, 0.2),
      };
    };
  },
  /** Scores of few values, as verdicts of tests give them. */
  ties: (random) => () => ({
    quality: oneOf(random, [60, 80, 80, 90, 100, 100, 100]),
    confidence: oneOf(random, [0.7, 0.9, 0.9, 1, 1]),
    difficulty: oneOf(random, [0, 0.25, 0.5, 0.75, 1]),
    actions: oneOf(random, [0, 0, 0, 1, 2]),
    retry_count: oneOf(random, [0, 0, 0, 0, 0, 1, 1, 2, 3]),
    input_chars: chars(random, 500, 0.5),
    output_chars: chars(random, 800, 0.6),
    domain: 'qa',
  }),
  /** All passed a test, none was graded between: only lengths and difficulty differ. */
  constant: (random) => () => ({
    quality: 100,
    confidence: 0.95,
    difficulty: around(random, 0.5, 0.2),
    actions: 1,
    retry_count: 0,
    input_chars: chars(random, 900, 0.5),
    output_chars: chars(random, 1200, 0.7),
    domain: 'coding',
  }),
  /** Half of them a hundred times as long as the others. */
  two_domains: (random) => () => {
    const long = random() < 0.5;
    return {
      ...gaussian(random)(),
      input_chars: chars(random, long ? 4000 : 150, 0.4),
      output_chars: chars(random, long ? 20_000 : 200, 0.5),
      actions: long ? 5 + counted(random, 0.8) : 0,
      domain: long ? 'coding' : 'qa',
    };
  },
  /** One in eight in another domain. */
  small_domain: (random) => () => {
    const long = random() < 0.125;
    return {
      ...gaussian(random)(),
      input_chars: chars(random, long ? 3000 : 300, 0.4),
      output_chars: chars(random, long ? 9000 : 500, 0.5),
      actions: long ? 4 + counted(random, 0.7) : counted(random, 0.3),
      domain: long ? 'coding' : 'qa',
    };
  },
  /** Lengths by Pareto's law, many acts now and then. */
  heavy_tails: (random) => () => ({
    ...gaussian(random)(),
    input_chars: Math.round(200 / (1 - random()) ** 0.7),
    output_chars: Math.round(300 / (1 - random()) ** 0.8),
    actions: Math.floor(1 / (1 - random()) ** 0.6) - 1,
    retry_count: counted(random, 0.6),
  }),
  /** Half was never graded. */
  half_ungraded: (random) => () => {
    const one = gaussian(random)();
    return random() < 0.5 ? { ...one, quality: null } : one;
  },
  /** Next to all passed at once and are sure; few did not. */
  rare_values: (random) => () => ({
    quality: random() < 0.95 ? 100 : 75,
    confidence: random() < 0.95 ? 0.95 : 0.75,
    difficulty: oneOf(random, [0, 0, 0, 0.25]),
    actions: random() < 0.97 ? 1 : 3,
    retry_count: random() < 0.97 ? 0 : 1 + counted(random, 0.3),
    input_chars: chars(random, 700, 0.5),
    output_chars: chars(random, 1000, 0.6),
    domain: 'coding',
  }),
  /** One in fifty in a domain of long texts. */
  tiny_domain: (random) => () => {
    const long = random() < 0.02;
    return {
      ...gaussian(random)(),
      output_chars: chars(random, long ? 12_000 : 1200, 0.5),
      domain: long ? 'data' : 'coding',
    };
  },
  /** Grades and what they are worth all over the place. */
  uniform: (random) => () => ({
    ...gaussian(random)(),
    quality: 100 * random(),
    confidence: random(),
    difficulty: random(),
  }),
  /** As one set of tests leaves them: only the length of the answer differs. */
  one_feature: (random) => () => ({ ...ALIKE, output_chars: chars(random, 400, 1) }),
  /** One in ten was judged by somebody who is believed less. */
  two_judges: (random) => () => ({
    ...ALIKE,
    confidence: random() < 0.9 ? 1 : 0.5,
    output_chars: chars(random, 400, 0.7),
  }),
  /** Any length is as likely as any other, down to a single character. */
  even_lengths: (random) => () => ({
    ...ALIKE,
    input_chars: 1 + Math.floor(3000 * random()),
    output_chars: 1 + Math.floor(3000 * random()),
  }),
  // Nothing was chosen on these two.
  /** Hard tasks take more tries, longer answers and get worse grades. */
  correlated: (random) => () => {
    const difficulty = random() ** 2;
    return {
      quality: around(random, 100 - 45 * difficulty, 5, 0, 100),
      confidence: around(random, 0.95 - 0.3 * difficulty, 0.04),
      difficulty,
      actions: Math.floor(1 + 12 * difficulty * random()),
      retry_count: Math.floor(5 * difficulty * random()),
      input_chars: chars(random, 500, 0.6),
      output_chars: chars(random, 600 * 8 ** difficulty, 0.5),
      domain: oneOf(random, ['coding', 'data', 'qa']),
    };
  },
  /** Forty domains, each with lengths and grades of its own, some of a handful of examples. */
  many_domains: (random) => {
    const usual = Array.from({ length: 40 }, () => ({
      input: chars(random, 700, 0.8),
      output: chars(random, 1500, 1),
      quality: 65 + 30 * random(),
    }));
    return () => {
      const d = Math.min(39, Math.floor(40 ** random()) - 1);
      const { input, output, quality } = usual[d] as (typeof usual)[number];
      return {
        ...gaussian(random)(),
        quality: around(random, quality, 6, 0, 100),
        input_chars: chars(random, input, 0.4),
        output_chars: chars(random, output, 0.5),
        domain: `domain-${d}`,
      };
    };
  },
};

export const PLANTED: Record<string, (random: Random, clean: Facts) => Facts> = {
  /** Nothing, or next to it, with the best of grades. */
  empty: (random, clean) => ({
    ...clean,
    output_chars: Math.floor(4 * random()),
    quality: 95 + 5 * random(),
  }),
  /** Millions of characters. */
  endless: (random, clean) => ({ ...clean, output_chars: Math.round(1e6 * 5 ** random()) }),
  /** The best of grades that nobody believes. */
  contradictory: (random, clean) => ({ ...clean, quality: 95 + 5 * random(), confidence: 0.05 * random() }),
};

const NO_TEXT = new Uint32Array(64);

/** `count` sketches of the kind; of every 20 the last is planted: of these kinds in turn. */
export function sketchesOf(
  kind: string,
  count: number,
  seed: number,
  names: string[],
): { sketch: Sketch; planted?: string }[] {
  const random = createRandom(seed);
  const draw = (CLEAN[kind] as Kind)(random);
  return Array.from({ length: count }, (_, i) => {
    const clean = draw();
    const name = i % 20 === 19 ? names[Math.floor(i / 20) % names.length] : undefined;
    const facts = name ? (PLANTED[name] as (typeof PLANTED)[string])(random, clean) : clean;
    const sketch: Sketch = {
      id: `ex_${String(i).padStart(7, '0')}`,
      item_id: `traj_${i}`,
      task_key: `task_${Math.floor(i / 3)}`,
      project: 'made-up',
      created_at: '2026-01-01T00:00:00Z',
      label: true,
      task_type: facts.actions > 1 ? 'multi_step' : 'single_step',
      asked: NO_TEXT,
      whole: NO_TEXT,
      ...facts,
    };
    return name ? { sketch, planted: name } : { sketch };
  });
}
