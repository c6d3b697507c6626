/**
 * `npm run eval:abstractability -- [DIR] [--json] [--only=NAME]`: does what is held worth abstracting carry over? The tasks
 * of a set are halved, five times; the runs at one half are judged with that half as the memory, and their lessons are then
 * replayed at the other half, which nothing was judged by: did those fare better there that did the same?
 *
 * Asked of lessons that at least two runs at unseen tasks followed and two did not. Reported, each with a 95 % interval that
 * draws whole tasks: how well the scores tell lessons that helped elsewhere from those that harmed (AUC, .5 is chance), and
 * how much more those held worth abstracting gained. Novelty is left out of the latter: that a lesson is known already says
 * nothing about its worth. Beside it what a lesson's words alone tell, which is all there is where nobody met it.
 *
 * When two runs did the same (by overlap, and how much) was chosen on ALFWorld and WebShop; tau-bench and InterCode are
 * reported. Their figures were seen meanwhile; how words and replay are blended was tried two ways with them in view, and
 * kept as it was first.
 */
import { resolve } from 'node:path';
import { aucOf, type Figure, figureOf, gapOf } from './eval/abstractability/figures.ts';
import { type Carried, carried } from './eval/abstractability/transfer.ts';
import { transferSets } from './eval/transfer/sets.ts';

const SPLITS = [1, 2, 3, 4, 5];
/** Fewer lessons than this with a sign say nothing. */
const LEAST = 30;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');
const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '';

const sets = (await transferSets(data)).filter(({ name }) => name.includes(only));
if (sets.length === 0) {
  print(`eval:abstractability skipped: no set of runs in ${data}`);
  process.exit(0);
}

const results: ReturnType<typeof resultOf>[] = [];
for (const { name, chosen_on, runs } of sets) {
  process.stderr.write(`${name}\n`);
  const lessons: Carried[] = [];
  for (const split of SPLITS) lessons.push(...(await carried(runs, split)));
  results.push(resultOf(name, chosen_on, runs.length, lessons));
}

if (args.includes('--json')) print(JSON.stringify({ data, splits: SPLITS.length, sets: results }, null, 2));
else for (const result of results) tellSet(result);

function resultOf(name: string, chosen_on: boolean, runs: number, lessons: Carried[]) {
  const successes = lessons.filter(({ success }) => success);
  return { name, chosen_on, runs, all: judged(lessons), of_successes: judged(successes) };
}

function judged(lessons: Carried[]) {
  const clusters = lessons.map(({ cluster }) => cluster);
  const gained = lessons.map(({ elsewhere }) => elsewhere.difference);
  const signed = lessons.filter(({ elsewhere }) => elsewhere.difference !== 0);
  const auc = (score: (lesson: Carried) => number) =>
    figureOf(
      signed.map(({ cluster }) => cluster),
      aucOf(
        signed.map(score),
        signed.map(({ elsewhere }) => elsewhere.difference > 0),
      ),
    );
  const worth = lessons.map(({ asFirst }) => asFirst.abstractable);
  return {
    lessons: lessons.length,
    tasks: new Set(clusters).size,
    helped: signed.filter(({ elsewhere }) => elsewhere.difference > 0).length,
    harmed: signed.filter(({ elsewhere }) => elsewhere.difference < 0).length,
    worth_abstracting: worth.filter(Boolean).length,
    auc_generalizability: auc(({ judged: { scores } }) => scores.generalizability),
    auc_words_alone: auc(({ byWords: { scores } }) => scores.generalizability),
    auc_replay: auc(({ judged: { replay } }) => replay?.difference ?? 0),
    gain_of_worth: figureOf(clusters, gapOf(gained, worth)),
    gain_of_worth_by_words: figureOf(
      clusters,
      gapOf(
        gained,
        lessons.map(({ byWords }) => byWords.abstractable),
      ),
    ),
  };
}

function tellSet({ name, chosen_on, runs, all, of_successes }: (typeof results)[number]): void {
  print(`${name}: ${runs} runs${chosen_on ? ' (looked at while this was made)' : ''}`);
  for (const [what, of] of [
    ['all lessons', all],
    ['of successes', of_successes],
  ] as const) {
    if (of.helped + of.harmed < LEAST) {
      print(`  ${what}: ${of.lessons} could be followed to unseen tasks, too few to say anything`);
      continue;
    }
    print(
      `  ${what}: ${of.lessons} from ${of.tasks} tasks, ${of.helped} helped elsewhere, ${of.harmed} harmed`,
    );
    print(
      `    AUC   generalizability ${text(of.auc_generalizability)}, replay alone ${text(of.auc_replay)}, words alone ${text(of.auc_words_alone)}`,
    );
    print(
      `    gain of the ${of.worth_abstracting} worth abstracting over the rest ${text(of.gain_of_worth)}, by words alone ${text(of.gain_of_worth_by_words)}`,
    );
    print(`    ${inWords(of.auc_generalizability)}`);
  }
}

function inWords({ low, high }: Figure): string {
  if (low > 0.5)
    return 'The score tells lessons that help elsewhere from those that harm, better than chance.';
  if (high < 0.5) return 'The score is wrong here: lessons that harm elsewhere score higher.';
  return 'The score is no better than chance here.';
}

function text({ value, low, high }: Figure): string {
  const short = (each: number) => (Number.isNaN(each) ? '–' : each.toFixed(2));
  return `${short(value)} [${short(low)}, ${short(high)}]`;
}
