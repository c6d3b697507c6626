/** Runs become examples that wait on disk; in memory stays what decisions need of them. */
import type { Context } from '../../context.ts';
import type { DatasetSettings, TrainingExample } from '../../types.ts';
import { type ExtractionCounts, extract } from '../extract.ts';
import { type Sketch, sketchOf } from '../quality/sketch.ts';
import { quotesOf } from './placed.ts';
import type { Slot, Spool } from './spool.ts';

export interface Found {
  sketch: Sketch;
  slot: Slot;
  /** The runs that its prompt tells of. */
  quotes: string[];
}

export interface Collected {
  found: Found[];
  counts: ExtractionCounts;
  /** Every run that was looked at, and the version of it. */
  seen: Map<string, string>;
  /** Tasks of theirs. */
  touched: Set<string>;
  /** Runs at tasks that are evaluated on. */
  excluded: Set<string>;
}

export interface CollectOptions {
  settings: DatasetSettings;
  /** What was looked at before. */
  seen: ReadonlyMap<string, string>;
  isExcluded: (example: TrainingExample) => boolean;
  signal?: AbortSignal | undefined;
  progress?: ((done: number, total: number) => void) | undefined;
}

/** @throws KnowhowError `E7000`, `E7206`. */
export async function collect(ctx: Context, spool: Spool, options: CollectOptions): Promise<Collected> {
  const { settings, isExcluded, signal, progress } = options;
  const seen = new Map<string, string>();
  const touched = new Set<string>();
  const givenAway = new Set<string>();
  const found: Found[] = [];
  const counts = await extract(
    ctx,
    {
      projects: settings.projects,
      rule: settings.rule,
      negatives: settings.negatives,
      ...(options.seen.size > 0 ? { seen: options.seen } : {}),
      ...(signal ? { signal } : {}),
      ...(progress ? { progress } : {}),
    },
    async (part) => {
      touched.add(part.task_key);
      for (const [id, revision] of part.seen) seen.set(id, revision);
      for (const example of part.examples) {
        if (isExcluded(example)) givenAway.add(example.task_key);
        const slot = await spool.append(JSON.stringify(example));
        found.push({ sketch: sketchOf(example), slot, quotes: quotesOf(example) });
      }
    },
  );
  // One attempt that gives a task away is enough: all of them are at the same task.
  const isIn = ({ sketch }: Found) => !givenAway.has(sketch.task_key);
  const excluded = new Set(found.filter((each) => !isIn(each)).map(({ sketch }) => sketch.item_id));
  return { found: found.filter(isIn), counts, seen, touched, excluded };
}
