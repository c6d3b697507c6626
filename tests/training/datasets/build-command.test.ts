/** `knowhow datasets build|list|show|diff|remove`: what a person reads, and what a script does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../../src/training/datasets/build.ts';
import { runCommand, runCommandJson } from '../../support/commands.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { attempt, attempts } from './build-runs.ts';

describe('knowhow datasets', () => {
  it('builds, adds, shows, compares and removes, and says what to do next', async () => {
    const data = temporaryDirectory();
    const ctx = await openStoreAt(data);
    await ctx.memory.trajectories.put([...attempts(6), attempt({ task: 20, score: 0.6 })]);
    const say = async (...args: string[]) => (await runCommand(['datasets', ...args], { data })).stdout;
    expect(await say('list')).toContain('No dataset yet');
    const built = await say(
      'build',
      'poems',
      '--split',
      '50/25/25',
      '--rule',
      'refinement or status:accepted',
    );
    expect(built).toMatch(
      /^poems@1\.0\.0: 12 examples \(6 accepted answers, 6 rejected ones\) and 6 preference pairs at 6 tasks\./u,
    );
    expect(built).toContain('1 example to look at: knowhow datasets review');
    await ctx.memory.trajectories.put(attempts(3, 30));
    expect(await say('build', 'poems')).toContain('Nothing was built: 6 new, too few');
    expect(await say('build', 'poems', '--least', '1')).toMatch(
      /^poems@1\.0\.1, added to 1\.0\.0: 18 examples/u,
    );
    expect(await say('list')).toMatch(/poems\n {2}1\.0\.1 .*\n {2}1\.0\.0 /u);
    expect(await say('show', 'poems')).toContain('After 1.0.0: 6 added, 0 removed, 12 kept.');
    expect(await say('show', 'poems', '--rows', '1')).toMatch(/^ex_\w+ {2}(?:accepted|rejected), /u);
    expect(await say('show', 'poems', '--card')).toMatch(/^---\n/u);
    expect(await say('diff', 'poems@1.0.0', 'poems')).toMatch(/ 6 {2}added\n/u);
    expect(await say('remove', 'poems@1.0.0')).toContain('--yes does it');
    expect(await say('remove', 'poems@1.0.0', '--yes')).toContain('removed.');
    expect(await say('list')).not.toContain('1.0.0');
  });

  it('lists what can be read beside a version that cannot, and names that', async () => {
    const data = temporaryDirectory();
    const ctx = await openStoreAt(data);
    await ctx.memory.trajectories.put(attempts(3));
    await buildDataset(ctx, { name: 'poems' });
    for (const name of ['broken', 'newer'])
      mkdirSync(join(data, 'datasets', name, 'versions'), { recursive: true });
    writeFileSync(join(data, 'datasets/broken/versions/1.0.0.json'), '{"format":');
    writeFileSync(join(data, 'datasets/newer/versions/1.0.0.json'), '{"layout":2}');
    const { value } = await runCommandJson(['datasets', 'list'], { data });
    expect(value).toMatchObject({
      datasets: [{ name: 'poems', version: '1.0.0' }],
      broken: [
        { dataset: 'broken@1.0.0', code: 'E7204' },
        { dataset: 'newer@1.0.0', code: 'E7208' },
      ],
    });
  });

  it.each([
    [['build', 'Poems'], 2, 'E7202'],
    [['build', 'poems', '--split', '80/10/20'], 2, 'E7500'],
    [['build', 'poems', '--rule', 'best'], 2, 'E7001'],
    [['build', 'poems'], 1, 'E7003'],
    [['show', 'poems'], 1, 'E7200'],
    [['remove', 'poems', '--yes'], 1, 'E7200'],
  ])('refuses %j with exit code %d and its own', async (args, ends, code) => {
    const { code: exit, value } = await runCommandJson(['datasets', ...args], { data: shared });
    expect(exit).toBe(ends);
    expect(value).toMatchObject({ error: { code, hint: expect.any(String) } });
  });
});

const shared = temporaryDirectory();
