import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameRun, sharedSteps, supersedes, trajectoryId } from '../../src/capture/identify.ts';
import type { TrajectoryInput } from '../../src/types.ts';
import { bash, inputOf, runOf } from '../support/fixtures.ts';

const steps = [bash('make'), bash('make test')];
const id = (input: TrajectoryInput, project = 'shop', key?: string) => trajectoryId(input, project, key);

describe('a run without session is known by all that its caller gave', () => {
  const given: TrajectoryInput = {
    ...inputOf(steps, { task: 'Build it', success: true }),
    agent: 'a1',
    model: 'm1',
    metadata: { branch: 'main' },
  };

  it.each<[string, Partial<TrajectoryInput>]>([
    ['task', { task: { description: 'Build it all' } }],
    ['domain', { task: { description: 'Build it', domain: 'c' } }],
    ['steps', { steps: steps.slice(0, 1) }],
    ['observation', { steps: [bash('make', 'ok'), bash('make test')] }],
    ['outcome', { outcome: { success: false } }],
    ['verdict', { outcome: { success: true, verdict: { source: 'test' } } }],
    ['agent', { agent: 'a2' }],
    ['model', { model: 'm2' }],
    ['metadata', { metadata: { branch: 'dev' } }],
    ['parent', { parent: 'traj_0' }],
    ['start', { started_at: '2026-01-01T00:00:00Z' }],
    ['feedback', { feedback: [{ text: 'good' }] }],
  ])('another %s is another run', (_what, change) => {
    expect(id({ ...given, ...change })).not.toBe(id(given));
  });

  it('but not by what it had been shown before', () => {
    expect(id({ ...given, retrieval_id: 'ret_1' })).toBe(id(given));
    expect(id({ ...given, retrieval_id: 'ret_2' })).toBe(id({ ...given, retrieval_id: 'ret_1' }));
  });

  it('nor by the order of keys or by keys left open', () => {
    const turned = Object.fromEntries(Object.entries(given).reverse()) as TrajectoryInput;
    expect(id({ ...turned, parent: undefined })).toBe(id(given));
  });

  it('and by its project', () => {
    expect(id(given, 'bank')).not.toBe(id(given, 'shop'));
  });
});

describe('a run with a session is known by project, session and task', () => {
  const run = inputOf(steps, { task: 'Build it', session: 's1' });

  it('whatever happens in it', () => {
    expect(id({ ...run, steps: [], outcome: { success: null }, agent: 'x' })).toBe(id(run));
  });

  it('with its place: another session, task or project is another run', () => {
    const others = [
      id({ ...run, session: 's2' }),
      id({ ...run, task: { description: 'Ship it' } }),
      id({ ...run, task: { description: 'Build it', id: 'build' } }),
      id(run, 'bank'),
    ];
    expect(new Set([...others, id(run)]).size).toBe(5);
  });
});

describe('a run with a key in its source is known by project and key', () => {
  it('alone', () => {
    const run = inputOf(steps, { session: 's1' });
    expect(id(run, 'shop', 'k')).toBe(
      id(inputOf([], { task: 'Something else', session: 's2' }), 'shop', 'k'),
    );
    expect(id(run, 'shop', 'k')).not.toBe(id(run, 'shop', 'j'));
    expect(id(run, 'shop', 'k')).not.toBe(id(run, 'bank', 'k'));
    expect(id(run, 'shop', 'k')).toMatch(/^traj_[0-9a-f]{24}$/u);
  });
});

describe('grown runs', () => {
  const act = fc.constantFrom('a', 'b', 'c').map((line) => bash(line));
  const acts = fc.array(act, { maxLength: 6 });

  it('a run is the same as each of its beginnings, both ways round', () => {
    fc.assert(
      fc.property(acts, fc.nat(6), (all, cut) => {
        const [long, short] = [runOf(all), runOf(all.slice(0, cut))];
        expect(isSameRun(long, short)).toBe(true);
        expect(isSameRun(short, long)).toBe(true);
      }),
      { seed: 71 },
    );
  });

  it('what two runs share begins both', () => {
    fc.assert(
      fc.property(acts, acts, (a, b) => {
        const shared = sharedSteps(a, b);
        expect(sharedSteps(b, a)).toBe(shared);
        expect(a.slice(0, shared).map(({ action }) => action)).toEqual(
          b.slice(0, shared).map(({ action }) => action),
        );
        expect(isSameRun(runOf(a), runOf(b))).toBe(shared === Math.min(a.length, b.length));
      }),
      { seed: 72 },
    );
  });

  it('the longer replaces the shorter, the better judged its equal, never both each other', () => {
    const run = (length: number, source: 'test' | 'agent') =>
      runOf(
        Array.from({ length }, () => bash('a')),
        { source },
      );
    expect(supersedes(run(2, 'agent'), run(1, 'test'))).toBe(true);
    expect(supersedes(run(1, 'test'), run(2, 'agent'))).toBe(false);
    expect(supersedes(run(2, 'test'), run(2, 'agent'))).toBe(true);
    expect(supersedes(run(2, 'agent'), run(2, 'test'))).toBe(false);
    expect(supersedes(run(2, 'test'), run(2, 'test'))).toBe(false);
  });
});
