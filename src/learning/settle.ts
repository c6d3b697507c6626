/** Strategies of a batch into the memory: what is told anew replaces its older self, what no longer holds goes stale. */
import type { Context } from '../context.ts';
import { experienceId } from '../memory/memory.ts';
import type { CodeConcept, Strategy } from '../types.ts';

/**
 * Writes the strategies of one project.
 * @param complete true when they were told from every run of the project, so that what is missing no longer holds.
 */
export async function settleStrategies(
  ctx: Context,
  project: string,
  told: Strategy[],
  complete: boolean,
): Promise<void> {
  const sources = [...new Set(told.flatMap(({ derived_from }) => derived_from))];
  const experiences = await ctx.memory.experiences.getMany(sources.map(experienceId));
  const general = new Set(
    experiences
      .filter(({ abstractability }) => abstractability.abstractable)
      .map(({ trajectory }) => trajectory),
  );
  const settled = told.map((strategy) => ({
    ...strategy,
    abstractable: strategy.abstractable || strategy.derived_from.some((id) => general.has(id)),
  }));
  await ctx.memory.strategies.put(settled);
  if (!complete) return;
  const ids = new Set(told.map(({ id }) => id));
  const standing = await ctx.memory.strategies.list({ where: { project, status: ['candidate', 'active'] } });
  const stale = standing.filter(({ id, kind }) => kind !== 'given' && !ids.has(id));
  await ctx.memory.strategies.put(stale.map((strategy) => ({ ...strategy, status: 'stale' as const })));
}

/** Writes the concepts of one project; learned ones that no longer come out (their shape moved) make way. */
export async function settleConcepts(
  ctx: Context,
  project: string,
  found: CodeConcept[],
  complete: boolean,
): Promise<void> {
  await ctx.memory.concepts.put(found);
  if (!complete) return;
  const ids = new Set(found.map(({ id }) => id));
  const standing = await ctx.memory.concepts.list({ where: { project } });
  const gone = standing.filter(({ id, source }) => source === 'learned' && !ids.has(id)).map(({ id }) => id);
  if (gone.length > 0) await ctx.memory.concepts.remove({ id: gone });
}
