import { describe, expect, it } from 'vitest';
import { attributeByReplay, type Verify } from '../../../src/learning/credit/replay.ts';
import type { Step } from '../../../src/types.ts';
import { bash } from '../../support/fixtures.ts';

/** Steps named 0, 1, 2 …; `done` says from those that were kept whether the task counts as done. */
async function replay(count: number, done: (kept: Set<number>) => boolean, success = true, most = 64) {
  const steps = Array.from({ length: count }, (_, i) => bash(String(i)));
  let executions = 0;
  const verify: Verify = async (kept: Step[]) => {
    executions += 1;
    return done(new Set(kept.map(({ action }) => Number(action))));
  };
  const found = await attributeByReplay({ steps, success }, [...steps.keys()], verify, most);
  expect(found.executions).toBe(executions);
  expect(executions).toBeLessThanOrEqual(most);
  const shares = found.attribution?.map(([, share]) => share);
  if (shares) expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  return { ...found, given: shares?.flatMap((share, i) => (share > 0 ? [i] : [])) };
}

describe('credit by replay', () => {
  it('goes to the steps without which the outcome changes, to no other', async () => {
    const { attribution, note } = await replay(5, (kept) => kept.has(1) && kept.has(3));
    expect(attribution?.map(([, share]) => share)).toEqual([0, 0.5, 0, 0.5, 0]);
    expect(note).toBe('by replay, 7 executions');
  });

  it('of steps that stand in for each other to each of them', async () => {
    const found = await replay(6, (kept) => kept.has(1) || kept.has(4));
    expect(found.given).toEqual([1, 4]);
    expect(found.note).toContain('no step alone matters');
  });

  it('sees past a step that another one undid', async () => {
    // 2 undoes 0, 5 does it again.
    const found = await replay(8, (kept) => kept.has(5) || (kept.has(0) && !kept.has(2)));
    expect(found.given).toEqual([5]);
  });

  it('of a failure goes to the step that broke it', async () => {
    expect((await replay(6, (kept) => kept.has(0) && !kept.has(3), false)).given).toEqual([3]);
    const nothing = await replay(4, () => false, false);
    expect(nothing.attribution).toBeUndefined();
    expect(nothing.note).toBe('leaving out no single step turns the failure');
  });

  it('of 5,000 steps finds the few that decide within its budget', async () => {
    const found = await replay(5_000, (kept) => kept.has(77) && kept.has(4_321));
    expect(found.given).toEqual([77, 4_321]);
  });

  it('says nothing where all steps together do not end as the run did, or none are needed', async () => {
    const broken = await replay(3, () => false);
    expect(broken).toMatchObject({ executions: 1, note: 'replay of all steps does not end as the run did' });
    const idle = await replay(3, () => true);
    expect(idle).toMatchObject({ executions: 2, note: 'the verifier passes without any step' });
    expect(broken.attribution ?? idle.attribution).toBeUndefined();
  });

  it('stops at its budget, whatever the verifier says', async () => {
    const flaky = await replay(300, (kept) => kept.size % 3 !== 1 && kept.size > 0, true, 20);
    expect(flaky.executions).toBeLessThanOrEqual(20);
  });
});
