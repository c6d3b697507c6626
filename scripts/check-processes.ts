/**
 * `npm run check:processes [WRITERS EACH KILLS]` (default 4 500 100): several processes record runs into one store, half of them
 * the same in all, while another folds the tables and one more is killed again and again. Ends with 1 if anything that
 * was acknowledged is lost, shortened, doubled, or was not seen at once.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkProcesses } from './checks/processes.ts';

const [writers = 4, each = 500, kills = 100] = process.argv.slice(2).map(Number);
const data = await mkdtemp(join(tmpdir(), 'knowhow-processes-'));
try {
  const found = await checkProcesses({
    data,
    writers,
    each,
    kills,
    onProgress: (acknowledged, killed) =>
      process.stderr.write(`\r${acknowledged} acknowledged, ${killed} of ${kills} killed `),
  });
  process.stderr.write('\n');
  process.stdout.write(`${JSON.stringify({ writers, each, ...found }, null, 2)}\n`);
  const { lost, shortened, doubled, unseen } = found;
  if (lost + shortened + doubled + unseen > 0) process.exitCode = 1;
} finally {
  await rm(data, { recursive: true, force: true });
}
