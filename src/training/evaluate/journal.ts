/**
 * What is finished of an evaluation, one line a sample, so that a kill loses what is under way and no more. The first line
 * says which evaluation it is of; another one does not go on with it.
 */

import { type FileHandle, open, readFile, truncate } from 'node:fs/promises';
import { canonicalJson, contentId } from '../../learners/content-id.ts';
import { jsonIn } from '../../text.ts';
import { trainingError } from '../codes.ts';
import { SampleRecord } from './report.ts';

/** Keys are in order of their letters. */
const START = '{"format":"knowhow-evaluation-journal"';

export interface Journal {
  /** What an earlier process finished. */
  readonly finished: SampleRecord[];
  add(record: SampleRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * `settings` is all that decides the figures. A last line without an end is taken off.
 * @throws KnowhowError `E7407` where the file is of another evaluation, `E7409` where it cannot be written.
 */
export async function openJournal(path: string, settings: unknown): Promise<Journal> {
  const header = canonicalJson({
    format: 'knowhow-evaluation-journal',
    layout: 1,
    of: contentId('evaluation', settings),
  });
  const { first, finished, whole } = await readLines(path);
  const goesOn = whole > 0 && first === header;
  // One without a sample is worth nothing to anybody.
  const isBare = finished.length === 0 && (first.startsWith(START) || START.startsWith(first));
  if (!goesOn && !isBare) throw trainingError('E7407');
  const file = (await open(path, 'a').catch(refuse)) as FileHandle;
  await truncate(path, goesOn ? whole : 0).catch(refuse);
  let last: Promise<unknown> = Promise.resolve();
  const write = (line: string) => {
    const written = last.then(() => file.appendFile(`${line}\n`).then(() => file.datasync())).catch(refuse);
    last = written.catch(() => undefined);
    return written as Promise<void>;
  };
  if (!goesOn) await write(header);
  return {
    finished,
    add: (record) => write(JSON.stringify(record)),
    async close() {
      await last;
      await file.close();
    },
  };
}

const refuse = (cause: unknown): never => {
  throw trainingError('E7409', undefined, { cause });
};

/** What is whole of the file: a kill may have left half a line at its end. */
async function readLines(path: string) {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return Buffer.alloc(0);
    return refuse(cause);
  });
  const whole = bytes.lastIndexOf('\n') + 1;
  const [first = '', ...rest] = bytes.toString('utf8', 0, whole || bytes.length).split('\n');
  const finished = new Map<string, SampleRecord>();
  for (const line of rest) {
    const record = SampleRecord.safeParse(jsonIn(line)).data;
    if (record) finished.set(canonicalJson([record.task, record.sample]), record);
  }
  return { first, finished: [...finished.values()], whole };
}
