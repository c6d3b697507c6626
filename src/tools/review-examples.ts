/** review_examples, of the set `training`: what waits for review; agents may reject, the person is asked. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Form } from '../feedback/ratings/ask.ts';
import type { Person } from '../feedback/ratings/give.ts';
import { withoutInstructions } from '../learners/instructions.ts';
import { cleanText, trimText } from '../text.ts';
import { trainingError } from '../training/codes.ts';
import { decide, isAgents, reviewOf } from '../training/review/decide.ts';
import { countReviews, listReviews } from '../training/review/queue.ts';
import type { ExampleReview } from '../types.ts';
import { defineTool } from './define.ts';

const MOST_LISTED = 20;
/** Characters of each text, in a list and in a form; one alone is told as it is kept. */
const SHORT = { asked: 300, answered: 600 };
const IN_FORM = { asked: 600, answered: 1_500 };

const Shown = z.object({
  id: z.string(),
  dataset: z.string(),
  succeeded: z.boolean().describe('Whether the answer was accepted where it was given'),
  state: z.string().describe('pending, accepted or rejected'),
  reasons: z.array(z.string()).describe('Why the build could not decide'),
  composite: z.number().nullable().describe('What it is worth, 0 to 1; null: nobody graded it'),
  asked: z.string(),
  answered: z.string(),
  decided_by: z.string().optional().describe('person or agent, with a name where one was given'),
  note: z.string().optional(),
});

export const reviewExamplesTool = defineTool({
  name: 'review_examples',
  title: 'Review training examples',
  description:
    'Training examples that a build could not decide on, oldest first. With ask: asks the person about one. With an id and a decision: your own, and you may only reject; letting one in is for people.',
  input: z.strictObject({
    id: z.string().optional().describe('One example, more of it'),
    decision: z.enum(['reject', 'pending']).optional().describe('pending takes a rejection back'),
    note: z.string().optional(),
    ask: z.boolean().optional(),
    dataset: z.string().optional(),
    limit: z.number().int().min(1).max(MOST_LISTED).default(5),
  }),
  output: z.object({
    examples: z.array(Shown),
    waiting: z.number(),
    person: z.enum(['answered', 'later', 'not_there']).optional().describe('What came of asking'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ id, decision, note, ask, dataset, limit }, { ctx, person, client }) {
    const waiting = async () => (await countReviews(ctx, { dataset })).pending;
    if (decision !== undefined) {
      const state = decision === 'reject' ? 'rejected' : 'pending';
      const by = client ? `agent:${client}` : 'agent';
      if (id === undefined) throw trainingError('E7101', 'A decision needs an id.');
      const decided = await decide(ctx, id, { state, by, note });
      return { examples: [shown(decided, SHORT)], waiting: await waiting() };
    }
    if (ask) {
      const { review, told } = await askPerson(ctx, { id, dataset }, person);
      return {
        examples: review ? [shown(review, SHORT)] : [],
        waiting: await waiting(),
        ...(told ? { person: told } : {}),
      };
    }
    const examples = id
      ? [shown(await reviewOf(ctx, id))]
      : (await listReviews(ctx, { state: 'pending', dataset, limit })).map((each) => shown(each, SHORT));
    return { examples, waiting: await waiting() };
  },
});

function shown(review: ExampleReview, most = { asked: Infinity, answered: Infinity }) {
  const { id, dataset, label, state, judgement, asked, answered, decided_by, note } = review;
  return {
    id,
    dataset,
    succeeded: label,
    state,
    reasons: judgement.reasons,
    composite: judgement.composite === null ? null : Number(judgement.composite.toFixed(3)),
    asked: trimText(asked, most.asked),
    answered: trimText(answered, most.answered),
    ...(decided_by === undefined ? {} : { decided_by }),
    ...(note === undefined ? {} : { note }),
  };
}

/** Asks about one example; what a person decided already is not asked again. */
async function askPerson(
  ctx: Context,
  { id, dataset }: { id: string | undefined; dataset: string | undefined },
  person: Person | undefined,
): Promise<{ review?: ExampleReview; told?: 'answered' | 'later' | 'not_there' }> {
  // The example whose answer this call brings, when it comes again.
  const [answered = id] = person?.answers.keys() ?? [];
  const review =
    answered === undefined
      ? (await listReviews(ctx, { state: 'pending', dataset, limit: 1 }))[0]
      : await reviewOf(ctx, answered);
  if (!review) return {};
  const told = person?.answers.get(review.id);
  if (!told && review.state !== 'pending' && !isAgents(review.decided_by)) return { review };
  if (!person) return { review, told: 'not_there' };
  if (!told) return person.ask(review.id, formOf(review));
  const { decision, note, name } = told.action === 'accept' ? told.content : {};
  const state = decision === 'accept' ? 'accepted' : decision === 'reject' ? 'rejected' : undefined;
  if (!state) return { review, told: 'later' };
  const by = typeof name === 'string' && name.trim() !== '' ? `person:${name}` : 'person';
  const words = typeof note === 'string' ? note : undefined;
  return { review: await decide(ctx, review.id, { state, by, note: words }), told: 'answered' };
}

function formOf({ id, label, judgement, asked, answered }: ExampleReview): Form {
  const quote = (text: string, most: number) => trimText(withoutInstructions(cleanText(text)), most);
  return {
    message: [
      `Should a model learn from this? The run ${label ? 'succeeded' : 'failed'}; it is asked because ${judgement.reasons.map(cleanText).join('; ')}.`,
      `Task: "${quote(asked, IN_FORM.asked)}"`,
      `Answer: "${quote(answered, IN_FORM.answered)}"`,
      `More of it: knowhow datasets review ${id}`,
    ].join('\n\n'),
    requestedSchema: {
      type: 'object',
      properties: {
        decision: { type: 'string', title: 'Decision', enum: ['accept', 'reject', 'later'] },
        note: { type: 'string', title: 'Why', maxLength: 1_000 },
        name: { type: 'string', title: 'Your name', description: 'If several people decide', maxLength: 100 },
      },
    },
  };
}
