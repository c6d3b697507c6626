/**
 * Directories that go away by themselves, and stores in them.
 *
 * - `temporaryDirectory()`     a new one; removed when the test ends, or, made outside a test, with the file
 * - `openStoreAt(directory)`   a context over a real store, heuristics only; closed likewise
 * - `SAMPLES`                  the recorded runs that come with the repository
 * - `learnSamples(directory)`  imports them and runs a batch over them: seconds, so once a file
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ConfigInput } from '../../src/config.ts';
import { type Context, openContext } from '../../src/context.ts';
import { openKnowhow } from '../../src/index.ts';
import { atFileEnd } from './ends.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const SAMPLES = join(ROOT, 'data', 'samples');

/** Runs when the current test ends; outside a test, in a hook or at the top of a file, when its file does. */
export function whenOver(clean: () => unknown): void {
  try {
    onTestFinished(async () => void (await clean()));
  } catch {
    atFileEnd(clean);
  }
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'knowhow-test-'));
  whenOver(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

export async function openStoreAt(
  directory: string,
  settings: Partial<Omit<ConfigInput, 'data'>> = {},
): Promise<Context> {
  const ctx = await openContext(
    { log_level: 'silent', ...settings, data: directory },
    { llm: null, seed: 1 },
  );
  whenOver(() => ctx.close());
  return ctx;
}

export async function learnSamples(directory: string): Promise<void> {
  const knowhow = await openKnowhow({ data: directory, llm: false, log_level: 'silent' });
  await knowhow.importFiles([SAMPLES]);
  await knowhow.runBatchLearning({ min_trajectories: 0, max_seconds: 600 });
  await knowhow.close();
}
