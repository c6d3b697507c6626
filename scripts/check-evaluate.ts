/**
 * `node scripts/check-evaluate.ts [--evaluations=1000] [--only=coverage|killed|limits] [--json]`: whether the intervals of
 * `knowhow evaluate` hold the truth as often as they say (nominal 95 %), whether it goes on after SIGKILL to the figures that
 * it would have had, and what ends commands that take all they can get. Some minutes.
 */
import { confinement } from '../src/exec/confinement.ts';
import { coverageOf, WORLDS } from './checks/evaluate/coverage.ts';
import { killedOften } from './checks/evaluate/killed.ts';
import { endHostile } from './checks/evaluate/limits.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const evaluations = Number(option('evaluations') ?? 1_000);
const wanted = (part: string): boolean => [undefined, part].includes(option('only'));
const asJson = args.includes('--json');
const found: Record<string, unknown> = {};
const table = (heads: string[], rows: unknown[][]): void => {
  if (asJson) return;
  for (const row of [heads, heads.map(() => '---'), ...rows]) print(`| ${row.join(' | ')} |`);
  print('');
};
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

if (wanted('coverage')) {
  const rows = Object.keys(WORLDS).flatMap((world) =>
    [8, 20, 50, 200].map((tasks) => coverageOf(world, tasks, evaluations, 11)),
  );
  table(
    ['world', 'tasks', 'E[retries] covered', 'difference covered', 'verdicts given', 'wrong'],
    rows.map(({ world, tasks, mean, difference, told, wrong }) => [
      ...[world, tasks, percent(mean), percent(difference), percent(told), percent(wrong)],
    ]),
  );
  found.coverage = rows;
}
if (wanted('killed')) {
  const killed = await killedOften(3);
  table(['kills', 'same figures', 'attempts', 'repeated', 'at most'], [Object.values(killed)]);
  found.killed = killed;
  if (!killed.same || killed.repeated > killed.most) process.exitCode = 1;
}
if (wanted('limits')) {
  const rows = [...((await confinement()) ? await endHostile(true) : []), ...(await endHostile(false))];
  table(
    ['command', 'confined', 'ended by', 'exit', 'ms', 'grown, MB'],
    rows.map((row) => Object.values(row)),
  );
  found.limits = rows;
}
if (asJson) print(JSON.stringify(found, null, 2));
