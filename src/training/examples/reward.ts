/** What an evaluation says of a run as a number to learn from (seed 002). */

export interface Signals {
  /** 0..100; null where nobody graded it. */
  quality: number | null;
  /** 0..1 */
  confidence: number;
  /** The run ended because its time was over. */
  timeout: boolean;
  /** It ended in an error. */
  error: boolean;
  /** It broke a rule that it was given. */
  violation: boolean;
}

/** (quality − 50) / 50 · confidence, less 0.5 for a timeout, 0.3 for an error, 0.2 for a broken rule; within −1..1. */
export function rewardOf({ quality, confidence, timeout, error, violation }: Signals): number | null {
  if (quality === null) return null;
  const reward =
    ((quality - 50) / 50) * confidence - (timeout ? 0.5 : 0) - (error ? 0.3 : 0) - (violation ? 0.2 : 0);
  return Math.min(1, Math.max(-1, reward));
}
