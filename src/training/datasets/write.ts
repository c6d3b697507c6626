/** Files named by the hash of what they hold, then the manifest that names them: a version is there whole, or not at all. */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../../learners/content-id.ts';
import { type DatasetVersion, SPLITS } from '../../types.ts';
import { trainingError } from '../codes.ts';
import type { Place } from '../places/place.ts';
import { type Workroom, writing } from './spool.ts';

export type StoredFile = DatasetVersion['seen'];

/** A file that is written and not yet in its place. */
export interface Staged {
  file: StoredFile;
  path: string;
}

/** Lines are written together until there are so many characters of them. */
const CHUNK_CHARS = 1 << 20;

/** Writes lines, each without its line end, to a file of the workroom. @throws KnowhowError `E7206` when the disk is full. */
export async function stage(
  room: Workroom,
  name: string,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<Staged> {
  const path = join(room.directory, `${name}.jsonl`);
  const hash = createHash('sha256');
  const file = await writing(open(path, 'wx', 0o600));
  let [bytes, count, waiting] = [0, 0, ''];
  const flush = async () => {
    const chunk = Buffer.from(waiting);
    waiting = '';
    hash.update(chunk);
    bytes += chunk.length;
    await writing(file.writeFile(chunk));
  };
  try {
    for await (const line of lines) {
      waiting += `${line}\n`;
      count += 1;
      if (waiting.length >= CHUNK_CHARS) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
  return { file: { sha256: hash.digest('hex'), bytes, lines: count }, path };
}

export const fileKey = (name: string, { sha256 }: Pick<StoredFile, 'sha256'>): string =>
  `${name}/files/${sha256}.jsonl`;
export const manifestKey = (name: string, version: string): string => `${name}/versions/${version}.json`;

/** All that a version names. */
export const filesOf = ({
  splits,
  pairs,
  seen,
  tasks,
  excluded,
}: Pick<DatasetVersion, 'splits' | 'pairs' | 'seen' | 'tasks' | 'excluded'>): StoredFile[] => [
  ...SPLITS.flatMap((split) => [splits[split], pairs[split]]),
  seen,
  ...[tasks, excluded].filter((file) => file !== undefined),
];

/** Over what a reader gets and what decided it; not over when, by what way, or what else was looked at. */
export const contentHash = ({
  settings,
  splits,
  pairs,
  excluded,
}: Pick<DatasetVersion, 'settings' | 'splits' | 'pairs' | 'excluded'>): string =>
  createHash('sha256')
    .update(canonicalJson({ settings, splits, pairs, ...(excluded ? { excluded } : {}) }))
    .digest('hex');

/**
 * Puts the files in their place, then the manifest. @returns false where a version of this number was there first.
 * @throws KnowhowError `E7206`, also where somebody removed files, or the place itself, meanwhile: then the manifest goes again.
 */
export async function commit(place: Place, version: DatasetVersion, staged: Staged[]): Promise<boolean> {
  for (const { file, path } of staged) {
    await place.putFile(fileKey(version.name, file), path);
    await rm(path, { force: true });
  }
  const manifest = manifestKey(version.name, version.version);
  if (!(await place.create(manifest, `${JSON.stringify(version, null, 2)}\n`))) return false;
  for (const file of filesOf(version)) {
    if (await place.has(fileKey(version.name, file))) continue;
    await place.remove(manifest);
    throw trainingError('E7206', 'Files of it were removed while it was written.');
  }
  return true;
}

/** Runs `work` while nobody else of this store writes the dataset. @throws KnowhowError `E7203`. */
export async function alone<R>(
  exclusive: <T>(name: string, work: () => Promise<T>) => Promise<{ held: true; value: T } | { held: false }>,
  name: string,
  work: () => Promise<R>,
): Promise<R> {
  const done = await exclusive(`dataset-${name}`, work);
  if (!done.held) throw trainingError('E7203', 'Another build of this dataset is running.');
  return done.value;
}
