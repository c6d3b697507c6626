/**
 * What a run answered. A run of one step: that answer, to the letter. A run of several: what it did, one act after the other,
 * without what it saw; and turn by turn, with what it thought and saw. Nothing of it is ever cut: what is not whole, or must not
 * be learned from, is no answer.
 */
import { LEFT_OUT } from '../../learners/instructions.ts';
import type { Step, TrainingExample, Turn } from '../../types.ts';
import {
  type Acted,
  actsOf,
  cameToNothing,
  doneIn,
  handedOver,
  isConversation,
  isPlanning,
  isThought,
} from './acts.ts';
import { escapeControlTokens, hasControlTokens } from './control-tokens.ts';
import { givesOrders, isCut, LONGEST } from './whole.ts';

export type Answer = Pick<
  TrainingExample,
  'output' | 'turns' | 'steps' | 'conversation' | 'expected_actions' | 'final_answer'
>;
export type Answered = { answer: Answer } | { left_out: string };

/** All turns of a run, what it saw included; those of a longer one are not told. */
const LONGEST_TURNS = 4_000_000;

/**
 * @param imitate True for an answer to imitate: steps that came to nothing are not in it, nor among its expected actions. What is
 * not to be imitated is told with all that it did: the failures are what was wrong with it. Turns tell both with their failures,
 * marked as such, since the next turn answers them.
 */
export function answerOf(run: Acted, imitate: boolean): Answered {
  const { steps, metadata } = run;
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return { left_out: 'no_steps' };
  if (Number(metadata?.steps_left_out ?? 0) > 0) return { left_out: 'steps_left_out' };
  const single = steps.length === 1;
  const told = single ? steps : steps.filter((step) => !isThought(step) && !(imitate && cameToNothing(step)));
  if (told.length === 0) return { left_out: 'nothing_worked' };
  const acts = (single ? actsOf(run) : told.map(doneIn)).filter((act) => act !== '');
  // One way for all, and that in which attempts are told: of a pair the form must not say which one is better.
  const output = acts.join('\n');
  const wrong = whyNot(output, acts);
  if (wrong !== undefined) return { left_out: wrong };
  const final = isPlanning(run) ? output : handedOver(single ? { ...last, action: output } : last);
  const turns = single ? undefined : turnsOf(steps);
  return {
    answer: {
      output,
      ...(turns === undefined ? {} : { turns }),
      ...(single ? {} : { steps: steps.length }),
      ...(isConversation(run) ? { conversation: true as const } : {}),
      expected_actions: isPlanning(run) ? [] : told.flatMap(callIn),
      ...(final ? { final_answer: final } : {}),
    },
  };
}

function whyNot(output: string, acts: string[]): string | undefined {
  if (output.trim() === '') return 'empty_answer';
  if (output.length > LONGEST) return 'too_long';
  if (isCut(output) || acts.some(hasTrimmedArgs)) return 'cut_answer';
  if (hasControlTokens(output)) return 'control_tokens_in_answer';
  return givesOrders(output) ? 'orders_in_answer' : undefined;
}

/** In a call's arguments, as JSON, the mark of what was trimmed stands with its line breaks escaped. */
const hasTrimmedArgs = (act: string): boolean =>
  act.includes('characters trimmed of') &&
  /\\n\[… [\d,]{1,15} characters trimmed of [\d,]{1,15} …\]\\n/u.test(act);

const callIn = ({ tool, args }: Step): Answer['expected_actions'] =>
  tool === undefined ? [] : [{ tool, ...(args === undefined ? {} : { args }) }];

/** Undefined where a thought may not be learned from, or all is too much. */
function turnsOf(steps: Step[]): Turn[] | undefined {
  const turns: Turn[] = [];
  let size = 0;
  for (const step of steps) {
    const thought = step.thought?.trim() ?? '';
    const action = [thought, doneIn(step)].filter((part) => part !== '').join('\n\n');
    size += action.length + step.observation.length;
    if (size > LONGEST_TURNS || isCut(thought) || hasControlTokens(action) || givesOrders(action))
      return undefined;
    const seen = step.observation.trim() || (step.error ?? '');
    turns.push({
      action,
      observation: givesOrders(seen) ? LEFT_OUT : escapeControlTokens(seen),
      ...(cameToNothing(step) ? { failed: true as const } : {}),
    });
  }
  return turns;
}
