/**
 * How a run went, step by step, in a form that is small and can be cut off anywhere: what failed, what was only looked
 * at, what came back that was new. Nothing here says which model or agent it was, nor what it thought.
 */

import { isRead, mainCommand } from '../../learners/commands/commands.ts';
import { failureOf } from '../../learners/failures.ts';
import { topics } from '../../learners/words.ts';
import type { Step, Task } from '../../types.ts';

export interface Pace {
  failed: boolean;
  looks: boolean;
  /** The tool or command: `git commit`, `go`, `say`. */
  name: string;
  /** What was done, to the letter, and with its numbers masked. */
  act: string;
  shape: string;
  /** What came back, to the letter, '' for nothing; and how it begins, numbers masked. */
  seen: string;
  answer: string;
  /** Words of what was done and of what came back, stemmed. */
  said: string[];
  told: string[];
}

export interface Course {
  /** Words of the task, stemmed. */
  about: Set<string>;
  paces: Pace[];
}

/** Of a longer run the first and the last steps are looked at, half each. */
export const MOST_STEPS = 2_000;
const MOST_ACT = 400;
const MOST_SEEN = 1_200;
const MOST_WORDS = 80;
const LOOKS =
  /^(?:get|list|find|search|look|look_?up|read|fetch|query|show|view|examine|inspect|inventory|describe|desc|select|think|calculate|check|ask)(?![a-z])/iu;

export function courseOf({ task, steps }: { task: Pick<Task, 'description'>; steps: Step[] }): Course {
  const half = MOST_STEPS / 2;
  const taken = steps.length > MOST_STEPS ? [...steps.slice(0, half), ...steps.slice(-half)] : steps;
  return { about: topics(task.description.slice(0, 4_000)), paces: taken.map(paceOf) };
}

function paceOf(step: Step): Pace {
  const action = flat(step.action, MOST_ACT);
  const seen = flat(step.observation, MOST_SEEN);
  const command = mainCommand({ ...step, action: step.action.slice(0, MOST_ACT) });
  const name = nameOf(step, command?.name ?? '', action);
  return {
    failed: failureOf(step) !== undefined,
    looks: (command !== undefined && isRead(command)) || LOOKS.test(name),
    name,
    act: `${step.tool ?? ''} ${action}`,
    shape: masked(action.slice(0, 120)),
    // Long texts that begin alike are told apart by their length.
    seen: seen === '' ? '' : `${seen.slice(0, 300)} ${step.observation.length}`,
    answer: masked(seen).split(' ', 5).join(' ').slice(0, 80),
    // A message is prose, and a number is one task's own: neither is something done that others do as well.
    said: name === 'say' ? [] : [...topics(action)].filter((word) => !/\d/u.test(word)).slice(0, MOST_WORDS),
    told: [...topics(seen)].slice(0, MOST_WORDS),
  };
}

/** `search[long hair]` and `search(x)` are a search; a message is nothing but that. */
function nameOf(step: Step, command: string, action: string): string {
  if (command !== '' && command !== 'say') return command.toLowerCase().slice(0, 60);
  return (/^(\w{1,30})[[(]/u.exec(action)?.[1] ?? (step.tool || 'say')).toLowerCase().slice(0, 60);
}

const flat = (text: string, most: number): string =>
  text.slice(0, most).replace(/\s+/gu, ' ').trim().toLowerCase();
const masked = (text: string): string => text.replace(/\d+/gu, '#');
