/** What an outcome is worth: whether anybody but the agent judged it. */
import { contradictionIn } from '../../learners/contradiction.ts';
import { type Outcome, VERDICT_TRUST, type VerdictSource } from '../../types.ts';

/** Who judged; without a verdict it is the agent's own claim. */
export const judgeOf = ({ success, verdict }: Outcome): VerdictSource =>
  verdict?.source ?? (success === null ? 'unknown' : 'agent');

/** True when a test, an exit code, a person or a judge said so, not the agent alone. */
export const isVerified = (outcome: Outcome): boolean =>
  outcome.success !== null &&
  contradictionIn(outcome) === undefined &&
  VERDICT_TRUST[judgeOf(outcome)] >= VERDICT_TRUST.llm_judge;
