/** What a dataset holds, counted while its rows go by: memory does not grow with them. */
import { cleanText } from '../../text.ts';
import type {
  DatasetRow,
  DatasetStatistics,
  PreferenceExample,
  Split,
  TrainingExample,
} from '../../types/training.ts';

export interface StatisticsCount {
  add(row: DatasetRow, split: Split): void;
  addPair(pair: PreferenceExample, split: Split): void;
  done(): DatasetStatistics;
}

/** Where a run does not say. */
const NOT_STATED = 'not stated';
/** What stands for all that are rarer than the most frequent. */
const OTHER = 'other';
const MOST_SHOWN = 100;
/** So many names are counted one by one; those that first come later are among the others. */
const MOST_COUNTED = 10_000;
const LONGEST_NAME = 100;

export function createStatistics(): StatisticsCount {
  const tallies = {
    by_domain: tallyOf(({ domain }) => domain),
    by_task_type: tallyOf(({ task_type }) => task_type),
    by_difficulty: tallyOf(({ difficulty }) => levelOf(difficulty)),
    by_source: tallyOf(({ source }) => source),
    by_source_type: tallyOf(({ source_type }) => source_type),
    by_judge: tallyOf(({ judged_by }) => judged_by),
    by_agent: tallyOf(({ agent }) => agent),
    by_model: tallyOf(({ model }) => model),
    by_licence: tallyOf(({ licence }) => licence),
    by_consent: tallyOf(({ consent }) => consent),
  };
  const spreads = {
    quality: spreadOf(),
    confidence: spreadOf(),
    difficulty: spreadOf(),
    composite: spreadOf(),
    retries: spreadOf(),
    input_chars: spreadOf(),
    output_chars: spreadOf(),
  };
  const pairsBySource = counter();
  const tasks = new Set<string>();
  const by_split: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  let [examples, negatives, pairs] = [0, 0, 0];
  let [first, last]: [string | null, string | null] = [null, null];
  return {
    add({ example, judgement }, split) {
      examples += 1;
      if (!example.label) negatives += 1;
      by_split[split] += 1;
      tasks.add(example.task_key);
      if (first === null || example.created_at < first) first = example.created_at;
      if (last === null || example.created_at > last) last = example.created_at;
      for (const tally of Object.values(tallies)) tally.add(example);
      spreads.quality.add(example.quality);
      spreads.confidence.add(example.confidence);
      spreads.difficulty.add(example.difficulty);
      spreads.composite.add(judgement.composite);
      spreads.retries.add(example.retry_count);
      spreads.input_chars.add(inputChars(example));
      spreads.output_chars.add(example.output.length);
    },
    addPair({ task_key, source }) {
      pairs += 1;
      tasks.add(task_key);
      pairsBySource.add(source);
    },
    done: () => ({
      examples,
      negatives,
      pairs,
      tasks: tasks.size,
      by_split: { ...by_split },
      ...mapped(tallies, ({ done }) => done()),
      pairs_by_source: pairsBySource.done(),
      ...mapped(spreads, ({ done }) => done()),
      first,
      last,
    }),
  };
}

/** Easy below 0.33, medium below 0.66, hard (seed 002). */
export const levelOf = (difficulty: number): 'easy' | 'medium' | 'hard' =>
  difficulty < 0.33 ? 'easy' : difficulty < 0.66 ? 'medium' : 'hard';

/** Characters that a prompt is made of. */
const inputChars = ({ specification, attempts }: TrainingExample): number =>
  attempts.reduce((sum, { answer, feedback }) => sum + answer.length + feedback.length, specification.length);

function counter() {
  const counts = new Map<string, number>();
  let rest = 0;
  return {
    add(value = '') {
      const known = counts.get(value);
      if (known !== undefined) counts.set(value, known + 1);
      else if (value.length > LONGEST_NAME) this.add(start(value));
      else if (counts.size >= MOST_COUNTED) rest += 1;
      else counts.set(value, 1);
    },
    done(): Record<string, number> {
      const named = new Map<string, number>();
      for (const [value, n] of counts) {
        const name = cleanText(value).replace(/\s+/gu, ' ').trim() || NOT_STATED;
        named.set(name, (named.get(name) ?? 0) + n);
      }
      const order = [...named].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
      const shown = new Map(order.slice(0, MOST_SHOWN));
      const others = order.slice(MOST_SHOWN).reduce((sum, [, n]) => sum + n, rest);
      if (others > 0) shown.set(OTHER, (shown.get(OTHER) ?? 0) + others);
      return Object.fromEntries(shown);
    },
  };
}

/** Copied, so that it does not hold the whole. */
const start = (text: string): string =>
  Buffer.from(text.slice(0, LONGEST_NAME)).toString().slice(0, LONGEST_NAME);

function tallyOf(name: (example: TrainingExample) => string | undefined) {
  const counted = counter();
  return { add: (example: TrainingExample) => counted.add(name(example)), done: counted.done };
}

/** Distinct values that are kept as they are. */
const MOST_DISTINCT = 65_536;

/**
 * Minimum, mean and maximum exactly; the median exactly up to 65,536 distinct values, and from there on to three significant
 * digits: within half a percent.
 */
function spreadOf() {
  let counts = new Map<number, number>();
  let coarse = false;
  let [n, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const round = (value: number) => (coarse ? Number(value.toPrecision(3)) : value);
  const count = (value: number, times: number) =>
    counts.set(round(value), (counts.get(round(value)) ?? 0) + times);
  const at = (sorted: [number, number][], rank: number): number => {
    let seen = 0;
    for (const [value, times] of sorted) {
      seen += times;
      if (rank < seen) return value;
    }
    return max;
  };
  return {
    add(value: number | null) {
      if (value === null || !Number.isFinite(value)) return;
      n += 1;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
      count(value, 1);
      if (coarse || counts.size <= MOST_DISTINCT) return;
      coarse = true;
      const fine = counts;
      counts = new Map();
      for (const [each, times] of fine) count(each, times);
    },
    done() {
      if (n === 0) return null;
      const sorted = [...counts].sort(([a], [b]) => a - b);
      const median = (at(sorted, Math.floor((n - 1) / 2)) + at(sorted, Math.floor(n / 2))) / 2;
      return { min, mean: tidy(sum / n), median: tidy(median), max };
    },
  };
}

/** Without the last digits, which depend on the order of adding. */
const tidy = (value: number): number => Number(value.toPrecision(12));

const mapped = <K extends string, V, R>(of: Record<K, V>, change: (value: V) => R): Record<K, R> =>
  Object.fromEntries(Object.entries<V>(of).map(([name, value]) => [name, change(value)])) as Record<K, R>;
