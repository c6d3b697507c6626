/** Runs with planted idioms among code of their own, from a seed. */
import { createRandom } from '../../../src/learners/random.ts';
import type { Trajectory } from '../../../src/types.ts';
import { author, pick } from './author.ts';
import { glue } from './glue.ts';
import type { Idiom } from './idiom.ts';
import { BOILERPLATE, ownFunction } from './noise.ts';
import { PYTHON_COLLECTIONS } from './python-idioms.ts';
import { PYTHON_STATE } from './python-state.ts';
import { CONTROL } from './script-control.ts';
import { COLLECTIONS } from './script-idioms.ts';

export const IDIOMS: Idiom[] = [...COLLECTIONS, ...CONTROL, ...PYTHON_COLLECTIONS, ...PYTHON_STATE];

export interface Corpus {
  trajectories: Trajectory[];
  /** Functions in it that were written, entry points and wrappers aside. */
  snippets: number;
}

export interface Sizes {
  tasks: number;
  /** Tasks that write each idiom. */
  writers: number;
  /** Functions of its own that a task writes. */
  own: number;
}

/** Each idiom written by several tasks, each task with code of its own. */
export function plant(
  seed: number,
  { tasks, writers, own }: Sizes,
  idioms: readonly Idiom[] = IDIOMS,
): Corpus {
  const random = createRandom(seed);
  const planted = Array.from({ length: tasks }, (): Idiom[] => []);
  for (const idiom of idioms) {
    const chosen = new Set<number>();
    while (chosen.size < Math.min(writers, tasks)) chosen.add(Math.floor(random() * tasks));
    for (const task of chosen) planted[task]?.push(idiom);
  }
  let snippets = 0;
  const trajectories = planted.map((of, task): Trajectory => {
    const language = random() < 0.6 ? 'script' : 'python';
    const files: [string, string][] = of.map((idiom) => {
      const { code, alias, file } = author(idiom, random);
      snippets += 1;
      return [`src/${alias.toLowerCase()}.${file}`, code];
    });
    const typed = random() < 0.5;
    const extension = language === 'python' ? 'py' : typed ? 'ts' : 'js';
    const mine = Array.from({ length: own }, () => ownFunction(random, language, typed));
    snippets += own;
    const glued = Array.from({ length: 2 }, () => glue(random, language));
    snippets += 2;
    files.push([`src/glue${task}.${extension}`, glued.join('\n\n')]);
    files.push([`src/work${task}.${extension}`, mine.join('\n\n')]);
    files.push([`src/cli.${extension}`, BOILERPLATE[language]]);
    const at = new Date(Date.UTC(2026, 0, 1) + task * 60_000).toISOString();
    return {
      id: `traj_${seed}_${task}`,
      at,
      project: 'planted',
      derived_from: [],
      trust: 1,
      task: { description: `Task ${task}` },
      steps: files.map(([path, content]) => ({
        action: `Write ${path}`,
        tool: 'Write',
        args: { file_path: path, content },
        observation: '',
      })),
      outcome: { success: pick(random, [true, true, true, true, true, true, null, false]) },
    };
  });
  return { trajectories, snippets };
}
