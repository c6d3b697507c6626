/**
 * Runs whose ratings are known to depend on them: what people think falls with the share of failed steps and rises with a
 * check at the end, plus noise, plus the habits of the raters.
 *
 * - `plantedRuns(ctx, count)`   stored runs, three at each task, with what they are truly worth
 * - `rate(ctx, runs, …)`        ratings of them by three people, through the door that people use
 */
import { toTrajectory } from '../../../src/capture/recorder.ts';
import type { Context } from '../../../src/context.ts';
import { submitRating } from '../../../src/feedback/ratings/submit.ts';
import { createRandom, type Random } from '../../../src/learners/random.ts';
import { type Trajectory, TrajectoryInput } from '../../../src/types.ts';

export interface Planted {
  run: Trajectory;
  /** 0..1, before noise and habits. */
  worth: number;
}

export async function plantedRuns(ctx: Context, count: number, seed = 5): Promise<Planted[]> {
  const random = createRandom(seed);
  const planted = Array.from({ length: count }, (_, nth) => plantedRun(ctx, nth, seed, random));
  await ctx.memory.trajectories.put(planted.map(({ run }) => run));
  return planted;
}

function plantedRun(ctx: Context, nth: number, seed: number, random: Random): Planted {
  const length = 4 + Math.floor(random() * 8);
  const failing = random();
  const failed = Array.from({ length }, () => random() < failing);
  const checks = random() < 0.5;
  const steps = failed.map((fails, i) => ({
    action: `make part-${i % 3}`,
    tool: 'Bash',
    args: { command: `make part-${i % 3}` },
    // Alike in length, so that failing is the only thing that tells.
    observation: fails ? 'Error: part missing' : 'built: part is done',
    exit_code: fails ? 2 : 0,
  }));
  const check = {
    action: 'npm test',
    tool: 'Bash',
    args: { command: 'npm test' },
    observation: 'ok',
    exit_code: 0,
  };
  const input = {
    task: {
      description: `Assemble machine ${Math.floor(nth / 3)} of the yard`,
      id: `yard-${seed}-${Math.floor(nth / 3)}`,
    },
    session: `planted-${seed}-${nth}`,
    steps: checks ? [...steps, check] : steps,
    outcome: { success: null },
  };
  const share = failed.filter(Boolean).length / length;
  return {
    run: toTrajectory(ctx, TrajectoryInput.parse(input)),
    worth: 0.85 - 0.7 * share + (checks ? 0.1 : -0.1),
  };
}

export const RATERS: Record<string, number> = { mild: 0.15, fair: 0, strict: -0.15 };

/** Two of three people rate each run, in turn. */
export async function rate(
  ctx: Context,
  planted: Planted[],
  { noise = 0.05, seed = 9, part = 'quality' as const, kind = 'human' as const as 'human' | 'agent' } = {},
): Promise<void> {
  const random = createRandom(seed);
  const names = Object.keys(RATERS);
  for (const [nth, { run, worth }] of planted.entries())
    for (const turn of [0, 1]) {
      const rater = names[(nth + turn) % names.length] ?? 'fair';
      const value = worth + (RATERS[rater] ?? 0) + noise * (random() + random() + random() - 1.5) * 2;
      const said = { [part]: Math.max(0, Math.min(1, value)) };
      await submitRating(ctx, { workflow: run.id, rater, rater_kind: kind, said });
    }
}
