/** What mining costs as the corpus grows. */
import { extractConcepts } from '../../../src/learning/code/concepts.ts';
import { plant } from './corpus.ts';

export interface Cost {
  snippets: number;
  seconds: number;
  /** Of one core: what other programs on the machine cost is not in it. */
  cpu_seconds: number;
  concepts: number;
  /** Most memory the process has held so far. */
  peak_mb: number;
}

/** One corpus of about so many functions, read and mined from its trajectories. */
export async function costOf(seed: number, snippets: number): Promise<Cost> {
  const tasks = Math.round(snippets / 11.8);
  const corpus = plant(seed, { tasks, writers: Math.max(2, Math.round(tasks / 10)), own: 6 });
  const began = performance.now();
  const before = process.cpuUsage();
  const concepts = await extractConcepts(
    corpus.trajectories,
    ({ task }) => task.description,
    '2026-01-01T00:00:00Z',
  );
  const { user, system } = process.cpuUsage(before);
  return {
    snippets: corpus.snippets,
    seconds: (performance.now() - began) / 1000,
    cpu_seconds: (user + system) / 1e6,
    concepts: concepts.length,
    peak_mb: process.resourceUsage().maxRSS / 1024,
  };
}

/** The slope of log processor time over log snippets, by least squares: 1 is linear. */
export function exponentOf(costs: readonly Cost[]): number {
  const points = costs.map(
    ({ snippets, cpu_seconds }) => [Math.log(snippets), Math.log(cpu_seconds)] as const,
  );
  const x = points.reduce((sum, [a]) => sum + a, 0) / points.length;
  const y = points.reduce((sum, [, b]) => sum + b, 0) / points.length;
  const over = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return over / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}
