/** Puts texts into files and reads them as a caller would. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ReadOptions, readTranscripts } from '../../../src/capture/importers/index.ts';
import type { ImportEvent } from '../../../src/capture/importers/types.ts';

export async function folder(files: Record<string, string | Uint8Array> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'knowhow-import-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

export interface Read {
  path: string;
  format: string | undefined;
  events: ImportEvent[];
}

export async function readAll(path: string, options?: ReadOptions): Promise<Read[]> {
  const all: Read[] = [];
  for await (const { path: found, format, events } of readTranscripts(path, options)) {
    const read: Read = { path: found, format, events: [] };
    for await (const event of events) read.events.push(event);
    all.push(read);
  }
  return all;
}

/** The one file's findings, sorted by kind. */
export async function readText(name: string, content: string | Uint8Array, options?: ReadOptions) {
  const [read] = await readAll(join(await folder({ [name]: content }), name), options);
  if (read === undefined) throw new Error('nothing was read');
  return { format: read.format, ...sorted(read.events) };
}

export function sorted(events: ImportEvent[]) {
  const runs = events.filter((event) => event.kind === 'trajectory');
  const skipped: Record<string, number> = {};
  for (const event of events)
    if (event.kind === 'skipped') skipped[event.what] = (skipped[event.what] ?? 0) + 1;
  const broken = events.flatMap((event) =>
    event.kind === 'broken' ? [`${event.line ?? '-'}: ${event.reason}`] : [],
  );
  return { runs, skipped, broken };
}

/** The only run of a file that must have exactly one. */
export async function readRun(name: string, content: string, options?: ReadOptions) {
  const { runs, ...rest } = await readText(name, content, options);
  const [run] = runs;
  if (run === undefined || runs.length !== 1) throw new Error(`${runs.length} runs: ${JSON.stringify(rest)}`);
  return { ...run, ...rest, steps: run.draft.steps };
}
