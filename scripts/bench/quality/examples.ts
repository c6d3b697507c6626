/** Made-up training examples of realistic length, every tenth a changed copy of another one that is as like it as was asked for. */
import { createRandom, type Random } from '../../../src/learners/random.ts';
import type { TrainingExample } from '../../../src/types/training.ts';

/** How alike the copies are, in turn. */
export const LIKENESSES = [0.95, 0.8, 0.5];
/** Words in a run, as in learners/minhash.ts. */
const RUN = 4;
const VOCABULARY = 20_000;

const wordOf = (random: Random): string => `w${Math.floor(VOCABULARY ** random()).toString(36)}`;
export const wordsOf = (random: Random, count: number): string[] =>
  Array.from({ length: count }, () => wordOf(random));

export interface Made {
  example: TrainingExample;
  copyOf?: number;
  likeness?: number;
}

/** The same examples every time. Number i is a copy of number i − 5 where i ends in 9. */
export function made(i: number): Made {
  const copied = i % 10 === 9;
  const likeness = LIKENESSES[Math.floor(i / 10) % LIKENESSES.length] as number;
  const random = createRandom(1 + (copied ? i - 5 : i));
  const told = createRandom(500 + Math.floor(20 * random()));
  let asked = [...wordsOf(told, 25), ...wordsOf(random, 95)];
  let answered = wordsOf(random, 220 + Math.floor(160 * random()));
  if (copied) {
    const other = createRandom(7_000_000 + i);
    [asked, answered] = [asked, answered].map((words) => changed(words, likeness, other)) as [
      string[],
      string[],
    ];
  }
  const example = exampleOf(i, asked.join(' '), answered.join(' '), random);
  return copied ? { example, copyOf: i - 5, likeness } : { example };
}

/** As many words changed, far from each other, as bring the likeness about: each changes RUN runs. */
function changed(words: string[], likeness: number, random: Random): string[] {
  const runs = words.length - RUN + 1;
  const count = Math.round((runs * (1 - likeness)) / (RUN * (1 + likeness)));
  const next = [...words];
  for (let c = 0; c < count; c += 1) next[Math.floor(((c + 0.5) * words.length) / count)] = wordOf(random);
  return next;
}

function exampleOf(i: number, specification: string, output: string, random: Random): TrainingExample {
  const graded = random() < 0.9;
  return {
    id: `ex_${String(i).padStart(7, '0')}`,
    item_id: `traj_${i}`,
    task_key: `task_${Math.floor(i / 3)}`,
    project: 'made-up',
    created_at: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
    label: random() < 0.85,
    specification,
    attempts: [],
    output,
    expected_actions: Array.from({ length: Math.floor(7 * random() ** 2) }, () => ({ tool: 'shell' })),
    source: 'generated',
    source_type: 'execution_trace',
    task_type: random() < 0.6 ? 'multi_step' : 'code_generation',
    domain: `domain-${Math.floor(12 ** random())}`,
    difficulty: random(),
    quality: graded ? 100 - 50 * random() ** 2 : null,
    confidence: 1 - 0.6 * random() ** 2,
    judged_by: 'test',
    reward: null,
    retry_count: Math.floor(4 * random() ** 3),
    trace_hash: String(i),
  };
}

/** Jaccard of the runs of words, counted. */
export function likenessOf(a: string, b: string): number {
  const [runsA, runsB] = [runsOf(a), runsOf(b)];
  const shared = runsA.intersection(runsB).size;
  return shared / (runsA.size + runsB.size - shared);
}

function runsOf(text: string): Set<string> {
  const words = text.split(' ');
  return new Set(Array.from({ length: words.length - RUN + 1 }, (_, i) => words.slice(i, i + RUN).join(' ')));
}
