/** Made-up runs and what was learned from them, any number, the same ones every time: words by Zipf's law, tasks in families. */
import { createHash } from 'node:crypto';
import { createRandom, type Random } from '../../src/learners/random.ts';
import type { ErrorPattern, Strategy, Trajectory } from '../../src/types.ts';

const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu qua tri bla cro dre fli'.split(
  ' ',
);
const VOCABULARY = 20_000;
/** Runs at one task. */
const ATTEMPTS = 4;
const PROJECTS = 40;
const AT = Date.parse('2026-01-01T00:00:00Z');

const words = Array.from({ length: VOCABULARY }, (_, i) => {
  let rest = i + SYLLABLES.length;
  let word = '';
  for (; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) word += SYLLABLES[rest % SYLLABLES.length];
  return word;
});

const zipf = (random: Random): string =>
  words[Math.min(VOCABULARY - 1, Math.floor(VOCABULARY ** random()) - 1)] ?? 'ba';

const sentence = (random: Random, length: number): string =>
  Array.from({ length }, () => zipf(random)).join(' ');

const idOf = (kind: string, i: number): string =>
  `${kind}_${createHash('sha256').update(`${kind} ${i}`).digest('hex').slice(0, 24)}`;

const time = (i: number): string => new Date(AT + i * 1_000).toISOString();

/** The words of task `i`: two tasks share no more than what is common in the language. */
export const taskOf = (i: number): string => sentence(createRandom(7_919 * (i + 1)), 14);

export const projectOf = (i: number): string => `project-${i % PROJECTS}`;

export function runOf(i: number): Trajectory {
  const task = Math.floor(i / ATTEMPTS);
  const random = createRandom(104_729 * (i + 1));
  return {
    id: idOf('traj', i),
    at: time(i),
    project: projectOf(task),
    derived_from: [],
    trust: 1,
    session: `session-${i}`,
    task: { description: taskOf(task), id: `task-${task}` },
    steps: Array.from({ length: 4 }, () => ({
      action: `run ${sentence(random, 5)}`,
      observation: sentence(random, 25),
      exit_code: 0,
    })),
    outcome: { success: random() < 0.5, verdict: { source: 'test' } },
  };
}

export function strategyOf(i: number): Strategy {
  const random = createRandom(15_485_863 * (i + 1));
  const tasks = Array.from({ length: 2 }, () => taskOf(Math.floor(random() * 4 * (i + 1))));
  return {
    id: idOf('strat', i),
    at: time(i),
    project: projectOf(i),
    derived_from: [],
    trust: 1,
    kind: 'contrast',
    situation: `When ${tasks[0]}`,
    abstractable: i % 3 === 0,
    suggestion: `Do ${sentence(random, 10)}`,
    seen_at: tasks,
    pitfalls: [],
    parameters: [],
    evidence: { worked: 4, tried: 5, from: [], tasks: 2 },
    status: 'active',
    method: 'heuristic',
  };
}

export function patternOf(i: number): ErrorPattern {
  const random = createRandom(32_452_843 * (i + 1));
  const message = `${sentence(random, 3)}Error: ${sentence(random, 6)}`;
  return {
    id: idOf('err', i),
    at: time(i),
    project: projectOf(i),
    derived_from: [],
    trust: 1,
    name: message.slice(0, 40),
    template: message,
    signature: message,
    frequency: 3,
    tasks: 2,
    abstractable: i % 3 === 0,
    suggested_fix: `run ${sentence(random, 4)}`,
    support: { worked: 2, tried: 3 },
    fixes: [],
    examples: [message],
    parameters: [],
  };
}
