/**
 * A code concept in better words: its name and what it does. The code is what was found and stays as it is; the words
 * have to fit it.
 */
import { z } from 'zod';
import { isInstructionLike } from '../../learners/instructions.ts';
import { topics } from '../../learners/words.ts';
import type { Llm } from '../../llm/ports.ts';
import type { CodeConcept } from '../../types.ts';
import { flat, inventsCode, inventsCommand, inventsNumber } from './grounding.ts';
import { cut, fence, notUsed } from './prompt.ts';

const LONGEST = { name: 60, description: 300 };
const LONGEST_CODE = 3_000;
const MOST_TASKS = 3;

const upTo = (longest: number) =>
  z
    .string()
    .transform(flat)
    .refine((text) => text !== '' && text.length <= longest, `1 to ${longest} characters`);

const Documentation = z.object({
  name: upTo(LONGEST.name).describe('Two to five words, no code'),
  description: upTo(LONGEST.description).describe(
    'What it does and when to use it, at most 40 words; names from the code in backticks',
  ),
});
type Documentation = z.infer<typeof Documentation>;

const SYSTEM = `You name and describe one piece of code that several recorded runs each wrote for themselves, so that a later run finds it and knows when to use it.
Say what the code does, nothing that it does not do. Use only names that stand in the code. No praise, no general advice.`;

/**
 * The concept with its name and description rewritten and `method` llm; the rest as it was. When the words do not fit the
 * code it comes back unchanged with a note. `tasks` are descriptions of tasks it was written at. Throws only when
 * `signal` aborts.
 */
export async function refineConcept(
  llm: Llm,
  concept: CodeConcept,
  tasks: string[],
  signal?: AbortSignal,
): Promise<CodeConcept & { note?: string }> {
  const stays = (why: string) => ({ ...concept, note: notUsed(why) });
  const { name, description, signature, language, code, parameters } = concept;
  const shown = {
    concept: { name, description, signature, language, parameters: parameters.map((each) => each.name) },
    code: code.slice(0, LONGEST_CODE),
  };
  const entries = [shown, ...tasks.slice(0, MOST_TASKS).map((task) => ({ seen_at: cut(task, 200) }))];
  const prompt = `${fence(entries)}\nName and describe the code.`;
  const answer = await llm.ask({
    name: 'concept_documentation',
    system: SYSTEM,
    prompt,
    schema: Documentation,
    signal,
  });
  if (!answer.ok) return stays(answer.failure);
  const wrong = faultOf(answer.value, concept);
  return wrong === undefined ? { ...concept, ...answer.value, method: 'llm' } : stays(wrong);
}

function faultOf({ name, description }: Documentation, concept: CodeConcept): string | undefined {
  const { code, signature } = concept;
  const known = `${code}\n${signature}`;
  if ([name, description].some(isInstructionLike)) return 'it gives a model orders';
  if (/[`\n{}()=;]/u.test(name)) return 'it put code into the name';
  if ([name, description].some((text) => inventsCode(text, known)))
    return 'it wrote names or code that are not in the code';
  if ([name, description].some((text) => inventsNumber(text, known)))
    return 'it wrote a number that is not in the code';
  if ([name, description].some((text) => tellsCommand(text, concept)))
    return 'it wrote a command into the words';
  const inCode = topics(known.slice(0, 2 * LONGEST_CODE));
  const before = topics(`${concept.name} ${concept.description}`);
  const fits = [...topics(`${name} ${description}`)].some((topic) => inCode.has(topic) || before.has(topic));
  return fits ? undefined : 'it was generic: it shares no word with the code';
}

const SHELLS = new Set(['bash', 'sh', 'shell', 'zsh', 'fish', 'powershell']);

/** True when words about code hold a command: of a shell's code only its own, and none that a comment names. */
export function tellsCommand(
  text: string,
  { code, language }: Pick<CodeConcept, 'code' | 'language'>,
): boolean {
  const lines = SHELLS.has(language.toLowerCase()) ? code.split('\n') : [];
  return inventsCommand(text, lines.filter((line) => !/^\s*#/u.test(line)).join('\n'));
}

/** A concept found again by rules, in the words that a model gave the same code, while all runs behind them are there. */
export function keepDocumentation(
  found: CodeConcept,
  past: CodeConcept | undefined,
  isThere: (run: string) => boolean,
): CodeConcept {
  if (past?.method !== 'llm' || found.method === 'llm' || past.id !== found.id) return found;
  if (past.code !== found.code || !past.derived_from.every(isThere)) return found;
  if ([past.name, past.description].some((text) => tellsCommand(text, found))) return found;
  return { ...found, name: past.name, description: past.description, method: 'llm' };
}
