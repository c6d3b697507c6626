/** A run as the next attempt is told of it: its answer and what was said of it, both short, nothing in them an order. */
import { withoutInstructions } from '../../learners/instructions.ts';
import type { Trajectory } from '../../types.ts';
import { actsOf } from './acts.ts';
import { LONGEST_ANSWER, LONGEST_FEEDBACK } from './prompt.ts';
import { shortened } from './shortened.ts';

/** Of a run of many steps its beginning and its end are told. */
const FIRST_ACTS = 3;
const LAST_ACTS = 4;
const LONGEST_ACT = 100;

/** The answer in at most 500 characters, what was said of it in at most 2,000. */
export const toldOf = (run: Trajectory): { answer: string; feedback: string } => ({
  answer: withoutInstructions(answerInShort(run)),
  feedback: withoutInstructions(shortened(saidOf(run), LONGEST_FEEDBACK)),
});

function answerInShort(run: Trajectory): string {
  const { steps } = run;
  const gone = steps.length - FIRST_ACTS - LAST_ACTS;
  if (gone <= 0) return shortened(actsOf(run).join('\n').trim(), LONGEST_ANSWER);
  const short = (from: number, to?: number) =>
    actsOf({ ...run, steps: steps.slice(from, to) }).map((act) => shortened(act, LONGEST_ACT));
  const whole = steps.length <= 40 ? actsOf(run).join('\n').trim() : undefined;
  if (whole !== undefined && whole.length <= LONGEST_ANSWER) return whole;
  return shortened(
    [...short(0, FIRST_ACTS), `[… ${gone} more …]`, ...short(steps.length - LAST_ACTS)].join('\n').trim(),
    LONGEST_ANSWER,
  );
}

/** Why it was refused, then what people and guards said; without either, the verdict's own words. */
function saidOf({ outcome, feedback = [] }: Trajectory): string {
  const said: string[] = [];
  for (const text of [outcome.error, ...feedback.map(({ text }) => text)]) {
    const trimmed = text?.trim() ?? '';
    if (trimmed !== '' && !said.some((other) => other.includes(trimmed))) said.push(trimmed);
  }
  return said.length > 0 ? said.join('\n') : (outcome.verdict?.detail?.trim() ?? '');
}
