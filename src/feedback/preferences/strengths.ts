/** Which model or agent does better at the same tasks: strengths from pairs in which both are named (Bradley & Terry 1952). */
import type { Context } from '../../context.ts';
import { fitStrengths } from '../../learners/bradley-terry.ts';
import { withoutInstructions } from '../../learners/instructions.ts';
import { createRandom, type Random } from '../../learners/random.ts';
import type { Interval } from '../../learners/rates.ts';
import { cleanText } from '../../text.ts';
import type { PreferenceScope } from './attempts.ts';
import { type NamedPair, preferencesOf } from './preferences.ts';

export type ComparedBy = 'model' | 'agent';

export interface Strength {
  name: string;
  /** Log-odds against the average of its group, with a 95 % interval over tasks; null with fewer than ten tasks. */
  strength: number;
  interval: Interval | null;
  won: number;
  lost: number;
  tasks: number;
  /** Those of one group met, directly or over others; between groups nothing is known. From 1, the largest first. */
  group: number;
}

export interface Game {
  task_key: string;
  winner: string;
  loser: string;
  confidence: number;
}

const DRAWS = 200;
/** Each counts as having half beaten and half lost to an average one, so that the unbeaten stay finite. */
const PRIOR = 0.5;
/** Fewer tasks, and drawing them again says nothing. */
const LEAST_TASKS = 10;
const MOST_NAMES = 100;
const SEED = 1;

/** Pairs of runs by the same name say nothing of it, and are left out, as are runs that name none. The strongest first. */
export async function preferenceStrengths(
  ctx: Context,
  { by, ...scope }: PreferenceScope & { by: ComparedBy },
): Promise<Strength[]> {
  const games: Game[] = [];
  await preferencesOf(ctx, scope, (pairs) => games.push(...gamesOf(pairs, by)));
  return strengthsOf(games);
}

const gamesOf = (pairs: NamedPair[], by: ComparedBy): Game[] =>
  pairs.flatMap(({ task_key, names, confidence }) => {
    const [winner, loser] = [names.chosen[by], names.rejected[by]];
    if (!winner || !loser || winner === loser) return [];
    return { task_key, winner: told(winner), loser: told(loser), confidence };
  });

const told = (name: string): string => withoutInstructions(cleanText(name.slice(0, 80)));

/** The same over games that are there already; a task's games weigh 1 in all. Pure. */
export function strengthsOf(
  games: Game[],
  { random = createRandom(SEED), draws = DRAWS }: { random?: Random; draws?: number } = {},
): Strength[] {
  return groupsOf(games).flatMap((members, nth) => {
    const own = games.filter(({ winner, loser }) => members.has(winner) && members.has(loser));
    const byTask = Object.values(Object.groupBy(own, ({ task_key }) => task_key)) as Game[][];
    const fitted = strengthsIn(byTask);
    const drawn: Map<string, number>[] = [];
    for (let i = 0; byTask.length >= LEAST_TASKS && i < draws; i += 1)
      drawn.push(strengthsIn(byTask.map(() => byTask[Math.floor(random() * byTask.length)] as Game[])));
    return [...members]
      .map((name): Strength => {
        const is = ({ winner, loser }: Game) => winner === name || loser === name;
        const tasks = byTask.filter((task) => task.some(is)).length;
        const values = drawn.flatMap((draw) => draw.get(name) ?? []);
        return {
          name,
          strength: fitted.get(name) ?? 0,
          interval: tasks < LEAST_TASKS ? null : middle(values),
          won: own.filter(({ winner }) => winner === name).length,
          lost: own.filter(({ loser }) => loser === name).length,
          tasks,
          group: nth + 1,
        };
      })
      .sort((a, b) => b.strength - a.strength || (a.name < b.name ? -1 : 1));
  });
}

const strengthsIn = (tasks: Game[][]): Map<string, number> =>
  fitStrengths(
    tasks.flatMap((games) =>
      games.map(({ winner, loser, confidence }) => ({ winner, loser, weight: confidence / games.length })),
    ),
    { prior: PRIOR },
  );

/** Where 95 % of the values lie. */
function middle(values: number[]): Interval {
  const sorted = values.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}

/** Who met whom, over others too; the largest group first. */
function groupsOf(games: Game[]): Set<string>[] {
  const groups = new Map<string, Set<string>>();
  for (const { winner, loser } of games) {
    const [a, b] = [groups.get(winner) ?? new Set([winner]), groups.get(loser) ?? new Set([loser])];
    const joined = a === b ? a : new Set([...a, ...b]);
    for (const name of joined) groups.set(name, joined);
    if (groups.size > MOST_NAMES) break;
  }
  return [...new Set(groups.values())].sort((a, b) => b.size - a.size);
}
