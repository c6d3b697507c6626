/** submit_feedback: how good a run was, said by the agent, or asked of the person. */
import { z } from 'zod';
import { learnFromRating } from '../feedback/ratings/foresee.ts';
import { FeedbackAnswer, giveFeedback } from '../feedback/ratings/give.ts';
import { CAT_DIMENSIONS } from '../types.ts';
import { defineTool } from './define.ts';

export const submitFeedbackTool = defineTool({
  name: 'submit_feedback',
  title: 'Give or ask for feedback',
  description:
    'How good a recorded run was. With scores: stores your opinion, kept apart from people’s. Without any, or with ask: asks the person, or lists the request. Never make up what a person thinks.',
  // Ranges are checked where all doors meet, which says what there is; each bound here costs every agent tokens.
  input: z.strictObject({
    workflow: z.string().optional().describe('trajectory_id or session; omitted: oldest request'),
    cat: z
      .strictObject({
        score: z.number().describe('1 to 10'),
        dimensions: z
          .record(z.string(), z.number())
          .optional()
          .describe(`1 to 10: ${CAT_DIMENSIONS.join(', ')}`),
      })
      .optional(),
    satisfaction: z.number().optional().describe('0 to 1, as the next three'),
    usefulness: z.number().optional(),
    novelty: z.number().optional(),
    quality: z.number().optional(),
    text: z.string().optional(),
    tags: z.array(z.string()).optional(),
    rater: z.string().optional(),
    ask: z.boolean().optional(),
  }),
  output: FeedbackAnswer,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ workflow, rater, ask, ...said }, { ctx, person }) {
    const answer = await giveFeedback(ctx, { workflow, rater, ask, said }, 'agent', person);
    learnFromRating(ctx, answer);
    return answer;
  },
});
