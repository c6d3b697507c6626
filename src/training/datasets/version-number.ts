/** Semantic versions of datasets: what a change of the rows does to the number. */
import type { DatasetVersion, Split } from '../../types/training.ts';

/** What became of the rows of the parent, by the split that they were in. Rows that were added count nowhere here. */
export interface RowChanges {
  /** The rule or any other setting is another. */
  settings: boolean;
  removed: Record<Split, number>;
  /** Same example, other content, or other split. */
  changed: Record<Split, number>;
}

export type VersionNumber = [major: number, minor: number, patch: number];

const FORM = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/u;

/** The three numbers of `MAJOR.MINOR.PATCH`; undefined for anything else. */
export function parseVersion(text: string): VersionNumber | undefined {
  const [, major, minor, patch] = FORM.exec(text) ?? [];
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Order of versions, oldest first; what is no version comes before all that are. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (!left || !right) return Number(left !== undefined) - Number(right !== undefined);
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/**
 * The number of the next version. 1.0.0 is the first; patch: rows were only added; minor: a setting is another, or rows
 * to train or validate on went or changed; major: rows of the test went or changed, so that figures on it are no longer comparable.
 */
export function nextVersion(
  parent: Pick<DatasetVersion, 'version'> | undefined,
  { settings, removed, changed }: RowChanges,
): string {
  const numbers = parent && parseVersion(parent.version);
  if (!numbers) return '1.0.0';
  const [major, minor, patch] = numbers;
  const touched = (split: Split) => removed[split] + changed[split] > 0;
  if (touched('test')) return `${major + 1}.0.0`;
  if (settings || touched('train') || touched('validation')) return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}
