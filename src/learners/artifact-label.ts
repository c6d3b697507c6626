/**
 * The answer of a workflow's step, as a run holds it: behind a line that says what it is, so that a short one is not taken for a
 * command line or a call. Whoever wants the answer to the letter takes the line off again.
 */

const labelOf = (step: string | undefined): string => `Artifact of ${step ?? 'the workflow'}:\n`;

export const labelled = (step: string | undefined, content: string): string => `${labelOf(step)}${content}`;

/** The text itself where it has no such line. */
export function withoutLabel(step: string | undefined, action: string): string {
  const label = labelOf(step);
  return action.startsWith(label) ? action.slice(label.length) : action;
}
