/** Files written aside, synced and moved: under the name that was asked for there is the whole export or what was there before. */

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { syncPath } from '../../memory/sync.ts';
import { trainingError } from '../codes.ts';

/** Lines to one file; written together once there is enough of them. */
export interface Aside {
  path: string;
  line(text: string): Promise<void>;
}

export interface WrittenFile {
  path: string;
  bytes: number;
  sha256: string;
}

/**
 * Writes the files that `paths` names, all or none as far as that can be: each is moved to its name once all are safe, the first
 * one last. @throws KnowhowError `E7900` where the disk is full or a path cannot be written, and what `work` throws; then nothing is left.
 */
export async function writeAside<T>(
  paths: string[],
  work: (files: Aside[]) => Promise<T>,
): Promise<{ result: T; files: WrittenFile[] }> {
  const files: Writing[] = [];
  try {
    for (const path of paths) files.push(await start(path));
    const result = await work(files.map(({ path, line }) => ({ path, line })));
    for (const file of files) await file.finish();
    for (const file of [...files].reverse()) await unless(rename(file.aside, file.target));
    for (const folder of new Set(files.map(({ target }) => dirname(target)))) await unless(syncPath(folder));
    return {
      result,
      files: files.map(({ path, bytes, hash }) => ({ path, bytes: bytes(), sha256: hash.digest('hex') })),
    };
  } finally {
    for (const file of files) await file.abandon();
  }
}

interface Writing extends Aside {
  target: string;
  aside: string;
  hash: Hash;
  bytes(): number;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

const BLOCK = 1 << 18;

async function start(path: string): Promise<Writing> {
  const target = await unless(targetOf(path));
  await removeLeft(target);
  const aside = `${target}${MINE}`;
  const file: FileHandle = await unless(open(aside, 'wx'));
  const hash = createHash('sha256');
  let [waiting, length, bytes]: [Buffer[], number, number] = [[], 0, 0];
  const flush = async () => {
    const block = Buffer.concat(waiting);
    [waiting, length] = [[], 0];
    hash.update(block);
    bytes += block.length;
    await unless(file.writeFile(block));
  };
  return {
    path,
    target,
    aside,
    hash,
    bytes: () => bytes,
    async line(text) {
      const encoded = Buffer.from(text);
      waiting.push(encoded);
      length += encoded.length;
      if (length >= BLOCK) await flush();
    },
    async finish() {
      await flush();
      await unless(file.sync());
      await unless(file.close());
    },
    async abandon() {
      await file.close().catch(() => undefined);
      await rm(aside, { force: true }).catch(() => undefined);
    },
  };
}

/** Where a link leads; what is there and is no file (a folder, a device) is left alone. */
async function targetOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return path;
  if (!found.isFile()) throw trainingError('E7900', 'What is there is no file; - writes to stdout.');
  return realpath(path);
}

/** Names what is written aside by machine and process, so that what a killed export left can be told and removed. */
const HERE = `.${hostname().replace(/[^\w-]/gu, '')}-`;
const MINE = `${HERE}${process.pid}.part`;

async function removeLeft(target: string): Promise<void> {
  const start = `${basename(target)}${HERE}`;
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(start) ? /^(\d+)\.part$/u.exec(name.slice(start.length))?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dirname(target), name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Any failure of the file system is E7900. */
const unless = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw code?.startsWith('E7') ? cause : trainingError('E7900', code ? `(${code})` : undefined, { cause });
  }
};
