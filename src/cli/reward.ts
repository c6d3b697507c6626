/** Commands `reward train|show|predict`: what people would say of runs, foreseen from what they said of others. */
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { callerError, describeError, KnowhowError } from '../errors.ts';
import { predictReward, type RewardPrediction } from '../feedback/reward/predict.ts';
import { foldIn, rewardModel, trainReward } from '../feedback/reward/train.ts';
import { REWARD_TARGETS, type RewardModel, type RewardTarget } from '../types.ts';
import { answer, plural, wholeNumber, withContext } from './frame.ts';
import { findRun } from './runs.ts';

const TARGETS = REWARD_TARGETS.join(', ');

export function addReward(program: Command): void {
  const reward = program
    .command('reward')
    .description('Foresee what people would say of runs, from what they said of others');
  const command = (name: string, description: string) => reward.command(name).description(description);

  command(
    'train',
    'Fit the models anew on all ratings by people; says which is used and by how much it is better',
  )
    .option('--target <name>', `one of ${TARGETS} (default: all)`, targetOf)
    .action((options: { target?: RewardTarget }, self: Command) =>
      withContext(self, async (ctx, global) => {
        const trained: RewardModel[] = [];
        const refused: Refusal[] = [];
        for (const target of options.target ? [options.target] : REWARD_TARGETS) {
          const bar = progressBar(global.json, target);
          try {
            trained.push(await trainReward(ctx, target, { progress: bar.update }));
          } catch (error) {
            if (!(error instanceof KnowhowError) || error.kind !== 'caller') throw error;
            refused.push({ target, error });
          } finally {
            bar.stop();
          }
        }
        const [first] = refused;
        if (trained.length === 0 && first) throw first.error;
        const value = {
          trained: trained.map(told),
          refused: refused.map(({ target, error }) => ({ target, ...describeError(error) })),
        };
        answer(global, value, () =>
          [
            ...trained.map(modelText),
            ...refused.map(({ target, error }) => `${target}: ${error.message}`),
          ].join('\n\n'),
        );
      }),
    );

  command('show', 'The models as they were fitted: candidates, importances, intervals')
    .option('--target <name>', `one of ${TARGETS} (default: all there are)`, targetOf)
    .action((options: { target?: RewardTarget }, self: Command) =>
      withContext(self, async (ctx, global) => {
        const targets = options.target ? [options.target] : REWARD_TARGETS;
        const models = (await Promise.all(targets.map((target) => rewardModel(ctx, target)))).filter(
          (model) => model !== undefined,
        );
        if (models.length === 0)
          throw callerError(
            'no_reward_model',
            'No reward model is stored for this project.',
            'Fit one: `knowhow reward train`.',
          );
        answer(global, { models: models.map(told) }, () => models.map(modelText).join('\n\n'));
      }),
    );

  command('predict', 'The score that people are likely to give a run, how far it may be off, and why')
    .argument('<run>', 'a transcript or a run in a file, or the id of a stored run')
    .option('--target <name>', `one of ${TARGETS}`, targetOf, 'composite')
    .option('--index <n>', 'which run of the file, from 0', wholeNumber, 0)
    .action((run: string, options: { target: RewardTarget; index: number }, self: Command) =>
      withContext(self, async (ctx, global) => {
        const read = await findRun(ctx, run, options.index);
        // A transcript names a project of its own; who says another on the command line means that one.
        const found = global.project === undefined ? read : { ...read, project: global.project };
        // Nothing else on the command line takes in what was said since.
        await foldIn(ctx, options.target, { project: found.project });
        const [prediction] = await predictReward(ctx, [found], options.target);
        answer(global, prediction, () => predictionText(prediction as RewardPrediction));
      }),
    );
}

interface Refusal {
  target: RewardTarget;
  error: KnowhowError;
}

/** A model without its parameters. */
function told({ fitted: _, seen, ...model }: RewardModel) {
  return { ...model, seen: seen.length };
}

function targetOf(text: string): RewardTarget {
  const target = REWARD_TARGETS.find((name) => name === text);
  if (target === undefined) throw callerError('usage', `--target is one of ${TARGETS}.`);
  return target;
}

function progressBar(json: boolean | undefined, target: string) {
  if (json || !process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `Judging candidates for ${target} {bar} {value} of {total}`,
    stream: process.stderr,
    noTTYOutput: false,
    hideCursor: true,
  });
  bar.start(0, 0);
  return {
    update(done: number, total: number) {
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
const gainText = ({ r2, low, high }: RewardModel['gain']): string =>
  `${signed(r2)} [${signed(low)}, ${signed(high)}]`;

function modelText(model: RewardModel): string {
  const { target, chosen, scores, gain, importances, interval, examples, tasks, folded } = model;
  const since = folded > 0 ? `, ${folded} of them folded in since` : '';
  const why =
    chosen === 'mean'
      ? 'no candidate was better than always saying the mean by more than chance'
      : `R² is ${gainText(gain)} better than always saying the mean (95 % over tasks)`;
  return [
    `${target}: the ${chosen} model, from ${plural(examples, 'rated run')} at ${plural(tasks, 'task')}${since}; ${why}.`,
    '',
    `  ${'at held-out tasks'.padEnd(18)}${'R²'.padEnd(8)}${'off by'.padEnd(8)}${'R² over the mean'.padEnd(24)}over the linear one`,
    ...scores.map(({ name, r2, mae, over_mean, over_linear }) =>
      `${name === chosen ? '* ' : '  '}${name.padEnd(18)}${signed(r2).padEnd(8)}${mae.toFixed(3).padEnd(8)}${(over_mean ? gainText(over_mean) : '').padEnd(24)}${over_linear ? gainText(over_linear) : ''}`.trimEnd(),
    ),
    ...(importances.length > 0
      ? [
          '',
          '  what it lives on (R² that is lost without it)',
          ...importances.map(
            ({ feature, importance }) => `  ${importance.toFixed(3).padStart(6)}  ${feature}`,
          ),
        ]
      : []),
    '',
    `  A prediction ± ${interval.half.toFixed(2)} held the truth for ${percent(interval.covers)} % of held-out tasks.`,
  ].join('\n');
}

function predictionText({ predicted, interval, target, model, because }: RewardPrediction): string {
  const [low, high] = interval;
  return [
    `${target}: ${predicted.toFixed(2)} of 1, likely ${low.toFixed(2)} to ${high.toFixed(2)} (an interval that held the truth for ${percent(model.covers)} % of held-out tasks).`,
    model.chosen === 'mean'
      ? `The mean of ${plural(model.examples, 'rated run')}: nothing known of runs foresaw it better.`
      : `The ${model.chosen} model, from ${plural(model.examples, 'rated run')}; R² ${gainText(model.gain)} better than the mean.`,
    ...because.map(
      ({ feature, value, usual, effect }) =>
        `  ${signed(effect)}  ${feature}: ${valueText(value)}, usually ${valueText(usual)}`,
    ),
  ].join('\n');
}

const valueText = (value: number | null): string =>
  value === null ? 'not known' : Number.isInteger(value) ? String(value) : value.toFixed(2);
const percent = (share: number): string => (100 * share).toFixed(0);
