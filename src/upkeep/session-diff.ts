/** What some runs taught: the memory told with them, held against the memory told without. */
import type { Context } from '../context.ts';
import { betaMean } from '../learners/statistics.ts';
import { PENDING } from '../memory/memory.ts';
import type { CodeConcept, ErrorPattern, Strategy, Tally, Trajectory } from '../types.ts';
import { pages } from './records.ts';
import { type Selected, select, type Which } from './selection.ts';
import { countWithout, type Told, tellWithout } from './without.ts';

/**
 * - `new`: known from these runs alone
 * - `changed`: says something else because of them
 * - `stronger`, `weaker`: says the same, with more or less behind it
 * - `seen_again`: met once more, which changes no advice
 * - `dropped`: would be told without them; their evidence speaks against it
 */
export const EFFECTS = ['new', 'changed', 'stronger', 'weaker', 'dropped', 'seen_again'] as const;
export type Effect = (typeof EFFECTS)[number];

/** What a record says and how often it held, with or without the runs. */
export interface Saying {
  says: string;
  worked: number;
  tried: number;
  tasks: number;
  /** Of attempts at the same tasks that did otherwise. */
  otherwise?: Tally;
  status?: string;
  /** Of an error pattern: how often it was met. */
  met?: number;
}

export interface Lesson {
  id: string;
  kind: 'strategy' | 'error_pattern' | 'concept';
  project: string;
  effect: Effect;
  /** When it applies: a situation, an error's message, a concept's name. */
  when: string;
  with: Saying | null;
  without: Saying | null;
  /** False while it waits for a batch. */
  stored: boolean;
}

export interface SessionDiff {
  runs: {
    id: string;
    project: string;
    task: string;
    success: boolean | null;
    judged_by: string;
    steps: number;
  }[];
  /** Of the runs: those that no batch has learned from yet. */
  waiting: number;
  lessons: Lesson[];
}

const MOST_RUNS = 2_000;

/**
 * What the chosen runs taught, strongest effect first. Both sides are told by heuristics from all runs of the project, so
 * the counts are exact; a model's wording in the store is shown as it stands.
 * @throws KnowhowError `bad_argument`.
 */
export async function sessionDiff(ctx: Context, which: Which, signal?: AbortSignal): Promise<SessionDiff> {
  const selected = await select(ctx, which);
  const lessons: Lesson[] = [];
  for (const project of [...new Set(selected.runs.map((run) => run.project))].sort()) {
    const ids = new Set(selected.runs.filter((run) => run.project === project).map(({ id }) => id));
    const told = await tellWithout(ctx, project, ids, signal);
    lessons.push(
      ...(await countWithout(ctx, ids)).flatMap((each) =>
        lesson('error_pattern', each, project, patternSays),
      ),
      ...oneOfEach(told.strategies).flatMap((each) => lesson('strategy', each, project, strategySays)),
      ...told.concepts.flatMap((each) => lesson('concept', each, project, conceptSays)),
    );
  }
  lessons.sort((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) || weight(b) - weight(a));
  return { ...(await runsOf(ctx, selected)), lessons };
}

/** Routes of several tasks that advise the same are one lesson: that of a task where it was known before. */
function oneOfEach(strategies: Told<Strategy>[]): Told<Strategy>[] {
  const advice = (told: Told<Strategy>) => (told.with ?? told.without ?? told.standing)?.suggestion;
  return [...Map.groupBy(strategies, advice).values()].flatMap((same) => {
    const known = same.filter(({ without }) => without !== undefined);
    return known.find(({ standing }) => standing && !standing.merged_into) ?? known[0] ?? same[0] ?? [];
  });
}

async function runsOf(ctx: Context, { runs }: Selected): Promise<Pick<SessionDiff, 'runs' | 'waiting'>> {
  const ids = runs.slice(0, MOST_RUNS).map(({ id }) => id);
  const { trajectories } = ctx.memory;
  let waiting = 0;
  for (const page of pages(ids)) waiting += await trajectories.count({ id: page, batch: PENDING });
  const shown: SessionDiff['runs'] = [];
  for (const page of pages(ids, 100)) shown.push(...(await trajectories.getMany(page)).map(seen));
  return { runs: shown, waiting };
}

const seen = ({ id, project, task, outcome, steps }: Trajectory): SessionDiff['runs'][number] => ({
  id,
  project,
  task: task.description,
  success: outcome.success,
  judged_by: outcome.verdict?.source ?? 'agent',
  steps: steps.length,
});

interface Said {
  when: string;
  saying: Saying;
}

const strategySays = ({ situation, suggestion, evidence, status }: Strategy): Said => ({
  when: situation,
  saying: {
    says: suggestion,
    worked: evidence.worked,
    tried: evidence.tried,
    tasks: evidence.tasks,
    ...(evidence.without ? { otherwise: evidence.without } : {}),
    status,
  },
});

const patternSays = ({ template, suggested_fix, support, tasks, frequency }: ErrorPattern): Said => ({
  when: template,
  saying: { says: suggested_fix, ...support, tasks, met: frequency },
});

const conceptSays = ({ name, signature, usage, tasks }: CodeConcept): Said => ({
  when: name,
  saying: { says: signature, ...usage, tasks },
});

function lesson<T extends { id: string }>(
  kind: Lesson['kind'],
  told: Told<T>,
  project: string,
  say: (record: T) => Said,
): Lesson[] {
  const after = told.with && say(told.with);
  const before = told.without && say(told.without);
  const shown = told.standing ?? told.with ?? told.without;
  if (!shown || !(after || before)) return [];
  const effect = effectOf(after?.saying, before?.saying);
  if (!effect) return [];
  return [
    {
      id: told.id,
      kind,
      project,
      effect,
      when: say(shown).when,
      with: after?.saying ?? null,
      without: before?.saying ?? null,
      stored: told.standing !== undefined,
    },
  ];
}

function effectOf(after: Saying | undefined, before: Saying | undefined): Effect | undefined {
  if (!before) return 'new';
  if (!after) return 'dropped';
  if (after.says !== before.says) return 'changed';
  const gain = after.says === '' ? 0 : strength(after) - strength(before);
  if (gain > 1e-9) return 'stronger';
  if (gain < -1e-9) return 'weaker';
  return after.met === before.met && after.tried === before.tried ? undefined : 'seen_again';
}

/** How far it may be relied on: its rate of success over that of doing otherwise, both drawn towards a half by little evidence. */
const strength = ({ worked, tried, otherwise, status }: Saying): number =>
  betaMean(worked, tried) -
  (otherwise ? betaMean(otherwise.worked, otherwise.tried) : 0) +
  (status === 'active' ? 1 : 0);

/** A lesson with advice before one without; then by how much lies behind it. */
const weight = ({ with: after, without: before }: Lesson): number => {
  const saying = after ?? before;
  return saying === null ? 0 : (saying.says === '' ? 0 : 1_000) + saying.tasks * 10 + saying.worked;
};
