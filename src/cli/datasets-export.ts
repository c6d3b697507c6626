/** `datasets export`: a split of a dataset in the format of a trainer. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { datasetVersion } from '../training/datasets/read.ts';
import {
  type ExportReport,
  exportDataset,
  METADATA,
  type MetadataPlace,
  reasons,
} from '../training/export/export.ts';
import { FORMATS } from '../training/export/formats.ts';
import { SPLITS, type Split } from '../types.ts';
import { answer, plural, withContext } from './frame.ts';
import { toStdout } from './training-data.ts';

interface Options {
  format: string;
  split: Split;
  out?: string;
  maxTokens?: number;
  tokenizer?: string;
  metadata?: MetadataPlace;
  consented?: boolean;
}

export function addDatasetsExport(datasets: Command): void {
  datasets
    .command('export <dataset>')
    .description('Write a split of a dataset, NAME or NAME@VERSION, in the format of a trainer')
    .requiredOption('--format <format>', `one of ${FORMATS.map(({ name }) => name).join(', ')}; see below`)
    .addOption(new Option('--split <split>', 'which split').choices(SPLITS).default('train'))
    .option('--out <file>', 'write it there; - or nothing: to stdout, and the counts to stderr')
    .option(
      '--max-tokens <n>',
      'tokens a row may have; shortens what came before the answer, never the answer',
      tokens,
    )
    .option('--tokenizer <path>', "count by a model's own tokenizer: its folder, or tokenizer.json")
    .addOption(
      new Option(
        '--metadata <where>',
        'where it says which run a line is from: in the line, in a file beside it, or none (default: line; beside for OpenAI)',
      ).choices(METADATA),
    )
    .option('--consented', 'only rows whose runs hold a tag of consent; of pairs, both runs')
    .addHelpText('after', () => `\nFormats:\n${FORMATS.map(formatText).join('\n')}`)
    .action((name: string, options: Options, command: Command) =>
      withContext(command, async (ctx, { json }) => {
        const { format, split, maxTokens: max_tokens, tokenizer, metadata, consented } = options;
        const toFile = options.out !== undefined && options.out !== '-';
        const stopped = new AbortController();
        const stop = (signal: NodeJS.Signals) => stopped.abort(signal);
        for (const signal of STOPS) process.once(signal, stop);
        try {
          const version = await datasetVersion(ctx, name);
          const out = toFile ? (options.out ?? '') : toStdout;
          const { signal } = stopped;
          const report = await exportDataset(ctx, version, {
            format,
            split,
            out,
            max_tokens,
            tokenizer,
            metadata,
            consented,
            signal,
          });
          const value = { dataset: version.name, version: version.version, ...report };
          if (toFile) answer({ json }, value, () => reportText(report));
          else process.stderr.write(`${json ? JSON.stringify(value) : reportText(report)}\n`);
        } catch (error) {
          if (!stopped.signal.aborted) throw error;
          process.stderr.write('knowhow: Stopped; nothing was left behind.\n');
          process.exitCode = stopped.signal.reason === 'SIGINT' ? 130 : 143;
        } finally {
          for (const signal of STOPS) process.removeListener(signal, stop);
        }
      }),
    );
}

/** What ends a command from outside: what was written aside is removed first. */
const STOPS = ['SIGINT', 'SIGTERM'] as const;

function tokens(text: string): number {
  if (!/^[1-9]\d{0,8}$/u.test(text)) throw new InvalidArgumentError('It must be a number above 0.');
  return Number(text);
}

const formatText = ({ name, means, readers }: (typeof FORMATS)[number]): string =>
  `  ${name.padEnd(23)}${means}\n${' '.repeat(25)}read by ${readers}`;

function reportText({ rows, kinds, files, shortened, left_out, tokens: counted }: ExportReport): string {
  const by = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${plural(rows, 'row')}${by.length > 0 ? `: ${by.join(', ')}` : ''}.`,
    ...(shortened > 0 ? [`${plural(shortened, 'row')} shortened before the answer, to fit.`] : []),
    ...(Object.keys(left_out).length > 0 ? [reasons(left_out)] : []),
    ...(counted
      ? [`The longest row has ${counted.longest} of ${counted.most} tokens, by ${counted.by}.`]
      : []),
    ...files.map(({ path, bytes }) => `${path} (${bytes.toLocaleString('en-US')} bytes)`),
  ].join('\n');
}
