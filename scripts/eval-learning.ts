/**
 * `npm run eval:learning -- [DIR] [--seeds N] [--quick] [--json] [--out FOLDER]`: does memory improve what an agent does?
 *
 * A scripted agent that knows nothing of the quirks works on small projects, every command really run in a throw-away
 * directory, every verdict an exit code. It follows advice and nothing else it could have known: without memory, with
 * Knowhow (a real store, through the library), and with Knowhow's advice for another task. Asked after 0, 1, 2, 4 …
 * recorded tasks about tasks it never saw; some of those have a quirk never met, or none. `--out` writes
 * `learning-curve.svg`. See `scripts/eval/learning/`.
 *
 * With DIR (public sets, unpacked) it also measures failure prediction on tau-bench airline and ALFWorld. The signs were
 * chosen by reasoning and on InterCode, WebShop, FEVER and HotpotQA runs; `--chosen` shows InterCode's figures too. After
 * a first look at the reported sets one thing was changed, for a reason of its own: words of messages and words with
 * numbers are no telltales (it made tau-bench worse and stayed).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { learningChart } from './eval/learning/chart.ts';
import {
  curve,
  type FamilyFigures,
  families,
  type Interval,
  type Pairs,
  type Point,
} from './eval/learning/curve.ts';
import { openPlace } from './eval/learning/place.ts';
import { type PairFigures, type PredictionFigures, predictionFigures } from './eval/learning/prediction.ts';
import { ARMS, study } from './eval/learning/study.ts';
import { testTasks, trainTasks } from './eval/learning/tasks.ts';
import { alfWorld, interCode, tauBench } from './eval/sets.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    chosen: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    out: { type: 'string' },
  },
});
const [data] = positionals;
const seeds = Number(values.seeds ?? (values.quick ? 2 : 4));
if (!Number.isInteger(seeds) || seeds < 1) {
  tell('--seeds wants a whole number from 1.');
  process.exit(2);
}
/** With --json, stdout carries the answer alone. */
const skip = values.json ? tell : print;
const started = performance.now();
const prediction: PredictionFigures[] = [];
if (data !== undefined) {
  const sets = [
    await tauBench(resolve(data)),
    alfWorld(resolve(data)),
    values.chosen ? interCode(resolve(data)) : undefined,
  ];
  for (const set of sets) if (set) prediction.push(await predictionFigures(set));
  if (prediction.length === 0) skip(`failure prediction skipped: neither tau-bench nor ALFWorld in ${data}`);
}
const learned = await learning();
if (values.json) print(JSON.stringify({ ...learned, prediction }, undefined, 2));
else {
  if (learned) tellLearning(learned);
  tellPrediction();
  print(`\ntook ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
if (values.out !== undefined && learned) {
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'learning-curve.svg'), learningChart(learned.points));
}

async function learning() {
  const place = openPlace();
  const stop = () => {
    place.close();
    process.exit(130);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    if (place.missing.length > 0) {
      skip(`learning skipped: this machine lacks ${place.missing.join(', ')}`);
      return undefined;
    }
    const [train, test] = [trainTasks(), testTasks()];
    const observed = await study({
      place,
      train,
      test: values.quick ? test.filter((_, i) => i % 2 === 0) : test,
      seeds,
      checkpoints: values.quick ? [0, 8] : [0, 1, 2, 4, 8, 16, train.length],
      // A quick look learns from the first eight tasks only.
      most: values.quick ? 8 : train.length,
      tell,
    });
    return { points: curve(observed), families: families(observed) };
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    place.close();
  }
}

function tellLearning({ points, families: kinds }: { points: Point[]; families: FamilyFigures[] }): void {
  const share = ({ value, low, high }: Interval) =>
    `${(100 * value).toFixed(0)} % [${(100 * low).toFixed(0)}, ${(100 * high).toFixed(0)}]`;
  const number = ({ value, low, high }: Interval) =>
    `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  print('tasks solved, after so many recorded tasks (95 % intervals over seeds and tasks)\n');
  print(['tasks', ...ARMS, 'Knowhow − none', 'Knowhow − shuffled'].map((name) => name.padEnd(20)).join(''));
  for (const { experience, arms, over } of points)
    print(
      [
        String(experience),
        ...ARMS.map((arm) => share(arms[arm].success)),
        share(over.none.success),
        share(over.shuffled.success),
      ]
        .map((cell) => cell.padEnd(20))
        .join(''),
    );
  for (const measure of ['retries', 'steps'] as const) {
    print(`\n${measure === 'retries' ? 'failing checks' : 'steps'} per task\n`);
    for (const { experience, arms, over } of points)
      print(
        [
          String(experience),
          ...ARMS.map((arm) => number(arms[arm][measure])),
          number(over.none[measure]),
          number(over.shuffled[measure]),
        ]
          .map((cell) => cell.padEnd(20))
          .join(''),
      );
  }
  const compared = ({ attempts, won, lost, quicker, slower }: Pairs) =>
    `of ${attempts} attempts: ${won} won, ${lost} lost; ${quicker} quicker, ${slower} slower`;
  print(
    '\nwith Knowhow against the same attempt without: successes won and lost; fewer failing checks, and more\n',
  );
  for (const { experience, pairs } of points) print(`${String(experience).padEnd(6)}${compared(pairs)}`);
  print('\nby kind of task, after the most tasks: solved without, with, with advice for another task\n');
  for (const { family, success, pairs } of kinds)
    print(
      `${family.padEnd(16)}${ARMS.map((arm) => `${(100 * success[arm]).toFixed(0)} %`.padStart(6)).join('')}   ${compared(pairs)}`,
    );
}

function tellPrediction(): void {
  if (prediction.length === 0) return;
  const three = ({ value, low, high }: Interval) =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const line = ({ knowhow, bm25, over_bm25, over_chance }: PairFigures) =>
    `Knowhow ${three(knowhow)}  BM25's nearest ${three(bm25)}  difference ${three(over_bm25)}  over chance ${three(over_chance)}`;
  print('\nfailure prediction: AUROC within tasks with mixed outcomes (95 % intervals over tasks)\n');
  for (const { set, mixed, pairs, silent, first_half, same_step } of prediction) {
    print(`${set}: ${mixed} tasks, ${pairs} pairs${silent > 0 ? `, cannot tell ${silent} times` : ''}`);
    print(`  first half of each run        ${line(first_half)}`);
    print(`  both at the same step         ${line(same_step)}`);
  }
}
