/**
 * What has to change when some records are to be as if they had never been: what rested on them alone goes, what also
 * rests on others is told or counted anew from those, and facts about what goes go with it.
 */
import type { Context } from '../context.ts';
import { attemptId, experienceId, TABLES } from '../memory/memory.ts';
import type { Attempt, CodeConcept, ErrorPattern, Strategy } from '../types.ts';
import { type AnyRecord, anyTable, eachRecord, pages, type TableName } from './records.ts';
import type { Selected } from './selection.ts';
import { type Tellings, verdictOf } from './verdicts.ts';
import { countWithout, type Difference, tellWithout } from './without.ts';

export interface Consequences {
  /** Ids to be removed, by table; runs are among them unless they are to stay. */
  remove: Record<TableName, Set<string>>;
  /** Records to be written with the removed ids taken out. */
  rewrite: Record<TableName, Map<string, AnyRecord>>;
  /** By project: what is told anew, and the runs it is told from. */
  retold: Map<string, { strategies: Strategy[]; concepts: CodeConcept[]; left: Attempt[] }>;
  /** Error patterns as they are counted without the runs. */
  recount: Map<string, ErrorPattern>;
  kept: Kept[];
}

export interface Kept {
  id: string;
  because: string;
}

export interface Scope {
  /** Runs, what was worked out about each, and what was shown to them stay: only what was learned from them changes. */
  keep_runs?: boolean;
  signal?: AbortSignal | undefined;
}

const DERIVED = ['strategies', 'concepts', 'error_patterns'] as const;
/** Tables that need no sweep for facts: their rows are found by the runs they belong to, or were swept already. */
const SETTLED = new Set<TableName>(['trajectories', 'experiences', 'attempts', 'occurrences', ...DERIVED]);
/** All others; requests before the ratings that answer them. */
const SWEPT = [...new Set<TableName>(['rating_requests', ...TABLES])].filter((name) => !SETTLED.has(name));
/** A composed concept may rest on another that rests on another; deeper than this nothing is. */
const MOST_GENERATIONS = 8;

export async function consequencesOf(
  ctx: Context,
  { runs, others }: Selected,
  scope: Scope = {},
): Promise<Consequences> {
  const plan: Consequences = {
    remove: byTable(() => new Set<string>()),
    rewrite: byTable(() => new Map<string, AnyRecord>()),
    retold: new Map(),
    recount: new Map(),
    kept: [],
  };
  const gone = new Set(runs.map(({ id }) => id));
  for (const { table, id } of others) plan.remove[table].add(id);
  if (runs.length > 0) await retell(ctx, new Set(runs.map(({ project }) => project)), gone, plan, scope);
  for (const { id, without, standing } of await countWithout(ctx, gone)) {
    if (without && !plan.remove.error_patterns.has(id)) plan.recount.set(id, without);
    else if (standing) plan.remove.error_patterns.add(id);
  }
  await findFacts(ctx, gone, plan, scope);
  if (!scope.keep_runs) {
    for (const { id, retrieval_id } of runs) {
      plan.remove.trajectories.add(id);
      plan.remove.experiences.add(experienceId(id));
      plan.remove.attempts.add(attemptId(id));
      if (retrieval_id !== undefined) plan.remove.retrievals.add(retrieval_id);
    }
    await findQuestions(ctx, gone, plan);
  }
  await cascade(ctx, gone, plan, scope);
  return plan;
}

const byTable = <T>(make: () => T): Record<TableName, T> =>
  Object.fromEntries(TABLES.map((table) => [table, make()])) as Record<TableName, T>;

/** Tells the strategies and concepts of the runs' projects without them, and of those whose strategies took some in. */
async function retell(
  ctx: Context,
  projects: Set<string>,
  gone: Set<string>,
  plan: Consequences,
  scope: Scope,
): Promise<void> {
  for await (const { project, projects: all } of eachRecord(ctx.memory.strategies))
    if (all?.some((each) => projects.has(each))) projects.add(project);
  const told = new Map<string, Difference>();
  for (const project of [...projects].sort())
    told.set(project, await tellWithout(ctx, project, gone, scope.signal));
  const strategies = new Map(
    [...told.values()].flatMap((each) => each.strategies.map((one) => [one.id, one])),
  );
  const concepts = new Map([...told.values()].flatMap((each) => each.concepts.map((one) => [one.id, one])));
  const regrouped = groupsOf(strategies, gone);
  for (const [project, { left, ...each }] of told) {
    const retold: { strategies: Strategy[]; concepts: CodeConcept[] } = { strategies: [], concepts: [] };
    for (const one of each.strategies) {
      const verdict = plan.remove.strategies.has(one.id) ? 'goes' : verdictOf(one, strategies, gone);
      if (verdict === 'goes') plan.remove.strategies.add(one.id);
      else if (one.without && (verdict === 'told anew' || regrouped.has(one.id)))
        retold.strategies.push(one.without);
    }
    for (const one of each.concepts) {
      const verdict = plan.remove.concepts.has(one.id) ? 'goes' : verdictOf(one, concepts, gone);
      if (verdict === 'goes') plan.remove.concepts.add(one.id);
      else if (verdict === 'told anew' && one.without) retold.concepts.push(one.without);
    }
    plan.retold.set(project, { ...retold, left });
    if (scope.keep_runs) continue;
    for (const run of left) {
      if (run.parent !== undefined && gone.has(run.parent))
        plan.kept.push({
          id: run.trajectory,
          because: 'a retry is a run of its own; its parent will be missing',
        });
    }
  }
}

/** Strategies whose evidence another one keeps that changes: that one is put together again from all of them. */
function groupsOf(tellings: Tellings<Strategy>, gone: ReadonlySet<string>): Set<string> {
  return new Set(
    [...tellings.values()]
      .filter((told) => verdictOf(told, tellings, gone) !== 'stays')
      .flatMap(({ standing }) => standing?.merged_from ?? []),
  );
}

/**
 * What was asked about the runs' tasks. A run need not name its retrieval to belong to it; one that others belong to as well,
 * and that none of the runs names, is theirs.
 */
async function findQuestions(ctx: Context, gone: Set<string>, plan: Consequences): Promise<void> {
  const asked = new Set<string>();
  const others = new Set<string>();
  for await (const { trajectory, retrieval } of eachRecord(ctx.memory.exposures))
    (gone.has(trajectory) ? asked : others).add(retrieval);
  for (const id of asked) if (!others.has(id)) plan.remove.retrievals.add(id);
}

/**
 * Errors that the runs met, all of a pattern that goes, and how what was shown to the runs was used. A run that stays keeps what
 * binds it to its question: it may not name that itself.
 */
async function findFacts(ctx: Context, gone: Set<string>, plan: Consequences, scope: Scope): Promise<void> {
  const { occurrences, uses, exposures, writings } = ctx.memory;
  const note = (ids: string[], into: Set<string>) => {
    for (const id of ids) into.add(id);
  };
  for (const trajectory of pages([...gone])) {
    note(await occurrences.ids({ where: { trajectory } }), plan.remove.occurrences);
    note(await writings.ids({ where: { trajectory } }), plan.remove.writings);
    note(await uses.ids({ where: { trajectory } }), plan.remove.uses);
    if (!scope.keep_runs) note(await exposures.ids({ where: { trajectory } }), plan.remove.exposures);
  }
  for (const pattern of pages([...plan.remove.error_patterns]))
    note(await occurrences.ids({ where: { pattern } }), plan.remove.occurrences);
}

/** Whatever else names what goes: it goes as well when it rests on nothing else, or else forgets the name. */
async function cascade(ctx: Context, runs: Set<string>, plan: Consequences, scope: Scope): Promise<void> {
  const gone = new Set([...runs, ...TABLES.flatMap((table) => [...plan.remove[table]])]);
  const seen = new Set([
    ...plan.recount.keys(),
    ...[...plan.retold.values()].flatMap((each) =>
      [...each.strategies, ...each.concepts].map(({ id }) => id),
    ),
  ]);
  for (
    let before = -1, generation = 0;
    before < gone.size && generation < MOST_GENERATIONS;
    generation += 1
  ) {
    before = gone.size;
    for (const table of DERIVED) await sweep(ctx, table, gone, seen, plan);
  }
  if (scope.keep_runs) return;
  for (const table of SWEPT) await sweep(ctx, table, gone, seen, plan);
}

async function sweep(
  ctx: Context,
  table: TableName,
  gone: Set<string>,
  seen: Set<string>,
  plan: Consequences,
): Promise<void> {
  for await (const record of eachRecord(anyTable(ctx.memory, table))) {
    if (gone.has(record.id) || seen.has(record.id)) continue;
    const current = plan.rewrite[table].get(record.id) ?? record;
    const left = rid(current, gone);
    if (left === current) continue;
    if (left) plan.rewrite[table].set(record.id, left);
    else {
      plan.rewrite[table].delete(record.id);
      plan.remove[table].add(record.id);
      gone.add(record.id);
    }
  }
}

/** Without what they name, such records still say something: what was merged stands on its own again, a rating is one unasked. */
const MAY_LACK = new Set(['merged_into', 'request']);
/** Records rest on what they name here, and on nothing else. */
const RESTS_ON = new Set(['derived_from', 'trajectories']);

/**
 * A record without the names of what is gone: the record itself where it names none of it, undefined where it is about
 * something that is gone, or rests on nothing else. A fitted model cannot forget part of what it has `seen`.
 */
export function rid(record: AnyRecord, gone: ReadonlySet<string>): AnyRecord | undefined {
  const changed: [string, unknown][] = [];
  const isModel = 'seen' in record;
  for (const [field, value] of Object.entries(record)) {
    if (MAY_LACK.has(field) && gone.has(String(value))) changed.push([field, undefined]);
    else if (typeof value === 'string' && gone.has(value)) return undefined;
    else if (Array.isArray(value) && value.some((each) => gone.has(each))) {
      const left = value.filter((each) => !gone.has(each));
      if (isModel || (RESTS_ON.has(field) && left.length === 0)) return undefined;
      changed.push([field, left]);
    }
  }
  return changed.length === 0 ? record : { ...record, ...Object.fromEntries(changed) };
}
