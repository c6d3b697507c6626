/**
 * Whole conversations that end with the assistant. A run of several steps is told turn by turn: what it did is the assistant's,
 * what came back is the user's. Where that is too long, old observations are shortened before the earlier attempts are.
 */
import { trimText } from '../../text.ts';
import type { TrainingExample, Turn } from '../../types/training.ts';
import { escapeControlTokens } from '../examples/control-tokens.ts';
import type { Told } from './formats.ts';
import { asking, type Message, promptsOf, unfit, unfitAsOne } from './messages.ts';
import { fitted, type Room } from './room.ts';

/** Stands where a step showed nothing: templates want the turns to take turns. */
export const NOTHING = '(nothing came back)';

/** Characters that an old observation is cut to, ever shorter. */
const LIMITS = [8_000, 2_000, 500, 100];

/** `{messages}` for TRL and its like. */
export const tellChat = (example: TrainingExample, room: Room): Told => {
  const told = conversation(example, room);
  return 'left_out' in told ? told : { ...told, line: { messages: told.messages } };
};

/**
 * `{messages}` for OpenAI: of several turns only those without `weight: 0` are learned from. What failed on the way is part of
 * the story and nothing to imitate; the last turn always counts.
 */
export const tellChatOpenai = (example: TrainingExample, room: Room): Told => {
  const told = conversation(example, room);
  if ('left_out' in told) return told;
  const turns = turnsOf(example);
  let turn = 0;
  const messages = told.messages.map((message) => {
    if (message.role !== 'assistant' || turns.length < 2) return message;
    turn += 1;
    return { ...message, weight: turn < turns.length && turns[turn - 1]?.failed ? 0 : 1 };
  });
  return { ...told, line: { messages } };
};

type Conversation = { messages: Message[]; shortened: boolean; tokens?: number };

function conversation(
  example: TrainingExample,
  room: Room,
): Conversation | Extract<Told, { left_out: string }> {
  if (!example.label) return { left_out: 'rejected_answer' };
  const turns = turnsOf(example);
  const why =
    turns.length > 1
      ? turns.map(({ action }) => unfit(action, room)).find((each) => each !== undefined)
      : unfitAsOne(example, room);
  if (why) return { left_out: why };
  const prompts = promptsOf(example);
  // The last turn has no observation: nothing answers it any more.
  const old = turns.length - 1;
  const cuts = LIMITS.length * old;
  const make = (i: number): Message[] => [
    ...asking(prompts[Math.max(0, i - cuts)] ?? ''),
    ...turns.flatMap(({ action, observation }, turn): Message[] => [
      { role: 'assistant', content: action },
      ...(turn < old ? [{ role: 'user' as const, content: observed(observation, limit(i, turn, old)) }] : []),
    ]),
  ];
  const found = fitted(cuts + prompts.length, make, (messages) => [messages], room);
  return 'left_out' in found ? found : { ...found, messages: found.made };
}

/** The oldest first: `i` observations are cut to the first limit, then, once all are, to the next. */
function limit(i: number, turn: number, old: number): number {
  const level = Math.floor(i / old) - (turn < i % old ? 0 : 1);
  return level < 0 ? Number.POSITIVE_INFINITY : (LIMITS[Math.min(level, LIMITS.length - 1)] ?? 0);
}

function observed(text: string, most: number): string {
  const cut = text.length > most ? trimText(text, most).trim() : text;
  const shown = escapeControlTokens(cut.length < text.length ? cut : text);
  return shown.trim() === '' ? NOTHING : shown;
}

/** A run as turns, each with something done; of one that answered at once the answer alone. */
export function turnsOf(example: TrainingExample): Turn[] {
  const turns: Turn[] = [];
  for (const turn of example.turns ?? []) {
    const before = turns.at(-1);
    if (turn.action.trim() !== '') turns.push({ ...turn });
    else if (before && turn.observation !== '')
      before.observation = [before.observation, turn.observation].filter((text) => text !== '').join('\n');
  }
  return turns.length > 1 ? turns : [{ action: example.output, observation: '' }];
}
