/** Runs from traces: told from all spans that are kept, the same in whatever order and from however many processes they came. */
import { traceKey, traceOf } from '../../capture/importers/spans/otlp-json.ts';
import { tellTrace } from '../../capture/importers/spans/tell.ts';
import { contentKey } from '../../capture/reading/fields.ts';
import { nameOwnQuestions, toTrajectory } from '../../capture/recorder.ts';
import { withinBounds } from '../../capture/telling/bounds.ts';
import { withProof } from '../../capture/telling/proven.ts';
import type { Context } from '../../context.ts';
import { type Arrival, type Trajectory, TrajectoryInput } from '../../types.ts';
import { forgottenIds } from '../../upkeep/ledger.ts';
import type { JoinedRun } from '../events/join.ts';
import { type Kept, readable } from './rows.ts';

/** `none`: the trace is no run; `known`: nothing new in it; `forgotten`: it was one, and is to stay away. */
export type ToldTrace =
  | { run: JoinedRun }
  | { state: 'known' | 'forgotten' }
  | { state: 'none'; why: string };

const MOST_ROUNDS = 4;

/**
 * Tells a trace and stores the run where it says more than what is stored. Its rows are `joined` then.
 * @param read its rows, where they were read a moment ago.
 */
export async function tellKept(ctx: Context, trace: string, read?: Arrival[]): Promise<ToldTrace> {
  const { arrivals, trajectories } = ctx.memory;
  const where = { kind: 'span', group: trace };
  let run: JoinedRun | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const rows = round === 0 && read ? read : await arrivals.list({ where });
    const next = runOf(ctx, trace, readable(rows));
    if ('why' in next) return { state: 'none', why: next.why };
    await nameOwnQuestions(ctx, [next]);
    const stored = await trajectories.get(next.id);
    if (!stored && (await forgottenIds(ctx.memory)).has(next.id)) return { state: 'forgotten' };
    if (!stored || saysMore(next, stored)) {
      await trajectories.put([next]);
      run = { trajectory: next, state: run?.state ?? (stored ? 'grown' : 'added') };
    }
    // Rows are written anew, which is a hundred times faster than to mark them: the journal takes them.
    const waiting = rows.filter(({ state }) => state === 'waiting');
    await arrivals.put(waiting.map((row) => ({ ...row, state: 'joined', derived_from: [next.id] })));
    // Others may have kept spans meanwhile, and told the run from more than we knew.
    const now = await arrivals.ids({ where });
    if (now.length === rows.length) break;
  }
  return run === undefined ? { state: 'known' } : { run };
}

function runOf(ctx: Context, trace: string, kept: Kept[]): Trajectory | { why: string } {
  const told = tellTrace(
    traceOf(
      trace,
      kept.map(({ span }) => span),
    ),
  );
  if ('skipped' in told) return { why: told.skipped };
  const input = TrajectoryInput.safeParse(withProof(withinBounds(told.draft))).data;
  if (input === undefined) return { why: 'trace that could not be told' };
  const run = toTrajectory(ctx, input, traceKey(trace));
  const redacted = sumOf(kept.map((each) => each.redacted));
  return Object.keys(redacted).length === 0 ? run : { ...run, metadata: { ...run.metadata, redacted } };
}

/** More steps, or as many with a verdict that is worth as much and something that is told otherwise. */
function saysMore(next: Trajectory, stored: Trajectory): boolean {
  if (next.steps.length !== stored.steps.length) return next.steps.length > stored.steps.length;
  return next.trust >= stored.trust && fingerprint(next) !== fingerprint(stored);
}

const fingerprint = ({ at: _, ...run }: Trajectory): string => contentKey(run);

function sumOf(counts: Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const each of counts)
    for (const [kind, count] of Object.entries(each)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}
