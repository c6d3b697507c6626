/**
 * Which strategies and concepts must change when runs go. The lineage alone does not say it: `derived_from` names at most
 * so many sources, and a pitfall is told from runs that are not among them. So a record stays as it is only where it reads
 * the same, told with the runs and without.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CodeConcept, Strategy } from '../types.ts';
import type { Told } from './without.ts';

export type Verdict = 'stays' | 'goes' | 'told anew';

/** What was told with and without the runs, by id, over all projects that were looked at. */
export type Tellings<T> = ReadonlyMap<string, Told<T>>;

export function verdictOf<T extends Strategy | CodeConcept>(
  told: Told<T>,
  tellings: Tellings<T>,
  gone: ReadonlySet<string>,
): Verdict {
  const { standing, without } = told;
  // What only the runs kept from being told is told now; what they have not taught yet waits for a batch.
  if (!standing) return without && !told.with ? 'told anew' : 'stays';
  // What was given, not learned, is never told anew; its sources are seen to with all others.
  if ('kind' in standing ? standing.kind === 'given' : standing.source !== 'learned') return 'stays';
  if (without) return isUntouched(standing, tellings, gone) ? 'stays' : 'told anew';
  return !told.with && isApart(standing, gone) ? 'stays' : 'goes';
}

/** It, and all that was merged into it, reads the same without the runs; and what is stored is of these tellings. */
function isUntouched<T extends Strategy | CodeConcept>(
  standing: T,
  tellings: Tellings<T>,
  gone: ReadonlySet<string>,
): boolean {
  const merged = 'merged_from' in standing ? (standing.merged_from ?? []) : [];
  const parts = [standing.id, ...merged].flatMap((id) => tellings.get(id) ?? []);
  const sources = new Set(parts.flatMap((part) => part.with?.derived_from ?? []));
  const [own] = parts;
  return (
    !namesAny(standing, gone) &&
    parts.every((part) => isDeepStrictEqual(timeless(part.with), timeless(part.without))) &&
    (merged.length > 0 ||
      (own?.with !== undefined && isDeepStrictEqual(countsOf(standing), countsOf(own.with)))) &&
    (merged.length > parts.length - 1 || standing.derived_from.every((id) => sources.has(id)))
  );
}

const timeless = <T extends object>(record: T | undefined) => record && { ...record, at: '' };

const namesAny = (record: Strategy | CodeConcept, gone: ReadonlySet<string>): boolean =>
  [...record.derived_from, ...('evidence' in record ? record.evidence.from : [])].some((id) => gone.has(id));

const countsOf = (record: Strategy | CodeConcept) =>
  'evidence' in record
    ? [record.evidence.worked, record.evidence.tried, record.evidence.without, record.evidence.tasks]
    : [record.usage, record.tasks];

/** Nothing in a record that is no longer told can come from the runs: its sources are all named, and others. */
function isApart(record: Strategy | CodeConcept, gone: ReadonlySet<string>): boolean {
  const sources = 'evidence' in record ? record.evidence.tried : record.usage.tried;
  const warned = 'pitfalls' in record && record.pitfalls.length > 0;
  return !warned && record.derived_from.length >= sources && !namesAny(record, gone);
}
