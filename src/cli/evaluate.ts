/** Command `evaluate`: how many retries a model needs on held-out tasks, by itself or before against after. */

import { access, constants, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { callerError } from '../errors.ts';
import { jsonIn } from '../text.ts';
import { trainingError } from '../training/codes.ts';
import { datasetVersion } from '../training/datasets/read.ts';
import { type Comparison, compareReports } from '../training/evaluate/compare.ts';
import { solverOfCommand, solverOfModel } from '../training/evaluate/configured-solvers.ts';
import { type EvaluateOptions, evaluate, reportSoFar } from '../training/evaluate/evaluate.ts';
import { EvaluationReport } from '../training/evaluate/report.ts';
import type { Solver } from '../training/evaluate/solver.ts';
import { GuardSpec, LONGEST_MS } from '../training/evaluate/task.ts';
import { fewerTasks, tasksOfDataset, tasksOfFile } from '../training/evaluate/tasks.ts';
import { evaluationSvg } from './evaluate-figure.ts';
import { evaluationText } from './evaluate-text.ts';
import { answer, globals, wholeNumber, withContext } from './frame.ts';
import { stoppable } from './stoppable.ts';
import { writeAside } from './training-data.ts';

interface Options {
  dataset?: string;
  tasks?: string;
  skipSeen?: boolean;
  limit?: number;
  model?: string;
  baseUrl?: string;
  keyFile?: string;
  solver?: string;
  againstModel?: string;
  againstBaseUrl?: string;
  againstKeyFile?: string;
  againstSolver?: string;
  against?: string;
  guard?: string[];
  schema?: string[];
  answerFile?: string;
  recordedChecks?: boolean;
  samples: number;
  retries: number;
  temperature: number;
  maxTokens: number;
  seed: number;
  timeout: number;
  solverMemory: number;
  guardTimeout: number;
  guardMemory: number;
  concurrency: number;
  out?: string;
  svg?: string;
  keepAnswers?: boolean;
  again?: boolean;
}

/** What is printed with --json and written with --out. */
export interface Evaluated {
  report: EvaluationReport;
  against?: EvaluationReport;
  comparison?: Comparison;
}

export function addEvaluate(program: Command): void {
  const several = (value: string, before: string[] = []) => [...before, value];
  const number = (name: string, means: string, standard: number, parse = wholeNumber) =>
    new Option(name, means).argParser(parse).default(standard);
  program
    .command('evaluate')
    .description(
      'E[retries]: how often a model is rejected before it is accepted, on tasks it was not trained on',
    )
    .option('--dataset <name>', 'tasks of its test split; with --tasks: those must not be in its train split')
    .option('--tasks <file>', 'tasks as JSON lines: {"specification": …, "id"?: …, "guard"?: …}')
    .option('--skip-seen', 'leave out tasks that were trained on, instead of refusing')
    .addOption(new Option('--limit <n>', 'so many tasks at most, drawn by the seed').argParser(wholeNumber))
    .option('--model <name>', 'ask this model')
    .option('--base-url <url>', 'of an OpenAI-compatible endpoint; default: that of the configured model')
    .option(
      '--key-file <file>',
      'a file with the key for it; the configured key goes to the configured endpoint alone',
    )
    .option('--solver <command>', 'ask this command instead: prompt on stdin, answer on stdout')
    .option('--against-model <name>', 'compare with this model, as what was before')
    .option('--against-base-url <url>', 'where that one is; default: as --base-url, and its key')
    .option('--against-key-file <file>', 'a file with the key for --against-base-url')
    .option('--against-solver <command>', 'compare with this command')
    .option('--against <file>', 'compare with what --out wrote before')
    .option('--guard <command>', 'judges every answer: exit 0 accepts; may be given several times', several)
    .option('--schema <file>', 'a JSON schema that every answer must fit; likewise', several)
    .option(
      '--recorded-checks',
      'run the checks that the recorded runs of --dataset brought along (task.verifier), in throw-away directories',
    )
    .option('--answer-file <name>', 'where --guard finds the answer (default: answer.txt)')
    .addOption(number('--samples <n>', 'samples of each task', 5))
    .addOption(number('--retries <n>', 'retries at most: the cap', 3))
    .option('--temperature <number>', 'of the model', temperature, 0.7)
    .addOption(number('--max-tokens <n>', 'of one answer', 1_024, positive))
    .addOption(number('--seed <n>', 'the same seed draws the same', 0))
    .addOption(number('--timeout <seconds>', 'for one answer', 120, seconds))
    .addOption(number('--solver-memory <mb>', 'for --solver', 8_192, positive))
    .addOption(number('--guard-timeout <seconds>', 'for one check', 30, seconds))
    .addOption(number('--guard-memory <mb>', 'for one check', 1_024, positive))
    .addOption(number('--concurrency <n>', 'samples under way at the same time', 2))
    .option('--out <file>', 'write the report there; one that was stopped goes on from what lies beside')
    .option('--svg <file>', 'write a figure there')
    .option('--keep-answers', 'answers and feedback in the report')
    .option('--again', 'start over, whatever lies beside --out')
    .action((options: Options, command: Command) =>
      withContext(command, async (ctx) => {
        const evaluated = await stoppable((signal) => run(ctx, options, signal), 'Stopped.', hintOf(options));
        if (options.out !== undefined) await settle(options.out, evaluated);
        if (options.svg !== undefined)
          await writeFile(options.svg, evaluationSvg(evaluated)).catch(refuse(options.svg));
        answer(globals(command), evaluated, () => evaluationText(evaluated));
      }),
    );
}

const hintOf = ({ out }: Options): string =>
  out === undefined
    ? 'Nothing is kept; with --out FILE the same command goes on from what is finished.'
    : 'What is finished is kept: the same command goes on from there.';

async function run(ctx: Context, options: Options, signal: AbortSignal): Promise<Evaluated> {
  const solver = solverOf(ctx, options, options);
  if (!solver) throw callerError('usage', 'Give --model or --solver.');
  const other = solverOf(ctx, options, {
    model: options.againstModel,
    solver: options.againstSolver,
    // A key is for the endpoint that it was given with.
    ...(options.againstBaseUrl === undefined
      ? { baseUrl: options.baseUrl, keyFile: options.againstKeyFile ?? options.keyFile }
      : { baseUrl: options.againstBaseUrl, keyFile: options.againstKeyFile }),
  });
  if (other && options.against !== undefined) throw callerError('usage', 'Compare with one thing at a time.');
  for (const path of [options.out, options.svg]) if (path !== undefined) await checkWritable(path);
  const saved = options.against === undefined ? undefined : await readReport(options.against);
  const common = await settingsOf(ctx, options);
  const side = async (asked: Solver, suffix: string) => {
    const journal = options.out === undefined ? undefined : `${options.out}${suffix}`;
    if (options.again && journal !== undefined) await rm(journal, { force: true });
    const progress = progressOf(other ? (suffix === JOURNAL ? 'after: ' : 'before: ') : '');
    const given = { ...common, solver: asked, journal, progress, signal };
    return evaluate(ctx, given).catch(async (error: unknown) => {
      const report = reportSoFar(error);
      if (report && options.out !== undefined) await write(options.out, { report });
      throw error;
    });
  };
  const against = other ? await side(other, OTHER_JOURNAL) : saved;
  const report = await side(solver, JOURNAL);
  if (!against) return { report };
  return { report, against, comparison: compareReports(against, report, options.seed) };
}

const JOURNAL = '.journal';
const OTHER_JOURNAL = '.before.journal';

/** The report first, then what it was put together from goes. */
async function settle(out: string, evaluated: Evaluated): Promise<void> {
  await write(out, evaluated);
  for (const suffix of [JOURNAL, OTHER_JOURNAL]) await rm(`${out}${suffix}`, { force: true });
}

const write = (out: string, evaluated: Evaluated) =>
  writeAside(out, (line) => line(`${JSON.stringify(evaluated, null, 1)}\n`));

async function settingsOf(ctx: Context, options: Options): Promise<Omit<EvaluateOptions, 'solver'>> {
  const { dataset, tasks: file, seed, limit } = options;
  if (dataset === undefined && file === undefined) throw callerError('usage', 'Give --dataset or --tasks.');
  const version = dataset === undefined ? undefined : await datasetVersion(ctx, dataset);
  const tasks =
    file !== undefined ? await tasksOfFile(file) : version ? await tasksOfDataset(ctx, version, options) : [];
  const schemas = await Promise.all((options.schema ?? []).map(readSchema));
  const answer_file = options.answerFile;
  const guards = (options.guard ?? []).map((command) => ({
    command,
    ...(answer_file ? { answer_file } : {}),
  }));
  return {
    tasks: limit === undefined ? tasks : fewerTasks(tasks, limit, seed),
    guards: [...schemas, ...guards],
    ...{ samples: options.samples, retries: options.retries, seed, concurrency: options.concurrency },
    ...{ timeoutMs: 1_000 * options.guardTimeout, guardMemoryMb: options.guardMemory },
    ...{ keepAnswers: options.keepAnswers, skipSeen: options.skipSeen },
    // The test split of a dataset is apart from what it trains on as it is.
    ...(file !== undefined && version ? { trainedOn: version } : {}),
  };
}

type Named = { [name in 'model' | 'solver' | 'baseUrl' | 'keyFile']?: string | undefined };

function solverOf(ctx: Context, options: Options, named: Named): Solver | undefined {
  const { model, solver, baseUrl, keyFile } = named;
  if (model !== undefined && solver !== undefined)
    throw callerError('usage', 'Give a model or a command as the solver, not both.');
  const limits = {
    temperature: options.temperature,
    maxTokens: options.maxTokens,
    timeoutMs: 1_000 * options.timeout,
  };
  if (solver !== undefined)
    return solverOfCommand(ctx, solver, { memoryMb: options.solverMemory, ...limits });
  if (model === undefined) return undefined;
  if (baseUrl !== undefined) checkUrl(baseUrl);
  const key = keyFile === undefined ? undefined : { file: keyFile };
  return solverOfModel(ctx, model, { baseUrl, key, ...limits });
}

function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw callerError('usage', 'The base URL is none.', 'Such as http://localhost:8000/v1.');
  if (url.username || url.password)
    throw callerError('usage', 'The base URL holds a user or a key.', 'Give the key with --key-file.');
}

/** Told before hours of work, not after. */
async function checkWritable(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK).catch(refuse(path));
  if ((await stat(path).catch(() => undefined))?.isDirectory()) refuse(path)(undefined);
}

async function readReport(path: string): Promise<EvaluationReport> {
  const text = await readFile(path, 'utf8').catch(unreadable(path));
  const value = jsonIn(text) as { report?: unknown } | undefined;
  const read = EvaluationReport.safeParse(value?.report ?? value);
  if (!read.success) throw trainingError('E7408');
  return read.data;
}

async function readSchema(path: string): Promise<GuardSpec> {
  const read = GuardSpec.safeParse({ schema: jsonIn(await readFile(path, 'utf8').catch(unreadable(path))) });
  if (!read.success) throw callerError('usage', `${path} holds no JSON schema.`);
  return read.data;
}

const unreadable =
  (path: string) =>
  (cause: unknown): never => {
    throw callerError('unreadable_path', `${path} cannot be read.`, 'Check the path.', { cause });
  };
const refuse =
  (path: string) =>
  (cause: unknown): never => {
    throw callerError('unwritable_path', `${path} cannot be written.`, 'Check the path.', { cause });
  };

function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 2)) throw new InvalidArgumentError('0 to 2.');
  return value;
}

const atMost =
  (most: number) =>
  (text: string): number => {
    const value = wholeNumber(text);
    if (value < 1 || value > most) throw new InvalidArgumentError(`1 to ${most}.`);
    return value;
  };
const positive = atMost(1_000_000_000);
const seconds = atMost(Math.floor(LONGEST_MS / 1_000) - 60);

/** A line on stderr for every tenth. */
function progressOf(side: string): (done: number, total: number) => void {
  let told = -1;
  return (done, total) => {
    const tenth = Math.floor((10 * done) / Math.max(1, total));
    if (tenth === told) return;
    told = tenth;
    process.stderr.write(`${side}${done} of ${total} samples\n`);
  };
}
