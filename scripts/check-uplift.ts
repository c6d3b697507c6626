/**
 * `npm run check:uplift [RUNS] [--json] [--only=NAME]` (default 1000; coverage, flags, found, looks, means): plants effects of known size in made-up tasks and holds what the report says
 * against them: coverage of intervals, false flags, effects found, false words when one looks often. Ends with 1 where one is not kept.
 */
import { coverage, coverageCells } from './checks/uplift/coverage.ts';
import { falseFlags, found, nullCells } from './checks/uplift/flags.ts';
import { flagLooks, looks } from './checks/uplift/looks.ts';
import { meanCoverage } from './checks/uplift/means.ts';
import { isKept, type Row } from './checks/uplift/rows.ts';

const args = process.argv.slice(2);
const json = args.includes('--json');
const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
const runs = Number(args.find((arg) => /^\d+$/u.test(arg)) ?? 1_000);

const LOOKED = [
  { tasks: 100, holdout: 0.5, runs: 'one' },
  { tasks: 100, holdout: 0.1, runs: 'several' },
  { tasks: 400, holdout: 0.5, runs: 'several' },
  { tasks: 400, holdout: 0.1, runs: 'one' },
  { tasks: 4_000, holdout: 0.5, runs: 'one' },
] as const;

const steps: Record<string, () => Row[]> = {
  coverage: () => coverage(coverageCells(), runs),
  flags: () => falseFlags(nullCells(), runs),
  found: () => found([5, 20, 50], runs),
  looks: () => [...looks([...LOOKED], runs), ...flagLooks(runs)],
  means: () => meanCoverage(runs),
};

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const toldOf = (name: string, value: number): string =>
  `${name.replaceAll('_', ' ')} ${name.startsWith('bias') || name.startsWith('one_arm') ? value.toFixed(2) : percent(value)}`;

function lineOf(row: Row): string {
  const wanted = row.wanted ? ` (${percent(row.wanted[0])} to ${percent(row.wanted[1])})` : '';
  const told = Object.entries(row.told).map(([name, value]) => toldOf(name, value));
  return [`${isKept(row) ? '  ' : '! '}${row.case}: ${percent(row.measured)}${wanted}`, ...told].join('; ');
}

const rows: Row[] = [];
for (const [name, step] of Object.entries(steps)) {
  if (only !== undefined && only !== name) continue;
  const some = step();
  rows.push(...some);
  if (!json)
    for (const [check, those] of Map.groupBy(some, ({ check }) => check))
      process.stdout.write(`${check}, ${runs} runs each or more\n${those.map(lineOf).join('\n')}\n\n`);
}
const missed = rows.filter((row) => !isKept(row));
if (json) process.stdout.write(`${JSON.stringify({ runs, missed: missed.length, rows })}\n`);
else process.stdout.write(`${rows.length} cases, ${missed.length} not kept\n`);
if (missed.length > 0) process.exitCode = 1;
