/** The layout of the store on disk, in `knowhow.json` beside the tables: its version, and the space of its vectors. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { operatorError } from '../errors.ts';
import type { Embedder } from '../llm/ports.ts';
import { storeErrors } from './store-errors.ts';

/** Raised with every change that an older Knowhow could not read. */
export const LAYOUT_VERSION = 1;

const Layout = z.object({ layout: z.int(), embedder: z.string(), created_at: z.string() });

/**
 * Makes the directory and its layout file, or checks the one that is there.
 * @throws KnowhowError `store_newer` for a store of a newer Knowhow, `store_embedder` when its vectors are of another
 * space, `store_corrupt` when the file cannot be read.
 */
export async function checkLayout(directory: string, embedder: Embedder, now: () => Date): Promise<void> {
  const path = join(directory, 'knowhow.json');
  await storeErrors(directory, () => mkdir(directory, { recursive: true }));
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    return storeErrors(directory, () => Promise.reject(error));
  });
  if (text === undefined) {
    const layout = { layout: LAYOUT_VERSION, embedder: embedder.name, created_at: now().toISOString() };
    // Written aside and moved, so that no other process ever reads half of it.
    const aside = `${path}.${process.pid}`;
    await storeErrors(directory, () =>
      writeFile(aside, `${JSON.stringify(layout)}\n`).then(() => rename(aside, path)),
    );
    return;
  }
  const parsed = Layout.safeParse(safeJson(text));
  if (!parsed.success) {
    throw operatorError(
      'store_corrupt',
      `${path} is not the layout file of a Knowhow store.`,
      'Restore it from a backup, or pass another --data directory.',
    );
  }
  if (parsed.data.layout > LAYOUT_VERSION) {
    throw operatorError(
      'store_newer',
      `The store in ${directory} has layout ${parsed.data.layout}; this Knowhow reads up to ${LAYOUT_VERSION}.`,
      'Update Knowhow, or pass another --data directory.',
    );
  }
  if (parsed.data.embedder !== embedder.name) {
    throw operatorError(
      'store_embedder',
      `The store in ${directory} was written with the embedder ${parsed.data.embedder}; ${embedder.name} is active.`,
      'Use the same embedder, or pass another --data directory and import again.',
    );
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
