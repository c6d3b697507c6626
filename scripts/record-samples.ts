/**
 * Records the sample runs: `node scripts/record-samples.ts [--seed 7] [--out data/samples]`. With `--only <family or
 * task>` and an `--out` of your own it records that alone, the held-out tasks included.
 *
 * A scripted solver works on small tasks in throw-away directories. Every command is run, every observation is what
 * came back, every verdict is a command run after the solver has stopped. Where the system allows it everything
 * runs in a network namespace of its own, so that nothing reaches the network.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TrajectoryInput } from '../src/types.ts';
import { problems } from './samples/all.ts';
import { heldOutProblems } from './samples/held-out.ts';
import { neutralizer } from './samples/neutral.ts';
import { seededRandom } from './samples/random.ts';
import { recordAttempt, type SampleRun } from './samples/record.ts';
import { linkTools } from './samples/sandbox.ts';
import { describeSamples } from './samples/summary.ts';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    out: { type: 'string', default: join(repository, 'data/samples') },
    only: { type: 'string' },
  },
});

if (!process.env.SAMPLES_ISOLATED) {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0;
  if (!isolated) process.stderr.write('No network namespace here: commands run without that wall.\n');
  const [command = '', ...rest] = isolated ? ['unshare', '-rn', ...again] : again;
  const ran = spawnSync(command, rest, { stdio: 'inherit', env: { ...process.env, SAMPLES_ISOLATED: '1' } });
  process.exit(ran.status ?? 1);
}

/** A program's own path, as it tells it: pyenv and npm put scripts in front of the real ones. */
const say = (command: string, ...args: string[]) => {
  const ran = spawnSync(command, args, { encoding: 'utf8' });
  return ran.status === 0 ? ran.stdout.trim() : '';
};
const python = say('/usr/bin/python3', '-c', 'import sys; print(sys.executable)');
const pythonHome = say('/usr/bin/python3', '-c', 'import sys; print(sys.base_prefix)');
const tsc = join(repository, 'node_modules/.bin/tsc');

const base = mkdtempSync(join(tmpdir(), 'samples-'));
const bin = join(base, 'bin');
mkdirSync(bin);
const missing = linkTools(bin, { node: process.execPath, python3: python, tsc });
const neutral = neutralizer({
  [bin]: '/usr/bin',
  [base]: '/var/sandbox',
  [repository]: '/opt/toolchain',
  [dirname(process.execPath)]: '/usr/bin',
  ...(pythonHome && pythonHome !== '/usr' ? { [pythonHome]: '/usr' } : {}),
  [homedir()]: '/home/dev',
  ...(hostname().length > 4 ? { [hostname()]: 'devbox' } : {}),
  ...(userInfo().username.length > 4 ? { [userInfo().username]: 'dev' } : {}),
});

/** What a domain's tasks cannot do without. */
const NEEDS: Record<string, string[]> = {
  c: ['make', 'gcc', 'cc', 'as', 'ld'],
  data: ['python3', 'od'],
  git: ['git', 'python3'],
  python: ['python3'],
  shell: ['python3', 'awk', 'grep', 'sed'],
  typescript: ['tsc'],
};
const candidates = values.only ? [...problems, ...heldOutProblems] : problems;
const doable = candidates.filter((p) => {
  const lacks = (NEEDS[p.domain] ?? []).filter((tool) => missing.includes(tool));
  if (lacks.length > 0) process.stderr.write(`Skipping ${p.id}: no ${lacks.join(', ')} on this machine.\n`);
  return lacks.length === 0 && (!values.only || p.family === values.only || p.id === values.only);
});

const jobs = doable.flatMap((problem) => {
  const attempts = seededRandom(`${values.seed}/${problem.id}`).int(4, 6);
  return Array.from({ length: attempts }, (_, n) => ({ problem, attempt: n + 1 }));
});
const runs: SampleRun[] = [];
let next = 0;
const worker = async () => {
  for (let at = next++; at < jobs.length; at = next++) {
    const job = jobs[at];
    if (!job) return;
    const random = seededRandom(`${values.seed}/${job.problem.id}/${job.attempt}`);
    runs[at] = await recordAttempt(job.problem, job.attempt, {
      base: join(base, `run-${at}`),
      bin,
      neutral,
      random,
    });
    TrajectoryInput.parse(runs[at]?.trajectory);
  }
};
try {
  await Promise.all([worker(), worker()]);
} finally {
  rmSync(base, { recursive: true, force: true });
}

mkdirSync(values.out, { recursive: true });
if (!values.only) {
  for (const old of readdirSync(values.out)) if (old.endsWith('.jsonl')) rmSync(join(values.out, old));
}
for (const [domain, group] of Map.groupBy(runs, (run) => run.problem.domain)) {
  const lines = group.map((run) => `${JSON.stringify(run.trajectory)}\n`);
  writeFileSync(join(values.out, `${domain}.jsonl`), lines.join(''));
}
const readme = describeSamples(runs, values.seed);
if (!values.only && resolve(values.out) === join(repository, 'data/samples')) {
  writeFileSync(join(repository, 'data/README.md'), readme);
}
process.stdout.write(readme.slice(readme.indexOf('| ')));
