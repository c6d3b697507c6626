/** Preference pairs of a dataset: of runs that are in, and rejected attempts at the same tasks, in the split of their task. */
import type { Context } from '../../context.ts';
import type { PreferenceExample, Split } from '../../types.ts';
import { type GivenPair, type PairsOf, preferenceExamples } from '../examples/pairs.ts';
import { type Item, taskItems } from '../provenance/items.ts';
import type { Earlier } from './incremental.ts';
import { quotesOf, type TaskOf, tellsOfHigher } from './placed.ts';
import type { Slot, Spool } from './spool.ts';

export interface PairRow {
  split: Split;
  slot: Slot;
}

export interface PairOptions {
  pairsOf: PairsOf;
  projects: string[];
  /** Runs whose answers are rows. */
  included: ReadonlySet<string>;
  /** Runs that a person kept out, or whose task is evaluated on. */
  refused: ReadonlySet<string>;
  tasks: ReadonlyMap<string, Split>;
  /** Where tasks are that have no rows now. */
  fixed: ReadonlyMap<string, Split>;
  taskOf: TaskOf;
  /** Tasks with something new: pairs of others are what they were. */
  touched: ReadonlySet<string>;
  earlier: Earlier['pairs'];
  signal?: AbortSignal | undefined;
}

export interface PairRows {
  rows: PairRow[];
  left_out: Record<string, number>;
}

/** Pairs that stay come first, then new ones in the order of their tasks. */
export async function pairRows(ctx: Context, spool: Spool, options: PairOptions): Promise<PairRows> {
  const { included, refused, tasks, fixed, taskOf, touched, earlier, projects, signal } = options;
  const left_out: Record<string, number> = {};
  const leaveOut = (why: string, count = 1) => {
    left_out[why] = (left_out[why] ?? 0) + count;
  };
  const comesIn = ({ chosen, rejected, task_key }: Pick<GivenPair, 'chosen' | 'rejected' | 'task_key'>) =>
    tasks.has(task_key) && included.has(chosen) && !refused.has(rejected);
  /** Rows of a lower split tell nothing of what is held out above them; nor do pairs. */
  const tells = (quotes: string[], split: Split | undefined, known: TaskOf = taskOf) =>
    tellsOfHigher(quotes, split, (run) => {
      const task = known(run);
      return task === undefined ? undefined : (tasks.get(task) ?? fixed.get(task));
    });

  const stays = new Map<string, PairRow>();
  for (const pair of earlier) {
    if (!comesIn(pair) || tasks.get(pair.task_key) !== pair.split || tells(pair.quotes, pair.split)) continue;
    stays.set(`${pair.chosen} ${pair.rejected}`, { split: pair.split, slot: pair.slot });
  }

  const byTask = new Map<string, GivenPair[]>();
  await options.pairsOf(
    projects,
    async (pairs) => {
      signal?.throwIfAborted();
      for (const pair of pairs) {
        if (!touched.has(pair.task_key) || stays.has(`${pair.chosen} ${pair.rejected}`)) continue;
        // Preferred the other way round since: the dataset would say two things.
        stays.delete(`${pair.rejected} ${pair.chosen}`);
        if (!comesIn(pair)) leaveOut('pair_of_a_run_left_out');
        else byTask.set(pair.task_key, [...(byTask.get(pair.task_key) ?? []), pair]);
      }
    },
    touched,
  );
  const rows = [...stays.values()];
  if (byTask.size === 0) return { rows, left_out };

  const scope = { projects, tasks: new Set(byTask.keys()), ...(signal ? { signal } : {}) };
  for await (const { task_key, items, runs } of taskItems(ctx, scope)) {
    const pairs = byTask.get(task_key);
    if (!pairs) continue;
    const made = await preferenceExamples(ctx, pairs, byId(items), runs);
    for (const [why, count] of Object.entries(made.left_out)) leaveOut(`pair_${why}`, count);
    const split = tasks.get(task_key) as Split;
    const known = taskAmong(items);
    for (const example of made.examples.sort(byPairId))
      if (tells(quotesOf(example), split, known)) leaveOut('pair_like_held_out');
      else rows.push({ split, slot: await spool.append(JSON.stringify(example)) });
  }
  return { rows, left_out };
}

/** Of the attempts at a task and those before them. */
function taskAmong(items: Item[]): TaskOf {
  const keys = new Map(items.flatMap(({ ancestors }) => ancestors.map(({ id, task_key }) => [id, task_key])));
  return (run) => keys.get(run);
}

const byId = (items: Item[]): Map<string, Item> => new Map(items.map((item) => [item.id, item]));
const byPairId = (a: PreferenceExample, b: PreferenceExample): number => (a.id < b.id ? -1 : 1);
