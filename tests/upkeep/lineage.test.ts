import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import type { CodeConcept } from '../../src/types.ts';
import { ancestorsOf, descendantsOf, retryChainOf } from '../../src/upkeep/lineage.ts';
import { AT, bash, openFresh, runOf } from '../support/fixtures.ts';

const concept = (id: string, derived_from: string[], trust = 1): CodeConcept => ({
  id,
  at: AT,
  project: 'shop',
  derived_from,
  trust,
  name: id,
  description: '',
  signature: '',
  abstractable: false,
  code: '',
  language: 'typescript',
  parameters: [],
  examples: [],
  usage: { worked: 1, tried: 1 },
  tasks: 1,
  source: 'composed',
  method: 'heuristic',
});

const attempt = (id: string, parent?: string, at = AT) => ({
  ...runOf([bash('ls')], { id, at }),
  ...(parent ? { parent, derived_from: [parent] } : {}),
});

async function stored(concepts: CodeConcept[]): Promise<Context> {
  const ctx = await openFresh();
  await ctx.memory.trajectories.put([attempt('traj_a'), attempt('traj_b')]);
  await ctx.memory.concepts.put(concepts);
  return ctx;
}

describe('lineage', () => {
  it('leads up to the runs, nearest first, and down to all that was made from one', async () => {
    const { memory } = await stored([
      concept('c1', ['traj_a', 'traj_b']),
      concept('c2', ['traj_b'], 0.3),
      concept('c3', ['c1', 'c2']),
    ]);
    const up = await ancestorsOf(memory, 'c3');
    expect(up.found.map(({ id, depth }) => `${depth} ${id}`).sort()).toEqual([
      '1 c1',
      '1 c2',
      '2 traj_a',
      '2 traj_b',
    ]);
    expect(up).toMatchObject({ missing: [], circular: [], trust: 0.3, cut: false });
    const down = await descendantsOf(memory, 'traj_a');
    expect(down).toEqual([
      { id: 'c1', table: 'concepts', depth: 1 },
      { id: 'c3', table: 'concepts', depth: 2 },
    ]);
  });

  it('names what is missing and what is circular, and ends', async () => {
    const { memory } = await stored([
      concept('c1', ['c2', 'traj_gone']),
      concept('c2', ['c1']),
      concept('c3', ['c3', 'traj_a']),
      concept('c4', ['c1']),
    ]);
    expect(await ancestorsOf(memory, 'c1')).toMatchObject({ missing: ['traj_gone'], circular: ['c1'] });
    expect(await ancestorsOf(memory, 'c3')).toMatchObject({ missing: [], circular: ['c3'] });
    // It stands above a circle, not in it.
    expect((await ancestorsOf(memory, 'c4')).circular).toEqual(['c1']);
    expect((await descendantsOf(memory, 'c1')).map(({ id }) => id).sort()).toEqual(['c2', 'c4']);
    await expect(ancestorsOf(memory, 'c9')).rejects.toMatchObject({ code: 'unknown_record' });
  });
});

describe('a chain of attempts', () => {
  it('goes from the oldest to the newest, wherever it is asked for', async () => {
    const { memory } = await stored([]);
    await memory.trajectories.put([
      attempt('traj_2', 'traj_1', '2026-02-02T00:00:00.000Z'),
      attempt('traj_1', undefined, '2026-02-01T00:00:00.000Z'),
      attempt('traj_4', 'traj_2', '2026-02-04T00:00:00.000Z'),
      attempt('traj_3', 'traj_2', '2026-02-03T00:00:00.000Z'),
    ]);
    for (const id of ['traj_1', 'traj_2']) {
      const { runs, missing, circular } = await retryChainOf(memory, id);
      expect(runs.map((run) => run.id)).toEqual(['traj_1', 'traj_2', 'traj_3', 'traj_4']);
      expect({ missing, circular }).toEqual({ missing: null, circular: false });
    }
  });

  it('reports a parent that is not stored, and parents that lead round', async () => {
    const { memory } = await stored([]);
    await memory.trajectories.put([
      attempt('traj_x', 'traj_gone'),
      attempt('traj_y', 'traj_z'),
      attempt('traj_z', 'traj_y'),
    ]);
    expect(await retryChainOf(memory, 'traj_x')).toMatchObject({ missing: 'traj_gone', circular: false });
    const round = await retryChainOf(memory, 'traj_y');
    expect(round).toMatchObject({ missing: null, circular: true });
    expect(round.runs.map(({ id }) => id)).toEqual(['traj_z', 'traj_y']);
  });
});
