/** `knowhow datasets review`: what waits in words, and decisions. */
import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import { queueReviews } from '../../src/training/review/queue.ts';
import { TrajectoryInput } from '../../src/types.ts';
import { runCommand, runCommandJson } from '../support/commands.ts';
import { waitingOf } from '../support/reviews.ts';
import { solved, unsolved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

interface Listed {
  reviews: { id: string; state: string }[];
  pending: number;
  accepted: number;
  rejected: number;
}

async function withWaiting() {
  const data = temporaryDirectory();
  const ctx = await openStoreAt(data);
  const runs = await recordAll(
    ctx,
    [solved(0), solved(1), unsolved(2)].map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
  const [first, ...others] = runs.map(({ trajectory }) => waitingOf(trajectory));
  if (!first) throw new Error('runs are recorded');
  const hostile = 'left\u001b]0;title\u0007 \u001b[31mred\u202e';
  first.judgement = { ...first.judgement, reasons: [hostile] };
  await queueReviews(ctx, 'mine', [first]);
  await queueReviews(ctx, 'yours', others);
  const review = (...args: string[]) => runCommand(['datasets', 'review', ...args], { data });
  const list = async (...args: string[]) =>
    (await runCommandJson<Listed>(['datasets', 'review', ...args], { data })).value;
  return { id: first.example.id, review, list };
}

describe('knowhow datasets review', () => {
  it('lists what waits, oldest first, with why, and nothing that a terminal obeys', async () => {
    const { id, review, list } = await withWaiting();
    const { code, stdout } = await review();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^3 examples wait for review\.\n/u);
    expect(stdout).toContain(`\n${id}  of a run that succeeded, asked about by a build of mine on `);
    expect(stdout).toContain('why       left red\n');
    expect(stdout).toContain('"Add the invoice export endpoint to billing-service');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u);
    expect(await list('--dataset', 'yours', '--limit', '1')).toMatchObject({
      reviews: [{ state: 'pending' }],
      pending: 2,
    });
    expect((await review(id)).stdout).toContain('answered\n    ls src test\n    Write src/feature-0.js\n');
  });

  it('takes decisions on one and on all of a dataset', async () => {
    const { id, review, list } = await withWaiting();
    expect((await review(id, '--accept', '--by', 'Ann', '--note', 'right')).stdout).toMatch(
      /accepted by a person \(Ann\) on .*: "right"\.\n2 examples wait for review\.\n$/u,
    );
    const refused = await review(id, '--reject');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/--again/u)]);
    expect((await review(id, '--reject', '--again')).code).toBe(0);
    expect((await review('--accept', '--all', '--dataset', 'yours')).stdout).toBe(
      '2 examples accepted.\nNothing waits for review.\n',
    );
    expect(await list('--state', 'rejected')).toMatchObject({ reviews: [{ id }], accepted: 2, rejected: 1 });
    expect((await review(id, '--pending')).stdout).toMatch(/waits for review\.\n1 example waits/u);
  });

  it('says what is wrong with a call, and of an id that nobody asked about', async () => {
    const { id, review } = await withWaiting();
    for (const args of [
      ['--accept'],
      ['--accept', '--all'],
      [id, '--reject', '--all'],
      [id, '--accept', '--reject'],
    ])
      expect((await review(...args)).code, args.join(' ')).toBe(2);
    const { code, stdout } = await review('ex_none', '--accept', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'E7101' } }]);
  });
});
