/** Commands `datasets …`: training data from judged runs, as immutable versions. */
import { SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { callerError } from '../errors.ts';
import { pairsFrom } from '../tools/training-pairs.ts';
import { trainingError } from '../training/codes.ts';
import { type BuildOptions, buildDataset } from '../training/datasets/build.ts';
import { cardOf } from '../training/datasets/card.ts';
import { diffVersions } from '../training/datasets/diff.ts';
import { datasetVersion, listDatasets, rowsOf } from '../training/datasets/read.ts';
import { removeDataset } from '../training/datasets/remove.ts';
import { DEFAULT_SETTINGS, LEAST_NEW } from '../training/datasets/settings.ts';
import { NAMED_RULES } from '../training/rules/named.ts';
import { parseRule } from '../training/rules/parse.ts';
import { type DatasetRow, type DatasetSettings, type DatasetVersion, SPLITS, type Split } from '../types.ts';
import { addDatasetsExport } from './datasets-export.ts';
import { addDatasetsReview } from './datasets-review.ts';
import {
  type Broken,
  buildText,
  diffText,
  listText,
  removalText,
  rowText,
  versionText,
} from './datasets-text.ts';
import { answer, globals, wholeNumber, withContext } from './frame.ts';
import { stoppable } from './stoppable.ts';

interface BuildFlags {
  rule?: string;
  projects?: string[];
  fresh?: boolean;
  least?: number;
  exclude?: string;
  accept?: number;
  review?: number;
  leastConfidence?: number;
  most?: number;
  mostPerTask?: number;
  duplicates?: number;
  split?: DatasetSettings['ratios'];
  negatives?: boolean;
  pairs?: boolean;
  seed?: number;
  dryRun?: boolean;
}

export function addDatasets(program: Command): void {
  const datasets = program
    .command('datasets')
    .description('Training data from judged runs: build, look at, compare, review and export datasets');
  addBuild(datasets);
  datasets
    .command('list')
    .description('Datasets, and their versions')
    .action((_: unknown, command: Command) =>
      withContext(command, async (ctx, { json }) => {
        const broken: Broken[] = [];
        const versions = await listDatasets(ctx, (dataset, code) => broken.push({ dataset, code }));
        answer({ json }, { datasets: versions, broken }, () => listText(versions, broken));
      }),
    );
  datasets
    .command('show <dataset>')
    .description('One version, NAME or NAME@VERSION: what it holds, from what, by which settings')
    .option('--card', 'its dataset card, Markdown as the Hugging Face hub wants it')
    .option('--rows <n>', 'show its first rows', wholeNumber)
    .addOption(new Option('--split <split>', 'of this split').choices(SPLITS).default('train'))
    .action((name: string, flags: { card?: boolean; rows?: number; split: Split }, command: Command) =>
      withContext(command, async (ctx, { json }) => {
        const version = await datasetVersion(ctx, name);
        if (flags.rows !== undefined) {
          const rows = await firstRows(ctx, version, flags.split, flags.rows);
          answer({ json }, { rows }, () => rows.map(rowText).join('\n\n') || `${flags.split} is empty.`);
        } else if (flags.card) answer({ json }, { card: cardOf(version) }, () => cardOf(version));
        else answer({ json }, version, () => versionText(version));
      }),
    );
  datasets
    .command('diff <before> <after>')
    .description('What is different between two versions, NAME or NAME@VERSION each')
    .action((before: string, after: string, _: unknown, command: Command) =>
      withContext(command, async (ctx, { json }) => {
        const [a, b] = [await datasetVersion(ctx, before), await datasetVersion(ctx, after)];
        const diff = await diffVersions(a, b, (version, split) => rowsOf(ctx, version, split));
        answer({ json }, diff, () => diffText(diff));
      }),
    );
  datasets
    .command('remove <dataset>')
    .description('Remove a version, NAME@VERSION, or with NAME all of them; files that others name stay')
    .option('--yes', 'do it; without it, only show')
    .action((name: string, flags: { yes?: boolean }, command: Command) =>
      withContext(command, async (ctx, { json }) => {
        const removal = await removeDataset(ctx, name, { dry_run: !flags.yes });
        answer({ json }, removal, () => removalText(removal));
      }),
    );
  addDatasetsExport(datasets);
  addDatasetsReview(datasets);
}

function addBuild(datasets: Command): void {
  const { accept, review, least_confidence, most_examples, most_per_task, duplicates, seed } =
    DEFAULT_SETTINGS;
  datasets
    .command('build <name>')
    .description(
      'Build the next version of a dataset. A known name with the same settings: adds what is new. Settings that are not given are those of its newest version',
    )
    .option('--rule <rule>', 'which runs; see below (default: all)')
    .option('--projects <names...>', 'of these projects only; one also by --project')
    .option('--fresh', 'anew from all runs, splits included')
    .option(
      '--least <n>',
      `of an addition, how many new examples at least (default: ${LEAST_NEW})`,
      wholeNumber,
    )
    .option(
      '--exclude <file>',
      'tasks that are evaluated on, JSON lines or plain lines: what is like them stays out, of later versions too',
    )
    .option('--accept <share>', `least worth to come in (default: ${accept})`, number)
    .option('--review <share>', `least worth to wait for review (default: ${review})`, number)
    .option(
      '--least-confidence <share>',
      `least that a verdict must be worth (default: ${least_confidence})`,
      number,
    )
    .option('--most <n>', `examples at most (default: ${most_examples})`, wholeNumber)
    .option('--most-per-task <n>', `examples of one task at most (default: ${most_per_task})`, wholeNumber)
    .option('--duplicates <share>', `likeness from which two are one (default: ${duplicates})`, number)
    .option('--split <train/validation/test>', 'percent of tasks in each (default: 80/10/10)', ratiosOf)
    .option('--negatives', 'with rejected attempts at the same tasks, as what not to do (default)')
    .option('--no-negatives', 'without them')
    .option('--pairs', 'with preference pairs (default)')
    .option('--no-pairs', 'without them')
    .option('--seed <n>', `draws splits and samples (default: ${seed})`, wholeNumber)
    .option('--dry-run', 'say what would come in; write nothing, ask nobody')
    .addHelpText('after', () => `\n${rulesText()}`)
    .action((name: string, flags: BuildFlags, command: Command) => {
      const { project, json } = globals(command);
      const options = optionsOf(name, flags, project);
      return withContext(command, async (ctx) => {
        const bar = progressBar(json);
        const result = await stoppable(
          (signal) => buildDataset(ctx, { ...options, signal, progress: bar.update }, pairsFrom(ctx)),
          'Stopped; no version was written.',
        ).finally(bar.stop);
        answer({ json }, result, () => buildText(result));
      });
    });
}

function optionsOf(name: string, flags: BuildFlags, project: string | undefined): BuildOptions {
  const projects = [...(flags.projects ?? []), ...(project === undefined ? [] : [project])];
  return {
    name,
    fresh: flags.fresh,
    least: flags.least,
    exclude: flags.exclude,
    dry_run: flags.dryRun,
    rule: flags.rule === undefined ? undefined : parseRule(flags.rule),
    projects: projects.length > 0 ? projects : undefined,
    accept: flags.accept,
    review: flags.review,
    least_confidence: flags.leastConfidence,
    most_examples: flags.most,
    most_per_task: flags.mostPerTask,
    duplicates: flags.duplicates,
    ratios: flags.split,
    negatives: flags.negatives,
    pairs: flags.pairs,
    seed: flags.seed,
  };
}

function rulesText(): string {
  const width = Math.max(...NAMED_RULES.map(({ name }) => name.length)) + 2;
  return [
    'Rules:',
    ...NAMED_RULES.map(({ name, means }) => `  ${name.padEnd(width)}${means}`),
    '',
    'They are put together with and, or, not and ( ), as in',
    '  --rule \'refinement and not domain:travel\'    or as JSON: --rule \'{"rule":"recent","days":7}\'',
  ].join('\n');
}

/** A number of an option, such as 0.7 or .7. @throws KnowhowError `usage`. */
function number(text: string): number {
  if (!/^-?(?:\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})$/u.test(text.trim()))
    throw callerError('usage', `"${text.slice(0, 40)}" is no number.`);
  return Number(text);
}

/** `80/10/10` as shares. @throws KnowhowError `E7500`. */
function ratiosOf(text: string): DatasetSettings['ratios'] {
  const parts = text.split('/').map(number);
  const [train = 0, validation = 0, test = 0] = parts;
  if (parts.length !== 3 || Math.abs(train + validation + test - 100) > 1e-9)
    throw trainingError('E7500', 'split must be three percentages that sum to 100, such as 80/10/10.');
  return { train: train / 100, validation: validation / 100, test: test / 100 };
}

async function firstRows(
  ctx: Context,
  version: DatasetVersion,
  split: Split,
  most: number,
): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = [];
  if (most === 0) return rows;
  for await (const row of rowsOf(ctx, version, split)) {
    rows.push(row);
    if (rows.length >= most) break;
  }
  return rows;
}

function progressBar(json: boolean | undefined) {
  if (json || !process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: '{what} {bar} {value} of {total}',
    stream: process.stderr,
    noTTYOutput: false,
    hideCursor: true,
  });
  bar.start(0, 0, { what: 'reading runs' });
  return {
    update(what: string, done: number, total: number) {
      bar.setTotal(total);
      bar.update(done, { what });
    },
    stop: () => bar.stop(),
  };
}
