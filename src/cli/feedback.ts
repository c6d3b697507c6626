/** Commands `feedback …`: what people think of runs, and whom to ask. */
import { type Command, Option } from 'commander';
import { callerError } from '../errors.ts';
import { compositeOf, MEASURES, type Measure } from '../feedback/ratings/composite.ts';
import { EXPORT_FORMATS, type ExportFormat, exportRatings } from '../feedback/ratings/export.ts';
import { ratingsOf } from '../feedback/ratings/read.ts';
import {
  declineRequest,
  pendingRequests,
  requestFeedback,
  withdrawRequest,
} from '../feedback/ratings/requests.ts';
import { highScoring } from '../feedback/ratings/scores.ts';
import { feedbackStatistics } from '../feedback/ratings/statistics.ts';
import { submitRating } from '../feedback/ratings/submit.ts';
import { feedbackTrends } from '../feedback/ratings/trends.ts';
import { CAT_DIMENSIONS, RATER_KINDS, type RaterKind } from '../types.ts';
import { requestsText, saidText, scoresText, statisticsText, trendsText } from './feedback-text.ts';
import { answer, plural, wholeNumber, withContext } from './frame.ts';

export function addFeedback(program: Command): void {
  const feedback = program
    .command('feedback')
    .description('What people think of runs: ratings, figures, requests');
  addSubmit(feedback);
  addFigures(feedback);
  addRequests(feedback);
}

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw callerError('usage', `"${text.slice(0, 40)}" is no number.`);
  return value;
};

const several = (text: string, before: string[] = []): string[] => [...before, text];

const dimension = (text: string, before: Record<string, number> = {}): Record<string, number> => {
  const [name = '', value, ...more] = text.split('=');
  if (value === undefined || more.length > 0)
    throw callerError('usage', '--dimension takes NAME=SCORE.', `Names: ${CAT_DIMENSIONS.join(', ')}.`);
  return { ...before, [name.trim()]: number(value) };
};

const kindOption = (what: string, normal: RaterKind) =>
  new Option('--kind <kind>', what).choices([...RATER_KINDS]).default(normal);

interface SubmitOptions {
  cat?: number;
  dimension?: Record<string, number>;
  satisfaction?: number;
  usefulness?: number;
  novelty?: number;
  quality?: number;
  text?: string;
  tag?: string[];
  rater?: string;
  kind: RaterKind;
  request?: string;
}

function addSubmit(feedback: Command): void {
  feedback
    .command('submit')
    .description('Rate a run, a session or a workflow; who rates again is believed in what is new')
    .argument('<workflow>', 'id of a run, a session, or the workflow that runs carry')
    .option('--cat <score>', 'creative assessment, 1 to 10', number)
    .option('--dimension <name=score>', `of the CAT score, 1 to 10: ${CAT_DIMENSIONS.join(', ')}`, dimension)
    .option('--satisfaction <share>', '0 to 1', number)
    .option('--usefulness <share>', '0 to 1', number)
    .option('--novelty <share>', '0 to 1', number)
    .option('--quality <share>', '0 to 1', number)
    .option('--text <words>', 'in your own words')
    .option('--tag <tag>', 'may be given several times', several)
    .option('--rater <name>', 'who rates (default: nobody in particular)')
    .addOption(kindOption('what the rater is', 'human'))
    .option('--request <id>', 'the request that this answers')
    .action((workflow: string, options: SubmitOptions, command: Command) =>
      withContext(command, async (ctx, global) => {
        const { cat, dimension: dimensions, tag: tags, rater, kind, request, ...rest } = options;
        if (dimensions && cat === undefined)
          throw callerError('usage', '--dimension goes with --cat: the score that it is part of.');
        const { satisfaction, usefulness, novelty, quality, text } = rest;
        const said = {
          ...(cat === undefined ? {} : { cat: { score: cat, ...(dimensions ? { dimensions } : {}) } }),
          ...{ satisfaction, usefulness, novelty, quality, text, tags },
        };
        const { rating, stored, voice } = await submitRating(ctx, {
          workflow,
          rater,
          rater_kind: kind,
          said,
          request,
        });
        const composite = compositeOf(voice.said) ?? null;
        const { id: rating_id } = rating;
        const told = { rating_id, workflow: rating.workflow, stored, composite, said: voice.said };
        const { project } = rating;
        // A session that this project does not have may be another's.
        const whose = project === ctx.config.project ? '' : ` of project ${project}`;
        answer(global, told, () =>
          stored
            ? `Stored for ${rating.workflow}${whose}: ${saidText(voice.said)}${composite === null ? '' : `, composite ${composite.toFixed(2)}`}.`
            : 'Nothing new: this is what was said before.',
        );
      }),
    );
}

interface FigureOptions {
  limit: number;
  atLeast: number;
  days: number;
  measure: Measure;
  kind: RaterKind;
  format: ExportFormat;
}

function addFigures(feedback: Command): void {
  const workflow = [
    '[workflow]',
    'id of a run, a session, or the workflow that runs carry; left out: all',
  ] as const;
  feedback
    .command('list')
    .description('Everything that was said, the newest first')
    .argument(...workflow)
    .option('--limit <n>', 'at most', wholeNumber, 50)
    .action((named: string | undefined, { limit }: FigureOptions, command: Command) =>
      withContext(command, async (ctx, global) => {
        const all = await ratingsOf(ctx, { project: global.project, workflow: named });
        const ratings = all.reverse().slice(0, limit);
        answer(global, { ratings, of: all.length }, () =>
          ratings.length === 0
            ? 'No feedback.'
            : ratings
                .map(
                  ({ at, workflow: id, rater, rater_kind, said }) =>
                    `${at}  ${id}  ${rater} (${rater_kind}): ${saidText(said)}`,
                )
                .join('\n'),
        );
      }),
    );
  feedback
    .command('stats')
    .description('Counts, means with intervals, raters and how far they agree')
    .action((_: object, command: Command) =>
      withContext(command, async (ctx, global) => {
        const figures = await feedbackStatistics(ctx, { project: global.project });
        answer(global, figures, () => statisticsText(figures));
      }),
    );
  feedback
    .command('best')
    .description('Workflows that people rate high')
    .option('--at-least <share>', 'composite, 0 to 1', number, 0.8)
    .option('--limit <n>', 'at most', wholeNumber, 20)
    .action(({ atLeast, limit }: FigureOptions, command: Command) =>
      withContext(command, async (ctx, global) => {
        const scores = await highScoring(ctx, { project: global.project, at_least: atLeast, limit });
        answer(global, { workflows: scores }, () => scoresText(scores));
      }),
    );
  feedback
    .command('trends')
    .description('How what is said changes, in five bins')
    .argument(...workflow)
    .option('--days <n>', 'how far back', number, 30)
    .addOption(new Option('--measure <name>', 'of what').choices([...MEASURES]).default('composite'))
    .addOption(kindOption('whose word', 'human'))
    .action((named: string | undefined, { days, measure, kind }: FigureOptions, command: Command) =>
      withContext(command, async (ctx, global) => {
        const scope = { project: global.project, workflow: named };
        const trends = await feedbackTrends(ctx, { ...scope, days, measure, kind });
        answer(global, trends, () => trendsText(trends));
      }),
    );
  feedback
    .command('export')
    .description('All ratings, to standard output')
    .argument(...workflow)
    .addOption(
      new Option('--format <format>', 'csv is safe to open in a spreadsheet')
        .choices([...EXPORT_FORMATS])
        .default('csv'),
    )
    .action((named: string | undefined, { format }: FigureOptions, command: Command) =>
      withContext(command, async (ctx, global) => {
        const ratings = await ratingsOf(ctx, { project: global.project, workflow: named });
        const chosen = global.json && format === 'csv' ? 'json' : format;
        for (const piece of exportRatings(ratings, chosen)) process.stdout.write(piece);
      }),
    );
}

interface RequestOptions {
  question?: string;
  promising?: boolean;
  atLeast: number;
  limit: number;
}

function addRequests(feedback: Command): void {
  feedback
    .command('request')
    .description('Ask for feedback on a workflow, or on runs that are likely to be rated well')
    .argument('[workflow]', 'id of a run, a session, or the workflow that runs carry')
    .option('--question <text>', 'what to ask')
    .option('--promising', 'unrated runs whose foreseen composite is high; needs a reward model')
    .option('--at-least <share>', 'with --promising: composite, 0 to 1', number, 0.8)
    .option('--limit <n>', 'with --promising: requests at most', wholeNumber, 10)
    .action((workflow: string | undefined, options: RequestOptions, command: Command) =>
      withContext(command, async (ctx, global) => {
        const { question, promising, atLeast, limit } = options;
        if ((workflow === undefined) === !promising)
          throw callerError('usage', 'Name a workflow, or say --promising; not both.');
        // Reward models are loaded where they are asked for, not by every command.
        const { requestForeseen } = await import('../feedback/ratings/foresee.ts');
        const requests =
          workflow === undefined
            ? await requestForeseen(ctx, { at_least: atLeast, limit, project: global.project })
            : [await requestFeedback(ctx, { workflow, question })];
        answer(global, { requests }, () =>
          requests.length === 0
            ? 'No unrated run is foreseen to be rated as high.'
            : `Asked for ${plural(requests.length, 'workflow')}:\n${requestsText(requests)}`,
        );
      }),
    );
  feedback
    .command('pending')
    .description('Requests that wait for an answer')
    .action((_: object, command: Command) =>
      withContext(command, async (ctx, global) => {
        const requests = await pendingRequests(ctx, { project: global.project });
        answer(global, { requests }, () =>
          requests.length === 0 ? 'Nothing is asked for.' : requestsText(requests),
        );
      }),
    );
  for (const [name, what, close] of [
    ['withdraw', 'Take a request back', withdrawRequest],
    ['decline', 'Say that you do not want to answer a request', declineRequest],
  ] as const)
    feedback
      .command(name)
      .description(what)
      .argument('<id>', 'id of the request')
      .action((id: string, _: object, command: Command) =>
        withContext(command, async (ctx, global) => {
          const request = await close(ctx, id);
          answer(global, request, () => `The request was ${request.state}.`);
        }),
      );
}
