/** Settings of training data. */
import { z } from 'zod';

/** How to reach object storage; each from the AWS_* variable of that name where it is left out. */
const ObjectStorage = z.strictObject({
  endpoint: z.string().optional().describe('An endpoint other than that of AWS, e.g. of MinIO'),
  region: z.string().optional(),
  access_key_id: z.string().optional(),
  secret_access_key: z.string().optional(),
  session_token: z.string().optional(),
});

export const TrainingConfig = z.strictObject({
  datasets: z
    .string()
    .min(1)
    .optional()
    .describe('Where datasets are kept: a directory, or s3://BUCKET/PREFIX. Default: datasets/ in the store'),
  object_storage: ObjectStorage.prefault({}).describe('How s3:// is reached; by default the AWS_* variables'),
});
export type TrainingConfig = z.infer<typeof TrainingConfig>;

/** Sets of tools that are shown only where they are asked for. */
export const TOOLSETS = ['training'] as const;
export type Toolset = (typeof TOOLSETS)[number];

export const Toolsets = z
  .array(z.enum(TOOLSETS, `no toolset has this name; there is: ${TOOLSETS.join(', ')}`))
  .default([])
  .describe('Further tools to show: training (datasets and their review)');

/** Names as an option or a variable lists them. What names none is for the schema to say. */
export const toolsetsSaid = (text: string | undefined): Toolset[] | undefined =>
  text?.split(/[\s,]+/u).filter((word): word is Toolset => word !== '');
