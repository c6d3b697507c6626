/**
 * Conceptual code patterns (the `llm` extractor of seeds 000 and 001): the model names what several runs wrote alike,
 * and only what can be checked against their code is kept.
 */
import { z } from 'zod';
import { contentId } from '../../learners/content-id.ts';
import { leastTrust } from '../../learners/trust.ts';
import type { Llm } from '../../llm/ports.ts';
import { cleanText } from '../../text.ts';
import type { CodeConcept, Trajectory } from '../../types.ts';
import { guardConcept } from '../guard.ts';
import { tellsCommand } from './concept-words.ts';
import { flat } from './grounding.ts';
import { cut, fence, notUsed } from './prompt.ts';
import { readScript } from './script-syntax.ts';
import { type Written, writtenCode } from './written-code.ts';

const MOST_RUNS = 10;
const MOST_PIECES = 3;
const LONGEST_PIECE = 1_200;
const MOST_CONCEPTS = 8;
const LONGEST_CODE = 4_000;
const SHORTEST_CODE = 20;

const Proposals = z.object({
  concepts: z.array(
    z.object({
      name: z.string().describe('Two to five words'),
      description: z.string().describe('What it does and when to use it, at most 40 words'),
      signature: z.string().describe('e.g. retry(fn, attempts, delayMs)'),
      language: z.string().describe('typescript, javascript, python, bash, ...'),
      code: z.string().describe('The smallest whole piece of code that does it'),
      from: z.array(z.number()).describe('Numbers of the runs that wrote it'),
    }),
  ),
});
type Proposal = z.infer<typeof Proposals>['concepts'][number];

const SYSTEM = `You find code concepts: things that several recorded runs, working on different tasks, each wrote for themselves, and that a later run could use as a function or snippet.
Name at most five; none is a good answer. Each must come from runs of at least two different tasks, and "from" lists only runs whose code shows it. The name before the bracket in the signature must be declared in the code.
TypeScript and JavaScript may be generalised: turn what differs between the runs into parameters, load no module and use no global that the runs did not. Code in any other language must be copied unchanged from one of the runs.
Leave out what a standard library or every engineer already has at hand.`;

interface Shown {
  trajectory: Trajectory;
  task: string;
  written: Written[];
}

/**
 * Concepts of one project, `method` llm, each from at least two independent tasks. TypeScript and JavaScript have to
 * parse and may only load modules and use globals that the cited runs' code names; other code has to stand in a cited run, whitespace
 * aside. `note` counts what was refused, or says why nothing was asked. Throws only when `signal` aborts.
 */
export async function proposeConcepts(
  llm: Llm,
  trajectories: Trajectory[],
  taskKeyOf: (trajectory: Trajectory) => string,
  at: string,
  signal?: AbortSignal,
): Promise<{ concepts: CodeConcept[]; note?: string }> {
  const shown = choose(trajectories, taskKeyOf);
  if (new Set(shown.map(({ task }) => task)).size < 2)
    return { concepts: [], note: notUsed('fewer than two independent tasks wrote code without failing') };

  const prompt = `${fence(shown.map(entryOf))}\nWhich code concepts do these runs share? Runs with the same "same_task" number tried the same task.`;
  const answer = await llm.ask({ name: 'code_concepts', system: SYSTEM, prompt, schema: Proposals, signal });
  if (!answer.ok) return { concepts: [], note: notUsed(answer.failure) };

  const concepts = new Map<string, CodeConcept>();
  const refused = new Map<string, number>();
  const refuse = (why: string, count = 1) => refused.set(why, (refused.get(why) ?? 0) + count);
  for (const proposal of answer.value.concepts.slice(0, MOST_CONCEPTS)) {
    const judged = await judge(proposal, shown, at);
    if (typeof judged === 'string') refuse(judged);
    else if (concepts.has(judged.id)) refuse('said twice');
    else concepts.set(judged.id, judged);
  }
  const over = answer.value.concepts.length - MOST_CONCEPTS;
  if (over > 0) refuse(`more than ${MOST_CONCEPTS} at once`, over);
  const note = [...refused].map(([why, count]) => `${count} ${why}`).join(', ');
  return { concepts: [...concepts.values()], ...(note === '' ? {} : { note: `refused: ${note}` }) };
}

/** Runs that wrote code and did not fail, best judged first, one of each task before seconds. */
function choose(trajectories: Trajectory[], taskKeyOf: (trajectory: Trajectory) => string): Shown[] {
  const project = trajectories[0]?.project;
  const runs = trajectories
    .filter((trajectory) => trajectory.project === project && trajectory.outcome.success !== false)
    .map((trajectory) => ({
      trajectory,
      task: taskKeyOf(trajectory),
      written: writtenCode(trajectory.steps),
    }))
    .filter(({ written }) => written.length > 0)
    .sort((a, b) => b.trajectory.trust - a.trajectory.trust || (a.trajectory.id < b.trajectory.id ? -1 : 1));
  const turns = [...Map.groupBy(runs, ({ task }) => task).values()].flatMap((group) =>
    group.map((run, turn) => ({ run, turn })),
  );
  return turns
    .sort((a, b) => a.turn - b.turn)
    .slice(0, MOST_RUNS)
    .map(({ run }) => run);
}

function entryOf({ trajectory, task, written }: Shown, index: number, all: Shown[]) {
  const longest = [...written].sort((a, b) => b.code.length - a.code.length).slice(0, MOST_PIECES);
  return {
    run: index + 1,
    same_task: [...new Set(all.map((run) => run.task))].indexOf(task) + 1,
    task: cut(trajectory.task.description, 200),
    wrote: longest.map(({ path, code }) => ({
      path: cut(path, 80),
      code: cleanText(code.slice(0, LONGEST_PIECE)),
    })),
  };
}

/** The concept, or why it is refused. */
async function judge(proposal: Proposal, shown: Shown[], at: string): Promise<CodeConcept | string> {
  const name = cut(proposal.name, 60);
  const signature = cut(proposal.signature, 200);
  const code = proposal.code.trim();
  const language =
    LANGUAGES[proposal.language.trim().toLowerCase()] ?? proposal.language.trim().toLowerCase();
  const callee = calleeOf(signature);
  if (name === '' || callee === undefined || !/^[\w+#.-]{1,20}$/u.test(language))
    return 'without name, signature or language';
  if (code.length < SHORTEST_CODE || code.length > LONGEST_CODE) return 'too short or too long';

  if ([name, signature, proposal.description].some((text) => tellsCommand(text, { code, language })))
    return 'with a command in its words';
  const cited = [...new Set(proposal.from)].flatMap((run) => shown[run - 1] ?? []);
  // A run that shares no names with the code did not write it, whatever the model cites.
  const behind = cited.filter((run) => sharedNames(code, run) >= 2);
  const tasks = new Set(behind.map(({ task }) => task)).size;
  if (tasks < 2) return 'not found in two independent tasks';
  const theirs = behind.flatMap(({ written }) => written.map((piece) => piece.code));

  if (language === 'typescript' || language === 'javascript') {
    const script = await readScript(code, language);
    if (!script) return 'not parsed';
    if (!script.declared.has(callee)) return 'not what its signature says';
    const named = namesOf(theirs.join('\n'));
    const strange =
      script.modules.some((module) => module === '' || !theirs.some((text) => quotes(text, module))) ||
      script.outside.some((outside) => !named.has(outside) && !EVERYWHERE.has(outside));
    if (strange) return 'with modules or globals that no cited run used';
  } else {
    if (!namesOf(code).has(callee)) return 'not what its signature says';
    if (!theirs.some((text) => flat(text).includes(flat(code)))) return 'not copied from a cited run';
  }

  const runs = behind.map(({ trajectory }) => trajectory);
  const project = runs[0]?.project ?? '';
  const concept: CodeConcept = {
    id: contentId('concept', [project, name, signature]),
    at,
    project,
    derived_from: runs.map(({ id }) => id),
    trust: leastTrust(runs),
    name,
    description: cut(proposal.description, 300),
    signature,
    abstractable: true, // Found in two independent tasks, as with error patterns and strategies.
    code,
    language,
    parameters: [],
    examples: [],
    usage: {
      worked: runs.filter(({ outcome }) => outcome.success === true).length,
      tried: runs.filter(({ outcome }) => outcome.success !== null).length,
    },
    tasks,
    source: 'learned',
    method: 'llm',
  };
  return guardConcept(concept) ?? 'with orders to a model';
}

const LANGUAGES: Record<string, string> = {
  ts: 'typescript',
  tsx: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  node: 'javascript',
  py: 'python',
  python3: 'python',
  sh: 'bash',
  shell: 'bash',
};

/** What a signature declares: `retry` of `async function retry<T>(fn)`, of `const retry = (fn) =>`, of `retry dir`. */
function calleeOf(signature: string): string | undefined {
  return (
    /\b(?:function\*?|class|const|let|var|def|func|fn|interface|type)\s+([\w$]+)/u.exec(signature)?.[1] ??
    /([A-Za-z_$][\w$]*)\s*(?:<[^(]*>\s*)?\(/u.exec(signature)?.[1] ??
    /[A-Za-z_$][\w$]*/u.exec(signature)?.[0]
  );
}

const KEYWORDS = new Set(
  (
    'and any as async await boolean break case catch class const continue def default delete do elif else enum export ' +
    'except extends false final finally for from function if import in instanceof interface is lambda let new none not ' +
    'null number or pass private public raise return self static string super switch then this throw true try type ' +
    'typeof undefined unknown var void while with yield'
  ).split(' '),
);
/** Names that every runtime has and that reach nothing outside the program. */
const EVERYWHERE = new Set(
  (
    'Array BigInt Boolean Date Error Infinity JSON Map Math NaN Number Object Promise RangeError RegExp Set String ' +
    'Symbol TypeError WeakMap clearTimeout console setTimeout structuredClone undefined'
  ).split(' '),
);

const namesOf = (code: string): Set<string> => new Set(code.match(/[A-Za-z_$][\w$]*/gu));

function sharedNames(code: string, { written }: Shown): number {
  const theirs = namesOf(written.map((piece) => piece.code).join('\n'));
  let shared = 0;
  for (const name of namesOf(code)) {
    if (name.length > 2 && !KEYWORDS.has(name.toLowerCase()) && theirs.has(name)) shared += 1;
  }
  return shared;
}

const quotes = (text: string, module: string): boolean =>
  ['"', "'", '`'].some((quote) => text.includes(`${quote}${module}${quote}`));
