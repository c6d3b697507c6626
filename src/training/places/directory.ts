/**
 * A place in a directory. Files are written aside and synced, then given their name by a hard link, which fails where the name
 * is taken: so nothing is ever half there, and nothing is replaced. Where the file system has no links, a lock stands in for them.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { access, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { whenFree } from '../../memory/lock.ts';
import { gone, syncPath } from '../../memory/sync.ts';
import { trainingError } from '../codes.ts';
import { asideIn, clearAside } from './aside.ts';
import { placeErrors } from './errors.ts';
import { checkKey, isKey } from './keys.ts';
import { LONGEST_TEXT, type Place } from './place.ts';

export interface DirectoryOptions {
  now: () => Date;
  /** For trying out a file system without hard links. */
  links?: boolean;
}

/** A place in `directory`, which is made when something is first written. */
export function directoryPlace(directory: string, { now, links = true }: DirectoryOptions): Place {
  const root = resolve(directory);
  const pathOf = (key: string) => join(root, ...checkKey(key).split('/'));
  let cleared: Promise<void> | undefined;

  /** Writes `from` under the name, unless it is taken. @returns whether it was free. */
  async function publish(key: string, from: () => Readable): Promise<boolean> {
    const path = pathOf(key);
    await makeFolder(root, dirname(path));
    cleared ??= clearAside(root, now());
    await cleared;
    const aside = await asideIn(root);
    try {
      await pipeline(from(), createWriteStream(aside, { flags: 'wx', flush: true }));
      const made = await nameIt(aside, path);
      await syncPath(dirname(path));
      return made;
    } finally {
      await rm(aside, { force: true });
    }
  }

  async function nameIt(aside: string, path: string): Promise<boolean> {
    try {
      if (!links) return await renameLocked(root, aside, path);
      await link(aside, path);
      return true;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return false;
      if (!NO_LINKS.has(code)) throw error;
      return renameLocked(root, aside, path);
    }
  }

  return {
    uri: root,
    read: (key) => readFrom(pathOf(key)),
    text: (key) =>
      placeErrors('read', async () => {
        const path = pathOf(key);
        const found = await stat(path).catch(absent);
        if (!found?.isFile()) return undefined;
        if (found.size > LONGEST_TEXT) throw trainingError('E7204', 'A file is far too long.');
        return readFile(path, 'utf8').catch(gone(undefined));
      }),
    has: (key) => placeErrors('read', async () => (await stat(pathOf(key)).catch(absent))?.isFile() ?? false),
    putFile: (key, path) =>
      placeErrors('write', async () => {
        if (await isThere(pathOf(key), path)) return;
        await publish(key, () => createReadStream(path));
      }),
    create: (key, text) => placeErrors('write', () => publish(key, () => Readable.from([Buffer.from(text)]))),
    list: (prefix) => placeErrors('read', () => listIn(root, prefix)),
    remove: (key) =>
      placeErrors('write', async () => {
        const path = pathOf(key);
        await rm(path, { force: true }).catch(absent);
        await syncPath(dirname(path)).catch(absent);
      }),
  };
}

/** What a file system says that has no hard links, or no more for this file. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EINVAL']);
const WAIT_MS = 30_000;

/** Without links: one at a time looks whether the name is free and takes it. */
const renameLocked = (root: string, aside: string, path: string): Promise<boolean> =>
  whenFree(join(root, '.aside', 'lock'), WAIT_MS, async () => {
    if (await access(path).then(() => true, gone(false))) return false;
    await rename(aside, path);
    return true;
  });

/** A file of that name and length: the name says what it holds. One of another length is what a failing disk left of it. */
async function isThere(path: string, from: string): Promise<boolean> {
  const [found, source] = [await stat(path).catch(absent), await stat(from)];
  if (!found) return false;
  if (found.size === source.size) return true;
  await rm(path, { force: true });
  return false;
}

/** Makes a folder, and syncs every folder that names a new one. */
async function makeFolder(root: string, folder: string): Promise<void> {
  await mkdir(join(root, '.aside'), { recursive: true });
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let at = dirname(folder); at.length >= dirname(first).length; at = dirname(at)) {
    await syncPath(at);
    if (at === dirname(at)) break;
  }
}

async function* readFrom(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (absent(cause as NodeJS.ErrnoException) === undefined)
      throw trainingError('E7204', 'A file is missing.', { cause });
  }
}

async function listIn(root: string, prefix: string): Promise<string[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '') checkKey(folder.slice(0, -1));
  const found: string[] = [];
  const walk = async (path: string) => {
    for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
      const inner = join(path, entry.name);
      const key = relative(root, inner).split(sep).join('/');
      if (!isKey(key) || !(key.startsWith(prefix) || prefix.startsWith(`${key}/`))) continue;
      if (entry.isDirectory()) await walk(inner);
      else if (entry.isFile()) found.push(key);
    }
  };
  await walk(join(root, folder));
  return found.sort();
}

/** Nothing there, also where a folder of the way is a file. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
