/** The files of a version and its manifest, written beside their place. */
import { createHash } from 'node:crypto';
import {
  type DatasetRow,
  type DatasetSettings,
  type DatasetVersion,
  type PreferenceExample,
  type QualityJudgement,
  SPLITS,
  type Split,
} from '../../types.ts';
import type { Sketch } from '../quality/sketch.ts';
import { byAge } from './choose.ts';
import type { PairRow } from './pair-rows.ts';
import type { Slot, Spool, Workroom } from './spool.ts';
import { createStatistics } from './statistics.ts';
import { nextVersion } from './version-number.ts';
import { contentHash, type Staged, type StoredFile, stage } from './write.ts';

export interface Row {
  sketch: Pick<Sketch, 'id' | 'item_id' | 'created_at'>;
  split: Split;
  /** Of a row that stays, its line; else the example alone. */
  slot: Slot;
  kept: boolean;
  judgement: QualityJudgement;
}

export interface VersionParts {
  name: string;
  parent: DatasetVersion | undefined;
  settings: DatasetSettings;
  /** Those that stay first, in their order. */
  rows: Row[];
  pairs: PairRow[];
  seen: ReadonlyMap<string, string>;
  /** The split of every task that has, had or is quoted by rows. */
  tasks: ReadonlyMap<string, Split>;
  /** Tasks that are evaluated on. */
  excluded: string[];
  /** Rows of the parent, by id of the example. */
  earlier: ReadonlyMap<string, { split: Split; hash: string }>;
  sameSettings: boolean;
  left_out: Record<string, number>;
  now: Date;
  signal?: AbortSignal | undefined;
  progress?: ((done: number, total: number) => void) | undefined;
}

type Files = Record<Split, StoredFile>;
const eachSplit = (): Record<Split, number> => ({ train: 0, validation: 0, test: 0 });

/** @throws KnowhowError `E7206` when the disk is full. */
export async function asVersion(
  room: Workroom,
  spool: Spool,
  parts: VersionParts,
): Promise<{ version: DatasetVersion; staged: Staged[] }> {
  const { name, parent, settings, rows, pairs, seen, earlier, left_out, now } = parts;
  const statistics = createStatistics();
  const staged: Staged[] = [];
  const changed = eachSplit();
  const removed = eachSplit();
  const gone = new Set(earlier.keys());
  let kept = 0;
  let done = 0;

  const ordered = [...rows.filter((row) => row.kept), ...rows.filter((row) => !row.kept).sort(byStored)];
  async function* linesOf(split: Split) {
    for (const row of ordered) {
      if (row.split !== split) continue;
      parts.signal?.throwIfAborted();
      const text = await spool.read(row.slot);
      const line = row.kept ? text : lineOf(text, row.judgement);
      const before = earlier.get(row.sketch.id);
      if (before) {
        gone.delete(row.sketch.id);
        if (before.split === split && before.hash === hashOf(line)) kept += 1;
        else changed[before.split] += 1;
      }
      statistics.add(JSON.parse(line) as DatasetRow, split);
      done += 1;
      if (done % 1_000 === 0) parts.progress?.(done, rows.length);
      yield line;
    }
  }
  async function* pairLinesOf(split: Split) {
    for (const pair of pairs) {
      if (pair.split !== split) continue;
      const line = await spool.read(pair.slot);
      statistics.addPair(JSON.parse(line) as PreferenceExample, split);
      yield line;
    }
  }
  const write = async (file: string, lines: Iterable<string> | AsyncIterable<string>) => {
    const one = await stage(room, file, lines);
    staged.push(one);
    return one.file;
  };
  const splits = {} as Files;
  const pairFiles = {} as Files;
  for (const split of SPLITS) {
    splits[split] = await write(split, linesOf(split));
    pairFiles[split] = await write(`pairs-${split}`, pairLinesOf(split));
  }
  const seenFile = await write('seen', entriesOf(seen));
  const tasksFile = await write('tasks', entriesOf(parts.tasks));
  const { excluded } = parts;
  const excludedFile =
    excluded.length === 0
      ? undefined
      : await write(
          'excluded',
          excluded.map((text) => JSON.stringify(text)),
        );
  for (const id of gone) removed[earlier.get(id)?.split ?? 'train'] += 1;
  const taken = earlier.size - kept;

  const version: DatasetVersion = {
    format: 'knowhow-dataset',
    layout: 1,
    name,
    version: nextVersion(parent, { settings: !parts.sameSettings, removed, changed }),
    content_hash: contentHash({ settings, splits, pairs: pairFiles, excluded: excludedFile }),
    created_at: now.toISOString(),
    parent: parent ? { version: parent.version, content_hash: parent.content_hash } : null,
    settings,
    splits,
    pairs: pairFiles,
    seen: seenFile,
    tasks: tasksFile,
    ...(excludedFile ? { excluded: excludedFile } : {}),
    cursor: cursorOf(rows),
    statistics: statistics.done(),
    left_out,
    changes: { added: rows.length - kept, removed: taken, kept },
  };
  return { version, staged };
}

/** In the order of their keys, so that the same entries are the same file. */
const entriesOf = (entries: ReadonlyMap<string, string>): string[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map((entry) => JSON.stringify(entry));

/** The last run that is in, by when it was stored. */
function cursorOf(rows: Row[]): DatasetVersion['cursor'] {
  let last: { created_at: string; id: string } | undefined;
  for (const { sketch } of rows) {
    const here = { created_at: sketch.created_at, id: sketch.item_id };
    if (!last || byAge(last, here) < 0) last = here;
  }
  return last ?? null;
}

const byStored = (a: Row, b: Row): number => byAge(a.sketch, b.sketch);

const HEAD = '{"example":';
const MIDDLE = ',"judgement":';
const lineOf = (example: string, judgement: QualityJudgement): string =>
  `${HEAD}${example}${MIDDLE}${JSON.stringify(judgement)}}`;

/** Of the example alone: among other examples it may be judged a little otherwise, and is still the same row. */
export const hashOf = (line: string): string =>
  hashOfExample(line.slice(HEAD.length, line.lastIndexOf(MIDDLE)));

export const hashOfExample = (example: string): string => createHash('sha1').update(example).digest('base64');
