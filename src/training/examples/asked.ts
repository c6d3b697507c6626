/** What a run was asked: all of it, or why it cannot be asked again. */
import type { Trajectory } from '../../types.ts';
import { givesOrders, isCut, LONGEST } from './whole.ts';

/** What was said of earlier attempts belongs to the history, which tells it in its own place. */
const HISTORY = new Set(['reflections', 'reflexions', 'feedback', 'feedback_history', 'previous_attempts']);

/** What a task's author knows and nobody who works at it: a prompt that holds it teaches nothing. */
const KNOWN_ANSWER =
  /^(?:ground[_ -]?truth|gold(?:en)?(?:[_ -]\w{1,40})?|(?:expected|reference|correct|true)[_ -](?:answer|output|result|outcome|solution|response|label|patch)s?)$/iu;

/**
 * The specification: what the task says, behind what was handed over with it (`task.context`), so that an example holds all that
 * its answer needs (definition 24 of seed 004).
 */
export function specificationOf({
  task,
  steps,
  action_pair,
}: Pick<Trajectory, 'task' | 'steps' | 'action_pair'>): { specification: string } | { left_out: string } {
  const description = task.description.trim();
  // Some transcripts leave out what was asked, and the importer has only the agent's first words.
  const [first] = steps;
  if (description === first?.thought?.trim() || (steps.length > 1 && description === first?.action.trim()))
    return { left_out: 'nothing_asked' };
  const given = Object.entries(task.context ?? {}).flatMap(([name, value]) => {
    if (HISTORY.has(name) || KNOWN_ANSWER.test(name)) return [];
    if (value === undefined || value === null || value === '') return [];
    const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
    return name === 'given' ? [text] : [text.includes('\n') ? `${name}:\n${text}` : `${name}: ${text}`];
  });
  // The steps of a workflow share what is asked of all; which of them this is, the answer depends on.
  const wanted = action_pair === undefined ? [] : [`Wanted: ${action_pair}`];
  const specification = [...given, description, ...wanted].join('\n\n');
  if (description === '') return { left_out: 'nothing_asked' };
  if (specification.length > LONGEST) return { left_out: 'too_long' };
  if (isCut(specification)) return { left_out: 'cut_specification' };
  return givesOrders(specification) ? { left_out: 'orders_in_specification' } : { specification };
}
