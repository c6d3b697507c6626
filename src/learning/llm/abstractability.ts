/**
 * Abstractability by a language model (seed 001), with memory before it: novelty cannot be judged blind. It sees how
 * alike the remembered tasks are and none of their words: what it says is kept with this run, and has to be gone with it.
 */
import { z } from 'zod';
import { withoutInstructions } from '../../learners/instructions.ts';
import { topics } from '../../learners/words.ts';
import type { Llm } from '../../llm/ports.ts';
import type { Abstractability, Trajectory } from '../../types.ts';
import { clamp, cut, fence, notUsed, showRun } from './prompt.ts';

const LONGEST_REASONING = 400;
const MOST_NEIGHBOURS = 5;
const MOST_STEPS = 30;
const LONGEST_TASK = 20_000;

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
      'At most 60 words: what could be told, or why nothing; name what in the run shows it, and no other run',
    ),
});

const SYSTEM = `You judge whether a recorded agent run holds something worth keeping as general knowledge.
Score novelty only against the memory that is shown with it: how alike the tasks are that it holds ("similarity", 0..1), and what is left new when what was done there is taken off ("novelty_by_rules"). Advice that every strong engineer would follow anyway is not worth keeping; an environment's quirk, an error's real fix or a needed order of acts is.`;

/**
 * The scores, the boolean and the reasoning (at most 400 characters) of the model, `method` llm; else the heuristic
 * with a note. A reasoning with words of a neighbour that are not in the run gives way to the heuristic's. A run that
 * nobody judged a success is never made abstractable. Throws only when `signal` aborts.
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
  const nearest = [...Map.groupBy(neighbours, ({ task }) => task).values()]
    .map((attempts) => ({
      memory: 'a task',
      similarity: round(Math.max(...attempts.map(({ similarity }) => similarity))),
      attempts: attempts.length,
    }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, MOST_NEIGHBOURS);
  const memory = [
    ...(nearest.length === 0 ? [{ memory: 'nothing similar' }] : nearest),
    { memory: 'all of it', novelty_by_rules: heuristic.scores.novelty },
  ];
  const entries = [...memory, ...showRun(trajectory, [], MOST_STEPS).entries];
  const prompt = `${fence(entries)}\nLines with "memory" are about tasks already remembered, the rest is the run. Judge the run.`;
  const answer = await llm.ask({
    name: 'abstractability',
    system: SYSTEM,
    prompt,
    schema: Judgement,
    signal,
  });
  if (!answer.ok) return stays(answer.failure);

  const { novelty, generalizability, complexity, abstractable, reasoning } = answer.value;
  const words = cut(reasoning, LONGEST_REASONING);
  const borrowed = namesAnother(words, neighbours, JSON.stringify(entries));
  const isUnproven = abstractable && trajectory.outcome.success !== true;
  const notes = [
    ...(borrowed ? ['the scores are a model’s; its words were about another run and are left out'] : []),
    // What is abstractable leaves its project: a model's opinion of an unproven run is not enough for that.
    ...(isUnproven ? ['not abstractable: nobody judged the run a success'] : []),
  ];
  return {
    abstractable: abstractable && !isUnproven,
    scores: {
      novelty: clamp(novelty),
      generalizability: clamp(generalizability),
      complexity: clamp(complexity),
    },
    reasoning: borrowed ? `By rules: ${heuristic.reasoning}` : withoutInstructions(words),
    method: 'llm',
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

/** True when a text uses words, names or numbers of a neighbour's task that are nowhere in what was shown. */
function namesAnother(text: string, neighbours: { task: string }[], shown: string): boolean {
  const own = topics(shown);
  const theirs = new Set(neighbours.flatMap(({ task }) => [...topics(cut(task, LONGEST_TASK))]));
  return [...topics(text)].some((word) => theirs.has(word) && !own.has(word));
}

const round = (similarity: number): number => Math.round(similarity * 100) / 100;
