/** Asking the person: the form that they see, and what they put into it. */
import { withoutInstructions } from '../../learners/instructions.ts';
import type { RatingRequest } from '../../types.ts';
import { shortened } from './said.ts';

/** What a person answered to a form. */
export type Told = { action: 'accept'; content: Record<string, unknown> } | { action: 'decline' | 'cancel' };

/** A form as MCP's elicitation takes it: flat fields, none of them required. */
export interface Form {
  message: string;
  requestedSchema: { type: 'object'; properties: Record<string, Field> };
}

type Field =
  | { type: 'integer' | 'number'; title: string; description?: string; minimum: number; maximum: number }
  | { type: 'string'; title: string; description?: string; maxLength: number }
  | { type: 'string'; title: string; description?: string; enum: string[] };

const MOST_TASK = 300;
const MOST_TEXT = 5_000;
const MOST_NAME = 100;
const SHARES = {
  satisfaction: 'How satisfied are you?',
  usefulness: 'How useful is it?',
  quality: 'How good is the work?',
  novelty: 'How new is it?',
};

/** The form of a request. What is foreseen of it is not told: it would pull the answer. */
export function formOf({ question }: Pick<RatingRequest, 'question'>, task: string): Form {
  const about = shortened(withoutInstructions(task).replace(/\s+/gu, ' ').trim(), MOST_TASK);
  const shares = Object.entries(SHARES).map(([name, title]): [string, Field] => [
    name,
    { type: 'number', title, description: '0 to 1', minimum: 0, maximum: 1 },
  ]);
  return {
    message: `${question ?? 'How good was the work on this task?'}\nTask: "${about}"\nFill in what you like.`,
    requestedSchema: {
      type: 'object',
      properties: {
        score: {
          type: 'integer',
          title: 'Score',
          description: '1 (poor) to 10 (outstanding)',
          minimum: 1,
          maximum: 10,
        },
        ...Object.fromEntries(shares),
        text: { type: 'string', title: 'In your own words', maxLength: MOST_TEXT },
        name: {
          type: 'string',
          title: 'Your name',
          description: 'If several people rate',
          maxLength: MOST_NAME,
        },
      },
    },
  };
}

/** What was filled in, as `RatingParts` (not checked yet), and by whom. Fields left empty were not answered. */
export function filledIn(content: Record<string, unknown>): {
  said: Record<string, unknown>;
  rater?: string;
} {
  const given = Object.entries(content).filter(([, value]) => value !== '' && value !== null);
  const { score, name, ...rest } = Object.fromEntries(given);
  return {
    said: { ...(score === undefined ? {} : { cat: { score } }), ...rest },
    ...(typeof name === 'string' ? { rater: name } : {}),
  };
}
