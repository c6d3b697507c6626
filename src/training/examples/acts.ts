/** What a run did, to the letter. */
import { withoutLabel } from '../../learners/artifact-label.ts';
import { commandsOf } from '../../learners/commands/commands.ts';
import { lineOfWords } from '../../learners/commands/shell.ts';
import { failureOf } from '../../learners/failures.ts';
import type { Step, Trajectory } from '../../types.ts';

/** A run as far as what it did goes. */
export type Acted = Pick<Trajectory, 'steps' | 'workflow' | 'action_pair' | 'metadata'>;

/** What each step did; the only step of a run is its answer. */
export const actsOf = (run: Acted): string[] => {
  const [only] = run.steps;
  return run.steps.length === 1 && only ? [onlyAnswer(run, only)] : run.steps.map(doneIn);
};

function onlyAnswer(run: Acted, step: Step): string {
  if (isPlanning(run)) return step.observation;
  return step.tool === undefined ? withoutLabel(run.action_pair, step.action) : doneIn(step);
}

/** A plan that no execution belongs to is kept as one step, with the plan as what came of it. */
export const isPlanning = ({ workflow, steps, metadata }: Acted): boolean =>
  workflow === 'planning' && steps.length === 1 && steps[0]?.tool === 'plan' && metadata?.plan !== undefined;

/** A command line as it was run; any other call as `tool({…})` with all of its arguments; a message or text as it stands. */
export function doneIn({ tool, action, args = {} }: Step): string {
  if (tool === undefined || Object.keys(args).length === 0) return action.trim();
  const { command, cmd = command } = args;
  const line = Array.isArray(cmd) && cmd.every((word) => typeof word === 'string') ? lineOfWords(cmd) : cmd;
  // Importers tell a shell's call by its line; of an editor `command` says only what kind of edit it was.
  if (typeof line === 'string' && line !== '' && action.trim() === line.trim()) return line.trim();
  return `${tool}(${JSON.stringify(args)})`;
}

/** True where a step is words to somebody and no act. */
export const isMessage = (step: Step): boolean => {
  const [first] = step.tool === undefined ? commandsOf(step) : [];
  return first !== undefined && first.manner === undefined && first.name === 'say';
};

/** True where somebody answered a message in between: what the agent then did hangs on words that are in no prompt. */
export const isConversation = ({ steps }: Acted): boolean =>
  // Only where calls are named as such, or there are none at all, is the rest known to be words.
  (steps.some(({ tool }) => tool !== undefined) || steps.every(isMessage)) &&
  steps.slice(0, -1).some((step) => isMessage(step) && step.observation.trim() !== '');

/** True for an act that only says a thought, as agents have it whose every step is an act. */
export const isThought = (step: Step): boolean =>
  step.tool === undefined && commandsOf(step)[0]?.name === 'think';

const ENDS = /^(?:finish|answer|submit|final)$/u;

/** What a last step hands over: a message, or what stands in `Finish[…]`. */
export function handedOver(step: Step): string | undefined {
  if (step.tool !== undefined) return undefined;
  if (isMessage(step)) return step.action.trim();
  const [first] = commandsOf(step);
  return first?.manner === 'call' && ENDS.test(first.name) ? first.target : undefined;
}

/**
 * True where a step came to nothing: one command or one call that failed. Of several commands in one step those before the one
 * that failed have done their work.
 */
export const cameToNothing = (step: Step): boolean =>
  failureOf(step) !== undefined && !isMessage(step) && commandsOf(step).length <= 1;
