/** Records the samples through the server, a few calls at a time, and runs batch learning until nothing remains. */
import { readdir, readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { runBatchLearningTool } from '../../src/tools/learn.ts';
import type { recordTrajectoryTool } from '../../src/tools/record.ts';
import type { TrajectoryDraft } from '../../src/types.ts';
import { screen } from './screen.ts';
import type { Session } from './session.ts';

export interface Recorded {
  run: TrajectoryDraft;
  answer: z.output<typeof recordTrajectoryTool.output>;
}

export interface RecordedRuns {
  runs: Recorded[];
  seconds: number;
}

export interface Learned {
  batches: number;
  strategies: number;
  concepts: number;
  errorPatterns: number;
  seconds: number;
}

const SAMPLES = new URL('../../data/samples/', import.meta.url);
const IN_FLIGHT = 4;

/** @throws Error when there are no samples or the server refuses one. */
export async function recordSamples(session: Session): Promise<RecordedRuns> {
  const started = performance.now();
  const drafts = await readSamples();
  if (drafts.length === 0) throw new Error('There are no sample runs in data/samples.');
  const runs: Recorded[] = [];
  // One iterator, shared: each worker takes the next run when its last one is answered.
  const waiting = drafts.values();
  const worker = async () => {
    for (const run of waiting) {
      runs.push({ run, answer: await session.call('record_trajectory', { ...run }) });
      screen.progress(`Recording ${runs.length} of ${drafts.length} runs`);
    }
  };
  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  } finally {
    screen.progress('');
  }
  return { runs, seconds: (performance.now() - started) / 1000 };
}

/** @throws Error when the server will not learn, or nothing came of it. */
export async function learn(session: Session): Promise<Learned> {
  const started = performance.now();
  const learned: Learned = { batches: 0, strategies: 0, concepts: 0, errorPatterns: 0, seconds: 0 };
  for (let remaining = 1; remaining > 0; ) {
    const batch = await session.call<z.output<typeof runBatchLearningTool.output>>(
      'run_batch_learning',
      { min_trajectories: 0, max_seconds: 20 },
      (done) => screen.progress(`Learning: ${Math.floor(done)} runs looked at`),
    );
    if (!batch.ran) throw new Error(`Batch learning did not run: ${batch.reason}.`);
    remaining = batch.remaining;
    learned.batches += 1;
    learned.strategies = batch.strategies_extracted;
    learned.concepts = batch.concepts_extracted;
    learned.errorPatterns = Math.max(learned.errorPatterns, batch.error_patterns_extracted);
  }
  screen.progress('');
  if (learned.strategies === 0) throw new Error('No strategy came out of the sample runs.');
  return { ...learned, seconds: (performance.now() - started) / 1000 };
}

async function readSamples(): Promise<TrajectoryDraft[]> {
  const files = (await readdir(SAMPLES)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, SAMPLES), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as TrajectoryDraft),
  );
}
