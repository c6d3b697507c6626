/** Batch learning by the command line over stores of growing size, as a user does it. */
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { writeIntercode } from './intercode.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Learned {
  runs: number;
  seconds: number;
  /** Most memory that the process ever had, in MB. */
  megabytes: number;
  strategies: number;
  error_patterns: number;
  concepts: number;
}

export interface LearningFigures {
  sizes: Learned[];
  /** Slope of log time over log runs: 1 is linear. */
  exponent: number;
  /** A batch of a few new runs on top of the largest store. */
  incremental: Learned & { on_top_of: number };
}

interface Ended {
  stdout: string;
  seconds: number;
  megabytes: number;
}

/** One command of the CLI, with its time and the most memory it had (Linux; NaN elsewhere). */
async function knowhow(args: string[]): Promise<Ended> {
  const began = performance.now();
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '' },
  });
  let stdout = '';
  let stderr = '';
  let megabytes = Number.NaN;
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  const look = setInterval(() => {
    megabytes = peak(child.pid) ?? megabytes;
  }, 50);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(stderr);
  return { stdout, seconds: (performance.now() - began) / 1000, megabytes };
}

function peak(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}

/** Learns from the first runs of `folder`'s InterCode in stores of each size, then from `added` more on top of the last. */
export async function measureLearning(
  folder: string,
  sizes: number[],
  added: number,
  progress: (line: string) => void,
): Promise<LearningFigures> {
  const root = mkdtempSync(join(tmpdir(), 'knowhow-learning-'));
  try {
    const all = join(root, 'all.jsonl');
    await writeIntercode(folder, all);
    const learned: Learned[] = [];
    for (const size of sizes) {
      const store = join(root, `store-${size}`);
      learned.push(await learnFrom(all, 0, size, store));
      progress(told(learned.at(-1)));
      if (size !== sizes.at(-1)) rmSync(store, { recursive: true });
    }
    const largest = sizes.at(-1) ?? 0;
    const incremental = await learnFrom(all, largest, largest + added, join(root, `store-${largest}`));
    progress(`on top of ${largest}: ${told(incremental)}`);
    return { sizes: learned, exponent: slope(learned), incremental: { ...incremental, on_top_of: largest } };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function learnFrom(all: string, from: number, to: number, store: string): Promise<Learned> {
  const file = `${store}.jsonl`;
  await lines(all, from, to, file);
  await knowhow(['import', file, '--data', store]);
  const { stdout, seconds, megabytes } = await knowhow([
    'learn',
    '--min',
    '0',
    '--max-seconds',
    '3600',
    '--json',
    '--data',
    store,
  ]);
  const result = JSON.parse(stdout);
  if (result.remaining !== 0) throw new Error(`${result.remaining} runs were left`);
  return {
    runs: result.trajectories_processed,
    seconds,
    megabytes,
    strategies: result.strategies_extracted,
    error_patterns: result.error_patterns_extracted,
    concepts: result.concepts_extracted,
  };
}

async function lines(all: string, from: number, to: number, into: string): Promise<void> {
  const out = createWriteStream(into);
  let nth = 0;
  for await (const line of createInterface({ input: createReadStream(all) })) {
    if (nth >= from && nth < to) out.write(`${line}\n`);
    nth += 1;
  }
  out.end();
  await finished(out);
}

const told = (learned: Learned | undefined): string =>
  learned
    ? `${learned.runs} runs: ${learned.seconds.toFixed(1)} s, ${learned.megabytes} MB, ${learned.strategies} strategies, ${learned.error_patterns} error patterns, ${learned.concepts} concepts`
    : '';

/** Least squares through log time over log runs. */
function slope(points: Learned[]): number {
  const xs = points.map(({ runs }) => Math.log(runs));
  const ys = points.map(({ seconds }) => Math.log(seconds));
  const mean = (of: number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const over = xs.reduce((sum, x, i) => sum + (x - mx) * ((ys[i] ?? 0) - my), 0);
  return over / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
}
