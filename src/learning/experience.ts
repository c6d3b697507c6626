/** Experiences: runs with what was worked out about them. */
import type { Context } from '../context.ts';
import { experienceId } from '../memory/memory.ts';
import type { Abstractability, Analysis, Experience, Trajectory } from '../types.ts';

/** A run together with what was worked out about it. */
export const experienceOf = (
  ctx: Context,
  trajectory: Trajectory,
  analysis: Analysis,
  abstractability: Abstractability,
): Experience => ({
  id: experienceId(trajectory.id),
  at: ctx.now().toISOString(),
  project: trajectory.project,
  derived_from: [trajectory.id],
  trust: trajectory.trust,
  trajectory: trajectory.id,
  analysis,
  abstractability,
});
