import { describe, expect, it } from 'vitest';
import { type Attempted, linksAmong, orderOf, parentsOf } from '../../src/learners/retry-links.ts';

const attempt = (id: string, more: Partial<Attempted> = {}): Attempted => ({
  id,
  task_key: 'task',
  began: '2026-01-31T12:00:00Z',
  at: '2026-02-01T00:00:00Z',
  ...more,
});

/** Each as `id<by<retried`. */
const told = (...runs: Attempted[]): string[] => {
  const { linkOf } = linksAmong(runs);
  return runs.map((run) => [run.id, linkOf(run)?.by, linkOf(run)?.to.id].filter(Boolean).join('<'));
};

describe('what a run retries', () => {
  it('is its parent, else the one before it at its step, else the one before it in its session', () => {
    const pair = { workflow: 'w', action_pair: 'fix' };
    const session = { session: 's' };
    const began = (hour: number) => ({ began: `2026-01-31T0${hour}:00:00Z` });
    expect(
      told(
        attempt('a', { ...session, ...pair, ...began(1) }),
        attempt('b', { ...session, ...began(2) }),
        attempt('c', { ...session, ...pair, ...began(3) }),
        attempt('d', { ...session, ...pair, ...began(4), parent: 'b' }),
        attempt('e', { ...session, ...pair, ...began(5), parent: 'gone' }),
        attempt('f', { ...session, ...began(6), task_key: 'another task' }),
      ),
    ).toEqual(['a', 'b<session<a', 'c<action_pair<a', 'd<parent<b', 'e<action_pair<d', 'f']);
  });

  it('is told apart by session where no workflow tells steps apart', () => {
    const began = (hour: number) => ({ action_pair: 'fix', began: `2026-01-31T0${hour}:00:00Z` });
    const [one, other, none] = [{ session: 's' }, { session: 't' }, {}];
    const runs = (workflow?: string) =>
      told(
        attempt('a', { ...one, ...began(1), workflow }),
        attempt('b', { ...other, ...began(2), workflow }),
        attempt('c', { ...one, ...began(3), workflow }),
        attempt('d', { ...none, ...began(4), workflow }),
        attempt('e', { ...none, ...began(5), workflow }),
      );
    expect(runs()).toEqual(['a', 'b', 'c<action_pair<a', 'd', 'e<action_pair<d']);
    expect(runs('w')).toEqual([
      'a',
      ...['b<a', 'c<b', 'd<c', 'e<d'].map((each) => each.replace('<', '<action_pair<')),
    ]);
  });

  it('goes by instants, whatever zone they are told in, and by numbers where all have one', () => {
    const session = 's';
    expect(
      told(
        attempt('first', { session, began: '2026-01-31T13:30:00+02:00' }),
        attempt('second', { session, began: '2026-01-31T12:00:00Z' }),
        attempt('third', { session, began: '2026-01-31T12:00:00.5Z' }),
      ),
    ).toEqual(['first', 'second<session<first', 'third<session<second']);
    const numbered = [
      attempt('two', { session, number: 2, began: '2026-01-01T00:00:00Z' }),
      attempt('ten', { session, number: 10, began: '2025-01-01T00:00:00Z' }),
    ];
    expect(told(...numbered)).toEqual(['two', 'ten<session<two']);
    expect(numbered.toReversed().sort(orderOf(numbered))).toEqual(numbered);
  });

  it('is never what came from it, whatever the clock says', () => {
    const session = 's';
    expect(
      told(
        attempt('a', { session, began: '2026-01-31T15:00:00Z' }),
        attempt('b', { session, parent: 'a', began: '2026-01-31T14:00:00Z' }),
        attempt('c', { session, parent: 'b', began: '2026-01-31T13:00:00Z' }),
      ),
    ).toEqual(['a', 'b<parent<a', 'c<parent<b']);
  });

  it('is found in a session of twenty thousand attempts', () => {
    const runs = Array.from({ length: 20_000 }, (_, nth) =>
      attempt(`run ${nth}`, { session: 's', number: nth }),
    );
    const { linkOf } = linksAmong(runs);
    expect(runs.every((run, nth) => linkOf(run)?.to.id === (nth === 0 ? undefined : `run ${nth - 1}`))).toBe(
      true,
    );
  });
});

it('parents end where they lead round', () => {
  const parents: Record<string, string> = { a: 'b', b: 'c', c: 'a' };
  expect([...parentsOf({ id: 'a', parent: 'b' }, (id) => parents[id])]).toEqual(['b', 'c']);
  expect([...parentsOf({ id: 'd', parent: 'a' }, (id) => parents[id])]).toEqual(['a', 'b', 'c']);
});
