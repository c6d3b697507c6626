/**
 * `npm run eval:transfer -- [DIR] [--json] [--read=50] [--only=name]`: does what was learned at other tasks apply to a task
 * that nobody tried, and did runs that did it fare better? On public sets unpacked in DIR (default `../data`).
 *
 * Tasks are held out in five parts: all attempts at a task together, or all tasks of a cluster of similar ones together. What
 * the other parts teach goes through a real store, and recall() hands each held-out task at most five strategies. A
 * strategy applies where at least one attempt at the task did what it says. Attempts at the same task that did it are
 * compared with those that did not (Mantel-Haenszel over tasks; the interval draws whole tasks). `adjusted` takes each
 * model's own success rate off first: good models do more of everything. Beside it, for the same tasks: as many acts at
 * random, the most frequent acts, and strategies learned from outcomes that were dealt out anew.
 *
 * Numbers (how alike tasks must be, the share of chance among what is believed) were chosen on ALFWorld, terminal-bench and
 * WebShop; reported are tau-bench airline, InterCode bash and SQL. The advice of all of them was read as text meanwhile, and
 * what was bad in it mended (pipes cut apart, statements cut short, bare names of tools, warnings without much behind them,
 * the least strength of a contrast): a set that nobody has seen is the fairer judge. `--read=50` prints so many of the
 * strategies that would be handed over as well. Absent sets are left out; without any it says so and ends well.
 */
import { resolve } from 'node:path';
import { toTrajectory } from '../src/capture/recorder.ts';
import { createRandom } from '../src/learners/random.ts';
import { attemptOf } from '../src/learning/acts/attempt.ts';
import { contrast, isFirm } from '../src/learning/strategies/contrast.ts';
import { similarTasks } from '../src/learning/strategies/similar.ts';
import { type Attempt, type Strategy, TrajectoryInput } from '../src/types.ts';
import { mean } from './eval/figures.ts';
import { PROJECT, withStore } from './eval/stores.ts';
import { type Fared, type Followed, fare } from './eval/transfer/fare.ts';
import { type Advice, adviceOf, adviceOfFeature, featuresOfAttempt } from './eval/transfer/follow.ts';
import { handOver, SHOWN, shuffled } from './eval/transfer/learned.ts';
import { type TransferSet, transferSets } from './eval/transfer/sets.ts';

const PARTS = 5;
/** Fewer where a set is large: each looks at all of it. */
const shufflesOf = (attempts: number) => (attempts < 2_000 ? 200 : 40);
const SOURCES = ['learned', 'active', 'shuffled', 'random', 'frequent'] as const;
type Source = (typeof SOURCES)[number];

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const args = process.argv.slice(2);
const given = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');
const only = given('only') ?? '';
const sets = (await transferSets(data)).filter(({ name }) => name.includes(only));
if (sets.length === 0) {
  print(`eval:transfer skipped: no set of runs in ${data}`);
  process.exit(0);
}

interface Result {
  applies: number;
  shown: number;
  within: Fared;
  adjusted: Fared;
  across: Fared;
}

const readable: { set: string; task: string; strategy: Strategy }[] = [];
const report: Awaited<ReturnType<typeof measure>>[] = [];
for (const set of sets) report.push(await measure(set));

if (given('read')) read(Number(given('read')));
if (args.includes('--json')) print(JSON.stringify({ data, sets: report }, undefined, 2));
else table();

async function measure(set: TransferSet) {
  const attempts = await withStore(async (ctx) =>
    set.runs.map((draft) =>
      attemptOf(toTrajectory(ctx, TrajectoryInput.parse({ ...draft, project: PROJECT }))),
    ),
  );
  const about = new Map(attempts.map(({ id }, i) => [id, set.runs[i]]));
  const rates = new Map(
    [...Map.groupBy(attempts, ({ id }) => about.get(id)?.model ?? '')].map(([model, same]) => [
      model,
      mean(same.map(({ success }) => Number(success))),
    ]),
  );
  const aboveModel = ({ id, success }: Attempt) =>
    Number(success) - (rates.get(about.get(id)?.model ?? '') ?? 0);
  const askedOf = ({ id }: Attempt) => about.get(id)?.task.description ?? '';
  const clusterOf = similarTasks(attempts.map(({ task_key: key, topics }) => ({ key, topics })));
  const by: Record<string, Record<Source, Result>> = {};
  let told = { strategies: 0, active: 0, by_chance: 0 };
  for (const held of ['task', 'cluster'] as const) {
    const random = createRandom(17);
    const partOf = (key: string) => (held === 'task' ? key : (clusterOf.get(key) ?? key));
    const names = [...new Set(attempts.map(({ task_key }) => partOf(task_key)))].sort();
    const part = new Map(names.map((name) => [name, Math.floor(random() * PARTS)]));
    const shows: Record<Source, { task: string; advice: Advice[]; attempts: Attempt[] }[]> = {
      learned: [],
      active: [],
      shuffled: [],
      random: [],
      frequent: [],
    };
    for (let fold = 0; fold < PARTS; fold += 1) {
      const isHeld = ({ task_key }: Attempt) => part.get(partOf(task_key)) === fold;
      const known = attempts.filter((attempt) => !isHeld(attempt));
      const heldOut = Map.groupBy(attempts.filter(isHeld), ({ task_key }) => task_key);
      const tasks = [...heldOut].map(([key, same]) => ({ key, asked: same[0] ? askedOf(same[0]) : '' }));
      const real = await handOver(known, tasks);
      const chance = await handOver(shuffled(known, random, false), tasks);
      told = {
        strategies: told.strategies + real.strategies,
        active: told.active + real.active,
        by_chance: told.by_chance + chance.active,
      };
      const adviceIn = (strategies: Strategy[]) => [...adviceOf(strategies, PROJECT, known).values()];
      const pool = commonActs(known);
      for (const [key, same] of heldOut) {
        const strategies = real.shown.get(key) ?? [];
        const add = (source: Source, advice: Advice[]) =>
          shows[source].push({ task: key, advice, attempts: same });
        add('learned', adviceIn(strategies));
        add('active', adviceIn(strategies.filter(({ status }) => status === 'active')));
        add('shuffled', adviceIn(chance.shown.get(key) ?? []));
        add(
          'random',
          Array.from({ length: SHOWN }, () => pool[Math.floor(random() * pool.length)]).flatMap(
            (each) => each ?? [],
          ),
        );
        add('frequent', pool.slice(0, SHOWN));
        if (held === 'task')
          for (const strategy of strategies)
            readable.push({ set: set.name, task: same[0] ? askedOf(same[0]) : '', strategy });
      }
      tell(`${set.name}, held out by ${held}, part ${fold + 1} of ${PARTS}: ${real.strategies} strategies`);
    }
    by[held] = Object.fromEntries(
      SOURCES.map((source) => [source, resultOf(shows[source], aboveModel)]),
    ) as Record<Source, Result>;
  }
  return {
    name: set.name,
    chosen_on: set.chosen_on,
    runs: attempts.length,
    tasks: new Set(attempts.map(({ task_key }) => task_key)).size,
    clusters: new Set(clusterOf.values()).size,
    strategies: told.strategies / (2 * PARTS),
    active: told.active / (2 * PARTS),
    active_by_chance: told.by_chance / (2 * PARTS),
    false_active: { across: falseActive(attempts, false), within: falseActive(attempts, true) },
    by,
  };
}

/** Acts done at two tasks or more and not by everybody, the most frequent first. */
function commonActs(known: Attempt[]): Advice[] {
  const counts = new Map<string, { advice: Advice; runs: number; tasks: Set<string> }>();
  for (const attempt of known)
    for (const [key, feature] of featuresOfAttempt(attempt)) {
      const count = counts.get(key) ?? { advice: adviceOfFeature(feature), runs: 0, tasks: new Set() };
      count.runs += 1;
      count.tasks.add(attempt.task_key);
      counts.set(key, count);
    }
  return [...counts.values()]
    .filter(({ runs, tasks }) => tasks.size >= 2 && runs < 0.9 * known.length)
    .sort((a, b) => b.runs - a.runs || (a.advice.id < b.advice.id ? -1 : 1))
    .map(({ advice }) => advice);
}

function resultOf(
  shows: { task: string; advice: Advice[]; attempts: Attempt[] }[],
  aboveModel: (attempt: Attempt) => number,
): Result {
  const within: Followed[] = [];
  const adjusted: Followed[] = [];
  const across: Followed[] = [];
  const applies: number[] = [];
  for (const { task, advice, attempts } of shows) {
    let applied = false;
    for (const { id, follows } of advice) {
      for (const attempt of attempts) {
        const did = follows(attempt);
        if (did === undefined) continue;
        applied ||= did;
        const record = { task, did, value: Number(attempt.success) };
        within.push({ ...record, stratum: `${task} ${id}` });
        adjusted.push({ ...record, stratum: `${task} ${id}`, value: aboveModel(attempt) });
        across.push({ ...record, stratum: id, value: aboveModel(attempt) });
      }
    }
    applies.push(Number(applied));
  }
  return {
    applies: mean(applies),
    shown: mean(shows.map(({ advice }) => advice.length)),
    within: fare(within),
    adjusted: fare(adjusted),
    across: fare(across),
  };
}

/** Share of shuffles in which at least one contrast would count as proven. */
function falseActive(attempts: Attempt[], withinTasks: boolean): number {
  const random = createRandom(23);
  return mean(
    Array.from({ length: shufflesOf(attempts.length) }, () =>
      Number(contrast(shuffled(attempts, random, withinTasks)).some(isFirm)),
    ),
  );
}

function table(): void {
  const signed = (share: number) => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)}`;
  const told = ({ difference, low, high, tasks, followed }: Fared) =>
    `${signed(difference)} [${signed(low)}, ${signed(high)}] (${tasks} tasks, ${followed} followed)`.padEnd(
      48,
    );
  for (const set of report) {
    const { name, chosen_on, runs, tasks, clusters, strategies, active, false_active, by } = set;
    print(
      `\n${name}${chosen_on ? ' (chosen on)' : ''}: ${runs} runs, ${tasks} tasks, ${clusters} clusters; ${strategies.toFixed(0)} strategies, ${active.toFixed(1)} active; with outcomes shuffled ${set.active_by_chance.toFixed(1)} active, some contrast in ${(100 * false_active.across).toFixed(0)} % (within tasks ${(100 * false_active.within).toFixed(0)} %)`,
    );
    for (const [held, results] of Object.entries(by)) {
      print(
        `  held out by ${held}: applies, shown; difference of success in points within tasks; less each model's own; over tasks`,
      );
      for (const source of SOURCES) {
        const { applies, shown, within, adjusted, across } = results[source];
        print(
          `    ${source.padEnd(9)} ${(100 * applies).toFixed(0).padStart(3)} % ${shown.toFixed(1)}  ${told(within)} ${told(adjusted)} ${told(across)}`,
        );
      }
    }
  }
}

/** So many of what would be handed over, the same number of each set, each strategy once. */
function read(most: number): void {
  const random = createRandom(29);
  for (const [name, shown] of Map.groupBy(readable, ({ set }) => set)) {
    const distinct = [...new Map(shown.map((each) => [each.strategy.suggestion, each])).values()]
      .map((each) => ({ each, drawn: random() }))
      .sort((a, b) => a.drawn - b.drawn)
      .slice(0, Math.ceil(most / report.length));
    for (const { task, strategy } of distinct.map(({ each }) => each)) {
      const { kind, status, situation, suggestion, evidence, pitfalls, parameters } = strategy;
      const { worked, tried, without, tasks } = evidence;
      print(`\n[${name}] ${kind}, ${status}; asked: ${task.slice(0, 120).replace(/\s+/gu, ' ')}`);
      print(`  when  ${situation}\n  do    ${suggestion}`);
      print(
        `  ${worked} of ${tried}${without ? `, without ${without.worked} of ${without.tried}` : ''}, ${tasks} tasks ${JSON.stringify(parameters)} ${pitfalls.join(' | ')}`,
      );
    }
  }
}
