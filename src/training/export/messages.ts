/** What all formats tell a row with: the prompt as one user's message, the answer as the assistant's. */

import type { TrainingExample } from '../../types/training.ts';
import { type Asked, promptOf, SYSTEM_PROMPT, shorterPrompts } from '../examples/prompt.ts';
import type { Room } from './room.ts';

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** Why a row is not told. */
export type LeftOut =
  | 'rejected_answer'
  | 'no_answer'
  | 'conversation'
  | 'control_tokens_in_answer'
  | 'control_tokens_in_prompt'
  | 'no_consent_tag'
  | 'too_long';

export const assistant = (content: string): Message[] => [{ role: 'assistant', content }];

export const asking = (prompt: string): Message[] => [
  ...(SYSTEM_PROMPT === undefined ? [] : [{ role: 'system' as const, content: SYSTEM_PROMPT }]),
  { role: 'user', content: prompt },
];

/** The prompt, and the same with less and less of the earlier attempts. */
export const promptsOf = (asked: Asked): string[] => {
  const whole = promptOf(asked);
  return asked.attempts.length === 0 ? [whole] : [...new Set([whole, ...shorterPrompts(asked)])];
};

/**
 * What keeps an answer from being learned: there is none, or it holds a mark by which its model ends turns. The model would
 * learn to end its turn there and to begin another's, and taking the mark out would change the answer.
 */
export function unfit(answer: string, { tokens }: Room): LeftOut | undefined {
  if (answer.trim() === '') return 'no_answer';
  return tokens.marked(answer) ? 'control_tokens_in_answer' : undefined;
}

/** The same of a run told as one answer: what was said in a conversation hangs on words that stand in no prompt. */
export const unfitAsOne = ({ conversation, output }: TrainingExample, room: Room): LeftOut | undefined =>
  conversation ? 'conversation' : unfit(output, room);

/**
 * Marks of turns as such, of any model. Less than what is escaped in prompts: an answer may well hold `<think>`, or `<filename>` in
 * a line on usage.
 */
const TURN_MARK =
  /<[|｜][\w./:▁-]{1,64}[|｜]>|<\/?(?:start|end)_of_turn>|\[\/?INST\]|<<\/?SYS>>|<\/s>|<(?:seed:)?(?:eos|bos|pad|unk)>|\]~!?b[[\]]|\[e~\[/u;
export const hasTurnMark = (text: string): boolean => TURN_MARK.test(text);
