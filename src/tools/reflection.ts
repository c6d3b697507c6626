/** prepare_reflection and submit_reflection: the agent that calls judges what a language model would be asked, without a key. */
import { z } from 'zod';
import { KINDS } from '../learning/reflection/kinds.ts';
import { prepareReflection, submitReflection } from '../learning/reflection/reflect.ts';
import { defineTool } from './define.ts';

const annotations = { destructiveHint: false, idempotentHint: true, openWorldHint: false };

export const prepareReflectionTool = defineTool({
  name: 'prepare_reflection',
  title: 'Prepare a reflection',
  description:
    'Material and a JSON schema for you to judge a run, strategy or code concept where rules see little. Without arguments: what would gain most. Answer with submit_reflection.',
  input: z.strictObject({
    trajectory_id: z.string().optional(),
    kind: z.enum(KINDS).optional(),
    project: z.string().trim().min(1).optional(),
  }),
  output: z.object({
    reflection_id: z.string().nullable(),
    kind: z.string().nullable(),
    instructions: z.string(),
    material: z.string(),
    schema: z.record(z.string(), z.unknown()),
  }),
  annotations: { readOnlyHint: true, ...annotations },
  run: (args, { ctx }) => prepareReflection(ctx, args),
});

export const submitReflectionTool = defineTool({
  name: 'submit_reflection',
  title: 'Submit a reflection',
  description:
    'Your answer to prepare_reflection: checked against the material, stored as a model’s opinion, never as proof. A second one replaces the first.',
  input: z.strictObject({
    reflection_id: z.string(),
    answer: z.record(z.string(), z.unknown()).describe('Follows the schema'),
  }),
  output: z.object({
    kind: z.string(),
    record_id: z.string(),
    changed: z.boolean(),
    notes: z.array(z.string()),
  }),
  annotations: { readOnlyHint: false, ...annotations },
  quotes: false,
  run: (args, { ctx }) => submitReflection(ctx, args),
});
