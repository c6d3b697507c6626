/** Abstractability by a language model (seed 001), with memory before it: novelty cannot be judged blind. */
import { z } from 'zod';
import { withoutInstructions } from '../../learners/instructions.ts';
import type { Llm } from '../../llm/ports.ts';
import type { Abstractability, Trajectory } from '../../types.ts';
import { clamp, cut, fence, notUsed, showRun } from './prompt.ts';

const LONGEST_REASONING = 400;
const MOST_NEIGHBOURS = 5;
const MOST_STEPS = 30;

const Judgement = z.object({
  novelty: z
    .number()
    .describe('0..1: 0 when the memory already tells this, 1 when nothing in it is like this'),
  generalizability: z
    .number()
    .describe('0..1: 0 when only this project and its literals matter, 1 when it holds anywhere'),
  complexity: z.number().describe('0..1: 0 for one obvious act, 1 for many acts and errors overcome'),
  abstractable: z
    .boolean()
    .describe('Whether something here is worth telling to someone with another task in another project'),
  reasoning: z
    .string()
    .refine((text) => text.trim() !== '', 'say why')
    .describe(
      'At most 60 words: what could be told, or why nothing; name what in the run or the memory shows it',
    ),
});

const SYSTEM = `You judge whether a recorded agent run holds something worth keeping as general knowledge.
Score novelty only against the memory that is shown with it. Advice that every strong engineer would follow anyway is not worth keeping; an environment's quirk, an error's real fix or a needed order of acts is.`;

/**
 * The scores, the boolean and the reasoning (at most 400 characters) of the model, `method` llm; else the heuristic
 * with a note. A run that nobody judged a success is never made abstractable. Throws only when `signal` aborts.
 */
export async function refineAbstractability(
  llm: Llm,
  trajectory: Trajectory,
  heuristic: Abstractability,
  neighbours: { task: string; similarity: number }[],
  signal?: AbortSignal,
): Promise<Abstractability & { note?: string }> {
  const stays = (why: string) => ({ ...heuristic, note: notUsed(why) });
  if (trajectory.steps.length === 0) return stays('no steps to judge');

  // Attempts at one task are one memory.
  const nearest = [
    ...new Map(
      [...neighbours].sort((a, b) => a.similarity - b.similarity).map((near) => [near.task, near]),
    ).values(),
  ]
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, MOST_NEIGHBOURS);
  const memory =
    nearest.length === 0
      ? [{ memory: 'nothing similar' }]
      : nearest.map(({ task, similarity }) => ({
          memory: cut(task, 200),
          similarity: Math.round(similarity * 100) / 100,
        }));
  const entries = [...memory, ...showRun(trajectory, [], MOST_STEPS).entries];
  const prompt = `${fence(entries)}\nLines with "memory" are tasks already remembered, the rest is the run. Judge the run.`;
  const answer = await llm.ask({
    name: 'abstractability',
    system: SYSTEM,
    prompt,
    schema: Judgement,
    signal,
  });
  if (!answer.ok) return stays(answer.failure);

  const { novelty, generalizability, complexity, abstractable, reasoning } = answer.value;
  const judgement: Abstractability = {
    abstractable,
    scores: {
      novelty: clamp(novelty),
      generalizability: clamp(generalizability),
      complexity: clamp(complexity),
    },
    reasoning: withoutInstructions(cut(reasoning, LONGEST_REASONING)),
    method: 'llm',
  };
  if (abstractable && trajectory.outcome.success !== true) {
    // What is abstractable leaves its project: a model's opinion of an unproven run is not enough for that.
    return { ...judgement, abstractable: false, note: 'not abstractable: nobody judged the run a success' };
  }
  return judgement;
}
