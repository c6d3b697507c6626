/** Strategies of a batch into the memory: weighed, near-duplicates joined, and moved on by the rules of their life. */
import type { Context } from '../../context.ts';
import { canonicalJson } from '../../learners/content-id.ts';
import type { Attempt, CodeConcept, Strategy } from '../../types.ts';
import { attemptsOfRuns } from '../attempts.ts';
import { keepDocumentation } from '../llm/concept-words.ts';
import { keepWording } from '../llm/strategy.ts';
import { usesOfRecords } from '../uses.ts';
import { citesOf, freshness } from './cites.ts';
import { latest, type Witnesses, weigh, witnessesOf } from './evidence.ts';
import { baseOf } from './harm.ts';
import { absorb, joinNear } from './merge.ts';
import { codeKey } from './near.ts';
import { withSignValues } from './sign-values.ts';
import { credit, isNewer, moved, namesOf } from './standing.ts';

export interface Settling {
  /** What they were told from. */
  attempts: Attempt[];
  /** True when these are all attempts of the project, so that what is missing no longer holds. */
  complete: boolean;
}

/** Strategies of other projects that one of this project may say the same as: the newest. */
const MOST_FOREIGN = 2_000;
const SOURCES_AT_ONCE = 2_000;

/** Writes the strategies of one project: those told now, and what became of those that stood. Twice is as once. */
export async function settleStrategies(
  ctx: Context,
  project: string,
  told: Strategy[],
  { attempts, complete }: Settling,
): Promise<void> {
  const own = await ctx.memory.strategies.list({ where: { project } });
  const foreign = await foreignKin(ctx, project, [...told, ...own]);
  const stored = new Map([...foreign, ...own].map((each) => [each.id, each]));
  const joinable = own.filter(({ merged_into, merged_from }) => merged_into || merged_from);
  const witnesses = await allWitnesses(ctx, attempts, [...told, ...joinable, ...foreign]);
  const fresh = await withNature(ctx, await withSignValues(ctx, project, told));
  const there = new Set(attempts.map(({ trajectory }) => trajectory));
  const worded = fresh.map((each) => keepWording(each, stored.get(each.id), (run) => there.has(run)));
  const pool = new Map(worded.map((each) => [each.id, retold(each, stored.get(each.id), witnesses)]));
  const missing = own.filter(({ id }) => !pool.has(id));
  // What was not told can keep the evidence of others only while it still holds.
  for (const each of missing) {
    const { kind, status } = each;
    if (status !== 'archived' && (kind === 'given' || (!complete && status !== 'stale')))
      pool.set(each.id, each);
  }
  for (const each of foreign) pool.set(each.id, each);

  const merged = joined([...pool.values()], stored, witnesses);
  const all = [...merged, ...missing.filter(({ id }) => !pool.has(id))];
  const uses = await usesOfRecords(ctx, [...new Set(all.flatMap(namesOf))]);
  const base = baseOf(attempts);
  const credited = all.map((each) => credit(each, uses, each.project === project ? base : undefined));
  const cited = await Promise.all(credited.map((each) => withCites(ctx, each)));
  const changed = await freshness(ctx, cited);
  const project_at = latest(attempts.map(({ at }) => at));
  const isTold = new Set(told.map(({ id }) => id));
  const settled = cited.map((each) =>
    moved(each, {
      now: ctx.now(),
      changed: changed.get(each.id),
      ...(each.project === project ? { project_at, told: complete ? isTold.has(each.id) : undefined } : {}),
    }),
  );
  await ctx.memory.strategies.put(settled.filter((each) => !isSame(each, stored.get(each.id))));
}

/** Strategies of other projects that say the same as some of these, and those that were merged into them. */
async function foreignKin(ctx: Context, project: string, strategies: Strategy[]): Promise<Strategy[]> {
  const keys = new Set(strategies.map(codeKey));
  const ids = new Set(strategies.map(({ id }) => id));
  const others = await ctx.memory.strategies.list({
    where: { abstractable: 'true' },
    order: 'newest',
    limit: MOST_FOREIGN,
  });
  return others.filter(
    (each) =>
      each.project !== project &&
      keys.has(codeKey(each)) &&
      (each.status === 'active' || each.status === 'candidate' || ids.has(each.merged_into ?? '')),
  );
}

/** Near-duplicates joined: one keeps the evidence of all, the others say where it went. */
function joined(
  strategies: Strategy[],
  stored: ReadonlyMap<string, Strategy>,
  witnesses: Witnesses,
): Strategy[] {
  const byId = new Map(strategies.map((each) => [each.id, each]));
  const stood = strategies.filter(({ id }) => {
    const known = stored.get(id);
    return known !== undefined && !known.merged_into && known.status !== 'archived';
  });
  const into = joinNear(strategies, new Set(stood.map(({ id }) => id)));
  const members = Map.groupBy([...into], ([, leader]) => leader);
  return strategies.map((each) => {
    const leader = into.get(each.id);
    if (leader) return { ...each, merged_into: leader };
    const { merged_into: _, ...free } = each;
    const said = (members.get(each.id) ?? []).flatMap(([id]) => byId.get(id) ?? []);
    return absorb(free, said, witnesses);
  });
}

/** What is told anew keeps what was stored of its life; its runs are weighed. How it was told is a fact of its evidence. */
export function retold(told: Strategy, past: Strategy | undefined, witnesses: Witnesses): Strategy {
  const firm = told.kind === 'contrast' ? { firm: told.status === 'active' } : {};
  const weighed = weigh({ ...told, evidence: { ...told.evidence, ...firm } }, witnesses);
  return {
    ...weighed,
    status: past?.status ?? 'candidate',
    ...(past?.status_since ? { status_since: past.status_since } : {}),
    ...(past?.status_why ? { status_why: past.status_why } : {}),
    ...(past?.merged_into ? { merged_into: past.merged_into } : {}),
    ...(past?.cites && !isNewer(weighed.confirmed_at, past.confirmed_at) ? { cites: past.cites } : {}),
  };
}

/** Abstractable is what holds beyond its project by itself, or was seen in a run that was judged so. */
async function withNature(ctx: Context, told: Strategy[]): Promise<Strategy[]> {
  const sources = [...new Set(told.flatMap(({ derived_from }) => derived_from))];
  const general = new Set<string>();
  for (let i = 0; i < sources.length; i += SOURCES_AT_ONCE) {
    const where = { trajectory: sources.slice(i, i + SOURCES_AT_ONCE), abstractable: 'true' };
    for (const run of (await ctx.memory.experiences.cells('trajectory', { where })).values())
      general.add(run);
  }
  return told.map((strategy) => ({
    ...strategy,
    abstractable: strategy.abstractable || strategy.derived_from.some((id) => general.has(id)),
  }));
}

/** The judged runs behind them all: those at hand, and those that other projects or older batches named. */
async function allWitnesses(ctx: Context, attempts: Attempt[], named: Strategy[]): Promise<Witnesses> {
  const known = new Set(attempts.map(({ trajectory }) => trajectory));
  const absent = [...new Set(named.flatMap(({ evidence }) => evidence.from))].filter((id) => !known.has(id));
  return witnessesOf([...attempts, ...(await attemptsOfRuns(ctx, absent))]);
}

/** Code is cited as it was when the strategy was first told or last confirmed: what changes later makes it stale. */
async function withCites(ctx: Context, strategy: Strategy): Promise<Strategy> {
  const { workspace, project } = ctx.config;
  if (!workspace || strategy.project !== project || strategy.cites) return strategy;
  const cites = await citesOf(workspace, strategy.suggestion);
  return cites.length > 0 ? { ...strategy, cites } : strategy;
}

const isSame = (next: Strategy, past: Strategy | undefined): boolean =>
  past !== undefined && canonicalJson({ ...next, at: '' }) === canonicalJson({ ...past, at: '' });

/**
 * Writes the concepts that a batch told. Gone are those that grew into one of them, and those seen in these runs alone
 * that no longer come out of them.
 */
export async function settleConcepts(
  ctx: Context,
  project: string,
  found: CodeConcept[],
  runs: ReadonlySet<string>,
): Promise<void> {
  await ctx.memory.concepts.put(await inTheirWords(ctx, found));
  const told = new Set(found.map(({ id }) => id));
  const grown = new Set(found.flatMap(({ replaces }) => replaces ?? []));
  const standing = await ctx.memory.concepts.list({ where: { project } });
  const gone = standing.filter(
    ({ id, source, derived_from }) =>
      source === 'learned' && !told.has(id) && (grown.has(id) || derived_from.every((run) => runs.has(run))),
  );
  if (gone.length > 0) await ctx.memory.concepts.remove({ id: gone.map(({ id }) => id) });
}

/** Concepts that a model documented before keep its words, as long as the runs behind them are there. */
async function inTheirWords(ctx: Context, found: CodeConcept[]): Promise<CodeConcept[]> {
  const stored = await ctx.memory.concepts.getMany(found.map(({ id }) => id));
  const worded = new Map(stored.filter(({ method }) => method === 'llm').map((each) => [each.id, each]));
  const runs = [...new Set([...worded.values()].flatMap(({ derived_from }) => derived_from))];
  const there = new Set((await ctx.memory.trajectories.getMany(runs)).map(({ id }) => id));
  return found.map((each) => keepDocumentation(each, worded.get(each.id), (run) => there.has(run)));
}
