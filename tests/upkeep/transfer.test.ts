import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import type { Context } from '../../src/context.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { PENDING, TABLES } from '../../src/memory/memory.ts';
import { type TrajectoryDraft, TrajectoryInput } from '../../src/types.ts';
import { forget } from '../../src/upkeep/forget.ts';
import { importMemory } from '../../src/upkeep/import-memory.ts';
import { exportMemory, isMemoryFile } from '../../src/upkeep/transfer.ts';
import { undo } from '../../src/upkeep/undo.ts';
import { AT, openFresh, temporaryDirectory } from '../support/fixtures.ts';
import { DOUBTFUL } from '../support/reviews.ts';
import { history, solved } from '../support/runs.ts';

const learn = (ctx: Context) =>
  createPipeline(ctx).runBatchLearning({ min_trajectories: 0, max_seconds: 600 });
const record = (ctx: Context, runs: TrajectoryDraft[]) =>
  recordAll(
    ctx,
    runs.map((run) => ({ input: TrajectoryInput.parse(run) })),
  );

async function text(ctx: Context): Promise<string> {
  let all = '';
  for await (const line of exportMemory(ctx)) all += line;
  return all;
}

async function file(content: string): Promise<string> {
  const path = join(await temporaryDirectory(), 'memory.jsonl');
  await writeFile(path, content);
  return path;
}

/** What came of being shown something, what somebody thinks of it, and what is foreseen from that. */
async function putOpinions({ memory }: Context): Promise<void> {
  const stored = { at: AT, project: 'shop', trust: 0.3 };
  const rated = { ...stored, derived_from: ['t'], workflow: 't', trajectories: ['t'], task_key: 'k' };
  await memory.exposures.put([
    {
      ...stored,
      id: 'expo_1',
      derived_from: ['t', 'ret_1'],
      trajectory: 't',
      retrieval: 'ret_1',
      task_key: 'k',
      arm: 'withheld',
      holdout: 0.5,
      records: ['strat_1'],
      mixed: true,
      success: true,
      judged_by: 'agent',
      steps: 3,
      ran_at: AT,
    },
  ]);
  await memory.ratings.put([
    { ...rated, id: 'rate_1', rater: 'ä', rater_kind: 'agent', said: { satisfaction: 0.7, text: 'gut 🙂' } },
  ]);
  await memory.rating_requests.put([
    { ...rated, id: 'rreq_1', reason: 'asked', state: 'pending', state_at: AT },
  ]);
  await memory.example_reviews.put([
    {
      ...stored,
      id: 'ex_1',
      derived_from: ['t'],
      example: 'ex_1',
      item_id: 't',
      task_key: 'k',
      dataset: 'mine',
      state: 'rejected',
      state_at: AT,
      decided_by: 'person:ä',
      label: true,
      judgement: DOUBTFUL,
      asked: 'Wie?',
      answered: 'So 🙂',
    },
  ]);
  await memory.reward_models.put([
    {
      ...stored,
      id: 'rewm_1',
      derived_from: ['t'],
      target: 'composite',
      chosen: 'mean',
      scores: [],
      gain: { r2: 0, low: 0, high: 0 },
      features: [],
      importances: [],
      examples: 30,
      tasks: 30,
      folded: 0,
      interval: { half: 0.2, covers: 0.9 },
      seen: ['t'],
      fitted: { kind: 'mean', mean: 0.5 },
      seed: 1,
    },
  ]);
}

/** Every table and every state has something in it. */
async function fullMemory(): Promise<Context> {
  const ctx = await openFresh();
  await record(ctx, [...history(), { ...solved(0, 4), session: 'undone', retrieval_id: 'ret_1' }]);
  await learn(ctx);
  await ctx.memory.retrievals.put([
    {
      id: 'ret_1',
      at: AT,
      project: 'shop',
      derived_from: [],
      trust: 1,
      task: 'ä "quoted" 🙂\n task',
      known: true,
      shown: ['strat_1'],
    },
  ]);
  await ctx.memory.uses.put([
    {
      id: 'use_1',
      at: AT,
      project: 'shop',
      derived_from: ['ret_1'],
      trust: 1,
      shown: 'strat_1',
      kind: 'strategy',
      trajectory: 't',
      retrieval: 'ret_1',
      task_key: 'k',
      success: null,
    },
  ]);
  await putOpinions(ctx);
  await undo(ctx, { session: 'undone' });
  const [first] = await ctx.memory.trajectories.ids({ where: { status: 'active' } });
  await ctx.memory.trajectories.mark({ id: first ?? '' }, { status: 'archived' });
  await record(ctx, [{ ...solved(1, 9), session: 'waiting' }]);
  return ctx;
}

describe('a whole memory', () => {
  it('is the same bytes each time, and after a journey through an empty store', async () => {
    const ctx = await fullMemory();
    const exported = await text(ctx);
    expect(await text(ctx)).toBe(exported);
    const other = await openFresh();
    const report = await importMemory(other, await file(exported));
    expect(report).toMatchObject({ known: 0, broken_count: 0, redacted: 0, forgotten: 0 });
    expect(await text(other)).toBe(exported);
    expect(await other.memory.trajectories.count({ status: 'undone' })).toBe(1);
    expect(await other.memory.trajectories.count({ batch: PENDING })).toBe(1);
    // Found again, and not only stored.
    const [vector] = await other.embedder.embed([solved(0).task.description]);
    expect(vector && (await other.memory.trajectories.nearest(vector, 1))).toHaveLength(1);
  });

  it('names itself, and goes by table and id with sorted keys', async () => {
    const [header, ...lines] = (await text(await fullMemory())).trimEnd().split('\n');
    expect(header).toBe('{"format":"knowhow-memory","version":1}');
    const keys = lines.map((line) => JSON.parse(line)).map(({ table, record: { id } }) => `${table} ${id}`);
    expect(keys).toEqual([...keys].sort());
    const tables = new Set(keys.map((key) => key.split(' ')[0]));
    // These runs write no code.
    const codeless = TABLES.filter((table) => table !== 'concepts' && table !== 'writings');
    expect([...tables].sort()).toEqual(codeless.toSorted());
    for (const line of lines) {
      const { record: stored } = JSON.parse(line);
      expect(Object.keys(stored)).toEqual(Object.keys(stored).toSorted());
    }
  });

  it('imported twice, or into itself, changes nothing', async () => {
    const ctx = await fullMemory();
    const exported = await text(ctx);
    const path = await file(exported);
    expect(await importMemory(ctx, path)).toMatchObject({ added: {}, broken_count: 0 });
    expect(await text(ctx)).toBe(exported);
  });
});

describe('a memory imported into another', () => {
  it('doubles nothing, counts patterns over both, and lets the next batch tell from both', async () => {
    const [mine, theirs] = [await openFresh(), await openFresh()];
    await record(mine, history().slice(0, 8));
    await record(theirs, history().slice(4));
    await learn(mine);
    await learn(theirs);
    const report = await importMemory(mine, await file(await text(theirs)));
    expect(report.added.trajectories).toBe(4);
    expect(await mine.memory.trajectories.count()).toBe(12);
    expect(await mine.memory.trajectories.count({ batch: PENDING })).toBe(4);
    const together = await openFresh();
    await record(together, history());
    await learn(together);
    const tally = async (ctx: Context) =>
      (await ctx.memory.error_patterns.list()).map(({ id, frequency, tasks, support }) => ({
        id,
        frequency,
        tasks,
        support,
      }));
    expect(await tally(mine)).toEqual(await tally(together));
    await learn(mine);
    const told = async (ctx: Context) =>
      (await ctx.memory.strategies.list({ where: { status: ['active', 'candidate'] } }))
        .map(({ id, evidence: { worked, tried } }) => ({ id, worked, tried }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await told(mine)).toEqual(await told(together));
  });

  it('keeps the longer version of a run, whichever came first', async () => {
    const whole = solved(0);
    const cut = { ...whole, steps: whole.steps.slice(0, 2) };
    const [long, short] = [await openFresh(), await openFresh()];
    await record(long, [whole]);
    await record(short, [cut]);
    const [longFile, shortFile] = [await file(await text(long)), await file(await text(short))];
    await importMemory(short, longFile);
    await importMemory(long, shortFile);
    for (const ctx of [long, short]) expect((await ctx.memory.trajectories.list())[0]?.steps).toHaveLength(5);
  });

  it('does not bring back what was forgotten here, unless asked', async () => {
    const ctx = await openFresh();
    await record(ctx, history());
    await learn(ctx);
    const path = await file(await text(ctx));
    const session = solved(1, 0).session as string;
    await forget(ctx, { session });
    const report = await importMemory(ctx, path);
    expect(report.forgotten).toBeGreaterThan(2);
    expect(await ctx.memory.trajectories.count({ session })).toBe(0);
    expect(await importMemory(ctx, path, { again: true })).toMatchObject({
      forgotten: 0,
      added: { trajectories: 1 },
    });
    expect(await ctx.memory.trajectories.count({ session })).toBe(1);
  });
});

describe("somebody else's file", () => {
  const changed = async (change: (line: Record<string, unknown>) => unknown): Promise<string> => {
    const ctx = await openFresh();
    await record(ctx, [solved(0)]);
    const [header, ...lines] = (await text(ctx)).trimEnd().split('\n');
    return file([header, ...lines.map((line) => JSON.stringify(change(JSON.parse(line))))].join('\n'));
  };

  it('is read around what is broken, by line and reason, quoting none of it', async () => {
    const ctx = await openFresh();
    await record(ctx, [solved(0), solved(1)]);
    const [header, first, ...rest] = (await text(ctx)).trimEnd().split('\n');
    const bad = [
      '{"secret words',
      '[]',
      '{"table":"secrets","record":{}}',
      '{"table":"strategies","record":{"id":"secret"}}',
    ];
    const other = await openFresh();
    const report = await importMemory(other, await file([header, first, ...bad, ...rest].join('\n')));
    expect(report.broken.map(({ line }) => line)).toEqual([3, 4, 5, 6]);
    expect(JSON.stringify(report.broken)).not.toContain('secret');
    expect(await other.memory.trajectories.count()).toBe(2);
  });

  it('loses its secrets, its hidden characters, and what trust it claims beyond its verdict', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const path = await changed((line) => ({
      ...line,
      record: {
        ...(line.record as object),
        trust: 1,
        outcome: { success: true, verdict: { source: 'agent' } },
        feedback: [{ text: `use ${token}, in\u202evisible` }],
      },
    }));
    const ctx = await openFresh();
    expect((await importMemory(ctx, path)).redacted).toBeGreaterThan(0);
    const [run] = await ctx.memory.trajectories.list();
    expect(run?.trust).toBe(0.3);
    expect(run?.feedback?.[0]?.text).toBe('use [redacted:github_token], invisible');
  });

  it('counts for no more than who judged it, and brings no opinion of what was forgotten here', async () => {
    const ctx = await openFresh();
    const [run] = await record(ctx, [solved(0)]);
    await putOpinions(ctx);
    const claims = (await text(ctx))
      .replaceAll('"trust":0.3', '"trust":1')
      .replaceAll('["t"]', JSON.stringify([run?.trajectory.id]));
    const other = await openFresh();
    await importMemory(other, await file(claims));
    for (const table of ['exposures', 'ratings'] as const)
      expect((await other.memory[table].list())[0]?.trust).toBe(0.3);
    await forget(other, { ids: [run?.trajectory.id ?? ''] });
    for (let times = 0; times < 2; times += 1) {
      for (const table of ['ratings', 'rating_requests', 'reward_models'] as const)
        expect(await other.memory[table].count(), table).toBe(0);
      await importMemory(other, await file(claims));
    }
  });

  it('is refused when it is of a newer version or no memory at all', async () => {
    const ctx = await openFresh();
    const newer = await file('{"format":"knowhow-memory","version":2}\n');
    expect(await isMemoryFile(newer)).toBe(true);
    await expect(importMemory(ctx, newer)).rejects.toMatchObject({ code: 'newer_memory_file' });
    const none = await file(`${JSON.stringify(solved(0))}\n`);
    expect(await isMemoryFile(none)).toBe(false);
    expect(await isMemoryFile(join(none, 'nothing'))).toBe(false);
    await expect(importMemory(ctx, none)).rejects.toMatchObject({ code: 'bad_memory_file' });
    expect((await readFile(none)).length).toBeGreaterThan(0);
  });
});
