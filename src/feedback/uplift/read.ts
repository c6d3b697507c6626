/** What the report is made from, out of the memory: a page at a time, and of each record only what is looked at. */
import type { Context } from '../../context.ts';
import type { Filter } from '../../memory/filter.ts';
import { UNDONE } from '../../memory/memory.ts';
import type { Table } from '../../memory/table.ts';
import type { Retrieval } from '../../types.ts';
import type { Asked, Exposed } from './gather.ts';

const PAGE = 2_000;

/** Every exposure, of one project or of all; not those of runs that were undone, which do not count until they are woken. */
export async function readExposures(ctx: Context, project?: string): Promise<Exposed[]> {
  const found: Exposed[] = [];
  const resting = new Set(await ctx.memory.trajectories.ids({ where: { project, status: UNDONE } }));
  // The same few names stand in many rows.
  const kept = new Map<string, string>();
  const one = (name: string): string => {
    const same = kept.get(name);
    if (same === undefined) kept.set(name, name);
    return same ?? name;
  };
  for await (const page of pagesOf(ctx.memory.exposures, { project }))
    for (const { derived_from: _, at: __, trust: ___, ...row } of page) {
      if (resting.has(row.trajectory)) continue;
      found.push({
        ...row,
        project: one(row.project),
        task_key: one(row.task_key),
        records: row.records.map(one),
      });
    }
  return found;
}

/** What was asked while there was a hold-out, where something was known. */
export async function readAsked(ctx: Context, project?: string): Promise<Asked[]> {
  const found: Asked[] = [];
  for await (const page of pagesOf(ctx.memory.retrievals, { project, known: 'true' }))
    found.push(...page.flatMap(askedOf));
  return found;
}

function askedOf({ id, project, arm, holdout = 0, at, task_key, ...told }: Retrieval): Asked[] {
  const { shown, withheld = [], at_first } = told;
  const records = arm === 'withheld' ? withheld : shown;
  if (!arm || records.length === 0) return [];
  return [{ id, project, task: task_key ?? id, arm, holdout, at, records: at_first ?? records }];
}

async function* pagesOf<T>(table: Table<T>, where: Filter): AsyncIterable<T[]> {
  const ids = await table.ids({ where });
  for (let i = 0; i < ids.length; i += PAGE) yield table.getMany(ids.slice(i, i + PAGE));
}
