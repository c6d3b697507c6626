/** Puts every held-out question to the store, to plain BM25 and to the vectors alone, and notes the ranks. */
import type { Context } from '../../src/context.ts';
import { createRandom } from '../../src/learners/random.ts';
import { type Recalled, recall } from '../../src/memory/recall.ts';
import { plainBm25 } from './bm25.ts';
import { type Asked, DEPTH, rankOf } from './figures.ts';
import type { RunSet, TextSet } from './sets.ts';
import { giveTexts, importRuns, PROJECT, withStore } from './stores.ts';

export const RANKERS = ['bm25', 'vector', 'words', 'knowhow'] as const;
export type Ranker = (typeof RANKERS)[number];

export interface Answers {
  name: string;
  asked: Asked<Ranker>[];
  /** Milliseconds of each whole recall. */
  took: number[];
}

/** Called with the store of the first fold while it is open, and its questions. */
export type Visit = (ctx: Context, questions: Question[]) => Promise<void>;
export interface Question {
  text: string;
  /** The rank of the first hit, 0 for none. */
  rank: (found: Recalled) => number;
}

export const askKnowhow = (ctx: Context, task: string, floor: boolean): Promise<Recalled> =>
  recall(ctx.memory, { task, project: PROJECT, k: DEPTH, floor, now: ctx.now() });

/**
 * Same-task retrieval: in each fold one run of every task with several is held out, its opening words are asked, and a
 * hit is another run of its task. Every fold has a store of its own, without the runs held out.
 */
export async function askRuns(
  set: RunSet,
  folds: number,
  visit: Visit,
  tell: (line: string) => void,
): Promise<Answers> {
  const asked: Answers['asked'] = [];
  const took: number[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const held = heldOut(set, fold);
    const stored = set.runs.filter((_, i) => !held.has(i));
    const questions = [...held].map((i) => set.runs[i] as RunSet['runs'][number]);
    const bm25 = plainBm25(stored.map(({ draft }) => draft.task.description));
    await withStore(async (ctx) => {
      await importRuns(ctx, stored);
      for (const { task, draft } of questions) {
        const text = draft.task.description;
        const isHit = (run: { task: { id?: string | undefined } }) => run.task.id === (draft.task.id ?? task);
        const [vector] = await ctx.embedder.embed([text]);
        const near = vector ? await ctx.memory.trajectories.nearest(vector, DEPTH) : [];
        const matching = await ctx.memory.trajectories.matching(text, DEPTH);
        const start = performance.now();
        const { experiences } = await askKnowhow(ctx, text, true);
        took.push(performance.now() - start);
        asked.push({
          cluster: task,
          ranks: {
            bm25: rankOf(bm25(text), (i) => stored[i]?.task === task),
            vector: rankOf(near, ({ record }) => isHit(record)),
            words: rankOf(matching, ({ record }) => isHit(record)),
            knowhow: rankOf(experiences, ({ trajectory }) => isHit(trajectory)),
          },
        });
      }
      tell(
        `${set.name}, fold ${fold + 1} of ${folds}: ${questions.length} questions to ${stored.length} runs`,
      );
      if (fold > 0) return;
      await visit(
        ctx,
        questions.map(({ draft }) => ({
          text: draft.task.description,
          rank: ({ experiences }) =>
            rankOf(experiences, ({ trajectory }) => trajectory.task.id === draft.task.id),
        })),
      );
    });
  }
  return { name: set.name, asked, took };
}

/** The `fold`-th run of each task with more than one, in an order drawn once. */
function heldOut({ runs }: RunSet, fold: number): Set<number> {
  const random = createRandom(11);
  const tasks = new Map<string, { index: number; drawn: number }[]>();
  for (const [index, { task }] of runs.entries()) {
    const attempts = tasks.get(task) ?? [];
    attempts.push({ index, drawn: random() });
    tasks.set(task, attempts);
  }
  const held = [...tasks.values()]
    .filter((attempts) => attempts.length > 1)
    .map((attempts) => attempts.sort((a, b) => a.drawn - b.drawn)[fold % attempts.length]?.index ?? 0);
  return new Set(held);
}

/** Query to own memory: the task query that a memory was learned at must find that very memory. */
export async function askTexts(set: TextSet, visit: Visit, tell: (line: string) => void): Promise<Answers> {
  const bm25 = plainBm25(set.texts.map((text) => text.join('\n')));
  return withStore(async (ctx) => {
    const ids = await giveTexts(ctx, set);
    const asked: Answers['asked'] = [];
    const took: number[] = [];
    for (const { text, answer } of set.queries) {
      const id = ids[answer];
      const [vector] = await ctx.embedder.embed([text]);
      const near = vector ? await ctx.memory.strategies.nearest(vector, DEPTH) : [];
      const matching = await ctx.memory.strategies.matching(text, DEPTH);
      const start = performance.now();
      const { strategies } = await askKnowhow(ctx, text, true);
      took.push(performance.now() - start);
      asked.push({
        cluster: text,
        ranks: {
          bm25: rankOf(bm25(text), (i) => i === answer),
          vector: rankOf(near, ({ record }) => record.id === id),
          words: rankOf(matching, ({ record }) => record.id === id),
          knowhow: rankOf(strategies, ({ strategy }) => strategy.id === id),
        },
      });
    }
    tell(`${set.name}: ${set.queries.length} queries to ${set.texts.length} memories`);
    await visit(
      ctx,
      set.queries.map(({ text, answer }) => ({
        text,
        rank: ({ strategies }) => rankOf(strategies, ({ strategy }) => strategy.id === ids[answer]),
      })),
    );
    return { name: set.name, asked, took };
  });
}
