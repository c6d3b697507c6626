/**
 * Strategies from contrast: what successful attempts did and failed attempts at the same tasks did not, compared
 * within each task (Mantel-Haenszel), so that an easy task cannot pass for good advice.
 */
import { type Contrast, mantelHaenszel, wilson } from '../../learners/statistics.ts';
import type { Attempt } from '../../types.ts';
import { type Feature, type Features, featureKey, featuresOf } from '../acts/features.ts';

/** An attempt with all that follows from what it did. */
export interface Attempted extends Attempt {
  features: Features;
}

export interface Finding {
  feature: Feature;
  /** Success rate of those who did minus those who did not, pooled over tasks: -1..1. */
  difference: number;
  z: number;
  /** Attempts that did it, and how they ended. */
  did: Attempted[];
  worked: number;
  /** Attempts at the same tasks that did not, and how those ended. */
  others: Attempted[];
  without: { worked: number; tried: number };
  /** Tasks at which somebody did it and succeeded. */
  tasks: number;
}

/** How strong a contrast must be: fewer attempts or tasks than this tell nothing. */
const LEAST_DIFFERENCE = 0.2;
const LEAST_Z = 1.0;

/**
 * Findings among judged attempts, helpful and harmful, strongest first. Features with the same followers are one
 * finding: the most telling of them stays.
 */
export function contrast(attempts: Attempt[]): Finding[] {
  const judged = attempts
    .filter(({ success }) => success !== null)
    .map((attempt): Attempted => ({ ...attempt, features: featuresOf(attempt) }));
  const byTask = Map.groupBy(judged, ({ task_key }) => task_key);
  const features = new Map<string, Feature>();
  const doers = new Map<string, Attempted[]>();
  for (const attempt of judged) {
    for (const [key, feature] of attempt.features) {
      features.set(key, feature);
      const list = doers.get(key);
      if (list) list.push(attempt);
      else doers.set(key, [attempt]);
    }
  }
  const findings: Finding[] = [];
  for (const [key, feature] of features) {
    const did = doers.get(key) ?? [];
    if (did.length < 2) continue;
    const finding = judge(feature, key, did, byTask);
    if (finding && Math.abs(finding.difference) >= LEAST_DIFFERENCE && Math.abs(finding.z) >= LEAST_Z)
      findings.push(finding);
  }
  findings.sort(
    (a, b) =>
      Math.abs(b.z) - Math.abs(a.z) ||
      telling(b) - telling(a) ||
      (featureKey(a.feature) < featureKey(b.feature) ? -1 : 1),
  );
  return dropEchoes(findings);
}

function judge(
  feature: Feature,
  key: string,
  did: Attempted[],
  byTask: Map<string, Attempted[]>,
): Finding | undefined {
  const tasks = new Set(did.map(({ task_key }) => task_key));
  const strata: Contrast[] = [];
  const without = { worked: 0, tried: 0 };
  const others: Attempted[] = [];
  let succeeded = 0;
  for (const task of tasks) {
    const stratum = { withSuccess: 0, withFailure: 0, withoutSuccess: 0, withoutFailure: 0 };
    for (const attempt of byTask.get(task) ?? []) {
      const success = attempt.success === true;
      if (attempt.features.has(key)) stratum[success ? 'withSuccess' : 'withFailure'] += 1;
      else if (comparable(feature, attempt.features)) {
        stratum[success ? 'withoutSuccess' : 'withoutFailure'] += 1;
        others.push(attempt);
      }
    }
    without.worked += stratum.withoutSuccess;
    without.tried += stratum.withoutSuccess + stratum.withoutFailure;
    if (stratum.withSuccess > 0) succeeded += 1;
    strata.push(stratum);
  }
  const { difference, z, strata: used } = mantelHaenszel(strata);
  if (used === 0) return undefined;
  // At a single task, running what the task asked for is no advice.
  if (tasks.size === 1 && feature.kind === 'ran' && did.some(({ features }) => features.get(key)?.asked))
    return undefined;
  const worked = did.filter(({ success }) => success).length;
  return { feature, difference, z, did, worked, others, without, tasks: succeeded };
}

/** An order can only be compared with runs that did the later act at all. */
function comparable(feature: Feature, features: Features): boolean {
  if (feature.kind !== 'before') return true;
  for (const other of features.values()) {
    if (
      (other.kind === 'used' || other.kind === 'before') &&
      (other.act === feature.than || other.than === feature.than)
    )
      return true;
  }
  return false;
}

const TELLING: Record<Feature['kind'], number> = { ran: 4, read: 3, edited: 2, before: 2, used: 1 };
const telling = ({ feature }: Finding) => TELLING[feature.kind];

function dropEchoes(findings: Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings) {
    const ids = new Set(finding.did.map(({ id }) => id));
    const echo = kept.some((other) => {
      if (Math.sign(other.difference) !== Math.sign(finding.difference)) return false;
      const shared = other.did.filter(({ id }) => ids.has(id)).length;
      return shared / (ids.size + other.did.length - shared) >= 0.7;
    });
    if (!echo) kept.push(finding);
  }
  return kept;
}

/** True when the interval of those who did it lies above the rate of those who did not: more than a fluke. */
export const isFirm = ({ worked, did, without, tasks, z }: Finding): boolean =>
  tasks >= 2 && z >= 1.64 && wilson(worked, did.length, 1)[0] > (without.worked + 1) / (without.tried + 2);
