/**
 * Code concepts: functions and small classes that several tasks of a project wrote in the same shape, with the
 * smallest writing that was part of a success. TypeScript and JavaScript, offline.
 */
import { setImmediate } from 'node:timers/promises';
import { isInstructionLike } from '../../learners/instructions.ts';
import type { CodeConcept, Trajectory } from '../../types.ts';
import { guardConcept } from '../guard.ts';
import { callFrom, headOf, whatItDoes } from './describe.ts';
import { conceptsAmong, type Writing } from './families.ts';
import { loadCompiler } from './parse.ts';
import { type Findings, findingsOf, type Reductions } from './pieces.ts';
import { memoryOf, snippetsOf } from './snippets.ts';

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
  const written = trajectories.map((trajectory) => ({ trajectory, snippets: snippetsOf(trajectory.steps) }));
  if (written.every(({ snippets }) => snippets.length === 0)) return [];
  const compiler = await loadCompiler();
  const reductions: Reductions = new Map();
  // Attempts at one task often write the very same file.
  const known = new Map<string, Findings>();
  // One writing with an order to a model in a comment must not spoil the others, nor speak for them.
  const looked = new Map<string, boolean>();
  const ordersIn = (text: string) => {
    const orders = looked.get(text) ?? isInstructionLike(text);
    looked.set(text, orders);
    return orders;
  };
  const byProject = new Map<string, Writing[]>();
  for (const [nth, { trajectory, snippets }] of written.entries()) {
    // Parsing is synchronous: let others have a turn, and an abort arrive.
    if (nth % 16 === 0) await setImmediate();
    signal?.throwIfAborted();
    const writings = byProject.get(trajectory.project) ?? [];
    byProject.set(trajectory.project, writings);
    const found = snippets.map((snippet) => {
      const source = `${snippet.dialect} ${snippet.test}\n${snippet.text}`;
      const findings = known.get(source) ?? findingsOf(compiler, snippet, reductions);
      known.set(source, findings);
      return { ...findings, step: snippet.step };
    });
    const wasSeen = memoryOf(trajectory.steps);
    const kept = new Set<string>();
    for (const { pieces, step } of found) {
      for (const piece of pieces) {
        if (kept.has(piece.key) || wasSeen(piece.text, step) || ordersIn(piece.text)) continue;
        kept.add(piece.key);
        const calls = found.flatMap((each) => each.calls.get(piece.name) ?? []);
        writings.push({ piece, trajectory, task: taskKeyOf(trajectory), calls });
      }
    }
  }
  return [...byProject]
    .flatMap(([project, writings]) => conceptsAmong(writings, reductions, project, at))
    .flatMap((concept) => guardConcept(concept) ?? [])
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
