/** The way a run went, in acts that can be done again. */

import { type Command, isEdit, isRead, mainCommand, shellParts } from '../../learners/commands/commands.ts';
import type { Failure } from '../../learners/failures.ts';
import type { Step } from '../../types.ts';
import { actsOf, commandText, type FilesSeen, isActing } from './acts.ts';
import { shapesOf, type TaskWords } from './plain-features.ts';

/** Tools that keep a list, think or end; they lead nowhere. */
const IDLE = /^(?:todo|think|calculate|task|bash_?output|exit|reset|submit|finish|done)/iu;

const LONGEST_STATEMENT = 240;

/** The changing acts of a run that did not fail, in order, without repetition. */
export function routeActs(
  steps: Step[],
  failures: (Failure | undefined)[],
  task: TaskWords = new Map(),
): string[] {
  const written: FilesSeen = new Map();
  const acts: string[] = [];
  for (const [i, step] of steps.entries()) {
    if (failures[i]) continue;
    const plain = plainOf(step);
    if (plain) {
      acts.push(...plainActs(plain, task));
      continue;
    }
    const own = pipelinesOf(step) ?? actsOf(step, written);
    if (own.length > 0) acts.push(...own);
    else if (isCall(step) && !IDLE.test(step.tool ?? '')) acts.push(`\`${step.tool}\``);
  }
  const whole = [...new Set(acts)].filter((act) => !act.endsWith('…`'));
  return whole.length > 0 ? whole : answersOf(steps, failures);
}

/** A line of code typed in differs in every run. */
const INLINE = /^(?:python[\d.]*|perl|node|ruby|php|bash|sh)\s(?:\S+\s)*?-[ce]\s/u;

/** The acting commands of a shell step, each with the pipes behind it: cut off from them it is another command. */
function pipelinesOf(step: Step, isWanted = isActing): string[] | undefined {
  const parts = shellParts(step);
  return parts?.flatMap(({ joint, command }, start) => {
    if (joint === '|' || !command || isEdit(command) || !isWanted(command) || INLINE.test(command.text))
      return [];
    const end = parts.findIndex((part, i) => i > start && part.joint !== '|');
    const piped = parts.slice(start + 1, end < 0 ? undefined : end).map(({ text }) => text);
    return [commandText({ text: [command.text, ...piped].join(' | ') })];
  });
}

/** Plain looks at one file or folder, which answer nothing. */
const GLANCE = /^(?:cat|head|tail|less|more|ls|tree|echo|printf|file|stat|git .*|which|pwd)$/u;

/** Of a run that changed nothing, the last query it made: looking was what it was asked for. */
function answersOf(steps: Step[], failures: (Failure | undefined)[]): string[] {
  for (const [i, step] of [...steps.entries()].toReversed()) {
    if (failures[i]) continue;
    const asked = (command: Command) =>
      isRead(command) && (!GLANCE.test(command.name) || /\|/u.test(step.action));
    const [last] = (pipelinesOf(step, asked) ?? []).filter((act) => act.length > 16 && !act.endsWith('…`'));
    if (last !== undefined) return [last];
  }
  return [];
}

const plainOf = (step: Step): Command | undefined => {
  const command = step.tool === undefined ? mainCommand(step) : undefined;
  return command?.manner === undefined ? undefined : command;
};

/** A statement as it was written; other plain acts with the task's own things as parameters. Going somewhere is no act. */
function plainActs(command: Command, task: TaskWords): string[] {
  if (isRead(command) || IDLE.test(command.name) || /^(?:go|walk|move)\b/u.test(command.name)) return [];
  if (command.manner === 'statement') {
    const text = command.text.replace(/\s+/gu, ' ');
    return text.length <= LONGEST_STATEMENT ? [`\`${text}\``] : [];
  }
  return shapesOf(command, task).map(({ act }) => act);
}

const isCall = (step: Step): boolean => {
  const command = mainCommand(step);
  return step.tool !== undefined && command?.name === step.tool && command.text.startsWith(`${step.tool}(`);
};
