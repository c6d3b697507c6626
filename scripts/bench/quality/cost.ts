/** What judging and comparing many examples costs, how well near-duplicates are told, and what texts made to hurt do. */
import { nearDuplicates, type Signature, signatureOf } from '../../../src/learners/minhash.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { judge } from '../../../src/training/quality/judge.ts';
import { sampleDown } from '../../../src/training/quality/sample-down.ts';
import { type Sketch, sketchOf } from '../../../src/training/quality/sketch.ts';
import { LIKENESSES, likenessOf, made, wordsOf } from './examples.ts';

const SETTINGS = {
  accept: 0.7,
  review: 0.56,
  least_confidence: 0.6,
  most_examples: 20_000,
  most_per_task: 20,
  seed: 42,
};

/** Seconds of one core (user and system), which the neighbours on the machine do not change, and on the clock. */
export interface Cost {
  cpu: number;
  clock: number;
}

export interface SizeFigures {
  examples: number;
  chars: number;
  sketches: Cost;
  duplicates: Cost;
  judged: Cost;
  sampled: Cost;
  all: Cost;
  peak_mib: number;
}

const none = (): Cost => ({ cpu: 0, clock: 0 });

function costing<R>(into: Cost, work: () => R): R {
  const [clock, cpu] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  into.cpu += (user + system) / 1e6;
  into.clock += (performance.now() - clock) / 1e3;
  return result;
}

export function measureSize(count: number, similarity: number): { figures: SizeFigures; sketches: Sketch[] } {
  const costs = { sketches: none(), duplicates: none(), judged: none(), sampled: none() };
  const sketches: Sketch[] = [];
  let chars = 0;
  for (let from = 0; from < count; from += 1000) {
    const batch = Array.from({ length: Math.min(1000, count - from) }, (_, i) => made(from + i).example);
    for (const { specification, output } of batch) chars += specification.length + output.length;
    sketches.push(...costing(costs.sketches, () => batch.map(sketchOf)));
  }
  costing(costs.duplicates, () =>
    nearDuplicates(
      sketches.map(({ whole }) => whole),
      similarity,
    ),
  );
  costing(costs.judged, () => judge(sketches, SETTINGS));
  costing(costs.sampled, () => sampleDown(sketches, SETTINGS));
  const all = Object.values(costs).reduce(
    (sum, { cpu, clock }) => ({ cpu: sum.cpu + cpu, clock: sum.clock + clock }),
    none(),
  );
  const peak_mib = Math.round(process.resourceUsage().maxRSS / 1024);
  return {
    figures: { examples: count, chars: Math.round(chars / count), ...costs, all, peak_mib },
    sketches,
  };
}

export interface Told {
  similarity: number;
  /** Of the copies of each likeness, the share that came into one group with what they are copies of. */
  joined: Record<string, number>;
  /** Of all that were joined to something, the share that is as like it as was asked for, by counting; and nearly so. */
  precise: number;
  nearly: number;
  /** What was joined. */
  count: number;
}

export function measureTold(sketches: Sketch[], similarity: number): Told {
  const groups = nearDuplicates(
    sketches.map(({ whole }) => whole),
    similarity,
  );
  const tally = new Map(LIKENESSES.map((likeness) => [likeness, { of: 0, joined: 0 }]));
  const likenesses: number[] = [];
  for (const [i, first] of groups.entries()) {
    const { example, copyOf, likeness } = made(i);
    const row = tally.get(likeness ?? 0);
    if (row && copyOf !== undefined) {
      row.of += 1;
      if (groups[copyOf] === first) row.joined += 1;
    }
    if (first === i) continue;
    const other = made(first).example;
    const mean = likenessOf(example.specification, other.specification) / 2;
    likenesses.push(mean + likenessOf(example.output, other.output) / 2);
  }
  const share = (least: number) =>
    likenesses.filter((value) => value >= least).length / Math.max(1, likenesses.length);
  return {
    similarity,
    joined: Object.fromEntries([...tally].map(([likeness, { of, joined }]) => [likeness, joined / of])),
    precise: share(similarity),
    nearly: share(similarity - 0.05),
    count: likenesses.length,
  };
}

/** Texts made to hurt: what each costs, and into how many groups they come. */
export function measureHostile(
  count: number,
  similarity: number,
): { texts: string; count: number; cost: Cost; groups: number }[] {
  const shared = wordsOf(createRandom(3), 250).join(' ');
  const own = (i: number, words: number) => wordsOf(createRandom(90_000 + i), words).join(' ');
  const kinds: [name: string, count: number, text: (i: number) => string][] = [
    ['all the same', count, () => shared],
    ['long boilerplate, a tenth of its own', count, (i) => `${shared} ${own(i, 28)}`],
    ['long boilerplate, a twentieth of its own', count, (i) => `${shared} ${own(i, 14)}`],
    ['one word of a thousand', count, (i) => `w${i % 1000}`],
    ['empty', count, () => ''],
    ['20 of 1 MB', 20, (i) => own(i, 250_000).slice(0, 1_000_000)],
    ['20 of 1 MB, one word again and again', 20, (i) => `a${i} `.repeat(333_333)],
  ];
  return kinds.map(([texts, of, text]) => {
    const cost = none();
    const signatures: Signature[] = [];
    for (let i = 0; i < of; i += 1) {
      const one = text(i);
      signatures.push(costing(cost, () => signatureOf(one)));
    }
    const groups = costing(cost, () => nearDuplicates(signatures, similarity));
    return { texts, count: of, cost, groups: new Set(groups).size };
  });
}
