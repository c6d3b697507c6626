/** Which versions still hold the text of runs: what was forgotten is told by none of them, but lies in their files until they go. */
import type { Context } from '../../context.ts';
import { KnowhowError } from '../../errors.ts';
import { SPLITS } from '../../types.ts';
import { linesOf, listDatasets, withPlace } from './read.ts';

export interface Holding {
  /** `NAME@VERSION`, older first. */
  versions: string[];
  /** Versions, or the whole place, that could not be looked at, by the code of the error. */
  unread: { dataset: string; code: string }[];
}

const NAMED = /"(?:item_id|chosen_item|rejected_item)":"([^"\\]+)"/gu;

/** Reads all rows and pairs of every version; a file that several share is read once. Throws nothing that a place says. */
export async function versionsHolding(ctx: Context, ids: ReadonlySet<string>): Promise<Holding> {
  const holding: Holding = { versions: [], unread: [] };
  if (ids.size === 0) return holding;
  const unread = (dataset: string) => (error: unknown) => {
    if (!(error instanceof KnowhowError)) throw error;
    holding.unread.push({ dataset, code: error.code });
  };
  const known = new Map<string, boolean>();
  await withPlace(ctx, async (place) => {
    const broken = (dataset: string, code: string) => holding.unread.push({ dataset, code });
    for (const version of await listDatasets(ctx, broken)) {
      const { name } = version;
      const reference = `${name}@${version.version}`;
      const holds = async () => {
        let found = false;
        for (const file of SPLITS.flatMap((split) => [version.splits[split], version.pairs[split]])) {
          const key = `${name}/${file.sha256}`;
          if (!known.has(key)) known.set(key, await namesAny(linesOf(place, name, file), ids));
          found ||= known.get(key) === true;
        }
        if (found) holding.versions.push(reference);
      };
      await holds().catch(unread(reference));
    }
  }).catch(unread('all'));
  return holding;
}

async function namesAny(lines: AsyncIterable<string>, ids: ReadonlySet<string>): Promise<boolean> {
  for await (const line of lines)
    for (const [, id = ''] of line.matchAll(NAMED)) if (ids.has(id)) return true;
  return false;
}
