/**
 * Credit `counterfactual` (seed 001): by replay without the step where a verifier can judge it, else by contrast with other
 * attempts at the same task or a similar one, else a language model's opinion, else `simple`. Each says in its note what
 * it is and why what stands before it was not used.
 */
import type { Context } from '../../context.ts';
import { removeStale } from '../../exec/left-over.ts';
import type { Trajectory } from '../../types.ts';
import { refineAttribution } from '../llm/attribution.ts';
import { attemptsBeside } from './attempts-beside.ts';
import { attributeAgainst } from './contrast.ts';
import { reachesOut } from './reach.ts';
import { attributeByReplay, type Replayed, type Verify } from './replay.ts';
import { attributeSimple } from './simple.ts';
import type { Credit } from './strategy.ts';
import { actOf, DEFAULT_TIMEOUT_MS, MOST_TIMEOUT_MS, verifyIn } from './throw-away.ts';

const MOST_EXECUTIONS = 64;
/** All executions of one run together. */
const MOST_REPLAY_MS = 60_000;

export async function counterfactual(
  trajectory: Trajectory,
  ctx: Context,
  signal?: AbortSignal,
): Promise<Credit> {
  const replayed = await replay(trajectory, ctx, signal);
  if (replayed.attribution)
    return { attribution: replayed.attribution, method: 'counterfactual', note: replayed.note };
  const others = await attemptsBeside(trajectory, ctx);
  const contrast = attributeAgainst(trajectory, others);
  if (contrast) {
    const note = `by contrast with ${others.length} other attempts, an association; ${replayed.note}`;
    return { attribution: contrast, method: 'counterfactual', note };
  }
  const why = `credit_strategy counterfactual is not available here: ${replayed.note}; no other attempts to hold it against`;
  const attribution = attributeSimple(trajectory);
  if (!ctx.llm) return { attribution, method: 'simple', note: `${why}; simple was used.` };
  const opinion = await refineAttribution(ctx.llm, trajectory, attribution, signal);
  const kind = opinion.method === 'llm' ? "a language model's opinion" : 'simple was used';
  return { ...opinion, note: [why, kind, opinion.note].filter((part) => part !== undefined).join('; ') };
}

async function replay(trajectory: Trajectory, ctx: Context, signal?: AbortSignal): Promise<Replayed> {
  const { task, steps, outcome } = trajectory;
  const refused = (note: string): Replayed => ({ note, executions: 0 });
  const { verifier } = ctx;
  if (!verifier && !task.verifier) return refused('the task carries no verifier');
  if (outcome.success === null) return refused('nobody knows the outcome, so there is nothing to replay');
  if (!verifier && !ctx.config.learning.replay) return refused('replay is off (learning.replay)');
  if (!verifier && trajectory.source !== undefined) return refused('an imported run is not replayed');
  if (!verifier && task.verifier && reachesOut(task.verifier.command))
    return refused('the verifier may reach out of a throw-away directory');
  const acts = [...steps.keys()].filter((i) => verifier || (steps[i] && actOf(steps[i])));
  if (acts.length === 0) return refused('no step can be replayed');
  if (!verifier) await removeStale();
  // One limit for all executions, beside what the caller gives up.
  const limit = AbortSignal.timeout(MOST_REPLAY_MS);
  const until = signal ? AbortSignal.any([signal, limit]) : limit;
  const own = task.verifier;
  const timeoutMs = Math.min(MOST_TIMEOUT_MS, Math.max(1, own?.timeout_ms ?? DEFAULT_TIMEOUT_MS));
  const verify: Verify = async (kept) => {
    until.throwIfAborted();
    if (verifier) return verifier(task, kept, until);
    return own ? verifyIn(own, kept, { timeoutMs, signal: until }) : false;
  };
  try {
    const run = { steps, success: outcome.success };
    const found = await attributeByReplay(run, acts, verify, MOST_EXECUTIONS);
    const passed = steps.length - acts.length;
    return passed > 0
      ? { ...found, note: `${found.note}; ${passed} of ${steps.length} steps passed over` }
      : found;
  } catch (error) {
    signal?.throwIfAborted();
    ctx.log.warn('replay failed', { trajectory: trajectory.id, error: String(error) });
    return refused(limit.aborted ? 'replay took too long' : 'replay failed');
  }
}
