/** Settings of learning. */
import { z } from 'zod';

/** How learning works. Names and defaults follow seeds 000 and 001; 0 means 0, unknown names are errors. */
export const LearningConfig = z.strictObject({
  credit_strategy: z
    .enum(['simple', 'llm', 'counterfactual'])
    .optional()
    .describe('How credit is shared out; default llm where a model is configured, else simple'),
  replay: z
    .boolean()
    .default(false)
    .describe(
      'Credit counterfactual may run recorded commands again, in a throw-away directory, where the task carries a verifier. Only for runs that you trust',
    ),
  pattern_extractor: z
    .enum(['text', 'llm', 'both'])
    .optional()
    .describe('Where code concepts come from; default both where a model is configured, else text'),
  min_trajectories: z.int().nonnegative().default(50).describe('A batch needs at least this many new runs'),
  min_hours_since_last: z
    .number()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('Minimum gap between batches'),
  min_success_rate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe('Wait while fewer of the new judged runs succeeded, but never beyond 4 times min_trajectories'),
  run_examples: z
    .enum(['none', 'script', 'all'])
    .default('script')
    .describe(
      'Which examples of code concepts are run to check them: script is TypeScript and JavaScript, which Node confines; all adds Python, which only rules of our own confine',
    ),
  auto_batch: z
    .boolean()
    .default(true)
    .describe('A due batch starts by itself, in the background, when a run is recorded'),
  exploration: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe(
      'Share of retrievals in which the last place is given to a strategy that is less well known, to find out; 0: never',
    ),
});
export type LearningConfig = z.infer<typeof LearningConfig>;
