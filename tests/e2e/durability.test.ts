/** The short forms of `npm run check:processes` and `npm run check:durability`. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkProcesses } from '../../scripts/checks/processes.ts';
import { hasStrace, traceSyncs } from '../../scripts/checks/synced.ts';
import { environment } from '../support/clients.ts';
import { ROOT, temporaryDirectory } from '../support/store.ts';

describe('three writers, one that folds tables, one that is killed again and again', () => {
  it('lose nothing, shorten nothing, double nothing, and see each other at once', {
    timeout: 60_000,
  }, async () => {
    const found = await checkProcesses({ data: temporaryDirectory(), writers: 3, each: 12, kills: 2 });
    expect(found).toMatchObject({ lost: 0, shortened: 0, doubled: 0, unseen: 0, kills: 2 });
    // Of each writer's 12 half are its own, and the other half are the same 6 in all; and what the killed ones got done.
    expect(found.acknowledged).toBeGreaterThanOrEqual(3 * 6 + 6 + 2);
    expect(found.compactions).toBeGreaterThan(0);
  });
});

describe('the system calls', () => {
  const trace = (durability: string) => {
    const data = temporaryDirectory();
    const worker = join(ROOT, 'scripts', 'checks', 'worker.ts');
    return traceSyncs(
      [worker, data, 'write', 'a', '6'],
      data,
      environment(data, { KNOWHOW_DURABILITY: durability }),
    );
  };

  it.skipIf(!hasStrace())('sync the journal and its directory before each acknowledgement', () => {
    expect(trace('power-loss')).toMatchObject({ acknowledgements: 6, unsynced: 0, unnamed: 0 });
    // And this would be seen if they did not.
    expect(trace('process-death')).toMatchObject({ acknowledgements: 6, unsynced: 6 });
  });
});
