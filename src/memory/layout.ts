/** The layout of the store on disk, in `knowhow.json` beside the tables: its version, and the embedder last used with it. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { operatorError } from '../errors.ts';
import { storeErrors } from './store-errors.ts';
import { syncPath } from './sync.ts';

/** Raised with every change that an older Knowhow could not read. 2: a journal, and a vector column for each embedder. */
export const LAYOUT_VERSION = 2;

const Layout = z.object({ layout: z.int(), embedder: z.string(), created_at: z.string() });
export type Layout = z.infer<typeof Layout>;

/**
 * Makes the directory, and reads its layout file; undefined for a new store.
 * @throws KnowhowError `store_newer` for a store of a newer Knowhow, `store_corrupt` when the file cannot be read.
 */
export async function readLayout(directory: string): Promise<Layout | undefined> {
  const path = join(directory, 'knowhow.json');
  const made = await storeErrors(directory, () => mkdir(join(directory, 'locks'), { recursive: true }));
  if (made) await syncPath(dirname(made));
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    return storeErrors(directory, () => Promise.reject(error));
  });
  if (text === undefined) return undefined;
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
  return parsed.data;
}

/** Writes the layout file, aside and moved, so that no other process ever reads half of it. */
export async function writeLayout(directory: string, embedder: string, createdAt: string): Promise<void> {
  const path = join(directory, 'knowhow.json');
  const layout: Layout = { layout: LAYOUT_VERSION, embedder, created_at: createdAt };
  const aside = `${path}.${process.pid}`;
  await storeErrors(directory, async () => {
    await writeFile(aside, `${JSON.stringify(layout)}\n`, { flush: true });
    await rename(aside, path);
    await syncPath(directory);
  });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
