/**
 * `npm run eval:errors -- [DIR] [--json]`: what becomes of errors, on public sets unpacked in DIR (default `../data`).
 * Grouping: InterCode's MySQL and shell messages against classes that the programs' own message formats give. Signatures:
 * do they match their own messages, and nothing that is no error? Fixes: learned from some tasks, held against what got
 * runs at other tasks past the same errors. Speed: `match_error`'s lookup among 10,000 patterns in a real store.
 *
 * What was chosen on what: the tasks are halved by a hash of their names. Fixes were looked at and chosen on the first half
 * only; grouping was first looked at over all tasks (message formats do not depend on the task). Everything below is of the
 * second half; `--first-half` tells the first. Absent sets are left out; without InterCode it says so and ends well.
 */
import { resolve } from 'node:path';
import { contentId } from '../src/learners/content-id.ts';
import { signatureOf } from '../src/learners/template.ts';
import { failuresOf } from '../src/learning/errors/fixes.ts';
import { occurrencesOf } from '../src/learning/errors/patterns.ts';
import { type FixFigures, fixFigures, type Met } from './eval/errors/fixes.ts';
import { type GroupingFigures, groupingFigures, type Labelled } from './eval/errors/grouping.ts';
import { mysqlClass } from './eval/errors/mysql.ts';
import { type Attempted, attempts, type Kind, trueClass } from './eval/errors/runs.ts';
import { shellClass } from './eval/errors/shell.ts';
import { type SpeedFigures, speedFigures } from './eval/errors/speed.ts';
import { type MatchFigures, matchFigures, otherTemplates, plainObservations } from './eval/errors/texts.ts';

const PATTERNS = 10_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');
const half = args.includes('--first-half') ? 0 : 1;

/** A number that a task's name gives, so that halves and folds need no list of tasks. */
const hashOf = (task: string): number => Number.parseInt(contentId('task', [task]).slice(-8), 16);
const isReported = ({ task }: { task: string }): boolean => hashOf(task) % 2 === half;
const foldOf = (task: string): number => Math.floor(hashOf(task) / 2);

const KINDS: Kind[] = ['sql', 'bash'];
const runs = [...attempts(data)];
if (runs.length === 0) {
  print(`eval:errors skipped: no InterCode in ${data}`);
  process.exit(0);
}
const noted = KINDS.map((kind) => noteErrors(runs.filter((run) => run.kind === kind)));

interface Noted {
  labelled: Labelled[];
  unlabelled: number;
  met: Met[];
  unmatched: number;
}

/** The errors of runs, as a batch notes them, with their true classes. */
function noteErrors(own: Attempted[]): Noted {
  const found: Noted = { labelled: [], unlabelled: 0, met: [], unmatched: 0 };
  for (const { kind, task, trajectory } of own.filter(isReported)) {
    const failures = failuresOf(trajectory.steps);
    const clean = (step: number) => failures[step] === undefined;
    for (const occurrence of occurrencesOf(trajectory, task, false, trajectory.at)) {
      const { message, template, step } = occurrence;
      const observation = trajectory.steps[step]?.observation ?? '';
      const alone = failures[step]?.messages.length === 1;
      // A message that was cut short or lost its prefix on the way is what its whole observation is.
      const name =
        (kind === 'sql' ? mysqlClass(message) : shellClass(message)) ??
        (alone ? trueClass(kind, observation) : undefined);
      if (name === undefined) found.unlabelled += 1;
      else found.labelled.push({ name, template });
      found.unmatched += Number(!new RegExp(signatureOf(template), 'u').test(message));
      found.met.push({ task, occurrence, clean });
    }
  }
  return found;
}

interface Report {
  data: string;
  half: string;
  grouping: Record<string, GroupingFigures & { unlabelled: number }>;
  signatures: { patterns: number; own_messages: number; own_matched: number; plain: MatchFigures[] };
  fixes: Record<string, FixFigures>;
  /** The same where getting from one error into another counts as well. */
  fixes_into_another_error: FixFigures | undefined;
  speed: SpeedFigures;
}

const all = noted.flatMap(({ met }) => met);
const templates = [
  ...new Set([...all.map(({ occurrence }) => occurrence.template), ...(await otherTemplates(data))]),
];
const report: Report = {
  data,
  half: half === 0 ? 'first, which choices were made on' : 'second, which no choice was made on',
  grouping: {},
  signatures: {
    patterns: templates.length,
    own_messages: all.length,
    own_matched: 1 - noted.reduce((sum, { unmatched }) => sum + unmatched, 0) / Math.max(1, all.length),
    plain: matchFigures(await plainObservations(data, runs), templates.map(signatureOf)),
  },
  fixes: {},
  fixes_into_another_error: undefined,
  speed: await speedFigures(PATTERNS),
};
for (const [i, kind] of KINDS.entries()) {
  const { labelled = [], unlabelled = 0, met = [] } = noted[i] ?? {};
  report.grouping[kind] = { ...groupingFigures(labelled), unlabelled };
  report.fixes[kind] = fixFigures(met, foldOf);
}
report.grouping.both = {
  ...groupingFigures(noted.flatMap(({ labelled }) => labelled)),
  unlabelled: noted.reduce((sum, { unlabelled }) => sum + unlabelled, 0),
};
report.fixes.both = fixFigures(all, foldOf);
report.fixes_into_another_error = fixFigures(
  all.map((met) => ({ ...met, clean: () => true })),
  foldOf,
);
if (args.includes('--json')) print(JSON.stringify(report, undefined, 2));
else table();

function table(): void {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  print(`half of the tasks reported: ${report.half}\n`);
  for (const [kind, figures] of Object.entries(report.grouping)) {
    const { messages, classes, patterns, unlabelled, spread } = figures;
    print(
      `grouping, ${kind}: ${messages} messages of ${classes} classes in ${patterns} patterns; ${unlabelled} messages without a class`,
    );
    print(
      `  macro homogeneity ${figures.macro_homogeneity.toFixed(3)}  completeness ${figures.macro_completeness.toFixed(3)}   entropy: ${figures.homogeneity.toFixed(3)} ${figures.completeness.toFixed(3)} V ${figures.v_measure.toFixed(3)}`,
    );
    for (const each of spread.slice(0, 5))
      print(
        `    ${each.name}: ${each.messages} in ${each.patterns} patterns, ${percent(each.largest)} in the largest`,
      );
  }
  const { signatures, speed } = report;
  print(
    `\nsignatures: ${signatures.patterns} patterns; InterCode's match ${percent(signatures.own_matched)} of their own ${signatures.own_messages} messages; of what is no error:`,
  );
  for (const { set, observations, holding_errors, matched, noted: wrong } of signatures.plain)
    print(
      `  ${set.padEnd(32)} ${observations} texts (${holding_errors} with errors of a part left out)   some signature matches ${(100 * matched).toFixed(3)} %   noted as errors without a flag ${(100 * wrong).toFixed(3)} %`,
    );
  print('\nfixes, held out by task: the fix that really got the run past the error is the one named');
  for (const [kind, f] of Object.entries(report.fixes)) {
    print(
      `  ${kind.padEnd(5)} ${f.cases} errors of ${f.tasks} tasks   suggested ${percent(f.suggested)}   most frequent fix ${percent(f.most_frequent)}   difference ${interval(f.difference)}`,
    );
    print(
      `        nothing suggested ${percent(f.nothing_suggested)}; most frequent at the pattern ${percent(f.most_frequent_at_pattern)}; tries that did as suggested got past it ${f.followed.worked} of ${f.followed.tried}, others ${f.otherwise.worked} of ${f.otherwise.tried}: ${interval(f.lift)}`,
    );
  }
  const loose = report.fixes_into_another_error;
  if (loose)
    print(
      `  both, where getting into another error counts as well: ${loose.cases} errors, suggested ${percent(loose.suggested)}, most frequent ${percent(loose.most_frequent)}: ${interval(loose.difference)}; tries ${loose.followed.worked} of ${loose.followed.tried}, others ${loose.otherwise.worked} of ${loose.otherwise.tried}: ${interval(loose.lift)}`,
    );
  print(`\nlookup among ${speed.patterns} patterns: milliseconds, median and p95; right pattern first`);
  for (const [name, { p50, p95, found, asked }] of Object.entries(speed.took))
    print(
      `  ${name.padEnd(8)} ${p50.toFixed(1).padStart(5)} ${p95.toFixed(1).padStart(6)}   ${found} of ${asked}`,
    );
}

function interval({ points, low, high }: { points: number; low: number; high: number }): string {
  const signed = (value: number) => `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
  return `${signed(points)} points [${signed(low)}, ${signed(high)}]`;
}
