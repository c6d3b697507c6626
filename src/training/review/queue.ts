/**
 * The review queue: examples that are neither good enough to come in by themselves nor bad enough to stay out. Nothing leaves
 * it but by a decision (the seed counted such examples and dropped them), and decisions stand for every later build. Only where
 * a run has become another example is the question about the old one taken back.
 */
import type { Context } from '../../context.ts';
import { cleanText, trimText } from '../../text.ts';
import {
  type ExampleReview,
  type QualityJudgement,
  type TrainingExample,
  VERDICT_TRUST,
} from '../../types.ts';
import { alone, withoutForgotten } from './alone.ts';

/** An example that a build cannot decide on. */
export interface Waiting {
  example: TrainingExample;
  judgement: QualityJudgement;
}

export interface ReviewQuery {
  state?: ExampleReview['state'] | undefined;
  dataset?: string | undefined;
  project?: string | undefined;
  limit?: number | undefined;
}

const AT_ONCE = 500;
/** Characters that are kept of what is asked and answered: enough to judge most, and the run has the rest. */
const MOST_ASKED = 1_500;
const MOST_ANSWERED = 3_000;

/**
 * Puts examples into the queue, each under its own id: asked for twice, by whatever datasets or processes, it is one question.
 * Those that wait already, or were decided, stay as they are. Runs that were forgotten meanwhile leave nothing behind.
 * @returns how many are new.
 */
export async function queueReviews(
  ctx: Context,
  dataset: string,
  waiting: Waiting[],
): Promise<{ queued: number }> {
  const all = [...new Map(waiting.map((each) => [each.example.id, each])).values()];
  let queued = 0;
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const page = all.slice(i, i + AT_ONCE);
    queued += await alone(ctx, () => queuePage(ctx, dataset, page));
  }
  return { queued };
}

async function queuePage(ctx: Context, dataset: string, page: Waiting[]): Promise<number> {
  const { example_reviews } = ctx.memory;
  const known = new Set(await example_reviews.ids({ where: { id: page.map(({ example }) => example.id) } }));
  const at = ctx.now().toISOString();
  const fresh = page
    .filter(({ example }) => !known.has(example.id))
    .map((each) => asReview(each, dataset, at));
  if (fresh.length === 0) return 0;
  await example_reviews.put(fresh);
  return fresh.length - (await withoutForgotten(ctx, fresh)).size;
}

/**
 * Takes back what was asked about examples that are none any more: their run has grown, or was told otherwise, and is another
 * example now, which is asked about in its own right. What was decided stays. @param current The examples that runs are now.
 * @returns how many.
 */
export async function withdrawOutdated(
  ctx: Context,
  current: ReadonlyMap<string /* run */, string /* example */>,
): Promise<number> {
  const { example_reviews } = ctx.memory;
  const ids = await example_reviews.ids({ where: { state: 'pending' } });
  let withdrawn = 0;
  for (let i = 0; i < ids.length; i += AT_ONCE)
    withdrawn += await alone(ctx, async () => {
      const page = await example_reviews.list({ where: { id: ids.slice(i, i + AT_ONCE), state: 'pending' } });
      const outdated = page.flatMap(({ id, item_id }) => ((current.get(item_id) ?? id) === id ? [] : [id]));
      if (outdated.length > 0) await example_reviews.remove({ id: outdated, state: 'pending' });
      return outdated.length;
    });
  return withdrawn;
}

const asReview = ({ example, judgement }: Waiting, dataset: string, at: string): ExampleReview => ({
  id: example.id,
  at,
  project: example.project,
  derived_from: [example.item_id],
  trust: VERDICT_TRUST[example.judged_by],
  example: example.id,
  item_id: example.item_id,
  task_key: example.task_key,
  dataset,
  state: 'pending',
  state_at: at,
  label: example.label,
  judgement,
  asked: trimText(cleanText(example.specification), MOST_ASKED),
  answered: trimText(cleanText(example.output), MOST_ANSWERED),
});

/** What was decided, by id of the example; of all examples unless `ids` are given. Columns alone are read. */
export async function decisions(ctx: Context, ids?: string[]): Promise<Map<string, 'accepted' | 'rejected'>> {
  const { example_reviews } = ctx.memory;
  const found = new Map<string, 'accepted' | 'rejected'>();
  const note = async (id?: string[]) => {
    const cells = await example_reviews.cells('state', { where: { id, state: ['accepted', 'rejected'] } });
    for (const [example, state] of cells) found.set(example, state as 'accepted' | 'rejected');
  };
  if (!ids) await note();
  else for (let i = 0; i < ids.length; i += AT_ONCE) await note(ids.slice(i, i + AT_ONCE));
  return found;
}

/** Reviews, those that were asked for first first. */
export const listReviews = (ctx: Context, { limit, ...where }: ReviewQuery = {}): Promise<ExampleReview[]> =>
  ctx.memory.example_reviews.list({ where, order: 'oldest', ...(limit === undefined ? {} : { limit }) });

/** How many there are of each state. */
export async function countReviews(
  ctx: Context,
  where: Pick<ReviewQuery, 'dataset' | 'project'> = {},
): Promise<Record<ExampleReview['state'], number>> {
  const tally = await ctx.memory.example_reviews.tally('state', where);
  const of = (state: ExampleReview['state']) => tally.get(state) ?? 0;
  return { pending: of('pending'), accepted: of('accepted'), rejected: of('rejected') };
}
