/** A stored run as an attempt in a chain of retries, and as little of it as rules and prompts need. */
import {
  ITEM_SOURCES,
  type ItemSource,
  type ItemStatus,
  type Trajectory,
  type VerdictSource,
} from '../../types.ts';
import { isRefused, tagsOf } from '../examples/tags.ts';
import { domainOf } from '../examples/task-traits.ts';
import { answerKey } from '../examples/told.ts';

export interface ItemFacts {
  id: string;
  project: string;
  task_key: string;
  /** When it was stored. */
  created_at: string;
  /** When it began, else when it ended, else when it was stored. */
  began: string;
  /** Names this version of the run: another verdict or more steps, another revision. */
  revision: string;
  status: ItemStatus;
  /** What its guard said, whatever became of it afterwards; null: nothing yet. */
  passed: boolean | null;
  source: ItemSource;
  judged_by: VerdictSource;
  /** As its example has it. */
  domain: string;
  action_pair?: string;
  workflow?: string;
  /** Equal for runs that answered the same. */
  answered: string;
  /** What a later attempt is shown of it. */
  told: { answer: string; feedback: string };
}

export interface Item extends ItemFacts {
  /** Attempts before it, oldest first: the nearest of them, should there be very many. */
  ancestors: ItemFacts[];
  /** Of all attempts before it, those that were refused. */
  retry_count: number;
  /** It, or an attempt before it, names a parent that is not stored: there may have been more. */
  incomplete: boolean;
  /** Its attempts lead back to themselves. */
  circular: boolean;
}

export interface TaskItems {
  task_key: string;
  items: Item[];
  /** Of the task's judged attempts. */
  pass: { tried: number; accepted: number };
  /** Whole runs of the task, those that there was room for: they were read for their facts, and need not be read again. */
  runs: ReadonlyMap<string, Trajectory>;
}

/** What a run is to rules; `told` is left to whoever knows answers. */
export function factsOf(
  run: Trajectory,
  told: ItemFacts['told'],
  task_key: string,
  revision: string,
): ItemFacts {
  const { id, project, at, started_at, ended_at, outcome, task, action_pair, workflow } = run;
  return {
    id,
    project,
    task_key,
    created_at: at,
    began: started_at ?? ended_at ?? at,
    revision,
    status: statusOf(run),
    passed: outcome.success,
    source: sourceOf(run),
    judged_by: outcome.verdict?.source ?? 'agent',
    domain: domainOf(task),
    ...(action_pair === undefined ? {} : { action_pair }),
    ...(workflow === undefined ? {} : { workflow }),
    answered: answerKey(run),
    // An answer that must not be used is not quoted either; that there was one is no secret.
    told: isRefused(tagsOf(run)) ? { answer: '', feedback: '' } : told,
  };
}

function statusOf({ outcome: { success }, metadata }: Trajectory): ItemStatus {
  if (metadata?.status === 'superseded') return 'superseded';
  return success === null ? 'pending' : success ? 'accepted' : 'rejected';
}

/** What names no source was made by a model. */
const sourceOf = ({ metadata }: Trajectory): ItemSource =>
  ITEM_SOURCES.find((source) => source === metadata?.source) ?? 'generated';
