/**
 * What a run did, as a set of features that can be compared with other runs: acts done, files looked at first, and
 * which act came before which. Only what did not fail counts.
 */
import { words } from '../../learners/words.ts';
import type { Step, Trajectory } from '../../types.ts';
import { failureOf } from '../errors/failures.ts';
import { generalize } from '../errors/fixes.ts';
import { commandText, isActing, shortPath } from './acts.ts';
import { type Command, commandsOf, isEdit, isNote, isRead } from './commands.ts';
import { filesNamed } from './literals.ts';

export type FeatureKind = 'ran' | 'used' | 'read' | 'edited' | 'before';

export interface Feature {
  kind: FeatureKind;
  /** What an agent would do, in words: "`node tools/gen.mjs`". */
  act: string;
  /** For `before`: the act that it came before. */
  than?: string;
}

/** Key of a feature: equal keys are the same feature. */
export const featureKey = ({ kind, act, than }: Feature): string => [kind, act, than ?? ''].join('\0');

/** Where each feature of a run first happened, by key; `literal` is what {file} stood for. */
export type Features = Map<string, { feature: Feature; step: number; literal?: string }>;

const MOST_ORDERED = 12;
/** Programs that say nothing about what was done with them. */
const GENERIC =
  /^`(?:sed|awk|perl|cp|mv|rm|rmdir|mkdir|chmod|touch|ln|tar|curl|wget|python[\d.]*|node|bash|sh|for|if|while|pip|kill|tr|xargs|tee|test|\[)`$/u;

export function featuresOf({
  steps,
  task,
}: Pick<Trajectory, 'steps'> & Partial<Pick<Trajectory, 'task'>>): Features {
  const found: Features = new Map();
  const files = filesNamed(task?.description ?? '');
  const order: { name: string; step: number; changes: boolean }[] = [];
  const note = (feature: Feature, step: number, literal?: string) => {
    const key = featureKey(feature);
    if (!found.has(key)) found.set(key, { feature, step, ...(literal === undefined ? {} : { literal }) });
  };
  let changed = false;
  for (const [i, step] of steps.entries()) {
    if (failureOf(step)) continue;
    for (const command of commandsOf(step)) {
      if (isNote(command)) continue;
      for (const done of featuresOfCommand(step, command)) {
        const { feature, literal } = withoutFile(done, files);
        if (feature.kind === 'ran' && OWN_WORK.test(feature.act)) continue;
        // Reading is advice only where it comes before the work: afterwards it looks at the run's own results.
        if (feature.kind !== 'read' || !changed) note(feature, i, literal);
      }
      changed ||= changes(step, command) && !isRead(command);
      const name = nameOf(step, command);
      if (name !== '' && !GENERIC.test(name) && !order.some((seen) => seen.name === name))
        order.push({ name, step: i, changes: changes(step, command) });
    }
  }
  for (const [i, first] of order.slice(0, MOST_ORDERED).entries()) {
    for (const second of order.slice(i + 1, MOST_ORDERED)) {
      // An order is worth telling only towards an act that changes something.
      const sameProgram = first.name.split(/[ `]/u)[1] === second.name.split(/[ `]/u)[1];
      if (second.changes && !sameProgram)
        note({ kind: 'before', act: first.name, than: second.name }, first.step);
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
