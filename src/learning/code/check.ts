/** Whether a concept parses, and what its example gives. Running is confined; what may not be run is only parsed. */

import { isInstructionLike } from '../../learners/instructions.ts';
import type { CodeConcept } from '../../types.ts';
import { readScript } from '../llm/script-syntax.ts';
import { headOf } from './describe.ts';
import { callMade } from './example.ts';
import { parserOf } from './grammar-parse.ts';
import { GRAMMARS } from './grammars.ts';
import { bracketDepth, DEEPEST_BRACKETS } from './parse.ts';
import { isHarmlessPython, runPython } from './run-python.ts';
import { isHarmless, runScript } from './run-script.ts';

/**
 * What may be run: `script` TypeScript and JavaScript, which Node confines; `all` Python as well, which nothing but our
 * own rules does; `none` nothing.
 */
export type Runs = 'none' | 'script' | 'all';

/** The concept with `checked`; without it where its code does not parse, or its language cannot be read here. */
export async function checkConcept(concept: CodeConcept, runs: Runs = 'script'): Promise<CodeConcept> {
  const { checked: _, ...bare } = concept;
  const { code, language } = bare;
  if (bracketDepth(code) > DEEPEST_BRACKETS) return bare;
  const parsed = { ...bare, checked: { how: 'parsed' as const } };
  if (language === 'typescript' || language === 'javascript') {
    if (!(await readScript(code, language))) return bare;
    return runs === 'none' ? parsed : ((await ranScript(parsed, language)) ?? parsed);
  }
  const grammar = GRAMMARS.find((row) => row.language === language);
  if (!grammar || !(await parserOf(grammar))(code)) return bare;
  return language === 'python' && runs === 'all' ? ((await ranPython(parsed)) ?? parsed) : parsed;
}

const AT_ONCE = 2;

/**
 * The concepts checked, a few at a time. What is known of the same code and examples is not run again.
 * @param known concepts as they are stored.
 * @throws the signal's reason when it is aborted.
 */
export async function checkConcepts(
  concepts: readonly CodeConcept[],
  known: readonly CodeConcept[] = [],
  runs: Runs = 'script',
  signal?: AbortSignal,
): Promise<CodeConcept[]> {
  const told = ({ code, examples }: CodeConcept) => JSON.stringify([code, examples]);
  const before = new Map(
    known.filter(({ checked }) => checked).map((concept) => [told(concept), concept.checked]),
  );
  const done: CodeConcept[] = [];
  for (let i = 0; i < concepts.length; i += AT_ONCE) {
    signal?.throwIfAborted();
    const some = concepts.slice(i, i + AT_ONCE).map((concept) => {
      const checked = before.get(told(concept));
      return checked ? { ...concept, checked } : checkConcept(concept, runs);
    });
    done.push(...(await Promise.all(some)));
  }
  return done;
}

async function ranScript(
  concept: CodeConcept,
  language: 'typescript' | 'javascript',
): Promise<CodeConcept | undefined> {
  const { code, signature } = concept;
  const own = callMade(signature, nameIn(concept) ?? '');
  for (const call of [...callsIn(concept), ...(own === undefined ? [] : [own])]) {
    // Together: what the example names must be declared by the code, or harmless.
    const both = await readScript(`${code}\nexport const _example = await (${call});`, language);
    if (!both || !isHarmless(both)) continue;
    const { ok, output } = await runScript(code, call, language === 'typescript');
    const made = call === own ? { made: true } : {};
    if (ok && !isInstructionLike(output))
      return { ...concept, checked: { how: 'ran', example: call, output, ...made } };
  }
  return undefined;
}

async function ranPython(concept: CodeConcept): Promise<CodeConcept | undefined> {
  const { code } = concept;
  for (const call of callsIn(concept)) {
    if (!(await isHarmlessPython(`${code}\nresult = ${call}\n`))) continue;
    const { ok, output } = await runPython(code, call);
    if (ok && !isInstructionLike(output))
      return { ...concept, checked: { how: 'ran', example: call, output } };
  }
  return undefined;
}

const MOST_CALLS = 3;

/** What the code calls itself: its concept may go by another name. */
function nameIn({ name, code }: CodeConcept): string | undefined {
  const declares = /^[\w$]+$/u.test(name)
    ? new RegExp(`(?:function\\*?|class|const|let|var|def)\\s+${name.replaceAll('$', '\\$')}(?![\\w$])`, 'u')
    : undefined;
  return declares?.test(code) ? name : headOf(code)?.name;
}

/** Examples under the name that the code has: others may have called it otherwise. */
function callsIn(concept: CodeConcept): string[] {
  const name = nameIn(concept);
  if (name === undefined) return [];
  return concept.examples
    .map((example) => example.replace(/^await\s+/u, '').trim())
    .filter((example) => /^(?:new\s+)?[\w$]+\(.*\)$/su.test(example))
    .slice(0, MOST_CALLS)
    .map((example) =>
      example.replace(/^(new\s+)?[\w$]+/u, (_, made: string | undefined) => `${made ?? ''}${name}`),
    );
}
