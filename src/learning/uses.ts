/**
 * Uses: what a retrieval had shown, and how the run that followed ended. Facts with ids from their content, so that
 * noting a run twice, or after it was judged anew, leaves one fact that holds; tallies are counted anew from them.
 */
import type { Context } from '../context.ts';
import { contentId } from '../learners/content-id.ts';
import { taskKey } from '../memory/memory.ts';
import {
  type Exposure,
  type Retrieval,
  type Trajectory,
  type Use,
  type Used,
  VERDICT_TRUST,
  type Votes,
} from '../types.ts';
import { lastErrorOf } from './acts/attempt.ts';
import { exposureOf, recordsOf, rejudgeExposures } from './exposures.ts';
import { latest } from './strategies/evidence.ts';

const KINDS: [prefix: string, kind: Use['kind']][] = [
  ['strat_', 'strategy'],
  ['err_', 'error_pattern'],
  ['concept_', 'concept'],
];
/** Uses of one record that are counted: the newest. */
const MOST_USES = 1_000;

export interface NotedUses {
  uses: Use[];
  /** In words, for whoever recorded the run. */
  notes: string[];
}

/** Credits what was shown to these runs with how they ended. Runs without a `retrieval_id` cost nothing. */
export async function noteUses(ctx: Context, runs: Trajectory[]): Promise<NotedUses> {
  const asked = runs.filter(({ retrieval_id }) => retrieval_id !== undefined);
  if (asked.length === 0) return { uses: [], notes: [] };
  const wanted = [...new Set(asked.flatMap(({ retrieval_id }) => retrieval_id ?? []))];
  const retrievals = new Map((await ctx.memory.retrievals.getMany(wanted)).map((each) => [each.id, each]));
  const uses: Use[] = [];
  const exposures: Exposure[] = [];
  const notes: string[] = [];
  for (const run of asked) {
    const retrieval = retrievals.get(run.retrieval_id ?? '');
    if (!retrieval) notes.push('retrieval_id names no stored retrieval: nothing was credited.');
    // What was asked for after the run had ended did not help it.
    else if (retrieval.at > run.at) notes.push('That retrieval came after the run: nothing was credited.');
    else {
      uses.push(...usesOf(run, retrieval));
      exposures.push(exposureOf(run, retrieval));
    }
  }
  if (uses.length > 0) await ctx.memory.uses.put(uses);
  if (exposures.length > 0) await ctx.memory.exposures.put(exposures);
  return { uses, notes: [...new Set(notes)] };
}

/**
 * One use for each record that was shown, or was chosen and withheld; runs that were shown are no advice and get none.
 */
export function usesOf(run: Trajectory, retrieval: Retrieval): Use[] {
  const isWithheld = retrieval.arm === 'withheld';
  const places = new Map<Use['kind'], number>();
  return recordsOf(retrieval).flatMap((shown) => {
    const kind = KINDS.find(([prefix]) => shown.startsWith(prefix))?.[1];
    if (!kind) return [];
    const place = (places.get(kind) ?? 0) + 1;
    places.set(kind, place);
    return {
      id: contentId('use', [shown, run.id]),
      at: run.at,
      project: run.project,
      derived_from: [run.id, retrieval.id],
      shown,
      kind,
      trajectory: run.id,
      retrieval: retrieval.id,
      task_key: taskKey(run.project, run.task),
      place,
      ...(isWithheld ? { withheld: true as const } : {}),
      ...verdictOf(run),
    };
  });
}

const verdictOf = (run: Trajectory): Pick<Use, 'trust' | 'success' | 'error'> => ({
  trust: run.trust,
  success: run.outcome.success,
  error: run.outcome.success === false ? lastErrorOf(run) : undefined,
});

/** Brings the uses and exposures of runs in line with how they are judged now. @returns those that changed. */
export async function rejudgeUses(ctx: Context, runs: Trajectory[]): Promise<Use[]> {
  const byId = new Map(runs.map((run) => [run.id, run]));
  if (byId.size === 0) return [];
  const known = await ctx.memory.uses.list({ where: { trajectory: [...byId.keys()] } });
  const changed = known.flatMap((use) => {
    const run = byId.get(use.trajectory);
    const { error: _, ...rest } = use;
    const next = run && { ...rest, ...verdictOf(run) };
    return next && (next.success !== use.success || next.trust !== use.trust) ? [next] : [];
  });
  if (changed.length > 0) await ctx.memory.uses.put(changed);
  await rejudgeExposures(ctx, [...byId.values()]);
  return changed;
}

/** The uses of records, by record. */
export async function usesOfRecords(ctx: Context, ids: string[]): Promise<Map<string, Use[]>> {
  const found: Use[] = [];
  for (let i = 0; i < ids.length; i += 100) {
    const shown = ids.slice(i, i + 100);
    found.push(...(await ctx.memory.uses.list({ where: { shown }, limit: shown.length * MOST_USES })));
  }
  return Map.groupBy(found, ({ shown }) => shown);
}

/**
 * Counts judged uses, each run once, those of `counted` runs left out: they are in the evidence already. A task has at
 * most one vote, shared by its runs by trust: ten attempts at one task are one witness. Undefined without any.
 */
export function tallyUses(uses: Use[], counted: ReadonlySet<string> = new Set()): Used | undefined {
  const judged = [...new Map(uses.map((use) => [use.trajectory, use])).values()].filter(
    ({ success, trajectory, withheld }) => success !== null && !withheld && !counted.has(trajectory),
  );
  if (judged.length === 0) return undefined;
  const votes: Votes = { worked: 0, failed: 0 };
  let confirmed = 0;
  for (const same of [...Map.groupBy(judged, ({ task_key }) => task_key).values()].sort(byTask)) {
    const sum = (success: boolean) =>
      same
        .filter((use) => use.success === success)
        .map(({ trust }) => trust)
        .sort()
        .reduce((total, trust) => total + trust, 0);
    const [good, bad] = [sum(true), sum(false)];
    const scale = 1 / Math.max(1, good + bad);
    votes.worked += good * scale;
    votes.failed += bad * scale;
    if (same.some(({ success, trust }) => success && trust >= VERDICT_TRUST.llm_judge)) confirmed += 1;
  }
  return {
    worked: judged.filter(({ success }) => success).length,
    tried: judged.length,
    tasks: new Set(judged.map(({ task_key }) => task_key)).size,
    judged: confirmed,
    votes,
    last: latest(judged.map(({ at }) => at)) ?? '',
  };
}

const byTask = ([a]: Use[], [b]: Use[]): number => ((a?.task_key ?? '') < (b?.task_key ?? '') ? -1 : 1);
