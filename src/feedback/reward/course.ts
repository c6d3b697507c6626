/**
 * How a run went, step by step, as far as features ask for it: small, and without a word of what anybody thought of it.
 * Bounded in steps and in text, so that a hostile run costs no more than a long one.
 */
import {
  type Command,
  commandKey,
  isCheck,
  isEdit,
  isRead,
  mainCommand,
} from '../../learners/commands/commands.ts';
import { failureOf } from '../../learners/failures.ts';
import { topics } from '../../learners/words.ts';
import { lengthOf, type Step, type Trajectory } from '../../types.ts';

/** One step of it. */
export interface Pace {
  failed: boolean;
  checks: boolean;
  edits: boolean;
  looks: boolean;
  /** The kind of act: `git commit`, `search`, `say`. */
  name: string;
  /** Equal for tries of the same thing on the same target. */
  key: string;
  /** What was done and what came back, to the letter. */
  act: string;
  seen: string;
  /** Words of what was done, of what came back and of the thought before it, stemmed. */
  said: Set<string>;
  told: Set<string>;
  thought: Set<string>;
  letters: { action: number; observation: number; thought: number };
  step: Step;
}

export interface Course {
  /** Words of the task, stemmed. */
  about: Set<string>;
  /** Letters of the task. */
  asked: number;
  /** Steps it had, those that were not kept among them. */
  length: number;
  paces: Pace[];
}

/** Of a longer run the first and the last steps are looked at, half each. */
export const MOST_STEPS = 2_000;
const MOST_ACT = 400;
const MOST_TEXT = 2_000;
const MOST_TASK = 4_000;
const LOOKS =
  /^(?:get|list|find|search|look|look_?up|read|fetch|query|show|view|examine|inspect|describe|select|check)(?![a-z])/iu;

/** What features are worked out from. @param steps Only the first so many: an early look. */
export function courseOf(run: Pick<Trajectory, 'task' | 'steps' | 'metadata'>, steps?: number): Course {
  const all = steps === undefined ? run.steps : run.steps.slice(0, Math.max(0, steps));
  const half = MOST_STEPS / 2;
  const taken = all.length > MOST_STEPS ? [...all.slice(0, half), ...all.slice(-half)] : all;
  return {
    about: topics(run.task.description.slice(0, MOST_TASK)),
    asked: run.task.description.length,
    length: steps === undefined ? lengthOf(run) : all.length,
    paces: taken.map(paceOf),
  };
}

function paceOf(step: Step): Pace {
  const { action, observation, thought = '' } = step;
  const command = mainCommand({ ...step, action: action.slice(0, MOST_ACT) });
  const name = nameOf(step, command?.name ?? '');
  return {
    failed: failureOf(step) !== undefined,
    checks: is(command, isCheck),
    edits: is(command, isEdit),
    looks: is(command, isRead) || LOOKS.test(name),
    name,
    key: command ? commandKey(command).slice(0, MOST_ACT) : name,
    act: `${step.tool ?? ''} ${flat(action, MOST_ACT)}`,
    // Long texts that begin alike are told apart by their length.
    seen: observation.trim() === '' ? '' : `${flat(observation, 300)} ${observation.length}`,
    said: topics(action.slice(0, MOST_TEXT)),
    told: topics(observation.slice(0, MOST_TEXT)),
    thought: topics(thought.slice(0, MOST_TEXT)),
    letters: { action: action.length, observation: observation.length, thought: thought.length },
    step,
  };
}

const is = (command: Command | undefined, what: (command: Command) => boolean): boolean =>
  command !== undefined && what(command);

/** `search[long hair]` and `search(x)` are a search; a message is nothing but that. */
function nameOf(step: Step, command: string): string {
  const action = step.action.slice(0, MOST_ACT).trim();
  const name = command !== '' && command !== 'say' ? command : /^(\w{1,30})[[(]/u.exec(action)?.[1];
  return (name ?? step.tool ?? 'say').toLowerCase().slice(0, 60);
}

const flat = (text: string, most: number): string =>
  text.slice(0, most).replace(/\s+/gu, ' ').trim().toLowerCase();
