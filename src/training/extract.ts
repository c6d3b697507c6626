/**
 * From stored runs to training examples (definition 17 of seed 004): task after task, one in memory at a time, whole runs only of
 * what is selected. Reads only.
 */
import type { Context } from '../context.ts';
import type { DataRule, TrainingExample } from '../types.ts';
import { exampleOf, type Made } from './examples/example.ts';
import { createWindow } from './examples/window.ts';
import { type Item, itemFilter, type TaskItems, taskItems } from './provenance/items.ts';
import { selects } from './rules/match.ts';

export interface Extracted {
  task_key: string;
  examples: TrainingExample[];
  /** Every run of the task that was looked at, selected or not, and the version of it. */
  seen: [id: string, revision: string][];
}

export interface ExtractionCounts {
  /** Runs and tasks that were looked at; what `seen` knows already is not. */
  runs: number;
  tasks: number;
  /** Runs that the rule selects and `seen` does not know. */
  selected: number;
  /** Made, negatives among them. */
  examples: number;
  negatives: number;
  /** What must not or need not be an example, and what cannot be one, by why. */
  left_out: Record<string, number>;
  broken: Record<string, number>;
}

export interface ExtractOptions {
  /** Empty: all. */
  projects: string[];
  rule: DataRule;
  /** Rejected attempts at the tasks that the rule selects from come too. */
  negatives: boolean;
  /** What was looked at before: id and revision. */
  seen?: ReadonlyMap<string, string>;
  signal?: AbortSignal;
  /** In runs, those included that `seen` knows. */
  progress?: (done: number, total: number) => void;
}

/** Whole runs that are read at once, of tasks that are not in memory whole. */
const AT_ONCE = 10;
/** Of a task with more than this, what was made is handed on before the rest is read. */
const MOST_CHARS = 32_000_000;

/**
 * Hands on what each task gives, in order of key; a very large one in several parts, of which the last holds `seen`. With `seen`
 * comes what is new: runs that nobody looked at, or another version of them, or with attempts before them that nobody looked at.
 * @throws KnowhowError E7000 when too much of what was looked at last is broken; what `take` throws.
 */
export async function extract(
  ctx: Context,
  options: ExtractOptions,
  take: (found: Extracted) => Promise<void>,
): Promise<ExtractionCounts> {
  const { projects, rule, negatives, seen, signal, progress } = options;
  const now = ctx.now();
  const counts: ExtractionCounts = {
    runs: 0,
    tasks: 0,
    selected: 0,
    examples: 0,
    negatives: 0,
    left_out: {},
    broken: {},
  };
  const weigh = createWindow();
  const broke = (why: string) => {
    counts.broken[why] = (counts.broken[why] ?? 0) + 1;
    weigh(why);
  };
  const { runsOf, total } = await freshTasks(ctx, projects, seen);
  let done = total - sum(runsOf.values());
  progress?.(done, total);

  for await (const task of taskItems(ctx, { projects, tasks: new Set(runsOf.keys()), signal })) {
    const { task_key, items } = task;
    const chosen = choose(task, { rule, negatives, seen, now });
    counts.runs += items.length;
    counts.tasks += 1;
    counts.selected += chosen.selected;
    for (let i = items.length; i < (runsOf.get(task_key) ?? 0); i += 1) broke(UNREADABLE);
    let examples: TrainingExample[] = [];
    let chars = 0;
    for await (const made of madeOf(ctx, chosen.items, task, signal)) {
      if ('broken' in made) broke(made.broken);
      else weigh(undefined);
      if ('left_out' in made) counts.left_out[made.left_out] = (counts.left_out[made.left_out] ?? 0) + 1;
      if (!('example' in made)) continue;
      counts.examples += 1;
      if (!made.example.label) counts.negatives += 1;
      examples.push(made.example);
      chars += made.example.specification.length + made.example.output.length;
      if (chars < MOST_CHARS) continue;
      await take({ task_key, examples, seen: [] });
      examples = [];
      chars = 0;
    }
    await take({ task_key, examples, seen: items.map(({ id, revision }) => [id, revision]) });
    done += runsOf.get(task_key) ?? 0;
    progress?.(done, total);
  }
  return counts;
}

const UNREADABLE = 'unreadable_run';

/** By task the number of its runs, of tasks that hold anything that `seen` does not know: told by columns alone. */
async function freshTasks(
  { memory: { trajectories } }: Context,
  projects: string[],
  seen: ReadonlyMap<string, string> | undefined,
): Promise<{ runsOf: Map<string, number>; total: number }> {
  const where = itemFilter(projects);
  const keys = await trajectories.cells('task_key', { where });
  const revisions = seen && (await trajectories.cells('revision', { where }));
  const runsOf = new Map<string, number>();
  const fresh = new Set<string>();
  for (const [id, key] of keys) {
    runsOf.set(key, (runsOf.get(key) ?? 0) + 1);
    if (seen?.get(id) === undefined || seen.get(id) !== revisions?.get(id)) fresh.add(key);
  }
  for (const key of runsOf.keys()) if (!fresh.has(key)) runsOf.delete(key);
  return { runsOf, total: keys.size };
}

/** Which items of a task are made examples of. */
function choose(
  { items }: TaskItems,
  { rule, negatives, seen, now }: Pick<ExtractOptions, 'rule' | 'negatives' | 'seen'> & { now: Date },
): { items: Item[]; selected: number } {
  const isSeen = ({ id, revision }: Pick<Item, 'id' | 'revision'>) => seen?.get(id) === revision;
  const isFresh = (item: Item) => !isSeen(item) || !item.ancestors.every(isSeen);
  const selected = new Set(items.filter((item) => selects(rule, item, now)));
  const fresh = items.filter((item) => selected.has(item) && isFresh(item));
  if (!negatives || selected.size === 0) return { items: fresh, selected: fresh.length };
  // What was refused at a task of which nothing was selected before was looked at and not taken: it comes now.
  const isFirst = selected.size === fresh.length;
  const refused = items.filter(
    (item) => item.status === 'rejected' && !selected.has(item) && (isFirst || isFresh(item)),
  );
  return { items: [...fresh, ...refused], selected: fresh.length };
}

/** What each of these becomes; whole runs that are not at hand are read a page at a time. */
async function* madeOf(
  { memory: { trajectories } }: Context,
  items: Item[],
  { pass, runs: known }: Pick<TaskItems, 'pass' | 'runs'>,
  signal: AbortSignal | undefined,
): AsyncIterable<Made> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    signal?.throwIfAborted();
    const page = items.slice(at, at + AT_ONCE);
    const id = page.filter((item) => !item.circular && !known.has(item.id)).map((item) => item.id);
    const runs = id.length === 0 ? [] : await trajectories.list({ where: { id, status: 'active' } });
    const byId = new Map(runs.map((run) => [run.id, run]));
    for (const item of page) {
      const run = known.get(item.id) ?? byId.get(item.id);
      if (item.circular) yield { broken: 'circular_attempts' };
      else yield run ? exampleOf(run, item, pass) : { broken: UNREADABLE };
    }
  }
}

const sum = (numbers: Iterable<number>): number => {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
};
