/**
 * Preference pairs as examples: two whole answers to one prompt. The prompt is what the earlier of both was given; the later one,
 * could it not have seen the earlier, might have been given the same. Always within one task, and only where both were asked the
 * same: answers to different questions prefer nothing (the seed paired them).
 */
import type { Context } from '../../context.ts';
import { contradictionIn } from '../../learners/contradiction.ts';
import type { PreferenceExample, Trajectory } from '../../types.ts';
import type { Item } from '../provenance/items.ts';
import { isConversation } from './acts.ts';
import { answerOf } from './answer.ts';
import { specificationOf } from './asked.ts';
import { asTold, isAmong, lastAttempts } from './example.ts';
import { isRefused, tagsOf, tagsOfBoth } from './tags.ts';

/** A pair as the feedback wing gives it: which of two runs is preferred, and how that is known. */
export interface GivenPair {
  id: string;
  project: string;
  task_key: string;
  /** Trajectory ids. */
  chosen: string;
  rejected: string;
  source: PreferenceExample['source'];
  strength: number;
  confidence: number;
}

/** Pairs of these projects (none: all), handed over as they are found; of these tasks, where some are named. */
export type PairsOf = (
  projects: string[],
  take: (pairs: GivenPair[]) => Promise<void>,
  tasks?: ReadonlySet<string>,
) => Promise<void>;

/** Whole runs that are in memory at a time: two for each pair. */
const AT_ONCE = 10;

/**
 * In the order of the pairs; what gives no example is counted by why. Runs that are not among the known ones are read. Runs that are no items, because they were forgotten or
 * undone, give none.
 */
export async function preferenceExamples(
  { memory }: Context,
  pairs: GivenPair[],
  itemsById: ReadonlyMap<string, Item>,
  known: ReadonlyMap<string, Trajectory> = new Map(),
): Promise<{ examples: PreferenceExample[]; left_out: Record<string, number> }> {
  const examples: PreferenceExample[] = [];
  const left_out: Record<string, number> = {};
  for (let i = 0; i < pairs.length; i += AT_ONCE) {
    const page = pairs.slice(i, i + AT_ONCE);
    const ids = [...new Set(page.flatMap(({ chosen, rejected }) => [chosen, rejected]))];
    const unread = ids.filter((id) => !known.has(id));
    const read = unread.length === 0 ? [] : await memory.trajectories.getMany(unread);
    const runs = new Map([...known, ...read.map((run) => [run.id, run] as const)]);
    for (const pair of page) {
      const made = pairOf(pair, runs, itemsById);
      if (typeof made !== 'string') examples.push(made);
      else left_out[made] = (left_out[made] ?? 0) + 1;
    }
  }
  return { examples, left_out };
}

/** The example, or why there is none. */
function pairOf(
  pair: GivenPair,
  runs: ReadonlyMap<string, Trajectory>,
  items: ReadonlyMap<string, Item>,
): PreferenceExample | string {
  const [better, worse] = [runs.get(pair.chosen), runs.get(pair.rejected)];
  const [chosen, rejected] = [items.get(pair.chosen), items.get(pair.rejected)];
  if (!better || !worse || !chosen || !rejected) return 'not_stored';
  if (chosen.task_key !== rejected.task_key || chosen.id === rejected.id) return 'not_one_task';
  const tags = [tagsOf(better), tagsOf(worse)] as const;
  if (tags.some(isRefused)) return 'no_consent';
  // What somebody said of two answers holds whatever became of each.
  if (pair.source !== 'feedback' && [better, worse].some(({ outcome }) => contradictionIn(outcome)))
    return 'contradictory_outcome';
  const asked = [specificationOf(better), specificationOf(worse)] as const;
  const [one, other] = asked;
  if ('left_out' in one) return one.left_out;
  if ('left_out' in other) return other.left_out;
  if (words(one.specification) !== words(other.specification)) return 'asked_otherwise';
  if (isConversation(better) || isConversation(worse)) return 'conversation';
  const good = answerOf(better, true);
  const bad = answerOf(worse, false);
  if ('left_out' in good) return good.left_out;
  if ('left_out' in bad) return bad.left_out;
  const [preferred, refused] = [good.answer.output, bad.answer.output];
  if (words(preferred) === words(refused)) return 'identical';
  if (pair.source !== 'retry' && pair.source !== 'feedback' && isOtherKind(better, worse))
    return 'other_kind';
  const earlier = isEarlier(chosen, rejected) ? chosen : rejected;
  const both = new Set([chosen.id, rejected.id]);
  const attempts = lastAttempts(earlier.ancestors.filter(({ id }) => !both.has(id)));
  // To say that it was rejected, and to prefer it, would be to say two things.
  if (isAmong(attempts, chosen)) return 'chosen_was_rejected';
  return {
    id: pair.id,
    task_key: pair.task_key,
    project: pair.project,
    created_at: [better.at, worse.at].sort()[1] ?? better.at,
    specification: earlier === chosen ? one.specification : other.specification,
    attempts: asTold(attempts),
    chosen: preferred,
    rejected: refused,
    chosen_item: chosen.id,
    rejected_item: rejected.id,
    source: pair.source,
    strength: pair.strength,
    confidence: pair.confidence,
    ...tagsOfBoth(...tags),
  };
}

const words = (text: string): string => text.replace(/\s+/gu, ' ').trim();

/**
 * One answered at once and the other in steps, and nobody says that one agent did both: they may not have had the same tools, and
 * a model would learn the form and not what is better.
 */
const isOtherKind = (a: Trajectory, b: Trajectory): boolean =>
  (a.steps.length === 1) !== (b.steps.length === 1) &&
  (a.agent === undefined || a.agent !== b.agent || a.model !== b.model);

/** By the chain where one leads to the other, else by when they began. */
function isEarlier(a: Item, b: Item): boolean {
  const leads = (from: Item, to: Item) => to.ancestors.some(({ id }) => id === from.id);
  if (leads(a, b) !== leads(b, a)) return leads(a, b);
  const [first, second] = [Date.parse(a.began), Date.parse(b.began)];
  return first === second ? a.id < b.id : first < second;
}
