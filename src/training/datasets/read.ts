/** Datasets as they lie in their place: which there are, one version, its rows and pairs. */

import { createHash } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { z } from 'zod';
import type { Context } from '../../context.ts';
import { KnowhowError } from '../../errors.ts';
import { jsonIn } from '../../text.ts';
import { DatasetRow, DatasetVersion, PreferenceExample, type Split } from '../../types.ts';
import { trainingError } from '../codes.ts';
import { openPlace } from '../places/open.ts';
import type { Place } from '../places/place.ts';
import { type Gone, goneRuns } from './gone.ts';
import { checkName } from './settings.ts';
import { compareVersions } from './version-number.ts';
import { fileKey, manifestKey, type StoredFile } from './write.ts';

/** Opens the place of datasets for `work` and closes it after. @throws KnowhowError `E7205`. */
export async function withPlace<R>(
  ctx: Context,
  work: (place: Place) => Promise<R>,
  open = openPlace,
): Promise<R> {
  const place = await open(ctx);
  try {
    return await work(place);
  } finally {
    await place.close?.();
  }
}

/** Every version of every dataset, by name, older first. `broken` is told of those that cannot be read; without it they are logged. */
export const listDatasets = (
  ctx: Context,
  broken: (reference: string, code: string) => unknown = (dataset, code) =>
    ctx.log.warn('a dataset was left out', { dataset, code }),
): Promise<DatasetVersion[]> =>
  withPlace(ctx, async (place) => {
    const found: DatasetVersion[] = [];
    for (const key of (await place.list('')).sort(byVersion)) {
      const [, name, version] = MANIFEST.exec(key) ?? [];
      if (name === undefined || version === undefined) continue;
      try {
        found.push(await readManifest(place, name, version));
      } catch (error) {
        if (!(error instanceof KnowhowError) || !['E7204', 'E7208'].includes(error.code)) throw error;
        broken(`${name}@${version}`, error.code);
      }
    }
    return found;
  });

/** `NAME@VERSION`, or the newest of `NAME`. @throws KnowhowError `E7200`, `E7201`, `E7202`, `E7204`, `E7208`. */
export async function datasetVersion(ctx: Context, reference: string): Promise<DatasetVersion> {
  const [name = '', version] = reference.split('@', 2);
  checkName(name);
  return withPlace(ctx, async (place) => {
    const versions = await versionsOf(place, name);
    const newest = versions.at(-1);
    if (newest === undefined) throw trainingError('E7200');
    if (version !== undefined && !versions.includes(version))
      throw trainingError('E7201', `There is ${versions.join(', ')}.`);
    return readManifest(place, name, version ?? newest);
  });
}

/** The numbers of a dataset's versions, older first. */
export async function versionsOf(place: Place, name: string): Promise<string[]> {
  const keys = (await place.list(`${name}/versions/`)).sort(byVersion);
  return keys.flatMap((key) => MANIFEST.exec(key)?.[2] ?? []);
}

/** @throws KnowhowError `E7204` where it is not what a build writes, `E7208` where a newer Knowhow wrote it. */
export async function readManifest(place: Place, name: string, version: string): Promise<DatasetVersion> {
  const text = await place.text(manifestKey(name, version));
  const value = jsonIn(text ?? '');
  const { layout } = (value ?? {}) as { layout?: unknown };
  if (typeof layout === 'number' && layout > 1) throw trainingError('E7208');
  const read = DatasetVersion.safeParse(value);
  if (!read.success || read.data.name !== name || read.data.version !== version)
    throw trainingError('E7204', 'Its manifest cannot be read.');
  return read.data;
}

export interface ReadOptions {
  /** Told the id of each row that is left out, because its run, or one it quotes, was forgotten since. */
  leftOut?: (id: string) => void;
}

/** The rows of a split. @throws KnowhowError `E7204`, at the latest at its end, where a file is not what was written. */
export async function* rowsOf(
  ctx: Context,
  version: DatasetVersion,
  split: Split,
  options: ReadOptions = {},
): AsyncGenerator<DatasetRow, void> {
  const gone = await goneRuns(ctx);
  const place = await openPlace(ctx);
  try {
    for await (const line of linesOf(place, version.name, version.splits[split])) {
      const row = checked(DatasetRow, line);
      if (gone.quotedBy(row.example)) options.leftOut?.(row.example.id);
      else yield row;
    }
  } finally {
    await place.close?.();
  }
}

/** The preference pairs of a split; otherwise as `rowsOf`. */
export async function* pairsIn(
  ctx: Context,
  version: DatasetVersion,
  split: Split,
  options: ReadOptions = {},
): AsyncGenerator<PreferenceExample, void> {
  const gone = await goneRuns(ctx);
  const place = await openPlace(ctx);
  try {
    for await (const line of linesOf(place, version.name, version.pairs[split])) {
      const pair = checked(PreferenceExample, line);
      if (isGone(gone, pair)) options.leftOut?.(pair.id);
      else yield pair;
    }
  } finally {
    await place.close?.();
  }
}

/** Whether a pair, or what it quotes, was forgotten. */
export const isGone = (gone: Gone, { chosen_item, rejected_item, attempts }: PreferenceExample): boolean =>
  gone.has(rejected_item) || gone.quotedBy({ item_id: chosen_item, attempts });

/** The lines of a file, checked against its hash as they pass. @throws KnowhowError `E7204`. */
export async function* linesOf(place: Place, name: string, file: StoredFile): AsyncGenerator<string, void> {
  const hash = createHash('sha256');
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of place.read(fileKey(name, file))) {
      hash.update(chunk);
      const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw trainingError('E7204', 'A file is missing.', { cause });
    throw cause;
  }
  if (rest !== '' || hash.digest('hex') !== file.sha256)
    throw trainingError('E7204', 'A file does not have the hash that it was written with.');
}

export function checked<T>(schema: z.ZodType<T>, line: string): T {
  const read = schema.safeParse(jsonIn(line));
  if (!read.success) throw trainingError('E7204', 'A line of it cannot be read.');
  return read.data;
}

const MANIFEST =
  /^([a-z0-9][a-z0-9._-]{0,63})\/versions\/((?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2})\.json$/u;

/** Keys by dataset, older versions first. */
function byVersion(a: string, b: string): number {
  const [one, other] = [MANIFEST.exec(a), MANIFEST.exec(b)];
  if (one && other && one[1] === other[1]) return compareVersions(one[2] ?? '', other[2] ?? '');
  return a < b ? -1 : a > b ? 1 : 0;
}
