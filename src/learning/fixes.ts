/**
 * What was tried after an error, and whether it helped. The fix is what stands between the failing command and the
 * next run of that same command or check; it worked when that run got past the error.
 */
import { templateOf } from '../learners/template.ts';
import { jaccard } from '../learners/words.ts';
import type { Step } from '../types.ts';
import { type Command, commandKey, commandsOf, isEdit, isNote, isRead, mainCommand } from './commands.ts';
import { type Failure, failureOf } from './failures.ts';

export interface Attempt {
  /** In words an agent can act on, the error's parameters filled in as {name}. */
  fix: string;
  worked: boolean;
  /** The step that ran the command again. */
  step: number;
}

const HORIZON = 15;
const MOST_ACTS = 3;
const LONGEST_ACT = 160;

/**
 * The attempts to get past the error of `step`, in order, until one worked.
 * @param failures failureOf() of each step, computed once by the caller.
 */
export function attemptsAfter(
  steps: Step[],
  failures: (Failure | undefined)[],
  step: number,
  template: string,
  values: Record<string, string>,
): Attempt[] {
  const failing = steps[step];
  const command = failing && mainCommand(failing);
  if (!failing || !command) return [];
  const attempts: Attempt[] = [];
  let since = step;
  for (let next = step + 1; next < steps.length && next <= step + HORIZON; next += 1) {
    const again = steps[next];
    const retried = again && mainCommand(again);
    if (!again || !retried || !isRetry(command, retried)) continue;
    const failed = failures[next];
    const same = failed?.messages.some((message) => templateOf(message).template === template) ?? false;
    const fix = describe(steps, failures, since, next, command, retried, values);
    const worked = !same && (failed === undefined || failed.messages.length > 0);
    if (fix !== '') attempts.push({ fix, worked, step: next });
    if (worked) break;
    since = next;
  }
  return attempts;
}

/** The same command on the same target, or nearly the same words. */
function isRetry(before: Command, after: Command): boolean {
  if (isRead(after) || isNote(after)) return false;
  if (isEdit(before) || isEdit(after)) return before.name === after.name && before.target === after.target;
  if (before.name === after.name && before.joint !== '|' && isToolCall(before)) return true;
  if (commandKey(before) === commandKey(after)) return true;
  const a = new Set(before.text.split(/\s+/u));
  const b = new Set(after.text.split(/\s+/u));
  return a.size >= 2 && b.size >= 2 && jaccard(a, b) >= 0.5;
}

const isToolCall = (command: Command) => command.text.startsWith(`${command.name}(`);

function describe(
  steps: Step[],
  failures: (Failure | undefined)[],
  from: number,
  to: number,
  before: Command,
  after: Command,
  values: Record<string, string>,
): string {
  const acts: string[] = [];
  for (let i = from + 1; i < to; i += 1) {
    const step = steps[i];
    if (!step || failures[i]) continue;
    if (step.tool !== undefined && isEditStep(step)) acts.push(editText(step));
    else
      acts.push(
        ...commandsOf(step)
          .filter((c) => !isRead(c) && !isNote(c) && c.joint !== '|' && commandKey(c) !== commandKey(before))
          .map((c) => `\`${shorten(c.text)}\``),
      );
  }
  // Set-up in the same line as the retry counts too: `pip install x && python app.py`.
  const again = steps[to];
  if (again && !isToolCall(after)) {
    for (const c of commandsOf(again)) {
      if (c.text !== after.text && c.joint !== '|' && !isRead(c) && !isNote(c) && acts.length < MOST_ACTS)
        acts.push(`\`${shorten(c.text)}\``);
    }
  }
  const changed = changeOf(before, after, steps[from], steps[to]);
  const unique = [...new Set(acts)].slice(-MOST_ACTS);
  const parts = changed === '' ? unique : [...unique.slice(-1), changed];
  return generalize(parts.join(', then '), values);
}

const isEditStep = (step: Step) => {
  const command = mainCommand(step);
  return command !== undefined && isEdit(command);
};

/** How the second call differs: another command line, or other arguments of the same tool. */
function changeOf(
  before: Command,
  after: Command,
  first: Step | undefined,
  second: Step | undefined,
): string {
  if (isToolCall(before)) {
    const old = first?.args ?? {};
    const changed = Object.entries(second?.args ?? {}).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(old[key]),
    );
    const names = changed.map(([key]) => `\`${key}\``).slice(0, 3);
    return names.length > 0 ? `call \`${after.name}\` again with other ${names.join(', ')}` : '';
  }
  if (isEdit(after) || before.text === after.text) return '';
  return `run \`${shorten(after.text)}\` instead of \`${shorten(before.text)}\``;
}

/** The lines that an edit took out and put in, or what a new file begins with. */
function editText(step: Step): string {
  const file = String(step.args?.file_path ?? step.args?.path ?? '')
    .split('/')
    .slice(-2)
    .join('/');
  const old = lines(step.args?.old_string ?? step.args?.old_str);
  const now = lines(step.args?.new_string ?? step.args?.new_str ?? step.args?.content);
  const out = old.filter((line) => !now.includes(line));
  const put = now.filter((line) => !old.includes(line));
  if (old.length === 0) return file === '' ? '' : `write \`${file}\` (${now.length} lines)`;
  if (put.length === 0) return `remove \`${shorten(out.join(' '), 80)}\` from \`${file}\``;
  if (out.length === 0) return `add \`${shorten(put.join(' '), 100)}\` to \`${file}\``;
  return `change \`${shorten(out.join(' '), 70)}\` to \`${shorten(put.join(' '), 80)}\` in \`${file}\``;
}

const lines = (text: unknown): string[] =>
  typeof text === 'string'
    ? text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    : [];

function shorten(text: string, longest = LONGEST_ACT): string {
  const flat = text.replace(/\s+/gu, ' ').trim();
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
}

/** Puts the error's own literals back as parameters, longest first, whole words only. */
export function generalize(text: string, values: Record<string, string>): string {
  const byLength = Object.entries(values)
    .filter(([, value]) => value.length >= 2 && !/^\d+$/u.test(value))
    .sort(([, a], [, b]) => b.length - a.length);
  let general = text;
  for (const [name, value] of byLength) {
    const literal = value.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
    general = general.replace(new RegExp(`(?<![\\w{])${literal}(?![\\w}])`, 'gu'), `{${name}}`);
  }
  return general;
}

/** failureOf() for every step. */
export const failuresOf = (steps: Step[]): (Failure | undefined)[] => steps.map(failureOf);
