/**
 * What an addition builds on: the rows that stay as they are, and which runs were looked at already. Nothing is told by the
 * clock: a run that is stored late, with whatever time, or that is judged anew, is one whose id and revision nobody has seen.
 */
import { z } from 'zod';
import type { Context } from '../../context.ts';
import {
  DatasetRow,
  type DatasetVersion,
  PreferenceExample,
  type QualityJudgement,
  SPLITS,
  type Split,
  type TrainingExample,
} from '../../types.ts';
import type { Place } from '../places/place.ts';
import { type Sketch, sketchOf } from '../quality/sketch.ts';
import { hashOf, hashOfExample } from './as-version.ts';
import type { Found } from './collect.ts';
import { goneRuns } from './gone.ts';
import { quotesOf } from './placed.ts';
import { checked, isGone, linesOf } from './read.ts';
import type { Slot, Spool } from './spool.ts';

const SeenLine = z.tuple([z.string(), z.string()]);
const TaskLine = z.tuple([z.string(), z.enum(SPLITS)]);

/** A row of the parent that stays. */
export interface KeptRow {
  sketch: Sketch;
  judgement: QualityJudgement;
  split: Split;
  slot: Slot;
  /** The runs that its prompt tells of. */
  quotes: string[];
}

export interface Earlier {
  kept: KeptRow[];
  /** Of every row of the parent, by id of the example: where it was and the hash of its line. */
  rows: Map<string, { split: Split; hash: string }>;
  /** Where the parent has, or had, each task. */
  tasks: Map<string, Split>;
  seen: Map<string, string>;
  /** Runs that are another version now than the one that was looked at. */
  changed: Set<string>;
  /** Rows that are taken out, by why. */
  dropped: Record<string, number>;
  /** Preference pairs that stay. */
  pairs: EarlierPair[];
}

/** A preference pair of the parent. */
export interface EarlierPair {
  split: Split;
  slot: Slot;
  chosen: string;
  rejected: string;
  task_key: string;
  /** The runs that its prompt tells of. */
  quotes: string[];
}

export const nothingEarlier = (): Earlier => ({
  kept: [],
  rows: new Map(),
  tasks: new Map(),
  seen: new Map(),
  changed: new Set(),
  dropped: {},
  pairs: [],
});

export interface EarlierOptions {
  /** False: the parent is only compared with; everything is looked at anew. */
  adds: boolean;
  decided: ReadonlyMap<string, 'accepted' | 'rejected'>;
  isExcluded: (example: TrainingExample) => boolean;
}

/** Reads the parent into the spool. @throws KnowhowError `E7204`. */
export async function earlierOf(
  ctx: Context,
  place: Place,
  spool: Spool,
  parent: DatasetVersion,
  { adds, decided, isExcluded }: EarlierOptions,
): Promise<Earlier> {
  const earlier = nothingEarlier();
  const gone = await goneRuns(ctx);
  if (adds) {
    const current = await ctx.memory.trajectories.cells('revision');
    for await (const line of linesOf(place, parent.name, parent.seen)) {
      const [id, revision] = checked(SeenLine, line);
      const now = current.get(id);
      if (now !== undefined && now !== revision) earlier.changed.add(id);
      if (!gone.has(id)) earlier.seen.set(id, revision);
    }
  }
  const whyOut = (row: DatasetRow): string | undefined => {
    const { id, item_id, attempts } = row.example;
    if (gone.has(item_id)) return 'forgotten';
    if (gone.quotedBy(row.example)) return 'quoted_a_forgotten_run';
    if ([item_id, ...attempts.map((attempt) => attempt.item_id)].some((run) => earlier.changed.has(run)))
      return 'judged_anew';
    if (decided.get(id) === 'rejected') return 'rejected_in_review';
    return isExcluded(row.example) ? 'evaluation_task' : undefined;
  };
  for (const split of SPLITS) {
    for await (const line of linesOf(place, parent.name, parent.splits[split])) {
      const row = checked(DatasetRow, line);
      const { example, judgement } = row;
      earlier.rows.set(example.id, { split, hash: hashOf(line) });
      earlier.tasks.set(example.task_key, split);
      if (!adds) continue;
      const why = whyOut(row);
      if (why === undefined) {
        const [slot, quotes] = [await spool.append(line), quotesOf(example)];
        earlier.kept.push({ sketch: sketchOf(example), judgement, split, slot, quotes });
      } else {
        earlier.dropped[why] = (earlier.dropped[why] ?? 0) + 1;
        // Its prompt told of an attempt that is another now, or gone: it is made again.
        if (why === 'judged_anew' || why === 'quoted_a_forgotten_run') earlier.seen.delete(example.item_id);
      }
    }
    if (adds) await keepPairs(split);
  }
  if (parent.tasks)
    for await (const line of linesOf(place, parent.name, parent.tasks)) {
      const [task, split] = checked(TaskLine, line);
      earlier.tasks.set(task, split);
    }
  await lookAgain(ctx, earlier);
  return earlier;

  async function keepPairs(split: Split): Promise<void> {
    for await (const line of linesOf(place, parent.name, parent.pairs[split])) {
      const pair = checked(PreferenceExample, line);
      const { task_key, chosen_item: chosen, rejected_item: rejected, attempts } = pair;
      const quotes = attempts.map(({ item_id }) => item_id);
      const runs = [chosen, rejected, ...quotes];
      if (isGone(gone, pair) || runs.some((run) => earlier.changed.has(run))) continue;
      const slot = await spool.append(line);
      earlier.pairs.push({ split, slot, chosen, rejected, task_key, quotes });
    }
  }
}

/** What a person let in after the parent was built is looked at once more. */
async function lookAgain({ memory: { example_reviews } }: Context, { seen, kept }: Earlier): Promise<void> {
  if (seen.size === 0) return;
  const included = new Set(kept.map(({ sketch }) => sketch.id));
  const accepted = await example_reviews.ids({ where: { state: 'accepted' } });
  const waiting = accepted.filter((id) => !included.has(id));
  for (let at = 0; at < waiting.length; at += AT_ONCE)
    for (const { item_id } of await example_reviews.getMany(waiting.slice(at, at + AT_ONCE)))
      seen.delete(item_id);
}

const AT_ONCE = 500;

/**
 * Rows that were made again, because an attempt before theirs came late: the new one takes the place of the old, unless it says the
 * same. @returns what is really new.
 */
export async function replaced(earlier: Earlier, found: Found[], spool: Spool): Promise<Found[]> {
  const kept = new Map(earlier.kept.map((row) => [row.sketch.item_id, row]));
  const told: Found[] = [];
  for (const each of found) {
    const row = kept.get(each.sketch.item_id);
    if (row && earlier.rows.get(each.sketch.id)?.hash === hashOfExample(await spool.read(each.slot)))
      continue;
    if (row) {
      kept.delete(each.sketch.item_id);
      earlier.dropped.judged_anew = (earlier.dropped.judged_anew ?? 0) + 1;
    }
    told.push(each);
  }
  earlier.kept = earlier.kept.filter((row) => kept.has(row.sketch.item_id));
  return told;
}
