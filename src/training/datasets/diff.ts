/** What is different between two versions of a dataset. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../learners/content-id.ts';
import {
  type DatasetRow,
  type DatasetStatistics,
  type DatasetVersion,
  SPLITS,
  type Split,
} from '../../types/training.ts';

/** One row that differs, named by its example. */
export interface RowDifference {
  example: string;
  item: string;
  /** Where it was, where it had been. */
  from?: Split;
  to?: Split;
}

export interface Differing {
  count: number;
  /** The first 100 by id. */
  rows: RowDifference[];
}

export interface DatasetDiff {
  name: string;
  before: string;
  after: string;
  /** The files and what decided them are the same. */
  same: boolean;
  /** In `after` only. */
  added: Differing;
  removed: Differing;
  /** The same run told otherwise: what would be learned from it is not the same. */
  changed: Differing;
  /** The same row in another split. */
  moved: Differing;
  /** What would be learned from them is the same; of these, `judged_anew` are worth more or less than before. */
  unchanged: number;
  judged_anew: number;
  settings: { setting: string; before: unknown; after: unknown }[];
  statistics: { before: DatasetStatistics; after: DatasetStatistics };
}

export type RowsOf = (version: DatasetVersion, split: Split) => AsyncIterable<DatasetRow>;

/** So many rows of the older version are held at once; a larger dataset is read several times over. */
const ROWS_AT_ONCE = 200_000;
const MOST_TOLD = 100;

interface Held {
  example: string;
  split: Split;
  content: string;
  judgement: string;
}

/**
 * Compares two versions run by run: `rowsOf` reads their rows, in any order. Holds 200,000 rows at most, as hashes.
 * `rowsAtOnce` is for trying that out.
 */
export async function diffVersions(
  a: DatasetVersion,
  b: DatasetVersion,
  rowsOf: RowsOf,
  rowsAtOnce = ROWS_AT_ONCE,
): Promise<DatasetDiff> {
  const [added, removed, changed, moved] = [differing(), differing(), differing(), differing()];
  let [unchanged, judged_anew] = [0, 0];
  const same = a.content_hash === b.content_hash;
  const passes = Math.max(1, Math.ceil(linesOf(a) / rowsAtOnce));
  for (let pass = 0; pass < passes; pass += 1) {
    const before = new Map<string, Held>();
    for await (const { row, split } of rowsIn(a, rowsOf, pass, passes))
      before.set(row.example.item_id, held(row, split));
    for await (const { row, split } of rowsIn(b, rowsOf, pass, passes)) {
      const { id: example, item_id: item } = row.example;
      const was = before.get(item);
      before.delete(item);
      if (!was) added.add({ example, item, to: split });
      else if (was.content !== hashOf(row.example))
        changed.add({ example, item, from: was.split, to: split });
      else if (was.split !== split) moved.add({ example, item, from: was.split, to: split });
      else {
        unchanged += 1;
        if (was.judgement !== hashOf(row.judgement)) judged_anew += 1;
      }
    }
    for (const [item, { example, split }] of before) removed.add({ example, item, from: split });
  }
  return {
    name: b.name,
    before: a.version,
    after: b.version,
    same,
    added: added.done(),
    removed: removed.done(),
    changed: changed.done(),
    moved: moved.done(),
    unchanged,
    judged_anew,
    settings: settingsBetween(a, b),
    statistics: { before: a.statistics, after: b.statistics },
  };
}

function settingsBetween(a: DatasetVersion, b: DatasetVersion): DatasetDiff['settings'] {
  const [before, after]: Record<string, unknown>[] = [a.settings, b.settings];
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].sort().flatMap((setting) => {
    const [was, is] = [before?.[setting], after?.[setting]];
    return canonicalJson([was]) === canonicalJson([is]) ? [] : [{ setting, before: was, after: is }];
  });
}

const linesOf = ({ splits }: DatasetVersion): number =>
  SPLITS.reduce((sum, split) => sum + splits[split].lines, 0);

/** The rows of one pass: those whose run falls into it by its hash, so that both sides of a run meet. */
async function* rowsIn(version: DatasetVersion, rowsOf: RowsOf, pass: number, passes: number) {
  for (const split of SPLITS)
    for await (const row of rowsOf(version, split))
      if (passes === 1 || digest(row.example.item_id).readUInt32BE(0) % passes === pass) yield { row, split };
}

const held = (row: DatasetRow, split: Split): Held => ({
  example: row.example.id,
  split,
  content: hashOf(row.example),
  judgement: hashOf(row.judgement),
});
const hashOf = (part: unknown): string => digest(canonicalJson(part)).toString('base64', 0, 16);
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function differing() {
  let rows: RowDifference[] = [];
  let count = 0;
  const first = () => rows.sort((a, b) => (a.example < b.example ? -1 : 1)).slice(0, MOST_TOLD);
  return {
    add(row: RowDifference) {
      count += 1;
      rows.push(row);
      if (rows.length >= 10 * MOST_TOLD) rows = first();
    },
    done: (): Differing => ({ count, rows: first() }),
  };
}
