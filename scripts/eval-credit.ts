/**
 * `npm run eval:credit -- [DIR] [--json] [--write]`: how well credit finds the step that people or rewards point at, on
 * public sets unpacked in DIR (default `../data`), and the planted step of executable tasks of ours. Every method apart, in
 * the same run as first, last, random and the best constant place; 95 % bootstrap intervals, drawn by task.
 *
 * What was chosen on what: on Who&When the set of signs and the penalty are chosen inside the training folds of a nested
 * cross-validation (three seeds); the signs themselves were written with some of its runs in view, and about ten variants
 * of them were looked at with their cross-validated figures. The rules for answers without tools were settled with the
 * figures of InterCode SQL and bash in view; python and CTF were looked at only after. A set nobody has seen is the fairer
 * judge. `--write` fits anew on all of Who&When and writes src/learning/credit/message-weights.ts, which is what ships.
 * Absent sets are left out. `--only=replay` (or who, intercode) measures that part alone.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { acrossLengths, type Compared, compareConversations } from './eval/credit/conversations.ts';
import { casesOf, choose, WITH_PLACES } from './eval/credit/fit.ts';
import { compareJumps } from './eval/credit/jumps.ts';
import {
  difference,
  type Estimate,
  estimate,
  FIGURES,
  type Figure,
  type Scores,
} from './eval/credit/measure.ts';
import { compareReplays } from './eval/credit/replayed.ts';
import { interCode, whoAndWhen } from './eval/credit/sets.ts';
import { weightsFile } from './eval/credit/weights-file.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');
const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '';
const wanted = (part: string) => part.includes(only);

const talks = wanted('who') ? whoAndWhen(data) : undefined;
const jumps = wanted('intercode')
  ? (['sql', 'bash', 'python', 'ctf'] as const).flatMap((language) => interCode(data, language) ?? [])
  : [];
if (args.includes('--write')) {
  if (!talks) print(`eval:credit: no who-and-when in ${data}, nothing to fit on`);
  else write();
  process.exit(0);
}

function write(): void {
  if (!talks) return;
  const fitted = choose(casesOf(talks.runs), WITH_PLACES, 1);
  const path = resolve(import.meta.dirname, '../src/learning/credit/message-weights.ts');
  writeFileSync(path, weightsFile(fitted, figures(compareConversations(talks)).methods));
  print(`${path}: ${fitted.signs.length} signs, penalty ${fitted.lambda}`);
}

type Told = Partial<Record<Figure, Estimate>>;

/** Rewards name no speaker. */
const figuresOf = (set: string) => FIGURES.filter((figure) => figure !== 'agent' || set === 'who-and-when');

/** Every method and baseline with its figures, and our default against the baseline that is best at each figure. */
function figures({ set, runs, methods, baselines }: Compared) {
  const told = (scores: Scores) =>
    Object.fromEntries(figuresOf(set).map((figure) => [figure, estimate(scores, figure)])) as Told;
  const each = (of: Record<string, Scores>) =>
    Object.fromEntries(Object.entries(of).map(([name, scores]) => [name, told(scores)]));
  const [ours] = Object.values(methods);
  const against = figuresOf(set).map((figure) => {
    const best = Object.entries(baselines).sort(
      (a, b) => estimate(b[1], figure).mean - estimate(a[1], figure).mean,
    )[0];
    if (!best || !ours) return [figure, undefined] as const;
    return [figure, { best: best[0], ...difference(ours, best[1], figure) }] as const;
  });
  return {
    set,
    runs,
    methods: each(methods),
    baselines: each(baselines),
    against_best_baseline: Object.fromEntries(against),
  };
}

const compared = talks ? compareConversations(talks) : undefined;
const conversations = talks &&
  compared && {
    ...figures(compared),
    content_only_minus_random: FIGURES.map((figure) => {
      const content = compared.methods['signs without places, nested CV'] ?? [];
      return { figure, ...difference(content, compared.baselines.random ?? [], figure) };
    }),
    by_length: compared.lengths.map((scores) => ({
      runs: scores.length,
      step: estimate(scores, 'step'),
      top3: estimate(scores, 'top3'),
    })),
    counterfactual:
      'one run a task: nothing to replay or to contrast with, so it falls to simple and says so',
    across_lengths: Object.fromEntries(
      Object.entries(acrossLengths(talks.runs)).map(([name, scores]) => [
        name,
        { runs: scores.length, step: estimate(scores, 'step'), top3: estimate(scores, 'top3') },
      ]),
    ),
  };
const report = {
  data,
  conversations,
  reward_jumps: jumps.map((set) => figures(compareJumps(set))),
  replay: wanted('replay') ? await compareReplays() : undefined,
  llm: 'not measured: it needs an endpoint',
};
if (args.includes('--json')) print(JSON.stringify(report, undefined, 2));
else table();

function table(): void {
  if (!conversations && jumps.length === 0) print(`eval:credit: no labelled set in ${data}`);
  const percent = (found: Estimate | undefined) =>
    found === undefined
      ? ''
      : `${(100 * found.mean).toFixed(1)} [${(100 * found.low).toFixed(1)}, ${(100 * found.high).toFixed(1)}]`;
  for (const part of [...(conversations ? [conversations] : []), ...report.reward_jumps]) {
    print(`\n${part.set}, ${part.runs} runs, per cent with 95 % interval`);
    const shown = figuresOf(part.set);
    print(['', ...shown].map((name, i) => name.padEnd(i === 0 ? 34 : 20)).join(''));
    for (const [name, told] of Object.entries({ ...part.methods, ...part.baselines }))
      print([name.padEnd(34), ...shown.map((figure) => percent(told[figure]).padEnd(20))].join(''));
    print('the first of these minus the baseline that is best at it:');
    for (const figure of shown) {
      const found = part.against_best_baseline[figure];
      if (found) print(`  ${figure.padEnd(10)}${percent(found).padEnd(24)}${found.best}`);
    }
  }
  if (conversations) {
    print(`counterfactual: ${conversations.counterfactual}`);
    print('\nsigns without places minus random:');
    for (const found of conversations.content_only_minus_random)
      print(`  ${found.figure.padEnd(10)}${percent(found)}`);
    print('\nby length (up to 7, 8 or 9, 10 messages), and fitted on one length for the other: step, top 3');
    for (const { runs, step, top3 } of conversations.by_length)
      print(`  ${String(runs).padEnd(24)}${percent(step).padEnd(24)}${percent(top3)}`);
    for (const [name, { step, top3 }] of Object.entries(conversations.across_lengths))
      print(`  ${name.padEnd(24)}${percent(step).padEnd(24)}${percent(top3)}`);
  }
  if (report.replay) {
    const { runs, found, fell, executions, families } = report.replay;
    const shares = Object.entries(found).map(([name, share]) => `${name} ${(100 * share).toFixed(1)}`);
    print(`\nplanted step of ${runs} executable tasks, first guess, per cent: ${shares.join(', ')}`);
    print(`  ${fell} runs fell through; ${executions.toFixed(1)} executions a run`);
    for (const [family, share] of Object.entries(families))
      print(`  ${family.padEnd(30)}${(100 * share).toFixed(0)}`);
  }
  print(`\nllm: ${report.llm}`);
}
