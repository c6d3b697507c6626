/** What is comparable in plain actions and in the arguments of calls, the task's own words as parameters. */
import { stem, words } from '../../learners/words.ts';
import { shorten } from './acts.ts';
import type { Command } from './commands.ts';
import { clausesOf, partsOf } from './plain.ts';

export interface Shaped {
  kind: 'did' | 'wrote' | 'used';
  act: string;
  /** What the first {parameter} stood for. */
  literal?: string;
}

/** What a task names, to tell its own literals from what every task has. */
export type TaskWords = ReadonlySet<string>;

const MOST_ARGUMENTS = 8;
const LONGEST_OPTION = 24;
const CODE = /^(?=\S*\d)[A-Z0-9]{6,}$/u;

/** The features of a plain action. */
export function shapesOf(command: Command, task: TaskWords): Shaped[] {
  if (command.manner === 'statement') return statementShapes(command);
  if (command.manner === 'call') return callShapes(command, task);
  return command.manner === 'phrase' ? [phraseShape(command, task)] : [];
}

function statementShapes(command: Command): Shaped[] {
  const clauses = clausesOf(command).map((clause): Shaped => ({ kind: 'wrote', act: `\`${clause}\`` }));
  if (/^(?:SELECT|WITH)$/u.test(command.name)) return clauses;
  const takesTable = command.target !== '' && !/^SHOW (?:TABLES|DATABASES)$/u.test(command.name);
  return takesTable
    ? [{ kind: 'did', act: `\`${command.name} {table}\``, literal: command.target }]
    : [{ kind: 'did', act: `\`${command.name}\`` }];
}

/** `click[Buy Now]` as it is; `click[B07XYZ1234]` with an {id}; `click[dark blue]` with the task's own {option}. */
function callShapes({ name, target }: Command, task: TaskWords): Shaped[] {
  if (target === '') return [{ kind: 'did', act: `\`${name}\`` }];
  if (CODE.test(target)) return [{ kind: 'did', act: `\`${name}[{id}]\``, literal: target }];
  if (isNamed(target, task))
    return [{ kind: 'did', act: `\`${name}[{option}]\``, literal: shorten(target, 60) }];
  if (target.length > LONGEST_OPTION || /\d/u.test(target)) return [{ kind: 'did', act: `\`${name}[…]\`` }];
  return [{ kind: 'did', act: `\`${name}[${shorten(target)}]\`` }];
}

/** `take mug 1 from desk 2` at a task about a mug is `take {object} from desk`. */
function phraseShape(command: Command, task: TaskWords): Shaped {
  let literal: string | undefined;
  let placed = false;
  const told = partsOf(command).map(({ words: said, isThing }, i, all) => {
    if (!isThing || !isNamed(said, task)) return said;
    const isPlace = i > 0 ? !all[i - 1]?.isThing : command.name.includes(' ');
    if (isPlace && !placed) {
      placed = true;
      if (literal === undefined) literal = said;
      return '{place}';
    }
    literal = said;
    return '{object}';
  });
  const act = `\`${[command.name, ...told].join(' ')}\``;
  return { kind: 'did', act: act.length > 90 ? `\`${command.name}\`` : act, ...(literal ? { literal } : {}) };
}

const isNamed = (text: string, task: TaskWords): boolean => {
  const named = words(text).map(stem);
  return named.length > 0 && named.every((word) => task.has(word));
};

/**
 * The arguments of a call that are choices, not names: a short word in small letters, or yes and no. `insurance: "no"` is
 * one, a name, a number or an id is not.
 */
export function choicesOf(name: string, args: Record<string, unknown> | undefined): Shaped[] {
  return Object.entries(args ?? {})
    .slice(0, MOST_ARGUMENTS)
    .flatMap(([key, value]): Shaped[] =>
      typeof value === 'boolean' || (typeof value === 'string' && /^[a-z]+(?:[_-][a-z]+){0,3}$/u.test(value))
        ? String(value).length <= LONGEST_OPTION
          ? [{ kind: 'used', act: `\`${name}\` with \`${key}: ${String(value)}\`` }]
          : []
        : [],
    );
}
