/**
 * A strategy in better words. The model may only rewrite: what the evidence counts (the acts, in code marks) has to
 * stay, and nothing else becomes something to do. What tasks and programs said serves to tell when it applies.
 */
import { z } from 'zod';
import { isInstructionLike } from '../../learners/instructions.ts';
import { topics } from '../../learners/words.ts';
import type { Llm } from '../../llm/ports.ts';
import type { Strategy } from '../../types.ts';
import {
  codeSpans,
  commandsIn,
  flat,
  inventsCode,
  inventsCommand,
  inventsName,
  inventsNumber,
  inventsSetUp,
  placesIn,
  turnsAround,
} from './grounding.ts';
import type { Material } from './material.ts';
import { cut, fence, notUsed } from './prompt.ts';

const LONGEST = { situation: 300, suggestion: 400, pitfall: 200 };
const MOST_PITFALLS = 5;
const MOST_MATERIAL = 20;

// Limits as refinements: strict endpoints refuse them in a schema, and the repair turn tells them in words.
const upTo = (longest: number) =>
  z
    .string()
    .transform(flat)
    .refine((text) => text.length <= longest, `at most ${longest} characters`);

const Wording = z.object({
  situation: upTo(LONGEST.situation).describe(
    'When it applies: signs that an agent can check. At most 300 characters',
  ),
  suggestion: upTo(LONGEST.suggestion).describe(
    'What to do, as acts; code in backticks. At most 400 characters',
  ),
  pitfalls: z
    .array(upTo(LONGEST.pitfall))
    .refine((list) => list.length <= MOST_PITFALLS, `at most ${MOST_PITFALLS} pitfalls`)
    .describe('What went wrong for others. At most 5, each at most 200 characters; may be empty'),
});
type Wording = z.infer<typeof Wording>;

const SYSTEM = `You rewrite one strategy that was found by statistics, so that an agent in the middle of work understands it at once: when it applies, what to do, what to beware of.
Keep its meaning and direction. Keep every piece in backticks of the suggestion, letter by letter. Add no other command, file or name to what is to be done. Elsewhere use only paths, flags, names and numbers that stand in the data, in backticks, and no commands but those of the strategy. Leave parameters such as {name} as they are.
Be concrete and short. No general advice such as planning, care or verification. If you do not know why something works, do not say why.`;

/**
 * The strategy with its situation, suggestion and pitfalls rewritten and `method` llm; ids, evidence and the rest as
 * they were. When the answer invents, loses or turns anything, the strategy comes back unchanged with a note.
 *
 * Code in the suggestion comes from the strategy's own, commands anywhere from its suggestion and pitfalls. Other code may
 * lean on the runs behind it: in pitfalls on what was done and on `signs`, the error messages that were met; in the
 * situation on the tasks as well. Throws only when `signal` aborts.
 */
export async function refineStrategy(
  llm: Llm,
  strategy: Strategy,
  material: Material,
  signal?: AbortSignal,
  signs: string[] = [],
): Promise<Strategy & { note?: string }> {
  const stays = (why: string) => ({ ...strategy, note: notUsed(why) });
  const { situation, suggestion, pitfalls } = strategy;
  if (codeSpans(suggestion).join(' ').length > LONGEST.suggestion)
    return stays('its acts alone are too long');

  const entries = [
    {
      strategy: { situation, suggestion, pitfalls, seen_at: strategy.seen_at.map((task) => cut(task, 120)) },
    },
    ...material.tasks.slice(0, MOST_MATERIAL).map((text) => ({ task: cut(text, 300) })),
    ...material.acts.slice(0, MOST_MATERIAL).map((text) => ({ done: cut(text, 400) })),
    ...signs.slice(0, MOST_MATERIAL).map((text) => ({ error: cut(text, 200) })),
  ];
  const prompt = `${fence(entries)}\nRewrite the strategy. The lines with "task" and "done" show where it comes from${signs.length > 0 ? ', those with "error" what was met on the way' : ''}.`;
  const answer = await llm.ask({ name: 'strategy', system: SYSTEM, prompt, schema: Wording, signal });
  if (!answer.ok) return stays(answer.failure);

  const wording = answer.value;
  const wrong = faultOf(wording, strategy, material, signs);
  if (wrong !== undefined) return stays(wrong);
  const kept = wording.pitfalls.filter((pitfall) => pitfall !== '');
  return {
    ...strategy,
    situation: wording.situation,
    suggestion: wording.suggestion,
    // Warnings are evidence too: silence of the model does not take them away.
    pitfalls: kept.length > 0 ? kept : pitfalls,
    method: 'llm',
  };
}

function faultOf(
  wording: Wording,
  strategy: Strategy,
  { tasks, acts }: Material,
  signs: string[],
): string | undefined {
  const { situation, suggestion, pitfalls } = wording;
  const own = [strategy.situation, strategy.suggestion, ...strategy.pitfalls].join('\n');
  const warned = [strategy.suggestion, ...strategy.pitfalls, ...acts, ...signs].join('\n');
  const known = [own, ...strategy.seen_at, ...tasks, ...acts, ...signs].join('\n');
  const all = [situation, suggestion, ...pitfalls];
  if (situation === '' || suggestion === '') return 'it left the situation or suggestion empty';
  if (all.some(isInstructionLike)) return 'it gives a model orders'; // Repeated from the material, or worse.
  if (addsAct(wording, strategy)) return 'it tells to do what is not in the strategy';
  if (
    inventsCode(situation, known) ||
    pitfalls.some((text) => inventsCode(text, warned) || inventsSetUp(text, warned))
  )
    return 'it wrote code that is neither in the strategy nor the material';
  if (all.some((text) => inventsNumber(text, known)))
    return 'it wrote a number that is nowhere in the evidence';
  const drift = driftOf(wording, strategy);
  if (drift !== undefined) return drift;
  if (strategy.abstractable && all.flatMap(placesIn).some((place) => !own.includes(place)))
    return 'it named a place of one project in a strategy that holds beyond it';
  if (
    !shares(wording.suggestion, strategy.suggestion) ||
    !shares(wording.situation, [own, ...signs].join('\n'))
  )
    return 'it was generic: it hardly shares a word with the strategy';
  return undefined;
}

/**
 * Whether anything would be told to do that the strategy does not tell: code or a name in the suggestion, or a command
 * in other words, where it would be read as one all the same.
 */
function addsAct(
  { situation, suggestion, pitfalls }: Pick<Strategy, 'situation' | 'suggestion' | 'pitfalls'>,
  told: Strategy,
): boolean {
  if ([inventsCode, inventsName, inventsSetUp].some((invents) => invents(suggestion, told.suggestion)))
    return true;
  // What the situation quotes of tasks, anybody may have written.
  const where = told.situation.replace(/".*"|`[^`]*`/gsu, ' ');
  const commands = [told.suggestion, ...told.pitfalls.flatMap(commandsIn), where].join('\n');
  return [situation, ...pitfalls].some((text) => inventsCommand(text, commands));
}

/** Whether the suggestion still tells the acts that the evidence counts: all of them, in their order, in their sense. */
function driftOf({ suggestion }: Pick<Wording, 'suggestion'>, told: Strategy): string | undefined {
  const said = codeSpans(suggestion).join('\n');
  const acts = codeSpans(told.suggestion);
  if (acts.some((code) => !said.includes(code))) return 'it lost code of the suggestion';
  if (!inOrder(acts, said)) return 'it changed the order of the acts';
  const names = told.parameters.map(({ name }) => `{${name}}`);
  if (names.some((name) => told.suggestion.includes(name) && !suggestion.includes(name)))
    return 'it lost a parameter';
  return turnsAround(told.suggestion, suggestion) ? 'it turned the advice around' : undefined;
}

function inOrder(acts: string[], said: string): boolean {
  let at = 0;
  return acts.every((code) => {
    const found = said.indexOf(code, at);
    if (found >= 0) at = found + code.length;
    return found >= 0;
  });
}

/**
 * A strategy that was told anew by rules, in the words that a model gave it before, as long as these still tell the same
 * acts and every run they came from is still there (`isThere`): words may repeat what a forgotten run said. Counts in
 * warnings are always the new ones.
 */
export function keepWording(
  told: Strategy,
  past: Strategy | undefined,
  isThere: (run: string) => boolean,
): Strategy {
  if (past?.method !== 'llm' || told.method === 'llm' || past.id !== told.id) return told;
  if (!past.derived_from.every(isThere) || driftOf(past, told) !== undefined) return told;
  if (addsAct(past, told)) return told;
  const counts = (texts: string[]) => texts.flatMap((text) => text.match(/\d+ of \d+/gu) ?? []);
  const now = new Set(counts(told.pitfalls));
  const isCurrent = counts(past.pitfalls).every((count) => now.has(count));
  return {
    ...told,
    situation: past.situation,
    suggestion: past.suggestion,
    pitfalls: isCurrent && past.pitfalls.length >= told.pitfalls.length ? past.pitfalls : told.pitfalls,
    method: 'llm',
  };
}

/** At least two topics in common, or all there are. */
function shares(text: string, original: string): boolean {
  const [theirs, ours] = [topics(text), topics(original)];
  let shared = 0;
  for (const topic of theirs) if (ours.has(topic)) shared += 1;
  return shared >= Math.min(2, ours.size);
}
