/**
 * What was tried after an error, and whether it helped. The fix is what stands between the failing command and the
 * next run of that same command or check; it worked when that run got past the error.
 */

import {
  type Command,
  commandKey,
  commandsOf,
  isEdit,
  isNote,
  isRead,
  mainCommand,
} from '../../learners/commands/commands.ts';
import { type Failure, failureOf } from '../../learners/failures.ts';
import { perObject } from '../../learners/per-object.ts';
import { jaccard } from '../../learners/words.ts';
import type { Step } from '../../types.ts';
import { commandText, isActing } from '../acts/acts.ts';
import { type Act, changeOf, isToolCall, valuesOf } from './changes.ts';
import { installOf, isNamed, isRefresh } from './installs.ts';
import { statementAttempts } from './queries.ts';
import type { Reading } from './reading.ts';

export interface Attempt {
  /** In words an agent can act on; the error's own literals are {parameters}. */
  fix: string;
  /** Attempts of one kind are one fix, told in the words most used. */
  kind: string;
  /** What the fix's own parameters stood for, such as {package}. */
  values?: Record<string, string>;
  worked: boolean;
  /** The step that ran the command again. */
  step: number;
}

const HORIZON = 15;
/** Steps that are looked back on: bounds the work for a run of thousands of failing steps. */
const LOOK_BACK = 100;
const MOST_ACTS = 2;
const LISTS = /^(?:ls|find|tree|fd|locate|Glob|LS)$/u;
/** Commands that only ask: whatever they print, they mend nothing. */
const ASKS =
  /\s(?:--version|--help|-V|-h)(?:\s|`|$)|^`(?:pip[\d.]* (?:list|show|freeze|index|search|check)|conda (?:search|list|info)|apt(?:-get|-cache)? (?:list|search|show|policy)|dpkg|rpm -q|env\b|printenv|which|command -v|type|uname|whoami|id\b|df\b|ps\b|free\b|nproc|jobs\b|ss\b|netstat)/u;
/** What these do is told by their name; what they do it to is one run's own. */
const ON_FILES = /^(?:mkdir|touch|chmod|chown|rm|rmdir|cp|mv|ln|unzip|tar|gunzip)$/u;

/** failureOf() for every step; credit, errors, acts and abstractability all ask for it. */
export const failuresOf = perObject((steps: Step[]): (Failure | undefined)[] => steps.map(failureOf));

/**
 * The attempts to get past the error of `step`, in order, until one worked. Only attempts that can be told as an act
 * count; an error that nobody came back to has none.
 */
export function attemptsAfter(
  run: Reading,
  step: number,
  template: string,
  values: Record<string, string>,
): Attempt[] {
  const { steps, failures } = run;
  const failing = steps[step];
  if (!failing) return [];
  const isWorking = (next: number) => hasWorked(run, next, template);
  const statement = run.statement(step);
  if (statement)
    return statementAttempts(run, step, statement, step + HORIZON, isWorking).map((tried) =>
      toldAs(tried.act, tried.worked, tried.step),
    );
  const command = run.command(step);
  if (!command || isNote(command)) return [];
  const done = doneBefore(run, step + 1);
  const literals = { ...literalsAmong(values), ...targetOf(command) };
  const attempts: Attempt[] = [];
  let since = step;
  for (let next = step + 1; next < steps.length && next <= step + HORIZON; next += 1) {
    const again = steps[next];
    const retried = run.command(next);
    if (!again || !retried || !isRetry(command, retried)) continue;
    const worked = isWorking(next);
    const between = rangeOf(since + 1, next).filter((at) => failures[at] === undefined);
    const steppedOver = between.flatMap((at) => steps[at] ?? []);
    // What had been done before the error already did not prevent it: it belongs to the check, not to the fix.
    const isNew = (act: string) =>
      act !== commandText(command) && act !== '``' && !ASKS.test(act) && !done.has(act);
    const told = [...between.flatMap((at) => run.acts(at)), ...setUpOf(again, retried)];
    const texts = told.filter(isNew);
    const acts = [...lookedAt(command, retried, steppedOver), ...texts.map((text) => actOf(text, literals))];
    const change = changeOf(command, retried, steps[since]?.args, again.args);
    // Whatever changed something in between may have been it, told or not.
    const passed = change?.kind !== 'again' || (isSame(failing, again) && steppedOver.every(isIdle));
    const act = chosen(acts, passed ? change : undefined);
    if (act) attempts.push(toldAs(inGeneral(act, literals), worked, next));
    if (worked) break;
    since = next;
  }
  return attempts;
}

const rangeOf = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

const isSame = (a: Step, b: Step): boolean =>
  a.action === b.action && JSON.stringify(a.args) === JSON.stringify(b.args);

const isIdle = (step: Step): boolean => commandsOf(step).every((each) => isRead(each) || isNote(each));

const toldAs = ({ kind, text, values }: Act, worked: boolean, step: number): Attempt => ({
  fix: text,
  kind,
  ...(values && Object.keys(values).length > 0 ? { values } : {}),
  worked,
  step,
});

/** Past the error, even into another one; a failure without a word proves nothing. */
function hasWorked(run: Reading, step: number, template: string): boolean {
  if (run.failures[step] === undefined) return true;
  const met = run.templates(step);
  return met.length > 0 && !met.some((each) => each.template === template);
}

/** The acts done in the steps before `end`. */
function doneBefore({ steps, acts }: Reading, end: number): Set<string> {
  const done = rangeOf(Math.max(0, end - LOOK_BACK), end).flatMap((at) =>
    steps[at]?.error === undefined || at === end - 1 ? acts(at) : [],
  );
  return new Set(done);
}

/** Set-up in the same line as the retry counts too: `pip install x && python app.py`. */
function setUpOf(step: Step, retried: Command): string[] {
  const commands = commandsOf(step);
  const end = commands.findIndex((command) => command.text === retried.text);
  return commands.slice(0, Math.max(end, 0)).filter(isActing).map(commandText);
}

/** Looking that helps: at a file before it is edited, at what a tool's call is about before it is made. */
function lookedAt(command: Command, retried: Command, between: Step[]): Act[] {
  const wasOtherPath = retried.name === command.name && retried.target !== command.target;
  if (isEdit(command)) {
    const looked = between.some((step) =>
      commandsOf(step).some((each) => isRead(each) && each.target === command.target),
    );
    const text = `read \`${command.target}\` first`;
    return looked ? [{ kind: 'read first', text }] : [];
  }
  if (!isToolCall(command)) {
    const listed = between.flatMap((step) => commandsOf(step)).filter(({ name }) => LISTS.test(name));
    const name = listed.at(-1)?.name;
    return name === undefined || !wasOtherPath
      ? []
      : [{ kind: 'look: files', text: `look with \`${name}\` first, then name a path that is there` }];
  }
  const called = between
    .map((step) => mainCommand(step))
    .filter((each) => each && isToolCall(each) && !isNote(each) && each.name !== command.name);
  const name = called.at(-1)?.name;
  return name === undefined ? [] : [{ kind: `call ${name}`, text: `call \`${name}\` first` }];
}

/** An act in words, as one of its kind: packages are parameters. */
function actOf(text: string, literals: Record<string, string>): Act {
  const line = /^`([^`]*)`$/u.exec(text)?.[1];
  const install = line === undefined ? undefined : installOf(line);
  if (!install) return line === undefined ? { kind: text, text } : onFiles(line, literals);
  const named = Object.entries(literals).find(([, value]) =>
    install.packages.some((each) => isNamed(each, value)),
  );
  if (named) return { kind: install.text, text: `\`${install.text.replace('{package}', `{${named[0]}}`)}\`` };
  return { kind: install.text, text: `\`${install.text}\``, values: valuesOf(install.packages) };
}

/** `mkdir -p /srv/out` after `/srv/out/a.csv: No such file or directory` makes the folder of {path}. */
function onFiles(line: string, literals: Record<string, string>): Act {
  const [program = '', ...rest] = line.split(' ');
  if (!ON_FILES.test(program)) return { kind: `\`${line}\``, text: `\`${line}\`` };
  const flags = rest.filter((word) => word.startsWith('-'));
  const kind = program === 'mkdir' ? program : [program, ...flags].join(' ');
  const made = rest.at(-1) ?? '';
  const within = Object.entries(literals).find(([, value]) =>
    value.startsWith(`${made.replace(/\/$/u, '')}/`),
  );
  if (program === 'mkdir' && within) return { kind, text: `\`mkdir -p\` the folder of \`{${within[0]}}\`` };
  return { kind, text: `\`${line}\`` };
}

/** A change that names what was wrong tells more than what else was done; any other change tells less. */
function chosen(acts: Act[], change: (Act & { telling?: boolean }) | undefined): Act | undefined {
  const mending = acts.filter(({ text }) => !isRefresh(text.slice(1)));
  if (change?.telling) return change;
  const unique = [...new Map((mending.length > 0 ? mending : acts).map((act) => [act.kind, act])).values()];
  const told = unique.slice(-MOST_ACTS);
  if (
    change &&
    !(told.length > 0 && change.kind === 'again') &&
    told.every(({ kind }) => /^call |^read first$/u.test(kind))
  )
    told.push(change);
  if (told.length === 0) return undefined;
  return {
    kind: told.map(({ kind }) => kind).join(' + '),
    text: told.map(({ text }) => text).join(', then '),
    values: Object.assign({}, ...told.map(({ values }) => values ?? {})) as Record<string, string>,
  };
}

const inGeneral = (act: Act, literals: Record<string, string>): Act => ({
  ...act,
  kind: generalize(act.kind, literals),
  text: generalize(act.text, literals),
});

/** The same command on the same target, or nearly the same words. */
function isRetry(before: Command, after: Command): boolean {
  if (isNote(after)) return false;
  if (isRead(after)) return isRead(before) && (before.name === after.name || before.target === after.target);
  if (isEdit(before) || isEdit(after)) return before.name === after.name && before.target === after.target;
  if (before.name === after.name && isToolCall(before)) return true;
  const [old, now] = [installOf(before.text), installOf(after.text)];
  // To fetch something else is another thing to do.
  if (old && now)
    return now.packages.length === 0 || now.packages.some((each) => old.packages.includes(each));
  if (commandKey(before) === commandKey(after)) return true;
  const a = new Set(before.text.split(/\s+/u));
  const b = new Set(after.text.split(/\s+/u));
  return a.size >= 2 && b.size >= 2 && jaccard(a, b) >= 0.5;
}

/** Which program spoke, and what it was at, are words to keep. */
function literalsAmong({ program: _program, operation: _operation, ...others }: Record<string, string>) {
  return others;
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
