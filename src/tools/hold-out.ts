/**
 * The hold-out at the tools' door: which arm a question's task is in, and the fact that is noted of it. What is chosen is
 * the same in both arms; only whether it is told differs.
 */
import { keptTask } from '../capture/recorder.ts';
import type { Context } from '../context.ts';
import { armOf } from '../learners/arm.ts';
import { contentId } from '../learners/content-id.ts';
import { taskKey } from '../memory/memory.ts';
import { cleanText } from '../text.ts';
import type { Arm, Retrieval } from '../types.ts';

/** What a held-out task is told in place of a reason. */
export const HELD_OUT = 'holdout';

export interface Asked {
  project: string;
  /** The task as a run of it would be kept. */
  description: string;
  task_key: string;
  /** Absent while nothing is held out. */
  arm: Arm | undefined;
}

/** Somebody asks about a task. The run that follows is found by the same key. */
export function askedOf(
  ctx: Context,
  { task, task_id, project }: { task: string; task_id?: string | undefined; project?: string | undefined },
): Asked {
  const home = ctx.redactor.redact(cleanText(project ?? ctx.config.project)).text;
  const kept = keptTask(ctx, { description: task, id: task_id?.trim() ? task_id : undefined });
  return {
    project: home,
    description: kept.description,
    task_key: taskKey(home, kept),
    arm: armOf(home, kept, ctx.config.holdout),
  };
}

export interface Chosen {
  /** Ids in the order that they are shown in. */
  ids: string[];
  /** Those that stand there to be tried. */
  explored?: string[];
  /** What showing them costs, about. */
  tokens: number;
  error?: string | undefined;
}

/** What is noted: as shown, or as withheld where the task is held out. */
export function retrievalOf(
  ctx: Context,
  asked: Asked,
  { ids, explored = [], tokens, error }: Chosen,
): Retrieval {
  const { project, description, task_key, arm } = asked;
  const at = ctx.now().toISOString();
  return {
    id: contentId('ret', [at, description, project, ctx.random()]),
    at,
    project,
    derived_from: [],
    trust: 1,
    task: description.slice(0, 2_000),
    error: error?.slice(0, 2_000),
    known: ids.length > 0,
    shown: arm === 'withheld' ? [] : ids,
    ...(arm === undefined ? {} : { arm, holdout: ctx.config.holdout }),
    ...(arm === 'withheld' ? { withheld: ids } : {}),
    ...(explored.length > 0 ? { explored } : {}),
    tokens,
    task_key,
  };
}

/** Notes it. What is known can be told from a store that cannot be written. */
export const noteRetrieval = (ctx: Context, fact: Retrieval): Promise<void> =>
  ctx.memory.retrievals
    .put([fact])
    .catch((error) => ctx.log.error('the retrieval could not be recorded', { error: String(error) }));
