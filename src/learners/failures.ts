/**
 * Which steps failed, and with what message. Where a text came from is looked at before a word of it is believed: a
 * tool's error flag or an exit code first; without them only what a program that ran printed as its own error, never
 * a file that was read, a listing or a log that quotes one.
 */

import type { Step } from '../types.ts';
import { commandsOf, isNote, isRead, mainCommand } from './commands/commands.ts';
import { messagesOf, ownErrors } from './error-lines.ts';

export interface Failure {
  /** Up to three distinct messages, the telling one first; empty when the step failed without saying why. */
  messages: string[];
}

/** What failed in a step, or undefined when nothing shows that it did. */
export function failureOf(step: Step): Failure | undefined {
  if (step.error?.trim()) return { messages: messagesOf(step.error) };
  if (step.exit_code !== undefined && step.exit_code !== 0) {
    if (isSilentNo(step)) return undefined;
    return { messages: messagesOf(step.observation) };
  }
  if (!mayPrintOwnErrors(step)) return undefined;
  const messages = ownErrors(step.observation);
  return messages.length > 0 ? { messages } : undefined;
}

/** Exit 1 of `grep`, `diff` or `test` is an answer, not an error. */
function isSilentNo(step: Step): boolean {
  const last = commandsOf(step).at(-1);
  return (
    step.exit_code === 1 &&
    last !== undefined &&
    /^(?:grep|rg|egrep|diff|cmp|test|\[|pgrep|which)$/u.test(last.name)
  );
}

function mayPrintOwnErrors(step: Step): boolean {
  const command = mainCommand(step);
  return command !== undefined && step.tool !== undefined && !isRead(command) && !isNote(command);
}
