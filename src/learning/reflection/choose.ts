/** What an agent's reflection would add most to: what many are shown, or a judged run that rules alone have looked at. */
import type { Context } from '../../context.ts';
import { experienceId } from '../../memory/memory.ts';
import type { Trajectory } from '../../types.ts';
import { codeSpans } from '../llm/grounding.ts';
import { mostTelling, tellingOf } from '../llm/telling.ts';
import type { Kind } from './kinds.ts';

export interface Chosen {
  kind: Kind;
  subject: string;
}

const RECENT_RUNS = 40;
const LOOKED_AT = 300;

/** Of one project; of one kind, or in this order: how a good run went, why a bad one did, what a concept is called. */
export async function choose(ctx: Context, project: string, kind?: Kind): Promise<Chosen | undefined> {
  const kinds: Kind[] = kind ? [kind] : ['credit', 'strategy', 'concept'];
  for (const each of kinds) {
    const [subject] = await candidates(ctx, project, each);
    if (subject !== undefined) return { kind: each, subject };
  }
  return undefined;
}

/** Of one run: the way it went if that was told, else which steps made its outcome, else whether it is worth telling. */
export async function chooseForRun(ctx: Context, run: Trajectory): Promise<Kind> {
  const experience = await ctx.memory.experiences.get(experienceId(run.id));
  if (experience?.analysis.method !== 'llm' && run.steps.length > 1) return 'credit';
  return experience?.abstractability.method === 'llm' ? 'strategy' : 'abstractability';
}

async function candidates(ctx: Context, project: string, kind: Kind): Promise<string[]> {
  if (kind === 'strategy') {
    const told = await ctx.memory.strategies.list({
      where: { project, status: ['active', 'candidate'] },
      order: 'newest',
      limit: LOOKED_AT,
    });
    return told
      .filter((each) => each.method !== 'llm' && !each.merged_into && codeSpans(each.suggestion).length > 0)
      .sort(
        (a, b) =>
          b.evidence.tried - a.evidence.tried ||
          Number(b.kind === 'contrast') - Number(a.kind === 'contrast') ||
          (a.id < b.id ? -1 : 1),
      )
      .map(({ id }) => id);
  }
  if (kind === 'concept') {
    const found = await ctx.memory.concepts.list({ where: { project }, order: 'newest', limit: LOOKED_AT });
    return found
      .filter(({ method, source }) => method !== 'llm' && source === 'learned')
      .sort((a, b) => b.usage.tried - a.usage.tried || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id);
  }
  const runs = await ctx.memory.trajectories.list({
    where: { project, status: 'active' },
    order: 'newest',
    limit: RECENT_RUNS,
  });
  const known = new Map(
    (await ctx.memory.experiences.getMany(runs.map(({ id }) => experienceId(id)))).map((each) => [
      each.trajectory,
      kind === 'credit' ? each.analysis.method : each.abstractability.method,
    ]),
  );
  const open = runs.filter(({ id }) => known.get(id) !== 'llm');
  return mostTelling(open.map(tellingOf), RECENT_RUNS);
}
