/** `knowhow evaluate`, killed again and again with SIGKILL: what comes out in the end, and what was done twice. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../../src/learners/random.ts';

const CLI = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));
const TASKS = 15;
const SAMPLES = 2;
/** Right with a chance of 0.5, by the seed alone, and noted in a file whenever it is asked. */
const SOLVER = `echo "$KNOWHOW_TASK $KNOWHOW_SAMPLE $KNOWHOW_ATTEMPT" >> asked; sleep 0.05; awk -v s=$KNOWHOW_SEED 'BEGIN { srand(s); print rand() < 0.5 ? "yes" : "no" }'`;

export interface Killed {
  kills: number;
  /** The figures are those of an evaluation that nobody killed. */
  same: boolean;
  attempts: number;
  /** Attempts that were made more than once. */
  repeated: number;
  /** Half a line at a time is the most that may be lost: those under way, at most this many a kill. */
  most: number;
}

export async function killedOften(seed: number): Promise<Killed> {
  const random = createRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'knowhow-check-'));
  const tasks = Array.from({ length: TASKS }, (_, nth) =>
    JSON.stringify({ id: `t${nth}`, specification: `Say ${nth}.` }),
  );
  writeFileSync(join(folder, 'tasks.jsonl'), tasks.join('\n'));
  try {
    writeFileSync(join(folder, 'asked'), '');
    await run(folder, 'whole.json');
    const whole = noted(folder);
    writeFileSync(join(folder, 'asked'), '');
    let kills = 0;
    while (!(await run(folder, 'killed.json', 5 + Math.floor(10 * random())))) kills += 1;
    const all = noted(folder);
    const most = 2 * 4 * kills;
    const same =
      figures(folder, 'whole.json') === figures(folder, 'killed.json') && new Set(all).size === whole.length;
    return { kills, same, attempts: whole.length, repeated: all.length - new Set(all).size, most };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const noted = (folder: string): string[] =>
  readFileSync(join(folder, 'asked'), 'utf8').split('\n').filter(Boolean);

function figures(folder: string, name: string): string {
  const { report } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
    report: Record<string, unknown>;
  };
  return JSON.stringify([report.e_retries, report.first_pass, report.distribution, report.finished]);
}

/** True when it came to its end; killed when so many attempts more were begun. */
function run(folder: string, out: string, killAfter?: number): Promise<boolean> {
  const args = [
    'evaluate',
    '--tasks',
    'tasks.jsonl',
    '--solver',
    SOLVER,
    '--guard',
    'grep -q yes',
    '--samples',
    String(SAMPLES),
    '--out',
    out,
  ];
  const child = spawn(process.execPath, [CLI, '--data', join(folder, 'store'), ...args], {
    cwd: folder,
    stdio: 'ignore',
  });
  const until = noted(folder).length + (killAfter ?? Number.POSITIVE_INFINITY);
  const timer = setInterval(() => {
    if (noted(folder).length >= until) child.kill('SIGKILL');
  }, 20);
  return new Promise((done, fail) => {
    child.on('exit', (code, signal) => {
      clearInterval(timer);
      if (signal === 'SIGKILL') done(false);
      else if (code === 0) done(true);
      else fail(new Error(`knowhow evaluate ended with ${code}`));
    });
  });
}
