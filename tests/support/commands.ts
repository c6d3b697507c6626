/**
 * Commands in one process that a file's tests share: each start of a process costs half a second. Through the program's own
 * entry (src/cli/program.ts), with arguments, environment, stdin and folder as given; whatever is about the process itself (that it
 * ends, what reaches its pipes, signals) is tested with `runCli` of clients.ts.
 *
 * - `runCommand(args, { data, input, env, cwd })`       → `{ code, stdout, stderr }`
 * - `runCommandJson(args, { data, input, env, cwd })`   → `{ code, value, stderr }`
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type CliOptions, environment } from './clients.ts';
import { atFileEnd } from './ends.ts';
import { ROOT } from './store.ts';

/** What the host is asked. */
export interface Asked {
  args: string[];
  env: Record<string, string>;
  input: string;
  cwd?: string | undefined;
}

/** What it answers. */
export interface Told {
  code: number;
  stdout: string;
  stderr: string;
}

let host: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/** One at a time: the program answers on the process's own streams. @throws when the process ends instead of answering. */
export function runCommand(args: string[], { data, input = '', env, cwd }: CliOptions): Promise<Told> {
  const asked: Asked = { args, env: environment(data, env), input, cwd };
  const told = last.then(() => ask(asked));
  last = told.catch(() => undefined);
  return told;
}

/** The answer of a command with --json, whatever its exit code. */
export async function runCommandJson<T = Record<string, unknown>>(
  args: string[],
  options: CliOptions,
): Promise<{ code: number; value: T; stderr: string }> {
  const { code, stdout, stderr } = await runCommand([...args, '--json'], options);
  return { code, value: JSON.parse(stdout) as T, stderr };
}

async function ask(asked: Asked): Promise<Told> {
  host ??= startHost(asked.env);
  const mine = host;
  const over = new AbortController();
  const ended = once(mine, 'exit', { signal: over.signal }).then(() => {
    throw new Error(`the process ended during knowhow ${asked.args.join(' ')}`);
  });
  const answered = once(mine, 'message', { signal: over.signal }) as Promise<[Told]>;
  mine.send(asked);
  try {
    const [told] = (await Promise.race([answered, ended])) as [Told];
    return told;
  } finally {
    over.abort();
    ended.catch(() => undefined);
    answered.catch(() => undefined);
  }
}

function startHost(env: Record<string, string>): ChildProcess {
  const started = fork(join(ROOT, 'tests', 'support', 'command-host.ts'), { env, execArgv: [] });
  atFileEnd(() => {
    started.kill('SIGKILL');
    host = undefined;
  });
  return started;
}
