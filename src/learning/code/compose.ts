/** Concepts that feed each other as one: the second takes what the first gives. */
import { callerError } from '../../errors.ts';
import { contentId } from '../../learners/content-id.ts';
import { leastTrust } from '../../learners/trust.ts';
import type { CodeConcept } from '../../types.ts';
import { guardConcept } from '../guard.ts';
import { checkConcept, type Runs } from './check.ts';
import { argumentsOf, headOf } from './describe.ts';

const MOST_PARTS = 5;

interface Part {
  concept: CodeConcept;
  /** As the code calls it. */
  name: string;
  parameters: string[];
  waits: boolean;
  imports: string[];
  body: string;
}

/**
 * A function that calls the first, hands its result to the second, and so on; what the others take besides comes after
 * what the first takes. It is checked as any concept: it has to parse, and where the parts' examples ran, theirs put
 * together has to run as well.
 * @throws KnowhowError `bad_argument` where the parts cannot be put together: fewer than two or more than five, of
 * several languages or projects, classes, a function that takes nothing from the one before, an example that fails.
 */
export async function composeConcepts(
  concepts: readonly CodeConcept[],
  at: string,
  runs: Runs = 'script',
): Promise<CodeConcept> {
  const [first, ...rest] = concepts;
  if (!first || rest.length === 0 || concepts.length > MOST_PARTS)
    throw refuse(`Two to ${MOST_PARTS} concepts can be composed.`);
  const python = first.language === 'python';
  const family = (language: string) => (language === 'javascript' ? 'typescript' : language);
  if (!python && family(first.language) !== 'typescript')
    throw refuse('Concepts of that language cannot be composed.');
  if (rest.some(({ language }) => family(language) !== family(first.language)))
    throw refuse('Concepts of several languages cannot be composed.');
  if (rest.some(({ project }) => project !== first.project))
    throw refuse('Concepts of several projects cannot be composed.');

  const parts = apart(
    concepts.map((concept) => partOf(concept, python)),
    python,
  );
  const name = python
    ? parts.map((part) => part.name).join('_then_')
    : parts
        .map((part) => part.name)
        .reduce((all, next) => `${all}Then${next.charAt(0).toUpperCase()}${next.slice(1)}`);
  const parameters = parametersOf(parts);
  const typed = concepts.some(({ language }) => language === 'typescript');
  const composed: CodeConcept = {
    id: contentId('concept', ['composed', first.project, concepts.map(({ id }) => id)]),
    at,
    project: first.project,
    derived_from: [...new Set(concepts.map(({ id }) => id))],
    trust: leastTrust(concepts),
    name,
    description: `${concepts.map(({ description }) => description.replace(/[;.].*$/su, '')).join(', then: ')}.`,
    signature: `${name}(${parameters.flat().join(', ')})`,
    abstractable: concepts.every(({ abstractable }) => abstractable),
    code: codeOf(parts, parameters, name, python, typed),
    language: python ? 'python' : typed ? 'typescript' : 'javascript',
    parameters: [],
    examples: exampleOf(parts, name),
    usage: { worked: 0, tried: 0 },
    tasks: 0,
    source: 'composed',
    method: 'heuristic',
  };
  const checked = await checkConcept(composed, runs);
  if (!checked.checked) throw refuse('What they make together does not parse.');
  const tried = composed.examples.length > 0 && concepts.every((concept) => concept.checked?.how === 'ran');
  if (tried && (runs === 'all' || (runs === 'script' && !python)) && checked.checked.how !== 'ran')
    throw refuse('They do not fit: their examples put together fail.');
  const guarded = guardConcept(checked);
  if (!guarded) throw refuse('They hold text that gives orders to a model.');
  return guarded;
}

const refuse = (why: string) =>
  callerError('bad_argument', why, 'Compose functions of one project and language, in the order they run.');

function partOf(concept: CodeConcept, python: boolean): Part {
  const { code } = concept;
  const head = headOf(code);
  if (!head || head.signature.startsWith('class ')) throw refuse('Only functions can be composed.');
  const imported = python ? /^(?:import|from)\s.*$/gmu : /^(?:import\s.*|const\s[^=\n]*=\s*require\(.*)$/gmu;
  const open = head.signature.indexOf('(');
  const parameters = argumentsOf(head.signature.slice(open + 1))
    .split(', ')
    .filter((each) => each !== '');
  return {
    concept,
    name: head.name,
    parameters,
    waits: /^(?:export\s+)?(?:default\s+)?async\b|=\s*async\b|\bPromise</mu.test(code.slice(0, 400)),
    imports: code.match(imported) ?? [],
    body: code.replace(imported, '').trim(),
  };
}

/** Functions of one name get names of their own. */
function apart(parts: Part[], python: boolean): Part[] {
  const taken = new Map<string, number>();
  return parts.map((part, i) => {
    if (i > 0 && part.parameters.length === 0)
      throw refuse('A function that takes nothing cannot follow another.');
    const nth = (taken.get(part.name) ?? 0) + 1;
    taken.set(part.name, nth);
    if (nth === 1) return part;
    const name = `${part.name}${python ? '_' : ''}${nth}`;
    const called = new RegExp(`(?<![\\w$.])${part.name.replaceAll('$', '\\$')}(?![\\w$])`, 'gu');
    return { ...part, name, body: part.body.replace(called, () => name) };
  });
}

/** For each part the names of what it takes from outside, all different. */
function parametersOf(parts: readonly Part[]): string[][] {
  const taken = new Set<string>(parts.map(({ name }) => name));
  return parts.map(({ parameters }, i) =>
    parameters.slice(i === 0 ? 0 : 1).map((parameter) => {
      const bare = parameter.replace(/^\.{3}/u, '');
      let own = bare;
      for (let nth = 2; taken.has(own); nth += 1) own = `${bare}${nth}`;
      taken.add(own);
      return own;
    }),
  );
}

function codeOf(
  parts: Part[],
  parameters: string[][],
  name: string,
  python: boolean,
  typed: boolean,
): string {
  const imports = [...new Set(parts.flatMap((part) => part.imports))];
  const bodies = [...new Set(parts.map(({ body }) => body))];
  const waits = parts.some((part) => part.waits);
  const nested = parts.reduce((inner, part, i) => {
    const given = [...(i === 0 ? [] : [inner]), ...(parameters[i] ?? [])].join(', ');
    const call = `${part.name}(${given})`;
    return part.waits && !python ? `(await ${call})` : call;
  }, '');
  const taken = parts.flatMap((part, i) =>
    (parameters[i] ?? []).map((parameter, nth) =>
      typed ? `${parameter}: Parameters<typeof ${part.name}>[${nth + (i === 0 ? 0 : 1)}]` : parameter,
    ),
  );
  const whole = python
    ? `def ${name}(${taken.join(', ')}):\n    return ${nested}`
    : `export ${waits ? 'async ' : ''}function ${name}(${taken.join(', ')}) {\n  return ${nested};\n}`;
  return [imports.join('\n'), ...bodies, whole].filter((text) => text !== '').join('\n\n');
}

/** The example of the first, with what those of the others take besides. None where one of them has none. */
function exampleOf(parts: readonly Part[], name: string): string[] {
  const given = parts.map(({ concept, parameters }, i) => {
    const example = concept.checked?.example ?? concept.examples[0];
    const open = example?.indexOf('(') ?? -1;
    if (!example || open < 0) return undefined;
    return splitArguments(example.slice(open + 1)).slice(i === 0 ? 0 : 1, parameters.length);
  });
  return given.every((each) => each !== undefined) ? [`${name}(${given.flat().join(', ')})`] : [];
}

/** Arguments up to the bracket that closes them. */
function splitArguments(text: string): string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (quote !== '') {
      if (char === '\\') {
        parts[parts.length - 1] += char + text.charAt(i + 1);
        i += 1;
        continue;
      }
      if (char === quote) quote = '';
    } else if (/["'`]/u.test(char)) quote = char;
    else if (/[([{]/u.test(char)) depth += 1;
    else if (/[)\]}]/u.test(char)) depth -= 1;
    if (depth < 0) break;
    if (char === ',' && depth === 0 && quote === '') parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
