/**
 * What a run did, as a set of features that can be compared with other runs: acts done, files looked at first, and
 * which act came before which. Only what did not fail counts.
 */

import { type Command, commandsOf, isEdit, isNote, isRead } from '../../learners/commands/commands.ts';
import { failureOf } from '../../learners/failures.ts';
import { templateOf } from '../../learners/template.ts';
import { words } from '../../learners/words.ts';
import type { Did, Step, Trajectory } from '../../types.ts';
import { generalize } from '../errors/fixes.ts';
import { commandText, isActing, shortPath } from './acts.ts';
import { filesNamed } from './literals.ts';
import { choicesOf, namedIn, shapesOf, type TaskWords } from './plain-features.ts';

export type FeatureKind = Did['kind'];

export type Feature = Pick<Did, 'kind' | 'act' | 'than'>;

/** Key of a feature: equal keys are the same feature. */
export const featureKey = ({ kind, act, than }: Feature): string => [kind, act, than ?? ''].join('\0');

/** What a run did, by key of the feature, where it first happened. */
export type Features = Map<string, Did>;

/** What a run did, as it is stored: the features, and the order of its acts, from which more follow. */
export interface Doings {
  did: Did[];
  order: { act: string; step: number; changes: boolean }[];
}

/** A run that does more different things than this is told by the first of them. */
const MOST_DONE = 300;
const MOST_ORDERED = 12;
/** So much of a task's text is looked at for what it names. */
const LOOKED_AT = 4_000;
/** Programs that say nothing about what was done with them. */
const GENERIC =
  /^`(?:sed|awk|perl|cp|mv|rm|rmdir|mkdir|chmod|touch|ln|tar|curl|wget|python[\d.]*|node|bash|sh|for|if|while|pip|kill|tr|xargs|tee|test|\[)`$/u;

export function doingsOf({
  steps,
  task,
}: Pick<Trajectory, 'steps'> & Partial<Pick<Trajectory, 'task'>>): Doings {
  const found: Features = new Map();
  const description = task?.description ?? '';
  const files = filesNamed(description);
  const asked = namedIn(description.slice(0, LOOKED_AT));
  const order: Doings['order'] = [];
  /** What the errors met so far named: a module, a command, a table. */
  const missed: Record<string, string> = {};
  let changed = false;
  for (const [i, step] of steps.entries()) {
    const failure = failureOf(step);
    if (failure) {
      const [message] = failure.messages;
      if (message !== undefined) Object.assign(missed, templateOf(message).values);
      continue;
    }
    for (const command of commandsOf(step)) {
      if (isNote(command)) continue;
      for (const done of featuresOfCommand(step, command, asked).flatMap((each) =>
        withMissed(each, missed),
      )) {
        const { feature, literal } = done.literal === undefined ? withoutFile(done, files) : parted(done);
        if (feature.kind === 'ran' && OWN_WORK.test(feature.act)) continue;
        // Reading is advice only where it comes before the work: afterwards it looks at the run's own results.
        if (feature.kind === 'read' && changed) continue;
        const key = featureKey(feature);
        if (found.has(key) || found.size >= MOST_DONE) continue;
        const own = namesFileOf(description, feature.act);
        found.set(key, {
          ...feature,
          step: i,
          ...(literal === undefined ? {} : { literal }),
          ...(own ? { asked: own } : {}),
        });
      }
      changed ||= changes(step, command) && !isRead(command);
      const name = nameOf(step, command);
      if (order.length < MOST_ORDERED && name !== '' && !GENERIC.test(name))
        if (!order.some((seen) => seen.act === name))
          order.push({ act: name, step: i, changes: changes(step, command) });
    }
  }
  return { did: [...found.values()], order };
}

const namesFileOf = (description: string, act: string): boolean =>
  (act.match(/[\w-]+\.\w+/gu) ?? []).some((file) => description.includes(file));

/** The features of a run, with the orders that follow from its acts. */
export function featuresOf({ did, order }: Doings): Features {
  const found: Features = new Map(did.map((each) => [featureKey(each), each]));
  for (const [i, first] of order.entries()) {
    for (const second of order.slice(i + 1)) {
      // An order is worth telling only towards an act that changes something.
      const sameProgram = first.act.split(/[ `]/u)[1] === second.act.split(/[ `]/u)[1];
      if (!second.changes || sameProgram) continue;
      const feature: Did = { kind: 'before', act: first.act, than: second.act, step: first.step };
      const key = featureKey(feature);
      if (!found.has(key)) found.set(key, feature);
    }
  }
  return found;
}

/** Making or running the file that the task asked for: what everybody does. */
const OWN_WORK = /^`(?:[\w.]+(?: [-+][\w-]+)* )?(?:\.\/)?\{file\}`$/u;

/** The same act with the task's own file as a parameter, so that it is the same act at the next task. */
function withoutFile(feature: Feature, files: string[]): { feature: Feature; literal?: string } {
  const literal = feature.kind === 'ran' ? files.find((file) => feature.act.includes(file)) : undefined;
  if (literal === undefined) return { feature };
  return { feature: { ...feature, act: generalize(feature.act, { file: literal }) }, literal };
}

/** The act as it was, and with what an error named as a parameter: `pip install {module}`. */
function withMissed(done: Shaped, missed: Record<string, string>): Shaped[] {
  if (done.kind !== 'ran') return [done];
  for (const [name, literal] of Object.entries(missed)) {
    const act = generalize(done.act, { [name]: literal });
    // The program itself is no parameter of its own line.
    if (act !== done.act && !act.startsWith('`{')) return [done, { ...done, act, literal }];
  }
  return [done];
}

const parted = ({ literal, ...feature }: Shaped): { feature: Feature; literal?: string } =>
  literal === undefined ? { feature } : { feature, literal };

type Shaped = Feature & { literal?: string };

function featuresOfCommand(step: Step, command: Command, task: TaskWords): Shaped[] {
  if (command.manner !== undefined) return shapesOf(command, task);
  if (isToolCall(step, command)) {
    if (isEdit(command)) return pathOf(step) === '' ? [] : [{ kind: 'edited', act: `\`${pathOf(step)}\`` }];
    if (isRead(command)) return pathOf(step) === '' ? [] : [{ kind: 'read', act: `\`${pathOf(step)}\`` }];
    return [{ kind: 'used', act: `\`${command.name}\`` }, ...choicesOf(command.name, step.args)];
  }
  if (isRead(command)) {
    const looks =
      /^(?:cat|head|less|tail)$/u.test(command.name) && /[\w/]\.\w+$|README|Makefile/u.test(command.target);
    return looks ? [{ kind: 'read', act: `\`${shortPath(command.target)}\`` }] : [];
  }
  if (!isActing(command) || /\s--?(?:version|help|V)\b/u.test(command.text)) return [];
  const telling =
    words(command.text).length >= 2 && command.text.length <= 90 && !command.text.includes('\n');
  return telling ? [{ kind: 'ran', act: oneName(commandText(command)) }] : [];
}

/** One program under two names is one act. */
const oneName = (act: string): string => act.replace(/^`apt /u, '`apt-get ').replace(/^`pip3 /u, '`pip ');

const isToolCall = (step: Step, command: Command) =>
  step.tool !== undefined && (command.name === step.tool || isEdit(command));

const pathOf = (step: Step): string => shortPath(String(step.args?.file_path ?? step.args?.path ?? ''));

/** For orders: tools by name; of shell commands only their class, as their words differ too much. */
function nameOf(step: Step, command: Command): string {
  // Which thing is picked up before which other is opened is the house, not the way.
  if (command.manner === 'phrase') return '';
  if (command.manner === 'call' && command.target.length <= 24 && !/\d/u.test(command.target))
    return command.target === '' ? `\`${command.name}\`` : `\`${command.name}[${command.target}]\``;
  if (command.manner !== undefined) return `\`${command.name}\``;
  if (isToolCall(step, command)) return isRead(command) || isEdit(command) ? '' : `\`${command.name}\``;
  if (isRead(command) || !isActing(command)) return '';
  const [program = ''] = command.text.split(' ');
  return `\`${program.startsWith('./') ? program : command.name}\``;
}

const changes = (step: Step, command: Command): boolean =>
  command.manner !== undefined
    ? !isRead(command) && !/^(?:go|walk|move)\b/u.test(command.name)
    : isToolCall(step, command)
      ? !/^(?:get|list|find|search|read|fetch|look|query|show|view|calculate|think)/iu.test(command.name)
      : isActing(command);
