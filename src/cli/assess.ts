/** `assess`: whether a run is worth abstracting, with the scores, the reasons and what became of its lesson elsewhere. */
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { createExtractor } from '../learning/extractor.ts';
import type { Abstractability, Trajectory } from '../types.ts';
import { answer, wholeNumber, withContext } from './frame.ts';

type FindRun = (ctx: Context, run: string, index: number) => Promise<Trajectory>;

export function addAssess(program: Command, findRun: FindRun): void {
  program
    .command('assess')
    .description('Whether a stored run, or one in a file, is worth abstracting, and why; stores nothing')
    .argument('<run>', 'id of a stored run, or a file in any importable format')
    .option('--index <n>', 'which run of the file, from 0', wholeNumber, 0)
    .action((run: string, options: { index: number }, command: Command) =>
      withContext(command, async (ctx, global) => {
        const trajectory = await findRun(ctx, run, options.index);
        const judged = await createExtractor(ctx).isAbstractable(trajectory);
        answer(global, judged, () => judgedText(judged));
      }),
    );
}

function judgedText({ scores, reasoning, replay, method }: Abstractability): string {
  const shown = Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(2)}`);
  return [
    reasoning,
    `Scores, 0..1: ${shown.join(', ')} (method: ${method})`,
    ...(replay && replay.did.tried > 0 && replay.without.tried > 0
      ? [
          `Those who did it elsewhere fared ${signed(replay.difference)} points, within tasks where both are known.`,
        ]
      : []),
  ].join('\n');
}

const signed = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${Math.abs(Math.round(100 * difference))}`;
