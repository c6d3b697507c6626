/** The parts of an example's worth, and their sum, exactly as seed 002 has them. All 0..1. */
import type { Sketch } from './sketch.ts';

/** Of so few examples nobody can say how much of a kind they are. */
const TOO_FEW = 10;

/**
 * 1 − (same task type + same domain) / 2n of each, over the batch, the example itself counted among them, as in the seed: a batch
 * of one kind has 0. A half for all in a batch of ten or fewer. Counted, not compared: linear.
 */
export function diversities(batch: Pick<Sketch, 'domain' | 'task_type'>[]): number[] {
  const n = batch.length;
  if (n <= TOO_FEW) return batch.map(() => 0.5);
  const ofType = tally(batch.map(({ task_type }) => task_type));
  const ofDomain = tally(batch.map(({ domain }) => domain));
  return batch.map(
    ({ task_type, domain }) => 1 - ((ofType.get(task_type) ?? 0) + (ofDomain.get(domain) ?? 0)) / (2 * n),
  );
}

/** Hard tasks and answers of several acts have more to tell. */
export function informativenessOf({ difficulty, actions }: Pick<Sketch, 'difficulty' | 'actions'>): number {
  return 0.5 * difficulty + 0.5 * Math.min(actions / 5, 1);
}

export interface Parts {
  /** 0..1, i.e. the grade / 100. */
  quality: number;
  confidence: number;
  diversity: number;
  informativeness: number;
}

/** 0.60 · quality + 0.20 · confidence + 0.10 · diversity + 0.10 · informativeness; 0.70 is 0.70, not a rounding below it. */
export function compositeOf({ quality, confidence, diversity, informativeness }: Parts): number {
  const sum = 0.6 * quality + 0.2 * confidence + 0.1 * diversity + 0.1 * informativeness;
  return Math.round(sum * 1e12) / 1e12;
}

function tally(values: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
