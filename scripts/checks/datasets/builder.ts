/**
 * One process of `check-datasets.ts`: opens the store at argv[2], prints `ready`, waits for a line on its input, builds the dataset
 * argv[3] (in the place argv[4], where one is named) and prints what came of it as JSON.
 */
import { createInterface } from 'node:readline';
import { openContext } from '../../../src/context.ts';
import { describeError } from '../../../src/errors.ts';
import { pairsFrom } from '../../../src/tools/training-pairs.ts';
import { buildDataset } from '../../../src/training/datasets/build.ts';

const [data = '', name = '', datasets] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const training = datasets === undefined ? {} : { datasets };
const ctx = await openContext({ data, log_level: 'silent', training }, { llm: null });
say('ready');
for await (const _ of createInterface({ input: process.stdin })) break;
try {
  const { built, reason, version } = await buildDataset(ctx, { name }, pairsFrom(ctx));
  say(JSON.stringify({ built, reason, version: version?.version, hash: version?.content_hash }));
} catch (error) {
  say(JSON.stringify({ code: describeError(error).code }));
} finally {
  await ctx.close();
}
process.exit();
