/** The attempts of one project in memory: found by their tasks' words, without a search for each. */
import type { Attempt, Trajectory } from '../../types.ts';
import { byNearness, MOST_NEIGHBOURS, MOST_OF_TASK, type Near } from './known.ts';
import { alike, type Done, doneIn } from './lesson.ts';
import { MOST_WITNESSES, SITUATION } from './replay.ts';

/** Tasks that are compared with one. */
const MOST_CANDIDATES = 400;

export interface Pool {
  /** The run as it is stored, where its outcome still holds. */
  doneIn(trajectory: Trajectory): Done | undefined;
  /** The runs most alike, nearest first: those of its own task, and a few of each task around. */
  nearestTo(run: Done): Near[];
}

interface TaskSeen {
  topics: ReadonlySet<string>;
  attempts: Attempt[];
}

/** The attempts of one project by task, and the tasks by their words. */
export function createPool(attempts: Attempt[]): Pool {
  const tasks = new Map<string, TaskSeen>();
  for (const attempt of attempts) {
    const task = tasks.get(attempt.task_key);
    if (task) task.attempts.push(attempt);
    else tasks.set(attempt.task_key, { topics: new Set(attempt.topics), attempts: [attempt] });
  }
  const saying = new Map<string, TaskSeen[]>();
  for (const task of tasks.values()) {
    for (const word of task.topics) {
      const those = saying.get(word);
      if (those) those.push(task);
      else saying.set(word, [task]);
    }
  }
  const compared = new Map<Attempt, Done>();
  const done = (attempt: Attempt): Done => {
    const known = compared.get(attempt) ?? doneIn(attempt);
    compared.set(attempt, known);
    return known;
  };
  const around = new Map<string, { task: TaskSeen; similarity: number }[]>();

  /** The tasks most alike, enough of them for the witnesses. */
  function tasksAround({ attempt, topics }: Done): { task: TaskSeen; similarity: number }[] {
    const known = around.get(attempt.task_key);
    if (known) return known;
    const own = tasks.get(attempt.task_key);
    // Words that most tasks say find everything and tell nothing; the rarest of a task's find those that are like it.
    const rarest = [...topics].sort((a, b) => (saying.get(a)?.length ?? 0) - (saying.get(b)?.length ?? 0));
    const candidates = new Set<TaskSeen>();
    for (const word of rarest) {
      for (const task of saying.get(word) ?? []) {
        if (candidates.size >= MOST_CANDIDATES) break;
        if (task !== own) candidates.add(task);
      }
    }
    const found = [...candidates]
      .map((task) => ({ task, similarity: alike(topics, task.topics) }))
      .filter(({ similarity }) => similarity >= SITUATION)
      .sort(
        (a, b) =>
          b.similarity - a.similarity ||
          ((a.task.attempts[0]?.id ?? '') < (b.task.attempts[0]?.id ?? '') ? -1 : 1),
      )
      .slice(0, MOST_WITNESSES);
    around.set(attempt.task_key, found);
    return found;
  }

  const byRun = new Map(attempts.map((attempt) => [attempt.trajectory, attempt]));
  return {
    doneIn({ id, outcome }) {
      const attempt = byRun.get(id);
      return attempt && attempt.success === outcome.success ? done(attempt) : undefined;
    },
    nearestTo(run) {
      const { trajectory, task_key } = run.attempt;
      const some = (task: TaskSeen | undefined, most: number, similarity: number): Near[] =>
        (task?.attempts.slice(0, most + 1) ?? [])
          .filter((attempt) => attempt.trajectory !== trajectory)
          .slice(0, most)
          .map((attempt) => ({ done: done(attempt), similarity }));
      const near = some(tasks.get(task_key), MOST_NEIGHBOURS, 1);
      for (const { task, similarity } of tasksAround(run)) {
        if (near.length >= MOST_NEIGHBOURS + MOST_WITNESSES) break;
        near.push(...some(task, MOST_OF_TASK, similarity));
      }
      return near.sort(byNearness);
    },
  };
}
