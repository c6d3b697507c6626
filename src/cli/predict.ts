/** Command `predict`: how a run that is under way is likely to end. */
import type { Command } from 'commander';
import { type Prediction, predictSuccess } from '../learning/predict/predict.ts';
import { answer, plural, wholeNumber, withContext } from './frame.ts';
import { findRun } from './runs.ts';

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('How likely a run is to end well, judged from its steps so far; stores nothing')
    .argument('<run>', 'a transcript or a run in a file, as far as it has come, or the id of a stored run')
    .option('--index <n>', 'which run of the file, from 0', wholeNumber, 0)
    .action((run: string, options: { index: number }, command: Command) =>
      withContext(command, async (ctx, global) => {
        const found = await predictSuccess(ctx, await findRun(ctx, run, options.index));
        answer(global, found, () => predictionText(found));
      }),
    );
}

function predictionText({ probability, why, steps, because, from, same_task }: Prediction): string {
  const others = `Other attempts at this task: ${same_task.worked} of ${same_task.tried} succeeded.`;
  const tail = same_task.tried > 0 ? [others] : [];
  if (probability === null) return [`Cannot tell: ${why}.`, ...tail].join('\n');
  const base = percent(from.base_rate ?? 0);
  return [
    `Ends well with ${percent(probability)} % after ${plural(steps, 'step')}; of the ${plural(from.runs, 'judged run')} at ${plural(from.tasks, 'task')} it was ${base} %.`,
    ...because.map(
      ({ sign, value, usual, effect }) =>
        `  ${effect > 0 ? 'for' : 'against'}  ${sign}: ${value.toFixed(2)}, usually ${usual.toFixed(2)}`,
    ),
    ...tail,
  ].join('\n');
}

const percent = (share: number): string => (100 * share).toFixed(0);
