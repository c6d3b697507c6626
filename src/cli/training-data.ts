/** `training-data`: examples from stored runs as JSON lines, for a trainer of one's own. Knowhow itself trains nothing. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { callerError } from '../errors.ts';
import { createHindsight } from '../learning/hindsight/learner.ts';
import { answer, globals, plural, withContext } from './frame.ts';

const KINDS = ['sampling', 'refinement', 'error', 'relabelled'] as const;
type Counts = Record<(typeof KINDS)[number] | 'runs', number> & { left_out: Record<string, number> };
const RUNS_AT_ONCE = 100;

export function addTrainingData(program: Command): void {
  program
    .command('training-data')
    .description(
      'Write hindsight examples step by step, one JSON object a line; whole training sets: datasets',
    )
    .option(
      '--out <file>',
      'write them there, and the counts to stdout; default: stdout, and the counts to stderr',
    )
    .action((options: { out?: string }, command: Command) =>
      withContext(command, async (ctx, { json }) => {
        // As with export: only what was asked for on the command line narrows it.
        const { project } = globals(command);
        if (options.out === undefined) {
          const counts = await writeExamples(ctx, project, toStdout);
          process.stderr.write(`${countsText(counts)}\n`);
          return;
        }
        const counts = await writeAside(options.out, (line) => writeExamples(ctx, project, line));
        answer({ json }, { file: options.out, ...counts }, () => countsText(counts));
      }),
    );
}

async function writeExamples(
  ctx: Context,
  project: string | undefined,
  line: (text: string) => Promise<unknown>,
): Promise<Counts> {
  const hindsight = createHindsight(ctx);
  const counts: Counts = { runs: 0, sampling: 0, refinement: 0, error: 0, relabelled: 0, left_out: {} };
  const ids = await ctx.memory.trajectories.ids({ where: { project, status: 'active' }, order: 'oldest' });
  for (let i = 0; i < ids.length; i += RUNS_AT_ONCE) {
    const runs = await ctx.memory.trajectories.getMany(ids.slice(i, i + RUNS_AT_ONCE));
    const data = await hindsight.prepareTrainingData(runs);
    counts.runs += runs.length;
    for (const kind of KINDS) {
      counts[kind] += data[kind].length;
      for (const example of data[kind]) await line(`${JSON.stringify({ kind, ...example })}\n`);
    }
    for (const [why, count] of Object.entries(data.left_out))
      counts.left_out[why] = (counts.left_out[why] ?? 0) + count;
  }
  return counts;
}

/** Written aside and moved, so that a file of that name is whole or not there. */
export async function writeAside<T>(
  path: string,
  work: (line: (text: string) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const aside = `${path}.${process.pid}`;
  const refuse = (cause: unknown) => {
    throw callerError('unwritable_path', `${path} cannot be written.`, 'Check the path.', { cause });
  };
  const file = (await open(aside, 'w').catch(refuse)) as FileHandle;
  try {
    const written = await work((text) => file.write(text))
      .then(async (result) => {
        await file.sync();
        return result;
      })
      .finally(() => file.close());
    await rename(aside, path).catch(refuse);
    return written;
  } finally {
    await rm(aside, { force: true });
  }
}

/** Waits while the reader of a pipe is slow. */
export const toStdout = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (process.stdout.write(text)) resolve();
    else process.stdout.once('drain', resolve);
  });

const WHY: Record<string, string> = {
  no_steps: 'runs without steps',
  unknown_outcome: 'runs that nobody judged',
  contradictory_outcome: 'runs whose outcome contradicts itself',
  nothing_worked: 'successes without a step that worked',
  reads_like_orders: 'texts that give a model orders',
  more_errors: 'further errors of runs that had many',
};

function countsText({ runs, sampling, refinement, error, relabelled, left_out }: Counts): string {
  const missing = Object.entries(left_out).map(([why, count]) => `${count} ${WHY[why] ?? why}`);
  return [
    `${plural(runs, 'run')}: ${sampling} sampling, ${refinement} refinement, ${error} error (negatives), ${relabelled} relabelled.`,
    ...(missing.length > 0 ? [`Left out: ${missing.join(', ')}.`] : []),
  ].join('\n');
}
