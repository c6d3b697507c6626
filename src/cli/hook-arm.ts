/** Whether a session is shown what is known: drawn once, by the first thing that is said in it. */
import type { HookCall } from '../capture/hooks/calls.ts';
import { drawArm } from '../ingest/sessions.ts';
import { armOf } from '../learners/arm.ts';
import { cleanText } from '../text.ts';

/**
 * Draws the session's arm, unless it was drawn before: by its first prompt, as retrieve_strategies would for that task, or by
 * the session where an error comes first. @throws the file system's error.
 */
export function drawFor(
  place: string,
  { host, session, occasion }: Pick<HookCall, 'host' | 'session' | 'occasion'>,
  { text, project }: { text: string; project: string },
  holdout: number,
): void {
  const task =
    occasion === 'prompt' ? { description: cleanText(text).trim() } : { id: session, description: '' };
  const arm = armOf(project, task, holdout);
  if (arm !== undefined) drawArm(place, host, session, { arm, holdout });
}
