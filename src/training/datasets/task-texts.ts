/** Tasks of a file as texts, whatever wrote it. */

import { open } from 'node:fs/promises';
import { z } from 'zod';
import { jsonIn } from '../../text.ts';
import { trainingError } from '../codes.ts';

const LARGEST_FILE = 256 * 2 ** 20;

const Message = z.object({ content: z.string() });
const Text = z.union([
  z.string(),
  z.array(Message).transform((messages) => messages.map(({ content }) => content).join('\n')),
]);
const Specified = z.object({ specification: Text });
const Described = z.object({ description: Text });
const Named = z.union([
  Text,
  Specified.transform(({ specification }) => specification),
  Described.transform(({ description }) => description),
]);
const FIELDS = ['specification', 'task', 'prompt', 'question', 'messages', 'instruction'] as const;

/**
 * One text a task: of a line of JSON its specification, task, prompt, question, messages or instruction; of any other line the
 * line. @throws KnowhowError E7404, by the number of the line, or where the file is not there or too large.
 */
export async function* taskTexts(path: string): AsyncGenerator<string> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw trainingError('E7404', `The file cannot be opened (${cause.code}).`, { cause });
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw trainingError('E7404', 'It is no file.');
    if (found.size > LARGEST_FILE) throw trainingError('E7404', 'The file is larger than 256 MB.');
    let number = 0;
    for await (const line of file.readLines({ encoding: 'utf8' })) {
      number += 1;
      const bare = line.replace(/^\uFEFF/u, '').trim();
      if (bare !== '') yield textOf(bare, number);
    }
  } finally {
    await file.close();
  }
}

function textOf(line: string, number: number): string {
  if (!/^[{"]/u.test(line)) return line;
  const value = jsonIn(line);
  if (typeof value === 'string') return value;
  // Text may begin with a quotation mark; what begins as a record must be one.
  if (value === undefined && line.startsWith('"')) return line;
  const record = z.record(z.string(), z.unknown()).safeParse(value).data ?? {};
  for (const field of FIELDS) {
    const text = Named.safeParse(record[field]);
    if (text.success && text.data.trim() !== '') return text.data;
  }
  throw trainingError('E7404', `Line ${number} names no specification, task, prompt or question.`);
}
