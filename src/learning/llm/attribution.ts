/** Credit by a language model (seed 001): it names the key steps, the heuristic stays where it gives nothing usable. */
import { z } from 'zod';
import { isInstructionLike } from '../../learners/instructions.ts';
import type { Llm } from '../../llm/ports.ts';
import type { Attribution, Trajectory } from '../../types.ts';
import { normalize } from '../credit/simple.ts';
import type { Credit } from '../credit/strategy.ts';
import { clamp, cut, fence, notUsed, showRun } from './prompt.ts';

// No bounds on the numbers: strict endpoints refuse them in a schema, and they are clamped below.
const KeySteps = z.object({
  key_steps: z.array(
    z.object({
      step: z.number().describe('Number of the step, as shown'),
      score: z.number().describe('0..1: how far the outcome hangs on this step'),
      reason: z.string().describe('One short sentence that names what the step did'),
    }),
  ),
});

const SYSTEM = `You judge which steps of a recorded agent run made its outcome.
After a success, credit the steps without which it would not have succeeded. After a failure, blame the step where it first went wrong for good, not the later steps that suffer from it, and not errors that the run got past. With an unknown outcome, name the steps that changed most.
Name one to seven steps. Looking around, notes and repetitions score near 0. Base every reason on what the step shows.`;

/**
 * Shares >= 0 that sum to 1, one pair a step. Scores are clamped to 0..1 and scaled; steps that the model did not name
 * get 0, steps that it was not shown are dropped. `method` says whose result it is. Throws only when `signal` aborts.
 */
export async function refineAttribution(
  llm: Llm,
  trajectory: Trajectory,
  heuristic: Attribution,
  signal?: AbortSignal,
): Promise<Credit> {
  const stays = (why: string): Credit => ({
    attribution: heuristic,
    method: 'simple',
    note: notUsed(why),
  });
  if (trajectory.steps.length < 2) return stays('fewer than two steps leave nothing to weigh');

  const shown = showRun(trajectory, heuristic);
  const prompt = `${fence(shown.entries)}\nWhich steps made this outcome?`;
  const answer = await llm.ask({
    name: 'step_attribution',
    system: SYSTEM,
    prompt,
    schema: KeySteps,
    signal,
  });
  if (!answer.ok) return stays(answer.failure);

  const scores = new Array<number>(trajectory.steps.length).fill(0);
  const reasons: Record<string, string> = {};
  let unknown = 0;
  for (const { step, score, reason } of answer.value.key_steps) {
    if (!shown.steps.has(step)) unknown += 1;
    else if (clamp(score) > (scores[step] ?? 0)) {
      scores[step] = clamp(score);
      const words = cut(reason, 200);
      if (words !== '' && !isInstructionLike(words)) reasons[step] = words;
      else delete reasons[step];
    }
  }
  const dropped =
    unknown === 0 ? undefined : `${unknown} named ${unknown === 1 ? 'step' : 'steps'} not shown`;
  if (scores.every((score) => score === 0)) {
    return stays(dropped ? `it scored no step above 0 (${dropped})` : 'it scored no step above 0');
  }
  return {
    attribution: normalize(scores),
    method: 'llm',
    reasons,
    ...(dropped ? { note: `dropped: ${dropped}` } : {}),
  };
}
