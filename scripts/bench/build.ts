/** A store of a given size, written through the memory's own tables, in large writes, and folded. */
import type { Memory } from '../../src/memory/memory.ts';
import { patternOf, runOf, strategyOf } from './corpus.ts';

/** What is learned from so many runs. */
const RUNS_A_STRATEGY = 50;
const RUNS_A_PATTERN = 50;
const PART = 5_000;

export async function build(
  memory: Memory,
  runs: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<void> {
  for (let i = 0; i < runs; i += PART) {
    const part = Array.from({ length: Math.min(PART, runs - i) }, (_, k) => runOf(i + k));
    await memory.trajectories.put(part);
    onProgress(i + part.length);
  }
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  await memory.strategies.put(many(Math.ceil(runs / RUNS_A_STRATEGY), strategyOf));
  await memory.error_patterns.put(many(Math.ceil(runs / RUNS_A_PATTERN), patternOf));
  for (const table of [memory.trajectories, memory.strategies, memory.error_patterns]) await table.compact();
}
