/**
 * `npm run eval:reward -- [DIR] [--json] [--quick]`: how well the reward model foresees a graded score, on a public proxy
 * unpacked in DIR (default `../data`): 500 WebShop episodes of a ReAct agent, imported into a real store. Features of the
 * first half of each episode (never more than half of its steps, but for one step at least); the target is the score that
 * it ended with (0 where it never ended, as its authors count).
 * Grouped cross-validation by instruction; `chosen` is chosen within the part that is learned from, by the server's code.
 *
 * What was chosen on what: which features there are, on the first 250 episodes alone; so R² is reported over the last 250
 * (they are learned from in other folds). When the linear model stays was settled on the first 250 too, but with the
 * figures of an earlier, stricter rule on the last 250 in view: the differences of `chosen` are to be read with that.
 * The candidates' settings were not chosen on this set. `--quick`: one repeat, no curve.
 * Without the set it says so and ends well.
 */
import { resolve } from 'node:path';
import { type Cut, examplesFrom, webShop } from './eval/reward/episodes.ts';
import { foldedIn } from './eval/reward/fold-in.ts';
import { coverage, figures, foresee, type Row, type Share } from './eval/reward/study.ts';

const SEED = 11;
const CHOSEN_ON = 250;
const CURVE = [30, 60, 125, 250];

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const args = process.argv.slice(2);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');
const quick = args.includes('--quick');
const repeats = quick ? 1 : 3;

const episodes = await webShop(data);
if (!episodes) {
  print(`eval:reward skipped: no react-webshop-fever in ${data}`);
  process.exit(0);
}

const isReported = ({ nth }: Row): boolean => nth >= CHOSEN_ON;
const main = examplesFrom(episodes, 'half');
const whole = await foresee(main, { repeats, seed: SEED, chosen: true, tell });
const curve = [];
for (const n of quick ? [] : CURVE) {
  tell(`learning from ${n}`);
  const foreseen = await foresee(main, {
    repeats: 2,
    seed: SEED,
    learnFrom: n,
    chosen: true,
    tell: () => {},
  });
  curve.push({ learned_from: n, models: figures(main, foreseen, isReported, SEED) });
}
const report = {
  episodes: main.length,
  mean_score: main.reduce((sum, { y }) => sum + y, 0) / main.length,
  reported: { episodes: main.filter(isReported).length, models: figures(main, whole, isReported, SEED) },
  all: { episodes: main.length, models: figures(main, whole, () => true, SEED) },
  chosen: Object.fromEntries(whole.picks),
  interval: { asked: 0.9, covers: coverage(main, whole, isReported), half: whole.half },
  curve: [
    ...curve,
    { learned_from: Math.round(main.length * 0.8), models: figures(main, whole, isReported, SEED) },
  ],
  folded_in: foldedIn(main, SEED),
  other_cuts: quick
    ? []
    : [await cutAt('half, rounded up'), await cutAt('half', true), await cutAt(1), await cutAt(2)],
};
if (args.includes('--json')) print(JSON.stringify(report, undefined, 2));
else table();

/** The same for another cut, or for the episodes that ended alone: candidates only. */
async function cutAt(cut: Cut, finished = false) {
  const some = (episodes ?? []).filter((episode) => !finished || episode.run.outcome.score !== undefined);
  const rows = examplesFrom(some, cut);
  const foreseen = await foresee(rows, { repeats, seed: SEED, chosen: false, tell });
  return { cut, finished, episodes: rows.length, models: figures(rows, foreseen, isReported, SEED) };
}

function table(): void {
  const number = (value: number) => `${value < 0 ? '−' : ' '}${Math.abs(value).toFixed(3)}`;
  const share = ({ value, low, high }: Share) => `${number(value)} [${number(low)}, ${number(high)}]`;
  const models = (all: typeof report.reported.models) => {
    print(`${''.padEnd(10)}${'R²'.padEnd(26)}${'over the mean'.padEnd(26)}over the linear one`);
    for (const { name, r2, over_mean, over_linear } of all)
      print(`${name.padEnd(10)}${[r2, over_mean, over_linear].map((one) => share(one).padEnd(26)).join('')}`);
  };
  print(`WebShop, first half of each episode; R² at held-out instructions with 95 % intervals over them`);
  print(`\nthe ${report.reported.episodes} episodes that nothing was chosen on\n`);
  models(report.reported.models);
  print(`\nall ${report.all.episodes}: features were chosen on the first ${CHOSEN_ON} of them\n`);
  models(report.all.models);
  const picked = Object.entries(report.chosen).map(([name, times]) => `${name} ${times}`);
  print(`\nchosen, by fold: ${picked.join(', ')}`);
  const { covers, half } = report.interval;
  print(`interval of 90 %: half width ${half.toFixed(3)}, held the truth in ${share(covers)}`);
  print(`\nR² by the number of episodes learned from\n`);
  for (const { learned_from, models: all } of report.curve)
    print(
      `${String(learned_from).padStart(4)}  ${all.map(({ name, r2 }) => `${name} ${number(r2.value)}`).join('   ')}`,
    );
  print(
    `\na fifth of the examples folded in later, against a fit of all: R² without it, folded in, fitted anew\n`,
  );
  for (const { name, apart, before, folded, anew } of report.folded_in)
    print(
      `${name.padEnd(10)}${[before, folded, anew].map(number).join('  ')}   predictions ${apart.toFixed(3)} apart`,
    );
  for (const { cut, finished, episodes: count, models: all } of report.other_cuts) {
    const what =
      typeof cut === 'string' ? `first ${cut}` : `first ${cut} step${cut === 1 ? '' : 's'} of longer ones`;
    print(`\n${what}, ${count} episodes${finished ? ' that ended with a score' : ''}\n`);
    models(all);
  }
}
