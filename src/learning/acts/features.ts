/**
 * What a run did, as a set of features that can be compared with other runs: acts done, files looked at first, and
 * which act came before which. Only what did not fail counts.
 */
import { words } from '../../learners/words.ts';
import type { Did, Step, Trajectory } from '../../types.ts';
import { failureOf } from '../errors/failures.ts';
import { generalize } from '../errors/fixes.ts';
import { commandText, isActing, shortPath } from './acts.ts';
import { type Command, commandsOf, isEdit, isNote, isRead } from './commands.ts';
import { filesNamed } from './literals.ts';

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
  const order: Doings['order'] = [];
  let changed = false;
  for (const [i, step] of steps.entries()) {
    if (failureOf(step)) continue;
    for (const command of commandsOf(step)) {
      if (isNote(command)) continue;
      for (const done of featuresOfCommand(step, command)) {
        const { feature, literal } = withoutFile(done, files);
        if (feature.kind === 'ran' && OWN_WORK.test(feature.act)) continue;
        // Reading is advice only where it comes before the work: afterwards it looks at the run's own results.
        if (feature.kind === 'read' && changed) continue;
        const key = featureKey(feature);
        if (found.has(key) || found.size >= MOST_DONE) continue;
        const asked = namesFileOf(description, feature.act);
        found.set(key, {
          ...feature,
          step: i,
          ...(literal === undefined ? {} : { literal }),
          ...(asked ? { asked } : {}),
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

function featuresOfCommand(step: Step, command: Command): Feature[] {
  if (isToolCall(step, command)) {
    if (isEdit(command)) return pathOf(step) === '' ? [] : [{ kind: 'edited', act: `\`${pathOf(step)}\`` }];
    if (isRead(command)) return pathOf(step) === '' ? [] : [{ kind: 'read', act: `\`${pathOf(step)}\`` }];
    return [{ kind: 'used', act: `\`${command.name}\`` }];
  }
  if (isRead(command)) {
    const looks =
      /^(?:cat|head|less|tail)$/u.test(command.name) && /[\w/]\.\w+$|README|Makefile/u.test(command.target);
    return looks ? [{ kind: 'read', act: `\`${shortPath(command.target)}\`` }] : [];
  }
  if (!isActing(command) || /\s--?(?:version|help|V)\b/u.test(command.text)) return [];
  const telling =
    words(command.text).length >= 2 && command.text.length <= 90 && !command.text.includes('\n');
  return telling ? [{ kind: 'ran', act: commandText(command) }] : [];
}

const isToolCall = (step: Step, command: Command) =>
  step.tool !== undefined && (command.name === step.tool || isEdit(command));

const pathOf = (step: Step): string => shortPath(String(step.args?.file_path ?? step.args?.path ?? ''));

/** For orders: tools by name; of shell commands only their class, as their words differ too much. */
function nameOf(step: Step, command: Command): string {
  if (isToolCall(step, command)) return isRead(command) || isEdit(command) ? '' : `\`${command.name}\``;
  if (isRead(command) || !isActing(command)) return '';
  const [program = ''] = command.text.split(' ');
  return `\`${program.startsWith('./') ? program : command.name}\``;
}

const changes = (step: Step, command: Command): boolean =>
  isToolCall(step, command)
    ? !/^(?:get|list|find|search|read|fetch|look|query|show|view|calculate|think)/iu.test(command.name)
    : isActing(command);
