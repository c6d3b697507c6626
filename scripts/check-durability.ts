/**
 * `npm run check:durability [RUNS]` (default 50): records runs under a trace of system calls (needs strace) and ends with 1 unless
 * the journal, and the directory it lies in, were synced before each acknowledgement. Then the same with
 * KNOWHOW_DURABILITY=process-death, which must not sync, so that the check is known to see it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasStrace, traceSyncs } from './checks/synced.ts';

const WORKER = fileURLToPath(new URL('checks/worker.ts', import.meta.url));
const [runs = '50'] = process.argv.slice(2);
if (!hasStrace()) {
  process.stdout.write('skipped: strace is not installed\n');
} else {
  for (const durability of ['power-loss', 'process-death']) {
    const data = await mkdtemp(join(tmpdir(), 'knowhow-durability-'));
    try {
      const found = traceSyncs([WORKER, data, 'write', 'a', runs], data, {
        ...process.env,
        KNOWHOW_DURABILITY: durability,
      });
      process.stdout.write(`${JSON.stringify({ durability, ...found })}\n`);
      const safe = found.unsynced + found.unnamed === 0;
      if (safe !== (durability === 'power-loss')) process.exitCode = 1;
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  }
}
