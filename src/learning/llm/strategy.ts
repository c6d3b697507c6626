/**
 * A strategy in better words. The model may only rewrite: what the evidence counts (the acts, in code marks) has to
 * stay, and it may not bring commands, paths or numbers of its own.
 */
import { z } from 'zod';
import { isInstructionLike } from '../../learners/instructions.ts';
import { topics } from '../../learners/words.ts';
import type { Llm } from '../../llm/ports.ts';
import type { Strategy } from '../../types.ts';
import { codeSpans, flat, inventsCode, inventsNumber, placesIn, turnsAround } from './grounding.ts';
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
Keep its meaning and direction. Keep every piece in backticks of the suggestion, letter by letter. Use only commands, paths, flags, names and numbers that stand in the strategy or the material, in backticks. Leave parameters such as {name} as they are.
Be concrete and short. No general advice such as planning, care or verification. If you do not know why something works, do not say why.`;

/**
 * The strategy with its situation, suggestion and pitfalls rewritten and `method` llm; ids, evidence and the rest as
 * they were. When the answer invents, loses or turns anything, the strategy comes back unchanged with a note.
 *
 * `material` are texts that the wording may lean on, e.g. acts and error messages of the runs behind the strategy.
 * What stands there may reach an agent as advice: acts that were done are safe, what a program or page printed is less
 * so. `signs` are error messages that the runs met: they may be named as a sign or a warning, never as something to do.
 * Throws only when `signal` aborts.
 */
export async function refineStrategy(
  llm: Llm,
  strategy: Strategy,
  material: string[],
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
    ...material.slice(0, MOST_MATERIAL).map((text) => ({ material: cut(text, 400) })),
    ...signs.slice(0, MOST_MATERIAL).map((text) => ({ error: cut(text, 200) })),
  ];
  const prompt = `${fence(entries)}\nRewrite the strategy. The lines with "material" show where it comes from${signs.length > 0 ? ', those with "error" what was met on the way' : ''}.`;
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
  material: string[],
  signs: string[],
): string | undefined {
  const own = [strategy.situation, strategy.suggestion, ...strategy.pitfalls].join('\n');
  const known = [own, ...strategy.seen_at, ...material].join('\n');
  const all = [wording.situation, wording.suggestion, ...wording.pitfalls];
  if (wording.situation === '' || wording.suggestion === '')
    return 'it left the situation or suggestion empty';
  if (all.some(isInstructionLike)) return 'it gives a model orders'; // Repeated from the material, or worse.
  const met = [known, ...signs].join('\n');
  // What a program printed may be named as a sign. What to do comes from what was done.
  if (
    inventsCode(wording.suggestion, known) ||
    [wording.situation, ...wording.pitfalls].some((text) => inventsCode(text, met))
  )
    return 'it wrote code that is neither in the strategy nor the material';
  if (all.some((text) => inventsNumber(text, met)))
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
