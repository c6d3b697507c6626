/** The memory: one table per noun, over one store. What each is found by is said here and nowhere else. */
import { taskName } from '../learners/arm.ts';
import { contentId } from '../learners/content-id.ts';
import type { Embedder } from '../llm/ports.ts';
import {
  Arrival,
  Attempt,
  BatchRecord,
  CodeConcept,
  ErrorOccurrence,
  ErrorPattern,
  ExampleReview,
  Experience,
  Exposure,
  Forgotten,
  lengthOf,
  Rating,
  RatingRequest,
  Retrieval,
  RewardModel,
  Strategy,
  type Task,
  Trajectory,
  Use,
  Writing,
} from '../types.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import type { Table } from './table.ts';

export interface Memory {
  directory: string;
  embedder: Embedder;
  trajectories: Table<Trajectory>;
  experiences: Table<Experience>;
  attempts: Table<Attempt>;
  writings: Table<Writing>;
  strategies: Table<Strategy>;
  concepts: Table<CodeConcept>;
  error_patterns: Table<ErrorPattern>;
  occurrences: Table<ErrorOccurrence>;
  retrievals: Table<Retrieval>;
  uses: Table<Use>;
  exposures: Table<Exposure>;
  ratings: Table<Rating>;
  rating_requests: Table<RatingRequest>;
  reward_models: Table<RewardModel>;
  example_reviews: Table<ExampleReview>;
  batches: Table<BatchRecord>;
  /** Pieces of runs that came by themselves. Not among TABLES: what they became is in the runs. */
  arrivals: Table<Arrival>;
  /** Not among TABLES: what was forgotten here is nobody else's, so no export carries it. */
  forgotten: Table<Forgotten>;
  /** Runs `work` unless another process of this memory runs something under the same name. */
  exclusive: Store['exclusive'];
  close(): Promise<void>;
}

/** The tables by name, in the order that figures are shown. */
export const TABLES = [
  'trajectories',
  'experiences',
  'attempts',
  'writings',
  'strategies',
  'concepts',
  'error_patterns',
  'occurrences',
  'retrievals',
  'uses',
  'exposures',
  'ratings',
  'rating_requests',
  'reward_models',
  'example_reviews',
  'batches',
] as const;

/** Lifted `batch` of a trajectory that no batch has learned from yet. */
export const PENDING = 'pending';
/** Lifted `status` of a run that was undone: not learned from, not recalled; and its `batch`, so that none takes it up. */
export const UNDONE = 'undone';

/** Opens the memory in `directory`. @throws KnowhowError `store_*` when it cannot be read or is of a newer layout. */
export async function openMemory(
  directory: string,
  embedder: Embedder,
  now: () => Date,
  options: StoreOptions = {},
): Promise<Memory> {
  const store = await openStore(directory, embedder, { now, ...options });
  const memory: Memory = {
    directory,
    embedder,
    trajectories: store.table<Trajectory>({
      name: 'trajectories',
      schema: Trajectory,
      columns: {
        task_key: (trajectory) => taskKey(trajectory.project, trajectory.task),
        session: (trajectory) => trajectory.session ?? '',
        success: (trajectory) => String(trajectory.outcome.success ?? 'unknown'),
        batch: () => PENDING,
        revision: revisionOf,
        status: () => 'active',
      },
      // A shorter version that comes late, from whatever process, never replaces a longer one.
      rank: rankOf,
      text: ({ task }) => (task.domain ? `${task.domain}: ${task.description}` : task.description),
    }),
    experiences: store.table<Experience>({
      name: 'experiences',
      schema: Experience,
      columns: {
        trajectory: (experience) => experience.trajectory,
        abstractable: (experience) => String(experience.abstractability.abstractable),
      },
    }),
    attempts: store.table<Attempt>({
      name: 'attempts',
      schema: Attempt,
      columns: { trajectory: (attempt) => attempt.trajectory, task_key: (attempt) => attempt.task_key },
    }),
    writings: store.table<Writing>({
      name: 'writings',
      schema: Writing,
      columns: {
        trajectory: (writing) => writing.trajectory,
        buckets: (writing) => writing.buckets.join(' '),
      },
    }),
    strategies: store.table<Strategy>({
      name: 'strategies',
      schema: Strategy,
      columns: {
        ...shared<Strategy>(),
        status: (strategy) => strategy.status,
        kind: (strategy) => strategy.kind,
      },
      text: FOUND_BY.strategy,
    }),
    concepts: store.table<CodeConcept>({
      name: 'concepts',
      schema: CodeConcept,
      columns: {
        ...shared<CodeConcept>(),
        language: (concept) => concept.language,
        name: (concept) => concept.name,
      },
      text: (concept) => `${concept.name} ${concept.signature}\n${concept.description}`,
    }),
    error_patterns: store.table<ErrorPattern>({
      name: 'error_patterns',
      schema: ErrorPattern,
      columns: { ...shared<ErrorPattern>(), name: (pattern) => pattern.name },
      text: FOUND_BY.pattern,
    }),
    occurrences: store.table<ErrorOccurrence>({
      name: 'occurrences',
      schema: ErrorOccurrence,
      columns: {
        pattern: (occurrence) => occurrence.pattern,
        trajectory: (occurrence) => occurrence.trajectory,
        task_key: (occurrence) => occurrence.task_key,
      },
    }),
    retrievals: store.table<Retrieval>({
      name: 'retrievals',
      schema: Retrieval,
      columns: { known: (retrieval) => String(retrieval.known) },
    }),
    uses: store.table<Use>({
      name: 'uses',
      schema: Use,
      columns: { shown: (use) => use.shown, trajectory: (use) => use.trajectory },
    }),
    exposures: store.table<Exposure>({
      name: 'exposures',
      schema: Exposure,
      columns: { trajectory: ({ trajectory }) => trajectory, task_key: ({ task_key }) => task_key },
    }),
    ratings: store.table<Rating>({
      name: 'ratings',
      schema: Rating,
      columns: { workflow: ({ workflow }) => workflow, rater: ({ rater }) => rater },
    }),
    rating_requests: store.table<RatingRequest>({
      name: 'rating_requests',
      schema: RatingRequest,
      columns: { workflow: ({ workflow }) => workflow, state: ({ state }) => state },
    }),
    reward_models: store.table<RewardModel>({
      name: 'reward_models',
      schema: RewardModel,
      columns: { target: ({ target }) => target },
    }),
    example_reviews: store.table<ExampleReview>({
      name: 'example_reviews',
      schema: ExampleReview,
      columns: { state: ({ state }) => state, dataset: ({ dataset }) => dataset },
    }),
    batches: store.table<BatchRecord>({ name: 'batches', schema: BatchRecord }),
    arrivals: store.table<Arrival>({
      name: 'arrivals',
      schema: Arrival,
      columns: {
        kind: (arrival) => arrival.kind,
        group: (arrival) => arrival.group,
        state: (arrival) => arrival.state,
      },
    }),
    forgotten: store.table<Forgotten>({
      name: 'forgotten',
      schema: Forgotten,
      columns: { state: (entry) => entry.state },
    }),
    exclusive: store.exclusive,
    close: () => store.close(),
  };
  store.begin();
  return memory;
}

/** What advice and errors are searched by. */
export const FOUND_BY = {
  strategy: ({ situation, suggestion, seen_at }: Strategy) => [situation, suggestion, ...seen_at].join('\n'),
  pattern: ({ template, examples }: ErrorPattern) => `${template}\n${examples[0] ?? ''}`,
};

const shared = <T extends { abstractable: boolean }>() => ({
  abstractable: (record: T) => String(record.abstractable),
});

/** Orders the versions of a run as text: more steps, then a verdict worth more. */
const rankOf = (run: Trajectory): string =>
  `${String(lengthOf(run)).padStart(8, '0')}/${run.trust.toFixed(2)}`;

/** Names one version of a run: a batch takes off the waiting list only the version it has learned from. */
export const revisionOf = (trajectory: Trajectory): string =>
  `${trajectory.id}@${rankOf(trajectory)}/${trajectory.outcome.success}`;

/** Equal for runs that are attempts at one task. */
export const taskKey = (project: string, task: Task): string => contentId('task', [project, taskName(task)]);

/** Id of the experience that belongs to a trajectory. */
export const experienceId = (trajectory: string): string => trajectory.replace(/^traj_/u, 'exp_');

/** Id of the exposure that belongs to a trajectory. */
export const exposureId = (trajectory: string): string => trajectory.replace(/^traj_/u, 'expo_');

/** Id of the attempt that belongs to a trajectory. */
export const attemptId = (trajectory: string): string => trajectory.replace(/^traj_/u, 'att_');
