/**
 * How well code concepts are found: `node scripts/eval-concepts.ts DIR|none [--json] [--seeds 30] [--writers 4] [--sizes 1000,2500,5000,10000]`.
 * Planted idioms among code of other kinds, over seeds; what mining costs as the corpus grows; and, where DIR holds them,
 * what comes out of public runs, printed to be read. Thresholds were chosen on seeds 1 to 4; reported are seeds from 101 on.
 */
import { parseArgs } from 'node:util';
import { measurePlanted, type Planted } from './eval/concepts/planted.ts';
import { interCodePython, type RealSet, samples, terminalBench } from './eval/concepts/real.ts';
import { type Cost, costOf, exponentOf } from './eval/concepts/scale.ts';
import { mean, quantile } from './eval/figures.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '30' },
    writers: { type: 'string', default: '4' },
    sizes: { type: 'string', default: '1000,2500,5000,10000' },
  },
});
const [data = 'none'] = positionals;
const say = (line: string) => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`${line}\n`);

const FIRST_SEED = 101;
const SIZES = { tasks: 60, writers: Number(values.writers), own: 4 };

const planted: Planted[] = [];
for (let seed = FIRST_SEED; seed < FIRST_SEED + Number(values.seeds); seed += 1) {
  planted.push(await measurePlanted(seed, SIZES));
  note(`seed ${seed}: ${planted.at(-1)?.found} of ${planted.at(-1)?.idioms} found`);
}
const costs: Cost[] = [];
// The compiler and the grammars are loaded before anything is measured.
await costOf(2, 100);
for (const size of values.sizes.split(',').map(Number)) {
  if (size > 0) costs.push(await costOf(1, size));
  note(`${size} snippets: ${costs.at(-1)?.seconds.toFixed(1)} s`);
}
const real: RealSet[] = [];
for (const set of [samples, ...(data === 'none' ? [] : [interCodePython, terminalBench])]) {
  const found = await set(data);
  if (found) real.push(found);
}

/** Mean over seeds with the range that 95 % of the seeds lie in. */
const over = (of: (each: Planted) => number) => {
  const all = planted.map(of);
  return { mean: mean(all), low: quantile(all, 0.025), high: quantile(all, 0.975) };
};
const report = {
  seeds: planted.length,
  snippets: planted[0]?.snippets ?? 0,
  idioms: planted[0]?.idioms ?? 0,
  found: over(({ found, idioms }) => found / idioms),
  spurious: over(({ spurious, concepts }) => spurious / Math.max(1, concepts)),
  doubled: over(({ doubled, concepts }) => doubled / Math.max(1, concepts)),
  missed: [
    ...Map.groupBy(
      planted.flatMap(({ missed }) => missed),
      (name) => name,
    ),
  ].map(([name, all]) => [name, all.length]),
  costs,
  exponent: costs.length > 1 ? exponentOf(costs) : null,
  real: real.map(({ name, runs, concepts, seconds }) => ({ name, runs: runs.length, seconds, concepts })),
};

if (values.json) say(JSON.stringify(report, null, 2));
else {
  const percent = ({ mean: m, low, high }: typeof report.found) =>
    `${(m * 100).toFixed(1)} % (95 % of seeds ${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;
  say(
    `Planted: ${report.idioms} idioms, each written by ${SIZES.writers} of ${SIZES.tasks} tasks, among ${report.snippets} functions; ${report.seeds} seeds`,
  );
  say(`  found     ${percent(report.found)}, wanted at least 90`);
  say(`  spurious  ${percent(report.spurious)} of what came out, wanted at most 5`);
  say(`  doubled   ${percent(report.doubled)}: a second concept for one idiom`);
  if (report.missed.length > 0)
    say(`  missed    ${report.missed.map(([name, times]) => `${name} ${times}×`).join(', ')}`);
  for (const { snippets, seconds, cpu_seconds, peak_mb } of costs)
    say(
      `  ${snippets} snippets: ${seconds.toFixed(1)} s (${cpu_seconds.toFixed(1)} s of processor time), peak ${peak_mb.toFixed(0)} MB`,
    );
  if (report.exponent !== null) say(`  growth exponent ${report.exponent.toFixed(2)}`);
  if (real.length === 0)
    say('No public runs here: DIR holds neither intercode nor terminal-bench-claude-code.');
  for (const { name, runs, concepts, seconds } of real) {
    say(`\n${name}: ${concepts.length} concepts from ${runs.length} runs in ${seconds.toFixed(1)} s`);
    for (const { signature, description, tasks, code } of concepts)
      say(`- ${signature} (${tasks} tasks): ${description}\n${code.replace(/^/gmu, '    ')}`);
  }
}
