/**
 * What was tried after an error, and whether it helped. The fix is what stands between the failing command and the
 * next run of that same command or check; it worked when that run got past the error.
 */
import { templateOf } from '../../learners/template.ts';
import { jaccard } from '../../learners/words.ts';
import type { Step } from '../../types.ts';
import { actsOf, commandText, type FilesSeen, isActing } from '../acts/acts.ts';
import {
  type Command,
  commandKey,
  commandsOf,
  isEdit,
  isNote,
  isRead,
  mainCommand,
} from '../acts/commands.ts';
import { type Failure, failureOf } from './failures.ts';

export interface Attempt {
  /** In words an agent can act on; the error's own literals are {parameters}. */
  fix: string;
  worked: boolean;
  /** The step that ran the command again. */
  step: number;
}

const HORIZON = 15;
/** Steps that are looked back on: bounds the work for a run of thousands of failing steps. */
const LOOK_BACK = 100;
const MOST_ACTS = 2;

/** failureOf() for every step. */
export const failuresOf = (steps: Step[]): (Failure | undefined)[] => steps.map(failureOf);

/**
 * The attempts to get past the error of `step`, in order, until one worked. Only attempts that can be told as an act
 * count; an error that nobody came back to has none.
 * @param failures failuresOf() the steps, computed once by the caller.
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
  const { written, done } = before(steps, step + 1);
  const literals = { ...values, ...targetOf(command) };
  const attempts: Attempt[] = [];
  let since = step;
  for (let next = step + 1; next < steps.length && next <= step + HORIZON; next += 1) {
    const again = steps[next];
    const retried = again && mainCommand(again);
    if (!again || !retried || !isRetry(command, retried)) continue;
    const failed = failures[next];
    const same = failed?.messages.some((message) => templateOf(message).template === template) ?? false;
    const worked = !same && (failed === undefined || failed.messages.length > 0);
    const between = steps.slice(since + 1, next).filter((_, i) => failures[since + 1 + i] === undefined);
    // What had been done before the error already did not prevent it: it belongs to the check, not to the fix.
    const isNew = (act: string) => act !== commandText(command) && !done.has(act);
    const acts = between.flatMap((act) => actsOf(act, written)).filter(isNew);
    // An edit that failed is often cured by looking at the file first.
    const looked =
      isEdit(command) &&
      between.some((act) => commandsOf(act).some((each) => isRead(each) && each.target === command.target));
    if (looked) acts.unshift(`read \`${command.target}\` first`);
    const fix = [...acts, ...setUpOf(again, retried).filter(isNew)];
    const told = tell(fix, changeOf(command, retried, steps[since], again));
    if (told !== '') attempts.push({ fix: generalize(told, literals), worked, step: next });
    if (worked) break;
    since = next;
  }
  return attempts;
}

/** The files written and the acts done in the steps before `end`. */
function before(steps: Step[], end: number): { written: FilesSeen; done: Set<string> } {
  const written: FilesSeen = new Map();
  const done = steps
    .slice(Math.max(0, end - LOOK_BACK), end)
    .flatMap((step, i, all) =>
      step.error === undefined || i === all.length - 1 ? actsOf(step, written) : [],
    );
  return { written, done: new Set(done) };
}

/** Set-up in the same line as the retry counts too: `pip install x && python app.py`. */
function setUpOf(step: Step, retried: Command): string[] {
  const commands = commandsOf(step);
  const end = commands.findIndex((command) => command.text === retried.text);
  return commands.slice(0, Math.max(end, 0)).filter(isActing).map(commandText);
}

function tell(acts: string[], change: string): string {
  const unique = [...new Set(acts)];
  const told = change === '' ? unique.slice(-MOST_ACTS) : [...unique.slice(-1), change];
  return told.join(', then ');
}

/** The same command on the same target, or nearly the same words. */
function isRetry(before: Command, after: Command): boolean {
  if (isRead(after) || isNote(after)) return false;
  if (isEdit(before) || isEdit(after)) return before.name === after.name && before.target === after.target;
  if (before.name === after.name && isToolCall(before)) return true;
  if (commandKey(before) === commandKey(after)) return true;
  const a = new Set(before.text.split(/\s+/u));
  const b = new Set(after.text.split(/\s+/u));
  return a.size >= 2 && b.size >= 2 && jaccard(a, b) >= 0.5;
}

const isToolCall = (command: Command) => command.text.startsWith(`${command.name}(`);

/** How the second call differs: another command line, or other arguments of the same tool. */
function changeOf(
  before: Command,
  after: Command,
  first: Step | undefined,
  second: Step | undefined,
): string {
  if (isToolCall(before)) {
    const old = first?.args ?? {};
    const changed = Object.entries(second?.args ?? {})
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(old[key]))
      .map(([key]) => `\`${key}\``);
    return changed.length > 0
      ? `call \`${after.name}\` again with other ${changed.slice(0, 3).join(', ')}`
      : '';
  }
  // Inline programs differ in every run; that tells nothing.
  const inline = /\s-[ce]\s|<<|\n/u;
  if (isEdit(after) || before.text === after.text || inline.test(before.text) || inline.test(after.text))
    return '';
  if (givesUp(before, after)) return '';
  return `run ${commandText(after)} instead of ${commandText(before)}`;
}

/** The same command without what it failed at: nothing was mended. */
function givesUp(before: Command, after: Command): boolean {
  const kept = new Set(after.text.split(/\s+/u));
  const words = before.text.split(/\s+/u);
  const dropped = words.filter((word) => !kept.has(word) && !word.startsWith('-'));
  return dropped.length > 0 && [...kept].every((word) => words.includes(word));
}

/** The file or name that the failing command was about becomes a parameter as well. */
function targetOf(command: Command): Record<string, string> {
  if (isToolCall(command)) return {};
  if (/^[\w.-]{3,}$|\//u.test(command.target)) return { target: command.target };
  // A program run by its path is what the command is about.
  const [program = ''] = command.text.split(' ');
  return program.includes('/') ? { target: program.replace(/^\.\//u, '') } : {};
}

/** Puts literals back as parameters, longest first, whole words only. */
export function generalize(text: string, values: Record<string, string>): string {
  const byLength = Object.entries(values)
    .filter(([, value]) => value.length >= 2 && !/^\d+$/u.test(value))
    .sort(([, a], [, b]) => b.length - a.length);
  let general = text;
  for (const [name, value] of byLength) {
    const literal = value.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
    general = general.replace(new RegExp(`(?<![\\w{/.-])${literal}(?![\\w}/-])`, 'gu'), `{${name}}`);
  }
  return general;
}
