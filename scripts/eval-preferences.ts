/**
 * `npm run eval:preferences -- [DIR] [--json] [--only=NAME]`: what the course of a run tells of which attempt at a task is
 * preferred, on public sets unpacked in DIR (default `../data`). Every set goes through a store of its own and the pairs that
 * Knowhow makes of it; the Bradley-Terry model is judged on tasks that it has not seen, beside a coin, the shorter run, the
 * one with fewer failed steps, and a model that sees nothing but the length. Intervals are over tasks, 95 %. In most of
 * these sets a run ends when its task is solved, so length and last answer give it away: the second figures look at as many first
 * steps of both, half of the shorter run. Nothing was chosen on these figures: the ridge, the cap of
 * twelve pairs a task and the least number of tasks were set before the first run. Absent sets are left out.
 */
import { resolve } from 'node:path';
import {
  type Accuracy,
  type FittedPreferences,
  fitPreferences,
  type UnfitPreferences,
} from '../src/feedback/preferences/fit.ts';
import { preferenceStrengths, type Strength } from '../src/feedback/preferences/strengths.ts';
import { ingest } from '../src/ingest/import.ts';
import { attemptSets } from './eval/preferences/sets.ts';
import { importRuns, PROJECT, withStore } from './eval/stores.ts';

interface Figures {
  set: string;
  runs: number;
  /** Pairs, features and fits, without the import. */
  seconds: number;
  /** By whole runs. */
  fit: FittedPreferences | UnfitPreferences;
  /** By as many steps of both, half of the shorter run. */
  early: FittedPreferences | UnfitPreferences;
  strengths: Strength[];
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');
const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '';

const sets = (await attemptSets(data)).filter(({ name }) => name.includes(only));
if (sets.length === 0) {
  print(`eval:preferences skipped: no set with several attempts a task in ${data}`);
  process.exit(0);
}

const figures: Figures[] = [];
for (const { name, runs, files } of sets)
  figures.push(
    await withStore(async (ctx) => {
      if (files) await ingest(ctx, files);
      else
        await importRuns(
          ctx,
          runs.map((draft) => ({ task: draft.task.id ?? '', draft })),
        );
      const began = performance.now();
      const fit = await fitPreferences(ctx, { project: PROJECT });
      const seconds = (performance.now() - began) / 1_000;
      const early = await fitPreferences(ctx, { project: PROJECT, early: true });
      const strengths = await preferenceStrengths(ctx, { project: PROJECT, by: 'model' });
      const stored = await ctx.memory.trajectories.count();
      return { set: name, runs: stored, seconds, fit, early, strengths };
    }),
  );

if (args.includes('--json')) print(JSON.stringify({ data, figures }, null, 2));
else for (const each of figures) tell(each);

function tell({ set, runs, seconds, fit, early, strengths }: Figures): void {
  const { pairs, tasks, by_source, left_out } = fit.counts;
  print(`\n${set}: ${runs} runs, ${pairs} pairs within ${tasks} tasks, ${seconds.toFixed(1)} s`);
  print(`  ${JSON.stringify(by_source)} left out ${JSON.stringify(left_out)}`);
  tellFit('whole runs', fit);
  tellFit('as many steps of both, half of the shorter run', early);
  for (const { name, strength, interval, won, lost, group } of strengths)
    print(
      `    ${group}: ${strength.toFixed(2)} (${interval ? interval.map((end) => end.toFixed(2)).join(' to ') : 'few tasks'})  ${name}, preferred ${won} of ${won + lost}`,
    );
}

function tellFit(what: string, fit: FittedPreferences | UnfitPreferences): void {
  print(`  ${what}:`);
  if (!fit.known) {
    print(`    nothing fitted: ${fit.why}`);
    return;
  }
  print(`    ${shown(fit.accuracy)}  Knowhow, tasks left out`);
  for (const baseline of fit.baselines) print(`    ${shown(baseline)}  ${baseline.name}`);
  const { name, difference, interval } = fit.over_best;
  print(
    `    ${points(difference)} points (${interval.map(points).join(' to ')}) over ${name}: ${fit.verdict}`,
  );
  print(`    ${fit.weights.map(({ feature, weight }) => `${feature} ${weight.toFixed(2)}`).join('; ')}`);
}

function shown({ value, interval }: Accuracy): string {
  return `${percent(value)} (${interval.map(percent).join('–')})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function points(share: number): string {
  return `${share >= 0 ? '+' : ''}${(100 * share).toFixed(2)}`;
}
