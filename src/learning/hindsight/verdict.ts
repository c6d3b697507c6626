/** What an outcome is worth: whether it contradicts itself, and whether anybody but the agent judged it. */
import { type Outcome, type VerdictSource, VERDICT_TRUST } from '../../types.ts';

/** A verdict's detail is somebody's text: as much as says how it ended. */
const LOOKED_AT = 500;
const SAYS_FAILED =
  /^\s*(?:failed|fail|failure|failing|not ok|rejected|error)\b|(?<![\d.])[1-9]\d{0,6} (?:tests? )?(?:failed|failures?|failing)\b|\b(?:reward|score)[ :=]{1,3}0(?:\.0{1,6})?(?![\d.])|\bexit(?:ed)?(?: with)?(?: code| status)?[ :=]{1,3}[1-9]/iu;
const SAYS_PASSED = /^\s*(?:passed|pass|ok|success|succeeded|all tests pass(?:ed)?)\b/iu;

/** Why nobody can say how the run ended, though somebody did; undefined where nothing contradicts. */
export function contradictionIn({ success, score, verdict }: Outcome): string | undefined {
  if (success === null) return undefined;
  if (success && score === 0) return 'it is called a success and scored 0';
  if (!success && score === 1) return 'it is called a failure and scored 1';
  const detail = (verdict?.detail ?? '').slice(0, LOOKED_AT);
  if (success && SAYS_FAILED.test(detail)) return 'it is called a success and its verdict says that it failed';
  if (!success && SAYS_PASSED.test(detail) && !SAYS_FAILED.test(detail))
    return 'it is called a failure and its verdict says that it passed';
  return undefined;
}

/** Who judged; without a verdict it is the agent's own claim. */
export const judgeOf = ({ success, verdict }: Outcome): VerdictSource =>
  verdict?.source ?? (success === null ? 'unknown' : 'agent');

/** True when a test, an exit code, a person or a judge said so, not the agent alone. */
export const isVerified = (outcome: Outcome): boolean =>
  outcome.success !== null &&
  contradictionIn(outcome) === undefined &&
  VERDICT_TRUST[judgeOf(outcome)] >= VERDICT_TRUST.llm_judge;
