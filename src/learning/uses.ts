/**
 * Uses: what a retrieval had shown, and how the run that followed ended. Facts with ids from their content, so that
 * noting a run twice, or after it was judged anew, leaves one fact that holds; tallies are counted anew from them.
 */
import type { Context } from '../context.ts';
import { contentId } from '../learners/content-id.ts';
import { countVotes, examined } from '../learners/votes.ts';
import { taskKey } from '../memory/memory.ts';
import {
  type Counted,
  type Exposure,
  type Retrieval,
  type Strategy,
  type Trajectory,
  type Use,
  type Used,
  VERDICT_TRUST,
} from '../types.ts';
import { lastErrorOf } from './acts/attempt.ts';
import { exposureOf, recordsOf, rejudgeExposures } from './exposures.ts';
import { linksOf } from './links.ts';
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

/**
 * Credits what was shown to these runs, or was chosen for them and withheld, with how they ended. Without a hold-out, runs
 * without a `retrieval_id` cost nothing.
 */
export async function noteUses(ctx: Context, runs: Trajectory[]): Promise<NotedUses> {
  const asked = ctx.config.holdout > 0 ? runs : runs.filter(({ retrieval_id }) => retrieval_id !== undefined);
  if (asked.length === 0) return { uses: [], notes: [] };
  const { links, astray } = await linksOf(ctx, asked);
  const uses: Use[] = [];
  const exposures: Exposure[] = [];
  const notes: string[] = [];
  if (astray.length > 0) notes.push('retrieval_id names no stored retrieval: nothing was credited.');
  for (const { run, retrieval, mixed } of links) {
    // What was asked for after the run had ended did not help it.
    if (retrieval.at > run.at) notes.push('That retrieval came after the run: nothing was credited.');
    else {
      uses.push(...usesOf(run, retrieval));
      exposures.push({ ...exposureOf(run, retrieval), ...(mixed ? { mixed } : {}) });
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
      ...(isDrawn(retrieval, shown) ? { holdout: retrieval.holdout } : {}),
      ...verdictOf(run),
    };
  });
}

/**
 * Whether only the draw decided that it was shown or not. What was chosen for an error, or later in a session, was chosen for those
 * whom nothing had helped so far: there the arms are not alike any more.
 */
const isDrawn = ({ holdout, error, at_first }: Retrieval, record: string): boolean =>
  holdout !== undefined && error === undefined && (at_first?.includes(record) ?? true);

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

/** The uses of records, by record: the newest of each, whatever it is asked with. */
export async function usesOfRecords(ctx: Context, ids: string[]): Promise<Map<string, Use[]>> {
  const { uses } = ctx.memory;
  const found: Use[] = [];
  for (let i = 0; i < ids.length; i += 100) {
    const shown = ids.slice(i, i + 100);
    const limit = shown.length * MOST_USES;
    const page = await uses.list({ where: { shown }, limit });
    if (page.length < limit) found.push(...page);
    // What one has too many of is not to be at the cost of the others.
    else
      for (const id of shown)
        found.push(...(await uses.list({ where: { shown: id }, order: 'newest', limit: MOST_USES })));
  }
  const byRecord = Map.groupBy(found, ({ shown }) => shown);
  for (const [id, all] of byRecord) if (all.length > MOST_USES) byRecord.set(id, newest(all));
  return byRecord;
}

const newest = (uses: Use[]): Use[] =>
  uses.sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? 1 : -1)).slice(0, MOST_USES);

/**
 * Counts judged uses of what was shown, each run once, those of `counted` runs left out: they are in the evidence already.
 * What stood further down says less. Undefined without any.
 */
export function tallyUses(uses: Use[], counted: ReadonlySet<string> = new Set()): Used | undefined {
  const judged = judgedUses(uses, counted).filter(({ withheld }) => !withheld);
  if (judged.length === 0) return undefined;
  const strong = judged.filter(({ success, trust }) => success && trust >= VERDICT_TRUST.llm_judge);
  return {
    ...countUses(judged),
    tasks: tasksOf(judged),
    judged: tasksOf(strong),
    last: latest(judged.map(({ at }) => at)) ?? '',
  };
}

/**
 * Counts the uses that a draw decided on: what was withheld, and what was shown while something was. Undefined while
 * nothing was withheld. Where the share that is held out was changed, more of one arm lies on one side of the change: what was
 * shown is weighed so that both arms lie alike, or what else changed meanwhile would pass for what showing it did.
 */
export function tallyDrawn(
  uses: Use[],
  counted: ReadonlySet<string> = new Set(),
): Strategy['evidence']['withheld'] {
  const drawn = judgedUses(uses, counted).filter(({ holdout }) => holdout !== undefined);
  const withheld = drawn.filter((use) => use.withheld);
  if (withheld.length === 0) return undefined;
  const most = Math.max(0, ...withheld.map(oddsOf).filter(Number.isFinite));
  const shown = drawn.filter((use) => !use.withheld);
  return {
    ...countUses(withheld, (use) => (oddsOf(use) === Infinity ? 0 : 1)),
    shown: countUses(shown, (use) => Math.min(1, oddsOf(use) / most)),
  };
}

/** Held-out tasks for each that is shown; with all of them held out there is nothing to compare with. */
const oddsOf = ({ holdout = 0 }: Use): number => (holdout < 1 ? holdout / (1 - holdout) : Infinity);

type Judged = Use & { success: boolean };

/** Each run once: where it was shown two that are one by now, at the better place. */
function judgedUses(uses: Use[], counted: ReadonlySet<string>): Judged[] {
  const byRun = new Map<string, Judged>();
  for (const use of uses) {
    const { success, trajectory } = use;
    if (success === null || counted.has(trajectory)) continue;
    const known = byRun.get(trajectory);
    if (!known || (use.place ?? 1) < (known.place ?? 1)) byRun.set(trajectory, { ...use, success });
  }
  return [...byRun.values()];
}

const countUses = (uses: Judged[], share: (use: Use) => number = () => 1): Counted => ({
  worked: uses.filter(({ success }) => success).length,
  tried: uses.length,
  votes: countVotes(uses.map((use) => ({ ...use, weight: use.trust * examined(use.place) * share(use) }))),
});

const tasksOf = (uses: Use[]): number => new Set(uses.map(({ task_key }) => task_key)).size;
