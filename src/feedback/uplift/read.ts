/** What the report is made from, out of the memory: a page at a time, and of each record only what is looked at. */
import type { Context } from '../../context.ts';
import type { Filter } from '../../memory/filter.ts';
import type { Table } from '../../memory/table.ts';
import type { Retrieval } from '../../types.ts';
import type { Asked, Exposed } from './gather.ts';

const PAGE = 2_000;

/** Every exposure, of one project or of all. */
export async function readExposures(ctx: Context, project?: string): Promise<Exposed[]> {
  const found: Exposed[] = [];
  // The same few names stand in many rows.
  const kept = new Map<string, string>();
  const one = (name: string): string => {
    const same = kept.get(name);
    if (same === undefined) kept.set(name, name);
    return same ?? name;
  };
  for await (const page of pagesOf(ctx.memory.exposures, { project }))
    for (const { derived_from: _, at: __, trust: ___, ...row } of page)
      found.push({
        ...row,
        project: one(row.project),
        task_key: one(row.task_key),
        records: row.records.map(one),
      });
  return found;
}

/** What was asked while there was a hold-out, where something was known. */
export async function readAsked(ctx: Context, project?: string): Promise<Asked[]> {
  const found: Asked[] = [];
  for await (const page of pagesOf(ctx.memory.retrievals, { project, known: 'true' }))
    found.push(...page.flatMap(askedOf));
  return found;
}

function askedOf({ id, project, arm, holdout = 0, at, shown, withheld = [], task_key }: Retrieval): Asked[] {
  if (!arm || (arm === 'withheld' ? withheld : shown).length === 0) return [];
  return [{ id, project, task: task_key ?? id, arm, holdout, at }];
}

async function* pagesOf<T>(table: Table<T>, where: Filter): AsyncIterable<T[]> {
  const ids = await table.ids({ where });
  for (let i = 0; i < ids.length; i += PAGE) yield table.getMany(ids.slice(i, i + PAGE));
}
