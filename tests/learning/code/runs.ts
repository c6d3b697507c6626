/** Runs that write code, as small as can be. */
import type { Step, Trajectory } from '../../../src/types.ts';

export const AT = '2026-01-01T00:00:00Z';

export const write = (path: string, content: string): Step => ({
  action: `Write ${path}`,
  tool: 'Write',
  args: { file_path: path, content },
  observation: '',
});

/** One attempt at a task; `nth` makes its id and its time. */
export const wrote = (
  task: string,
  nth: number,
  steps: Step[],
  success: boolean | null = true,
): Trajectory => ({
  id: `traj_${String(nth).padStart(4, '0')}`,
  at: new Date(Date.UTC(2026, 0, 1) + nth * 60_000).toISOString(),
  project: 'shop',
  derived_from: [],
  trust: 1,
  task: { description: task },
  steps,
  outcome: { success },
});
