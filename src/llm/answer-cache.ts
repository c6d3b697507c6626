/**
 * Answers of a language model, kept by what was asked: a folder of small files under the store, one an answer, named
 * by a hash of endpoint, model, schema and messages. Only answers are kept, and only redacted ones; what was asked is
 * not. Several processes share it: a file is written aside and moved into place, so that it is whole or not there.
 *
 * Each clearing starts a new generation, a folder of its own: a process that asked before still writes into the old
 * one, which is gone, and so nothing of a forgotten run comes back.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = 'llm-answers';
const GENERATION = /^generation-(\d{1,9})$/u;
/** Room is made down to this share, so that it need not be made again at once. */
const KEPT_SHARE = 0.8;
/** Room is looked for once in so many answers written by this process. */
const LOOKED_EVERY = 50;
/** Longer answers are not kept. */
const LONGEST = 200_000;

export interface AnswerCache {
  /** The place for an answer, known before it is asked for. */
  place(key: string): Promise<Place>;
}

export interface Place {
  read(): Promise<string | undefined>;
  /** Never fails: an answer that cannot be kept is asked for again. */
  write(answer: string): Promise<void>;
}

/** The key of a question. */
export const answerKey = (parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** A cache in directory `data` of a store on this machine. Nothing is made before the first answer. */
export function openAnswerCache(data: string, mostBytes: number, now: () => Date): AnswerCache {
  let written = 0;
  return {
    async place(key) {
      const folder = await current(data);
      const file = join(folder, `${key}.json`);
      return {
        async read() {
          try {
            const answer = await readFile(file, 'utf8');
            await utimes(file, now(), now()).catch(() => undefined);
            return answer;
          } catch {
            return undefined;
          }
        },
        async write(answer) {
          if (answer.length > LONGEST) return;
          written += 1;
          const aside = `${file}.${process.pid}-${written}`;
          try {
            await writeFile(aside, answer, { mode: 0o600 });
            await utimes(aside, now(), now());
            await rename(aside, file);
          } catch {
            await unlink(aside).catch(() => undefined);
          }
          if (written % LOOKED_EVERY === 1) await makeRoom(folder, mostBytes).catch(() => undefined);
        },
      };
    },
  };
}

/**
 * Removes every answer of a store; what is being asked now is not kept either. Does nothing where there are none.
 * @throws the file system's error where something stays: a forget must not say that it is gone.
 */
export async function clearAnswers(data: string): Promise<void> {
  const top = join(data, FOLDER);
  const generations = (await namesIn(top)).filter((name) => GENERATION.test(name));
  if (generations.length > 0)
    await mkdir(join(top, `generation-${newest(generations) + 1}`), { recursive: true });
  for (const name of generations) {
    const gone = join(top, `gone-${name}`);
    await rm(gone, { recursive: true, force: true });
    await rename(join(top, name), gone).catch(unlessAbsent);
  }
  for (const name of await namesIn(top))
    if (name.startsWith('gone-')) await rm(join(top, name), { recursive: true, force: true });
}

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(unlessAbsent)) ?? [];

/** Never there (a file may stand in the folder's place), or another process was faster. */
function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

/** How many answers are kept, and how many bytes they take. */
export async function answerFigures(data: string): Promise<{ answers: number; bytes: number }> {
  const top = join(data, FOLDER);
  const generations = (await readdir(top).catch(() => [])).filter((name) => GENERATION.test(name));
  if (generations.length === 0) return { answers: 0, bytes: 0 };
  const files = await filesIn(join(top, `generation-${newest(generations)}`));
  return { answers: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

const newest = (generations: string[]): number =>
  Math.max(...generations.map((name) => Number(GENERATION.exec(name)?.[1] ?? 0)));

async function current(data: string): Promise<string> {
  const top = join(data, FOLDER);
  const generations = (await readdir(top).catch(() => [])).filter((name) => GENERATION.test(name));
  const folder = join(top, `generation-${generations.length > 0 ? newest(generations) : 1}`);
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  return folder;
}

async function filesIn(folder: string) {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size: bytes, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }));
      return { path, bytes, used: mtimeMs };
    }),
  );
  return found.filter(({ used }) => used > 0);
}

/** Removes what was not used for longest. */
async function makeRoom(folder: string, mostBytes: number): Promise<void> {
  const files = await filesIn(folder);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= mostBytes) return;
  for (const file of files.sort((a, b) => a.used - b.used)) {
    if (bytes <= mostBytes * KEPT_SHARE) return;
    await unlink(file.path).catch(() => undefined);
    bytes -= file.bytes;
  }
}
