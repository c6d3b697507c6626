/**
 * An agent that knows nothing of the environments: it does what was asked in the obvious way, runs the check, and while
 * that fails it tries things, one after the other: what it was advised, else what it finds (commands that documents
 * name, scripts that lie about) and what people commonly do. It takes back what did not help. The same seed draws the
 * same order of things, whatever the advice.
 */
import { type Act, type Problem, read, sh } from '../../samples/problem.ts';
import type { Random } from '../../samples/random.ts';
import type { SampleStep, Sandbox } from '../../samples/sandbox.ts';
import { type Advice, commandsIn, filled } from './advice.ts';

/** What the agent may ask. */
export interface Adviser {
  start(): Promise<Advice>;
  stuck(error: string): Promise<Advice>;
}

export interface Worked {
  steps: SampleStep[];
  /** Failing checks. */
  retries: number;
  /** Advised commands that were run. */
  followed: number;
}

interface Move {
  acts: Act[];
  undo?: Act[];
  advised?: boolean;
}

/** Works on `problem`; after the first failing check it tries `patience` things and then gives up. */
export async function work(
  problem: Problem,
  sandbox: Sandbox,
  random: Random,
  adviser: Adviser,
  patience: number,
): Promise<Worked> {
  const steps: SampleStep[] = [];
  const perform = async (acts: Act[]) => {
    for (const act of acts)
      steps.push(await sandbox.act(act, typeof act.say === 'string' ? act.say : (act.say[0] ?? '')));
    return steps.at(-1) as SampleStep;
  };
  const check = () => perform([sh('Run the check.', problem.check)]);
  const tried = new Set<string>();
  const avoided = new Set<string>();
  let followed = 0;
  const files = filesOf(problem);
  /** Advice as moves: what can be run here and was not run yet. */
  const movesFrom = async ({ moves, avoid }: Advice): Promise<Move[]> => {
    for (const command of avoid.flatMap((each) => filled(each, files) ?? [])) avoided.add(command);
    const found: Move[] = [];
    for (const move of moves) {
      const acts: Act[] = [];
      for (const each of move) {
        const command = filled(each, files);
        if (command === undefined || files.includes(command) || problem.check.includes(command)) continue;
        if (await runs(command, sandbox)) acts.push(sh('As advised.', command));
      }
      if (acts.length > 0) found.push({ acts, advised: true });
    }
    return found;
  };
  const next = (moves: Move[]): Move | undefined => {
    for (let move = moves.shift(); move !== undefined; move = moves.shift()) {
      const key = keyOf(move);
      if (tried.has(key) || move.acts.every((act) => act.tool === 'Bash' && avoided.has(act.command)))
        continue;
      tried.add(key);
      if (move.advised) followed += 1;
      return move;
    }
    return undefined;
  };

  await perform([sh('See what is there.', LISTING)]);
  const advised = await movesFrom(await adviser.start());
  await perform(problem.work);
  let saw = await check();
  let retries = Number(saw.exit_code !== 0);
  if (retries === 0) return { steps, retries, followed };

  const own = shuffled([...(await ideas(problem, sandbox)), ...inTheWay(complaintOf(saw))], random);
  if ('README.md' in problem.files) {
    const readme = await perform([read('The README may say something.', 'README.md')]);
    own.unshift(...documented(readme.observation ?? '', files));
  }
  for (let tries = 0; saw.exit_code !== 0 && tries < patience; tries += 1) {
    const help = await movesFrom(await adviser.stuck(complaintOf(saw)));
    const move = next(help) ?? next(advised) ?? next(own);
    if (move === undefined) break;
    const last = await perform(move.acts);
    if (last.tool === 'Read') {
      own.unshift(...documented(last.observation ?? '', files));
      continue;
    }
    // What was done before the remedy may have to be done again.
    await perform(problem.work.filter(({ tool }) => tool === 'Bash'));
    saw = await check();
    if (saw.exit_code === 0) break;
    retries += 1;
    await perform(move.undo ?? []);
  }
  return { steps, retries, followed };
}

const complaintOf = ({ error, observation }: SampleStep): string => error ?? observation ?? '';

const LISTING = "find . -type f -not -path './.git/*' | sort | head -n 60";

const keyOf = ({ acts }: Move): string =>
  acts.map((act) => ('command' in act ? act.command : `${act.tool} ${act.file}`)).join('\n');

/** The files that the task is about: what the work writes or edits, scripts first. */
const filesOf = ({ work: acts }: Problem): string[] => [
  ...new Set(acts.flatMap((act) => ('file' in act ? [act.file] : []))),
];

/** Whether a text is a command that makes sense here: its first word is a program, and files that it names are there. */
async function runs(command: string, sandbox: Sandbox): Promise<boolean> {
  const [first = '', ...rest] = command.split(/\s+/u);
  if (!/^[\w./-]+$/u.test(first)) return false;
  // The first file that it works on; a later one may be what it makes.
  const file = rest.find((word) => /^[\w./-]*\/[\w-]+\.[\w.]+$/u.test(word));
  const there = file === undefined ? [] : [`test -e ${file}`];
  return (await sandbox.quietly([`command -v ${first}`, ...there].join(' && '))).code === 0;
}

/** Commands that a document names. */
const documented = (text: string, files: string[]): Move[] =>
  commandsIn(text)
    .flatMap((command) => filled(command, files) ?? [])
    .filter((command) => /\s|^\.\//u.test(command))
    .map((command) => ({ acts: [sh('A document says so.', command)] }));

/** What anybody would think of: documents to read, scripts that lie about, and the usual tricks with this error. */
async function ideas(problem: Problem, sandbox: Sandbox): Promise<Move[]> {
  const files = Object.keys(problem.files).filter((file) => !/^(?:src|test|\.)|^README\.md$/u.test(file));
  const inGit = (await sandbox.quietly('test -d .git')).code === 0;
  const stage = inGit ? ' && git add -A' : '';
  const run = (file: string): string | undefined =>
    file.endsWith('.mjs') ? `node ${file}` : file.endsWith('.py') ? `python3 ${file}` : undefined;
  return [
    ...files
      .filter((file) => file.endsWith('.md'))
      .map((file): Move => ({ acts: [read(`What does it say?`, file)] })),
    ...files.flatMap((file): Move[] => {
      const command = /^(?:tools|db)\//u.test(file) ? run(file) : undefined;
      return command === undefined ? [] : [{ acts: [sh('A script that may help.', `${command}${stage}`)] }];
    }),
    ...problem.deadEnds.map(({ acts, undo }): Move => ({ acts, ...(undo ? { undo } : {}) })),
  ];
}

/** What the error says exists already, removed: one more thing that people try. */
const inTheWay = (complaint: string): Move[] =>
  [...complaint.matchAll(/'\/workspace\/([\w./-]+)'[^\n]{0,40}exists/gu)].map(([, file]) => ({
    acts: [sh('It is in the way: remove it.', `rm ${file}`)],
  }));

export function shuffled<T>(all: T[], random: Random): T[] {
  const cards = [...all];
  for (let i = cards.length - 1; i > 0; i -= 1) {
    const j = random.int(0, i);
    [cards[i], cards[j]] = [cards[j] as T, cards[i] as T];
  }
  return cards;
}
