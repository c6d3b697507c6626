/** Judging with what is known: by rules, refined by a model where one is there, which may not overrule what was counted. */
import type { Context } from '../../context.ts';
import type { Abstractability, Trajectory } from '../../types.ts';
import { refineAbstractability } from '../llm/abstractability.ts';
import { assessHeuristic, FARED_WORSE } from './assess.ts';
import type { Known } from './known.ts';
import { faredWorse, tell } from './replay.ts';

/** Whether a run is worth abstracting, with scores and the reasons in words. Throws only when `signal` aborts. */
export async function judge(
  { llm }: Pick<Context, 'llm'>,
  trajectory: Trajectory,
  { neighbours, tasks, replay }: Known,
  signal?: AbortSignal,
): Promise<Abstractability> {
  const heuristic = assessHeuristic(trajectory, neighbours, replay);
  if (!llm || trajectory.steps.length === 0) return heuristic;
  const { note, ...assessed } = await refineAbstractability(llm, trajectory, heuristic, tasks, signal);
  if (note) assessed.reasoning = `${assessed.reasoning} (${note})`;
  if (!replay || assessed.method !== 'llm') return assessed;
  const vetoed = assessed.abstractable && faredWorse(replay);
  return {
    ...assessed,
    abstractable: assessed.abstractable && !vetoed,
    reasoning: `${assessed.reasoning} Replay: ${tell(replay)}.${vetoed ? ` Not abstracted, because ${FARED_WORSE}.` : ''}`,
    replay,
  };
}
