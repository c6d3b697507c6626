/**
 * The study: for each seed the agent meets the training tasks in an order of its own, with its memory at hand, records
 * every run, and learns in batches. After 0, 1, 2, 4, 8 … tasks the memory is asked about tasks it never saw. Those
 * attempts are not recorded.
 */
import { type Knowhow, openKnowhow } from '../../../src/index.ts';
import type { Problem } from '../../samples/problem.ts';
import { seededRandom } from '../../samples/random.ts';
import { shuffled } from './agent.ts';
import { type Advised, advisedAttempt, type Known, memoryOf, silence, toldTo } from './arms.ts';
import type { Place } from './place.ts';

export const ARMS = ['none', 'knowhow', 'shuffled'] as const;
export type Arm = (typeof ARMS)[number];

export interface Observed {
  seed: number;
  task: string;
  family: string;
  arm: Arm;
  /** Tasks that had been recorded. */
  experience: number;
  success: boolean;
  retries: number;
  steps: number;
  followed: number;
}

export interface StudyOptions {
  place: Place;
  train: Problem[];
  test: Problem[];
  seeds: number;
  /** After how many tasks the memory is asked. */
  checkpoints: number[];
  /** Training tasks that are met. */
  most: number;
  tell?: (line: string) => void;
}

/**
 * Things tried after the first failing check. What is recorded comes from somebody who took the time; who asks has less.
 */
export const PATIENCE = { train: 8, test: 3 };
/** Recorded runs between two batches. */
export const BATCH_EVERY = 4;
/** The seeds before were looked at while the agent was written. */
const FIRST_SEED = 11;
/** Two cores: as many seeds at once. */
const AT_ONCE = 2;

export async function study(options: StudyOptions): Promise<Observed[]> {
  const seen: Observed[][] = [];
  const seeds = Array.from({ length: options.seeds }, (_, i) => FIRST_SEED + i).values();
  // One iterator, shared: each worker takes the next seed when it is through with its last.
  const worker = async () => {
    for (const seed of seeds) seen.push(await studySeed(seed, options));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return seen.flat().sort((a, b) => a.seed - b.seed);
}

async function studySeed(seed: number, options: StudyOptions): Promise<Observed[]> {
  const { place, checkpoints, tell } = options;
  const knowhow = await openKnowhow({
    data: place.directory(`store-${seed}`),
    llm: false,
    embedder: { kind: 'hashing' },
    log_level: 'silent',
    learning: { auto_batch: false },
    seed,
  });
  try {
    const observed: Observed[] = [];
    const known: Known = new Map();
    const order = shuffled(options.train, seededRandom(`order ${seed}`)).slice(0, options.most);
    for (let experience = 0; experience <= order.length; experience += 1) {
      if (experience > 0) await live(knowhow, order[experience - 1] as Problem, seed, place);
      if (experience > 0 && experience % BATCH_EVERY === 0)
        await knowhow.runBatchLearning({ min_trajectories: 0, max_seconds: 60 });
      if (!checkpoints.includes(experience)) continue;
      observed.push(...(await ask(knowhow, seed, experience, known, options)));
      tell?.(`seed ${seed}: asked after ${experience} tasks`);
    }
    return observed;
  } finally {
    await knowhow.close();
  }
}

/** One training task, with what is known so far, and then recorded. */
async function live(knowhow: Knowhow, problem: Problem, seed: number, place: Place): Promise<void> {
  let retrieval_id: string | undefined;
  const answers = memoryOf(knowhow, problem, (id) => {
    retrieval_id = id;
  });
  const { draft } = await advisedAttempt(place, problem, `train ${seed}`, answers, PATIENCE.train);
  await knowhow.record({ ...draft, retrieval_id });
}

async function ask(
  knowhow: Knowhow,
  seed: number,
  experience: number,
  known: Known,
  { place, test }: StudyOptions,
): Promise<Observed[]> {
  const observed: Observed[] = [];
  const note = (arm: Arm, problem: Problem, { success, retries, steps, followed }: Advised) =>
    observed.push({
      seed,
      task: problem.id,
      family: problem.family,
      arm,
      experience,
      success,
      retries,
      steps,
      followed,
    });
  const of = `test ${seed}`;
  const told = new Map<Problem, Advised['told']>();
  for (const problem of test) {
    note('none', problem, await advisedAttempt(place, problem, of, silence, PATIENCE.test, known));
    const advised = await advisedAttempt(
      place,
      problem,
      of,
      memoryOf(knowhow, problem),
      PATIENCE.test,
      known,
    );
    told.set(problem, advised.told);
    note('knowhow', problem, advised);
  }
  for (const [i, problem] of test.entries()) {
    const others = [...test.slice(i + 1), ...test.slice(0, i)].filter(
      ({ family }) => family !== problem.family,
    );
    const other = seededRandom(`${seed}/${problem.id}`).pick(others);
    const answers = toldTo((other && told.get(other)) ?? []);
    note('shuffled', problem, await advisedAttempt(place, problem, of, answers, PATIENCE.test, known));
  }
  return observed;
}
