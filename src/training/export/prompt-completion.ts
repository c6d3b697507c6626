/** A prompt and what completes it, so that the loss falls on the answer alone: as a conversation, or as plain text for base models. */
import type { TrainingExample } from '../../types/training.ts';
import type { Told } from './formats.ts';
import { asking, assistant, promptsOf, unfitAsOne } from './messages.ts';
import { fitted, type Room } from './room.ts';

export function tellPromptCompletion(example: TrainingExample, room: Room): Told {
  if (!example.label) return { left_out: 'rejected_answer' };
  return told(example, room);
}

/** KTO: what was accepted and what was rejected, each by itself, with which of both it is. */
export function tellKto(example: TrainingExample, room: Room): Told {
  const row = told(example, room);
  if ('left_out' in row) return row;
  return {
    ...row,
    line: { ...row.line, label: example.label },
    kind: example.label ? 'accepted' : 'rejected',
  };
}

function told(example: TrainingExample, room: Room): Told {
  const why = unfitAsOne(example, room);
  if (why) return { left_out: why };
  const prompts = promptsOf(example);
  const found = fitted(
    prompts.length,
    (i) => ({ prompt: asking(prompts[i] ?? ''), completion: assistant(example.output) }),
    ({ prompt, completion }) => [[...prompt, ...completion]],
    room,
  );
  return 'left_out' in found ? found : { ...found, line: found.made };
}

/**
 * Ends a plain prompt: without a template something else must say where the answer begins. One line end only: two are a token
 * of their own where nothing follows and two tokens where the answer does, and TRL finds the answer by counting those of the prompt.
 */
const ANSWER = '\n\n### Answer:\n';

export function tellPlain(example: TrainingExample, room: Room): Told {
  if (!example.label) return { left_out: 'rejected_answer' };
  const why = unfitAsOne(example, room);
  if (why) return { left_out: why };
  const prompts = promptsOf(example);
  const found = fitted(
    prompts.length,
    (i) => ({ prompt: `${prompts[i] ?? ''}${ANSWER}`, completion: example.output }),
    ({ prompt, completion }) => [prompt + completion],
    room,
  );
  return 'left_out' in found ? found : { ...found, line: found.made };
}
