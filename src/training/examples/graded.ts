/** How good an answer is, how sure that is, and what its evaluations are worth as a reward. */
import { z } from 'zod';
import { type Trajectory, VERDICT_SOURCES, VERDICT_TRUST, type VerdictSource } from '../../types.ts';
import { rewardOf } from './reward.ts';

/** An evaluation as the join of events keeps it in a run's metadata; whatever does not look like one is none. */
const Evaluation = z.object({
  score: z.number().min(0).max(1).optional(),
  success: z.boolean().nullable().default(null),
  by: z.enum(VERDICT_SOURCES).default('unknown'),
  confidence: z.number().min(0).max(1).optional(),
  failure: z.string().optional(),
  dimensions: z.record(z.string(), z.unknown()).optional(),
});
type Evaluation = z.infer<typeof Evaluation>;

export interface Graded {
  quality: number | null;
  confidence: number;
  reward: number | null;
  judged_by: VerdictSource;
}

type Run = Pick<Trajectory, 'outcome' | 'metadata' | 'trust' | 'steps'>;

/**
 * Quality is the score of the outcome (of the last evaluation that gave one), 0..100. Without a score a verdict of somebody other
 * than the agent is a grade of two values, as definition 23 of seed 004 has it: accepted 100, rejected 0. What only the agent
 * says of its own work, and what nobody judged, is not known: null, and never a number in the middle.
 *
 * Confidence is that of the last evaluation which speaks for the verdict, where it gives one; an agent's confidence in itself is
 * worth no more than its word. Else it is what the verdict is worth (VERDICT_TRUST), no more than the run's own trust.
 */
export function gradedAs(run: Run): Graded {
  const { outcome, trust } = run;
  const judged_by = outcome.verdict?.source ?? 'agent';
  const evaluations = evaluationsOf(run);
  const worth = Math.min(VERDICT_TRUST[judged_by], trust);
  const speaks = evaluations.findLast(({ by, confidence }) => confidence !== undefined && by === judged_by);
  const isOutside = VERDICT_TRUST[judged_by] > VERDICT_TRUST.agent;
  const confidence =
    speaks?.confidence === undefined
      ? worth
      : isOutside
        ? speaks.confidence
        : Math.min(worth, speaks.confidence);
  const score = outcome.score ?? evaluations.findLast((each) => each.score !== undefined)?.score;
  const verdict = outcome.success === null || !isOutside ? null : outcome.success ? 100 : 0;
  return {
    quality: score === undefined ? verdict : 100 * score,
    confidence,
    reward: rewardIn(run, evaluations),
    judged_by,
  };
}

function evaluationsOf({ metadata }: Pick<Run, 'metadata'>): Evaluation[] {
  const given = metadata?.evaluations;
  return Array.isArray(given) ? given.flatMap((each) => Evaluation.safeParse(each).data ?? []) : [];
}

const TIMEOUT = /\btime[sd]?[ _-]?out\b|\bdeadline[ _-]exceeded\b|\bran out of time\b/iu;
const VIOLATION =
  /\b(?:constraint|policy|rule|guardrail|safety|permission)s?[ _-](?:violat|breach|broken)|\bviolat(?:es?|ed|ions?)\b/iu;
const ERROR = /\b(?:error|exception|crash(?:ed)?|traceback|panic|segfault|aborted)\b|(?:Error|Exception)\b/u;
const LOOKED_AT = 2_000;

/** Of the last evaluation that grades; what went wrong is read from what was said of the end, and from how the last step ended. */
function rewardIn({ outcome, steps }: Run, evaluations: Evaluation[]): number | null {
  const graded = evaluations.findLast(({ score, success }) => score !== undefined || success !== null);
  if (graded === undefined) return null;
  const { score, success, confidence, by } = graded;
  const last = steps.at(-1);
  const said = [graded.failure, outcome.error, last?.error]
    .map((text) => text?.slice(0, LOOKED_AT) ?? '')
    .join('\n');
  const timeout = TIMEOUT.test(said) || last?.exit_code === 124;
  return rewardOf({
    quality: score === undefined ? (success ? 100 : 0) : 100 * score,
    confidence:
      by === 'agent' || by === 'unknown'
        ? Math.min(confidence ?? 1, VERDICT_TRUST[by])
        : (confidence ?? VERDICT_TRUST[by]),
    timeout,
    error: !timeout && (ERROR.test(said) || (last?.error ?? '') !== '' || (last?.exit_code ?? 0) !== 0),
    violation: VIOLATION.test(said) || graded.dimensions?.constraint_violation === true,
  });
}
