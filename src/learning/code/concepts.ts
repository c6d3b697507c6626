/**
 * Code concepts: functions and small classes that several tasks of a project wrote in the same shape, with the
 * smallest writing that was part of a success. Offline, in two halves: what each run wrote (writings.ts), and what
 * writings have in common (mine.ts).
 */
import { setImmediate } from 'node:timers/promises';
import type { CodeConcept, Trajectory, Writing } from '../../types.ts';
import { callFrom, headOf, whatItDoes } from './describe.ts';
import { conceptsAmong } from './mine.ts';
import { nothingSeen, writingsOf } from './writings.ts';

/**
 * The concepts behind what the runs wrote, those with most tasks behind them first. Only shapes that at least two
 * tasks of one project share and that were part of a success; see snippetsOf() for what counts as written.
 * @param taskKeyOf which task a run attempted: attempts at one task are one piece of evidence.
 * @param at when the concepts are made, UTC.
 * @throws the signal's reason when it is aborted.
 */
export async function extractConcepts(
  trajectories: Trajectory[],
  taskKeyOf: (trajectory: Trajectory) => string,
  at: string,
  signal?: AbortSignal,
): Promise<CodeConcept[]> {
  const seen = nothingSeen();
  const writings: Writing[] = [];
  for (const [nth, trajectory] of trajectories.entries()) {
    // Parsing is synchronous: let others have a turn, and an abort arrive.
    if (nth % 16 === 0) await setImmediate();
    signal?.throwIfAborted();
    writings.push(...(await writingsOf(trajectory, taskKeyOf(trajectory), at, seen)));
  }
  return [...Map.groupBy(writings, ({ project }) => project).values()]
    .flatMap((same) => conceptsAmong(same, at))
    .sort((a, b) => b.tasks - a.tasks || b.usage.worked - a.usage.worked || (a.id < b.id ? -1 : 1));
}

/**
 * Fills in what a concept lacks, from its code alone: name, description in one sentence, signature and an example
 * call. What is there stays. The same code gives the same words; never throws.
 */
export function autoDocument(concept: CodeConcept): CodeConcept {
  const head = headOf(concept.code);
  const name = concept.name.trim() || head?.name || 'snippet';
  const signature = concept.signature.trim() || head?.signature || name;
  const description = concept.description.trim() || `${whatItDoes(concept.code, name)}.`;
  const examples =
    concept.examples.length > 0 || head === undefined ? concept.examples : [callFrom(signature, name)];
  return { ...concept, name, signature, description, examples };
}
