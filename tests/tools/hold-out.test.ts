/** A held-out task is told nothing of what is known, and all of it is noted: through the tools and the library alike. */
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { recordAll } from '../../src/capture/recorder.ts';
import type { ConfigInput } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import { openKnowhow } from '../../src/index.ts';
import { armOf } from '../../src/learners/arm.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { taskKey } from '../../src/memory/memory.ts';
import { type Retrieval, TrajectoryInput } from '../../src/types.ts';
import { callTool, connectInProcess, toolAnswer } from '../support/clients.ts';
import { history, MISSING_CLIENT } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';
import { strategyOf } from '../support/strategies.ts';

const project = 'billing-service';
const error = `Exit code 1\n${MISSING_CLIENT}\n    at src/api.js:3:1`;
const told = (nth: number) =>
  `Task ${nth}: add the invoice export endpoint to billing-service, its tests pass`;
const inArm = (arm: string, holdout = 0.5): string => {
  for (let nth = 0; ; nth += 1)
    if (armOf(project, { description: told(nth) }, holdout) === arm) return told(nth);
};

/** One store with something to tell, opened anew with the settings of each test. */
const directory = temporaryDirectory();
let learned: Promise<void> | undefined;
async function learn(): Promise<void> {
  const ctx = await openStoreAt(directory);
  await recordAll(
    ctx,
    history().map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
  await createPipeline(ctx).runBatchLearning({ min_trajectories: 0, max_seconds: 600 });
}

async function store(
  settings: Partial<Omit<ConfigInput, 'data'>>,
): Promise<{ ctx: Context; client: Client }> {
  learned ??= learn();
  await learned;
  const ctx = await openStoreAt(directory, { learning: { exploration: 0 }, ...settings });
  return { ctx, client: await connectInProcess(ctx) };
}

interface Answer {
  retrieval_id: string;
  known: boolean;
  reason: string;
  strategies: { id: string }[];
  error_patterns: { id: string }[];
  concepts: { id: string }[];
  experiences: { id: string }[];
}
const idsOf = (answer: Answer): string[] =>
  [answer.strategies, answer.error_patterns, answer.concepts, answer.experiences].flat().map(({ id }) => id);
const ask = (client: Client, task: string, more: object = {}) =>
  callTool<Answer>(client, 'retrieve_strategies', { task, project, ...more });
const noted = async (ctx: Context, { retrieval_id }: Answer) =>
  (await ctx.memory.retrievals.get(retrieval_id)) as Retrieval;

describe('retrieve_strategies under a hold-out', () => {
  it('tells a held-out task exactly nothing, and notes what it would have told', async () => {
    const open = await store({});
    const task = inArm('withheld');
    const shown = await ask(open.client, task, { error });
    expect(idsOf(shown).length).toBeGreaterThan(2);
    const { ctx, client } = await store({ holdout: 0.5 });
    const answer = await ask(client, task, { error });
    expect(answer).toEqual({
      retrieval_id: answer.retrieval_id,
      known: false,
      reason: 'holdout',
      strategies: [],
      error_patterns: [],
      concepts: [],
      experiences: [],
    });
    const { tokens, ...fact } = await noted(ctx, answer);
    expect(fact).toMatchObject({
      arm: 'withheld',
      holdout: 0.5,
      known: true,
      shown: [],
      withheld: idsOf(shown),
    });
    const before = await noted(ctx, shown);
    expect(before).toMatchObject({ shown: idsOf(shown), tokens, task_key: fact.task_key });
    expect(before.tokens).toBeGreaterThan(100);
    for (const field of ['arm', 'holdout', 'withheld']) expect(before).not.toHaveProperty(field);
  });

  it('shows the other tasks what is known, notes their arm, and knows a task by its id whatever its words', async () => {
    const { ctx, client } = await store({ holdout: 0.5 });
    const answer = await ask(client, inArm('shown'));
    expect(idsOf(answer).length).toBeGreaterThan(0);
    const fact = await noted(ctx, answer);
    expect(fact).toMatchObject({ arm: 'shown', holdout: 0.5, shown: idsOf(answer) });
    expect(fact).not.toHaveProperty('withheld');
    for (const task_id of ['billing-0', 'billing-1', 'billing-2', 'x']) {
      const arms = await Promise.all(
        [told(1), told(2)].map(async (task) => noted(ctx, await ask(client, task, { task_id }))),
      );
      const arm = armOf(project, { id: task_id, description: '' }, 0.5);
      expect(arms.map((each) => each.arm)).toEqual([arm, arm]);
      expect(arms[0]?.task_key).toBe(taskKey(project, { id: task_id, description: 'any' }));
    }
  });

  it('never names a record, or a word of one, to whom it tells nothing', async () => {
    const { ctx, client } = await store({ holdout: 1 });
    const tables = [ctx.memory.strategies, ctx.memory.error_patterns, ctx.memory.trajectories] as const;
    const ids = (await Promise.all(tables.map((table) => table.ids()))).flat();
    expect(ids.length).toBeGreaterThan(10);
    const asked = [
      ...history().map(({ task }) => ({ task: task.description, error })),
      { task: 'Translate a poem' },
      { task: 'x', k: 20, max_tokens: 100 },
    ];
    const lengths = new Set<number>();
    for (const args of asked) {
      for (const tool of ['retrieve_strategies', 'match_error']) {
        const { task, ...rest } = { error, ...args };
        const given = tool === 'match_error' ? { error, task } : { ...rest, task };
        const answer = await toolAnswer(client, tool, { ...given, project });
        const text = JSON.stringify(answer);
        for (const id of ids) expect(text).not.toContain(id);
        if (tool === 'retrieve_strategies') lengths.add(text.length);
      }
    }
    // Nor does its length tell anything.
    expect(lengths.size).toBe(1);
  });

  it('is the same for a task through the library, and nothing without a share', async () => {
    const { ctx, client } = await store({ holdout: 0.5 });
    await ctx.close();
    const knowhow = await openKnowhow({ data: directory, llm: false, log_level: 'silent', holdout: 0.5 });
    const arms = [];
    for (let nth = 0; nth < 6; nth += 1) {
      const { reason } = await knowhow.retrieve({ task: told(nth), project });
      arms.push([reason === 'holdout', armOf(project, { description: told(nth) }, 0.5) === 'withheld']);
    }
    await knowhow.close();
    for (const [library, tool] of arms) expect(library).toBe(tool);
    await client.close();
  });

  it('marks what stands there to be tried, in the answer and in the fact, shown or not', async () => {
    const ctx = await openStoreAt(temporaryDirectory(), { learning: { exploration: 0.5 } });
    const advice = ['Build the docs first', 'Ask the linter', 'Restart the database'].map((suggestion, nth) =>
      strategyOf({ project, situation: told(0), suggestion, worked: 3 - nth, tasks: 2, status: 'active' }),
    );
    await ctx.memory.strategies.put(advice);
    const client = await connectInProcess(ctx);
    const held = await connectInProcess({ ...ctx, config: { ...ctx.config, holdout: 1 } });
    const explored: string[][] = [];
    for (let nth = 0; nth < 12; nth += 1) {
      const answer = await ask(client, told(0), { k: 2 });
      expect(answer.strategies).toHaveLength(2);
      const marked = answer.strategies.flatMap((each) => ('explored' in each ? each.id : []));
      expect((await noted(ctx, answer)).explored ?? []).toEqual(marked);
      explored.push(marked);
      const fact = await noted(ctx, await ask(held, told(0), { k: 2 }));
      expect(fact.withheld).toEqual(expect.arrayContaining(fact.explored ?? []));
    }
    expect(new Set(explored.flat())).toEqual(new Set([advice[2]?.id]));
    expect(explored).toContainEqual([]);
  });
});

describe('match_error under a hold-out', () => {
  it('tells a held-out task nothing, and everybody else as ever; only what has a task is noted', async () => {
    const { ctx, client } = await store({ holdout: 0.5 });
    const count = () => ctx.memory.retrievals.count();
    const match = (more: object = {}) =>
      callTool<{ matches: { id: string }[] }>(client, 'match_error', { error, project, ...more });
    const before = await count();
    const { matches, ...rest } = await match();
    expect([matches.length > 0, rest, await count()]).toEqual([true, {}, before]);
    expect(await match({ task: inArm('withheld') })).toEqual({
      known: false,
      reason: 'holdout',
      matches: [],
    });
    expect(await match({ task: inArm('shown') })).toEqual({ matches });
    expect(await count()).toBe(before + 2);
    const ids = matches.map(({ id }) => id);
    const facts = (await ctx.memory.retrievals.list({ order: 'newest', limit: 2 })).toSorted((a) =>
      a.arm === 'shown' ? -1 : 1,
    );
    expect(facts).toMatchObject([
      { arm: 'shown', shown: ids, known: true },
      { arm: 'withheld', shown: [], withheld: ids, known: true },
    ]);
  });
});

describe('the arms', () => {
  it('are drawn in proportion, and a larger share holds out all that a smaller one does', () => {
    const drawn = (share: number) =>
      Array.from({ length: 2_000 }, (_, nth) => armOf('p', { id: `t${nth}`, description: '' }, share));
    for (const share of [0.1, 0.3, 0.5]) {
      const held = drawn(share).filter((arm) => arm === 'withheld').length / 2_000;
      // Four standard errors.
      expect(Math.abs(held - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / 2_000));
    }
    const [some, more] = [drawn(0.2), drawn(0.4)];
    expect(some.every((arm, nth) => arm === 'shown' || more[nth] === 'withheld')).toBe(true);
    expect(new Set(drawn(1))).toEqual(new Set(['withheld']));
    expect(new Set(drawn(0))).toEqual(new Set([undefined]));
  });

  it('are the same for whatever is one task', () => {
    const words = Array.from({ length: 40 }, (_, nth) => `Fix the Build of page ${nth}`);
    for (const description of words) {
      const arm = armOf('p', { description }, 0.5);
      expect(armOf('p', { description: ` ${description.toUpperCase().replaceAll(' ', '  ')}\n` }, 0.5)).toBe(
        arm,
      );
      expect(armOf('p', { id: ' ', description }, 0.5)).toBe(arm);
      expect(taskKey('p', { id: '', description })).toBe(taskKey('p', { description }));
    }
  });

  it('are of a project and a task: what is asked of one says nothing of another', () => {
    const of = (name: string) =>
      Array.from({ length: 400 }, (_, nth) => armOf(name, { id: `t${nth}`, description: '' }, 0.5));
    const [one, other] = [of('a'), of('b')];
    const same = one.filter((arm, nth) => arm === other[nth]).length;
    expect(Math.abs(same - 200)).toBeLessThan(40);
  });
});
