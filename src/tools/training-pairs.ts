/** What the wing of feedback knows of preferences, in the form that a build of a dataset takes. */
import type { Context } from '../context.ts';
import { preferencesOf } from '../feedback/preferences/preferences.ts';
import type { GivenPair, PairsOf } from '../training/examples/pairs.ts';

/** Pairs of these projects, or of all where none is named, task by task; of these tasks, where some are named. */
export const pairsFrom =
  (ctx: Context): PairsOf =>
  async (projects, take, tasks) => {
    for (const project of projects.length > 0 ? projects : [undefined])
      await preferencesOf(ctx, { project, tasks }, (pairs) =>
        take(
          pairs.map(
            ({ id, project, task_key, chosen, rejected, source, strength, confidence }): GivenPair => ({
              id,
              project,
              task_key,
              chosen,
              rejected,
              source,
              strength,
              confidence,
            }),
          ),
        ),
      );
  };
