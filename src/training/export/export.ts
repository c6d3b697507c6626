/** A split of a dataset, told in the format of a trainer. The same version gives the same bytes. */
import type { Context } from '../../context.ts';
import type {
  DatasetRow,
  DatasetVersion,
  PreferenceExample,
  Split,
  TrainingExample,
} from '../../types/training.ts';
import { trainingError } from '../codes.ts';
import { pairsIn, rowsOf } from '../datasets/read.ts';
import { estimate } from './estimate.ts';
import { type Format, formatNamed, type RowFormat, type Told } from './formats.ts';
import { lineOf, metadataOf, pairMetadataOf, type RowMetadata } from './line.ts';
import type { Room } from './room.ts';
import { tokenizerAt } from './tokenizer.ts';
import { type WrittenFile, writeAside } from './write.ts';

/** Where it says which run a line is from: in the line, in a file beside it, nowhere. */
export const METADATA = ['line', 'beside', 'none'] as const;
export type MetadataPlace = (typeof METADATA)[number];

export interface ExportOptions {
  /** Name of one of FORMATS. */
  format: string;
  split?: Split;
  /** A path, or what takes the lines: then nothing is written beside them. */
  out: string | ((line: string) => Promise<unknown>);
  /** Tokens that a row may have, its answer included. */
  max_tokens?: number | undefined;
  /** Folder of a model, or its tokenizer.json; without it tokens are estimated. */
  tokenizer?: string | undefined;
  /** Only rows whose runs say that somebody consented; of pairs, both. */
  consented?: boolean | undefined;
  /** Omitted: in the line, or beside it where the readers of the format may refuse what they do not know. */
  metadata?: MetadataPlace | undefined;
  signal?: AbortSignal | undefined;
}

export interface ExportReport {
  format: string;
  split: Split;
  /** The export, then what says where its lines are from. */
  files: WrittenFile[];
  rows: number;
  /** By bucket or label, in formats that have them. */
  kinds: Record<string, number>;
  /** Rows of which earlier attempts or old observations were left out, to fit. */
  shortened: number;
  left_out: Record<string, number>;
  /** Of the longest row, and what counted them; only where there was a budget. */
  tokens?: { longest: number; most: number; by: string };
}

/** What an export reads: twice, where it must. */
export interface ExportSource {
  rows(): AsyncIterable<DatasetRow>;
  pairs(): AsyncIterable<PreferenceExample>;
}

/**
 * @throws KnowhowError `E7501` unknown format, `E7502` bad tokenizer, `E7900` unwritable, `E7901` nothing to tell, `E7300` no pairs,
 * `E7301` KTO with answers of one kind, and what reading the dataset throws. Then no file is left.
 */
export async function exportDataset(
  ctx: Context,
  version: DatasetVersion,
  options: ExportOptions,
): Promise<ExportReport> {
  const { split = 'train' } = options;
  const gone = new Set<string>();
  const leftOut = { leftOut: (id: string) => void gone.add(id) };
  const ofPairs = formatNamed(options.format).of === 'pairs';
  const source = {
    rows: () => rowsOf(ctx, version, split, ofPairs ? {} : leftOut),
    pairs: () => pairsIn(ctx, version, split, leftOut),
  };
  const report = await exportRows(source, { ...options, split });
  return gone.size === 0 ? report : { ...report, left_out: { ...report.left_out, forgotten: gone.size } };
}

export async function exportRows(source: ExportSource, options: ExportOptions): Promise<ExportReport> {
  const { split = 'train', out, max_tokens: most, tokenizer, signal } = options;
  const named = formatNamed(options.format);
  const format = options.consented ? onlyConsented(named) : named;
  const place = options.metadata ?? (format.strict ? 'beside' : 'line');
  const room: Room = { most, tokens: tokenizer === undefined ? estimate() : await tokenizerAt(tokenizer) };
  const report: ExportReport = {
    format: format.name,
    split,
    files: [],
    rows: 0,
    kinds: {},
    shortened: 0,
    left_out: {},
    ...(most === undefined ? {} : { tokens: { longest: 0, most, by: room.tokens.by } }),
  };
  const tell = async (
    line: (text: string) => Promise<unknown>,
    beside?: (text: string) => Promise<unknown>,
  ) => {
    for await (const { told, metadata } of toldBy(format, source, room, place !== 'none')) {
      signal?.throwIfAborted();
      if (!counted(report, told)) continue;
      await line(lineOf(place === 'line' ? { ...told.line, metadata } : told.line));
      await beside?.(lineOf(metadata));
    }
    refuseEmpty(format, report);
  };
  if (typeof out !== 'string') {
    await tell(out);
    return report;
  }
  const paths = place === 'beside' ? [out, besideOf(out)] : [out];
  const { files } = await writeAside(paths, ([main, beside]) => tell(main?.line ?? nowhere, beside?.line));
  return { ...report, files };
}

/** `train.jsonl` has `train.metadata.jsonl` beside it, line for line. */
const besideOf = (path: string): string => `${path.replace(/\.jsonl$/u, '')}.metadata.jsonl`;

const nowhere = async (): Promise<void> => undefined;

type Line = { told: Told; metadata: Record<string, unknown> };

async function* toldBy(
  format: Format,
  source: ExportSource,
  room: Room,
  named: boolean,
): AsyncGenerator<Line> {
  if (format.of === 'pairs') {
    const chosen = named ? await metadataByItem(source) : new Map<string, RowMetadata>();
    for await (const pair of source.pairs())
      yield { told: format.tell(pair, room), metadata: pairMetadataOf(pair, chosen.get(pair.chosen_item)) };
    return;
  }
  // Readers take the type of a column from the first rows, and that of an answer from one that is there.
  const first = await firstAccepted(format, source, room);
  if (first) yield* lines(format, first, room);
  for await (const row of source.rows())
    if (row.example.id !== first?.example.id) yield* lines(format, row, room);
}

function* lines(format: RowFormat, { example }: DatasetRow, room: Room): Generator<Line> {
  const metadata = { ...metadataOf(example) };
  for (const told of [format.tell(example, room)].flat()) yield { told, metadata };
}

async function firstAccepted(
  format: RowFormat,
  { rows }: ExportSource,
  room: Room,
): Promise<DatasetRow | undefined> {
  const isTold = ({ example }: DatasetRow) =>
    example.label && [format.tell(example, room)].flat().some((told) => 'line' in told);
  for await (const row of rows()) if (isTold(row)) return row;
  return undefined;
}

/** Rows of which nobody said that they may be used are left out, and counted. */
function onlyConsented(format: Format): Format {
  const leftOut = { left_out: 'no_consent_tag' } as const;
  if (format.of === 'pairs')
    return {
      ...format,
      tell: (pair: PreferenceExample, room: Room) =>
        pair.consent === undefined ? leftOut : format.tell(pair, room),
    };
  return {
    ...format,
    tell: (row: TrainingExample, room: Room) =>
      row.consent === undefined ? leftOut : format.tell(row, room),
  };
}

async function metadataByItem({ rows }: ExportSource): Promise<Map<string, RowMetadata>> {
  const found = new Map<string, RowMetadata>();
  for await (const { example } of rows()) found.set(example.item_id, metadataOf(example));
  return found;
}

function counted(report: ExportReport, told: Told): told is Exclude<Told, { left_out: string }> {
  if ('left_out' in told) {
    report.left_out[told.left_out] = (report.left_out[told.left_out] ?? 0) + 1;
    return false;
  }
  report.rows += 1;
  if (told.shortened) report.shortened += 1;
  if (told.kind !== undefined) report.kinds[told.kind] = (report.kinds[told.kind] ?? 0) + 1;
  if (report.tokens) report.tokens.longest = Math.max(report.tokens.longest, told.tokens ?? 0);
  return true;
}

function refuseEmpty(format: Format, { rows, kinds, left_out }: ExportReport): void {
  const gone = Object.values(left_out).reduce((sum, count) => sum + count, 0);
  if (rows === 0 && gone > 0) throw trainingError('E7901', reasons(left_out));
  if (rows === 0) throw trainingError(format.of === 'pairs' ? 'E7300' : 'E7901');
  if (format.name === 'kto' && (!kinds.accepted || !kinds.rejected)) throw trainingError('E7301');
}

const WHY: Record<string, string> = {
  rejected_answer: 'rejected answers',
  no_answer: 'without an answer',
  conversation: 'conversations, which make sense turn by turn only',
  control_tokens_in_answer: 'answers with control tokens',
  control_tokens_in_prompt: 'prompts with control tokens of this tokenizer',
  no_consent_tag: 'without a tag of consent',
  too_long: 'too long',
  forgotten: 'forgotten since it was built',
};

/** `Left out: 3 rejected answers, 1 too long.` */
export const reasons = (left_out: Record<string, number>): string =>
  `Left out: ${Object.entries(left_out)
    .map(([why, count]) => `${count} ${WHY[why] ?? why}`)
    .join(', ')}.`;
