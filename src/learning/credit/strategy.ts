/**
 * The credit strategies behind one function type, and which of them is used. The shares always sum to 1 (none without
 * steps); `method` says whose they are, `note` why it is not the one that was asked for, or how it came about.
 */
import type { Context } from '../../context.ts';
import type { Analysis, Attribution, Trajectory } from '../../types.ts';
import { refineAttribution } from '../llm/attribution.ts';
import { counterfactual } from './counterfactual.ts';
import { attributeSimple } from './simple.ts';

export interface Credit {
  attribution: Attribution;
  method: Extract<Analysis['method'], 'simple' | 'counterfactual' | 'llm'>;
  /** By step index. */
  reasons?: Record<string, string>;
  note?: string;
}

/** Throws only when `signal` aborts, or when the memory does. */
export type CreditStrategy = (trajectory: Trajectory, ctx: Context, signal?: AbortSignal) => Promise<Credit>;
export type CreditName = 'simple' | 'counterfactual' | 'llm';

export const CREDIT_STRATEGIES: Record<CreditName, CreditStrategy> = {
  simple: async (trajectory) => ({ attribution: attributeSimple(trajectory), method: 'simple' }),
  counterfactual,
  async llm(trajectory, { llm }, signal) {
    const attribution = attributeSimple(trajectory);
    if (llm) return refineAttribution(llm, trajectory, attribution, signal);
    const note = 'credit_strategy llm is not available here; simple was used.';
    return { attribution, method: 'simple', note };
  },
};

/**
 * The strategy that is used: what was asked for, else a model where one is configured, else `simple`. Of the two offline
 * ones it found the steepest rise of reward better than contrast (InterCode, MRR .96 against .95 on SQL, .95 against .91
 * on bash), works where a task was tried once, and reads nothing. `npm run eval:credit` measures both.
 */
export const creditName = ({ config, llm }: Pick<Context, 'config' | 'llm'>): CreditName =>
  config.learning.credit_strategy ?? (llm ? 'llm' : 'simple');
