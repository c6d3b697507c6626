/** How many runs are read at once, and which tasks together. */
import { describe, expect, it } from 'vitest';
import { roundsOf } from '../../src/learners/rounds.ts';
import { createPaging, PAGE_CHARS } from '../../src/training/provenance/paging.ts';
import { attempt } from './datasets/build-runs.ts';

describe('pages', () => {
  it('grow while runs are small, and are few where one has megabytes', () => {
    const paging = createPaging();
    const small = Array.from({ length: paging.size() }, (_, task) => attempt({ task }));
    for (const expected of [80, 160, 250, 250]) {
      paging.note(small);
      expect(paging.size()).toBe(expected);
    }
    expect(paging.note([attempt({ task: 1, answer: 'x'.repeat(PAGE_CHARS / 20) })])).toBeGreaterThan(
      PAGE_CHARS / 20,
    );
    expect(paging.size()).toBe(19);
    paging.note([attempt({ task: 1, answer: 'x'.repeat(PAGE_CHARS) })]);
    expect(paging.size()).toBe(10);
    paging.note([]);
    expect(paging.size()).toBe(10);
  });

  it('hold whole tasks in their order, and one that is too large alone', () => {
    const rounds = (most: number) =>
      [
        ...roundsOf(
          [2, 2, 9, 1, 1, 1],
          (n) => n,
          () => most,
        ),
      ].map((round) => round.join(' '));
    expect(rounds(4)).toEqual(['2 2', '9', '1 1 1']);
    expect(rounds(100)).toEqual(['2 2 9 1 1 1']);
    expect([
      ...roundsOf(
        [],
        () => 1,
        () => 1,
      ),
    ]).toEqual([]);
  });
});
