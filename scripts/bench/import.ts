/** Import of a large set of runs by the command line, as a user does it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { intercodeFiles, writeIntercode } from './intercode.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** @returns undefined where the set is not there. */
export async function measureImport(folder: string) {
  if (intercodeFiles(folder).length === 0) return undefined;
  const root = mkdtempSync(join(tmpdir(), 'knowhow-import-'));
  try {
    const file = join(root, 'intercode.jsonl');
    const { runs, steps } = await writeIntercode(folder, file);
    const began = performance.now();
    const run = spawnSync(process.execPath, [CLI, 'import', file, '--data', join(root, 'store'), '--json'], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const ms = performance.now() - began;
    if (run.status !== 0) throw new Error(run.stderr);
    const { totals } = JSON.parse(run.stdout) as { totals: { added: number; broken: number } };
    return {
      runs,
      steps,
      added: totals.added,
      broken: totals.broken,
      runs_per_s: Math.round((1000 * runs) / ms),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
