/**
 * One command to its end, whatever it does: in a throw-away directory, with an end to its time, memory, output and
 * processes.
 *
 * What holds where. Time and output: everywhere. Memory and the number of processes are looked at every 100 to 500 ms (Linux:
 * /proc; elsewhere `ps`), so a burst in between is caught late; on Linux no single process gets more than twice the memory
 * (RLIMIT_DATA), and a file 200 MB. Disk in all and the network are not limited. At the end its process group is killed; where Linux
 * confines it (confinement.ts) with everything it started; elsewhere on Linux also what left the group and kept its
 * environment (left-over.ts). What leaves the group again and again faster than it is looked for outlives that.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { badRecord, operatorError } from '../errors.ts';
import { bareEnvironment } from './bare-environment.ts';
import { type Confinement, confinement } from './confinement.ts';
import { isInside } from './inside.ts';
import { endMarked, MARK, makeDirectory, removeDirectory } from './left-over.ts';
import { watchProcesses } from './processes.ts';
import { BASH, quoted, WATCHED } from './shell.ts';

export interface CommandGiven {
  /** Written first: path below the directory, content. */
  files?: Record<string, string>;
  stdin?: string;
  /** Added to its environment. */
  env?: Record<string, string>;
  /** A folder to run in instead, with the caller's own environment and unconfined: for programs that one trusts. */
  in?: string;
  /** What confines it; `null` for nothing, absent for what this machine has. */
  confine?: Confinement | null;
}

export interface CommandLimits {
  timeoutMs: number;
  /** Of all its processes together. */
  memoryMb: number;
  /** Of stdout and stderr together. */
  outputBytes: number;
  processes?: number;
  signal?: AbortSignal | undefined;
}

/** `exit` by itself, `signal` by one that did not come from here, else the limit that ended it. */
export type Ending = 'exit' | 'signal' | 'timeout' | 'memory' | 'output' | 'processes';

export interface Ran {
  /** null unless it ended by itself. */
  code: number | null;
  ended: Ending;
  /** Up to the limit. */
  stdout: string;
  stderr: string;
  ms: number;
}

const MOST_PROCESSES = 512;
const LOOK_EVERY_MS = 100;
const LOOK_SELDOM_MS = 500;
/** How long pipes may stay open after everything was killed. */
const DRAIN_MS = 1_000;

/**
 * @throws KnowhowError `path_outside` for a file that is not below the directory, `no_shell` where bash is missing, `no_room`
 * where the directory cannot be made; the signal's reason when it aborts.
 */
export async function runCommand(command: string, given: CommandGiven, limits: CommandLimits): Promise<Ran> {
  limits.signal?.throwIfAborted();
  const confine =
    given.in !== undefined
      ? null
      : given.confine === undefined
        ? await confinement().catch(noRoom)
        : given.confine;
  const root = await makeDirectory().catch(noRoom);
  const work = join(root, 'work');
  try {
    const script = join(root, 'command.sh');
    const env = { [MARK]: basename(root), ...given.env };
    await mkdir(work)
      .then(() => mkdir(join(root, 'tmp')))
      .then(() => writeFiles(work, given.files ?? {}))
      .then(() =>
        writeFile(script, scriptOf(command, env, given.in === undefined ? limits.memoryMb : undefined)),
      )
      .catch(whereFull);
    const [program = '', ...rest] = [
      ...BASH,
      WATCHED,
      'bash',
      ...(confine?.(root) ?? []),
      ...BASH,
      '. "$0"',
      script,
    ];
    const child = spawn(program, rest, {
      cwd: given.in ?? work,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      // Without `env` it inherits that of this process.
      ...(given.in === undefined ? { env: bareEnvironment(root) } : {}),
    });
    const ran = await follow(child, given.stdin ?? '', basename(root), limits);
    // The directory's name is drawn: what is said about it is the same every time without.
    const told = (text: string) =>
      text.replaceAll(script, 'command').replaceAll(work, '.').replaceAll(root, '..');
    return { ...ran, stdout: told(ran.stdout), stderr: told(ran.stderr) };
  } finally {
    if (!confine) await endMarked(basename(root));
    await removeDirectory(root);
  }
}

const noRoom = (cause: unknown): never => {
  throw operatorError(
    'no_room',
    'The throw-away directory of a command cannot be written.',
    'Make room in the folder for temporary files, or set TMPDIR to another.',
    { cause },
  );
};

/** What a machine says that takes no more, whatever is written. */
const FULL = ['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE'];
const whereFull = (error: unknown): never => {
  if (FULL.includes(String((error as { code?: unknown }).code))) return noRoom(error);
  throw error;
};

async function writeFiles(work: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    if (!isInside(path)) throw badRecord('path_outside', 'A file of the command is not below its directory.');
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), content);
  }
}

function scriptOf(command: string, env: Record<string, string>, memoryMb: number | undefined): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const limits = [
    'ulimit -c 0 -f 200000 2>/dev/null',
    `ulimit -d ${2 * 1_024 * Math.ceil(memoryMb ?? 0)} 2>/dev/null`,
  ];
  return [
    // What runs a model on a card reserves far more than it uses.
    ...(memoryMb === undefined ? [] : limits),
    ...exports,
    command,
    '',
  ].join('\n');
}

async function follow(child: ChildProcess, stdin: string, mark: string, limits: CommandLimits): Promise<Ran> {
  const began = performance.now();
  let ended: Ending | 'abort' | undefined;
  const end = (why: Ending | 'abort') => {
    ended ??= why;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of its group is left.
    }
  };
  const abort = () => end('abort');
  limits.signal?.addEventListener('abort', abort, { once: true });
  // It may have come while the directory was made.
  if (limits.signal?.aborted) abort();
  const timer = setTimeout(() => end('timeout'), limits.timeoutMs);
  const over = new AbortController();
  const looking = look(child, mark, limits, end, over.signal);
  const outputs = collect([child.stdout, child.stderr], limits.outputBytes, () => end('output'));
  // A command that does not read what it is told breaks the pipe, which is its right.
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  child.stdin?.end(stdin);
  const closing = new Promise<true>((done) => {
    child.on('close', () => done(true));
  });
  try {
    const [code, signal] = await ending(child);
    // Those it left behind hold the pipes open.
    end(signal === null ? 'exit' : 'signal');
    await drained(closing, mark);
    if (ended === 'abort') throw limits.signal?.reason;
    const [stdout = '', stderr = ''] = outputs();
    const ms = Math.round(performance.now() - began);
    return { code: ended === 'exit' ? code : null, ended: ended ?? 'exit', stdout, stderr, ms };
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', abort);
    over.abort();
    await looking;
    for (const stream of child.stdio) stream?.destroy();
  }
}

const ending = (child: ChildProcess): Promise<[code: number | null, signal: NodeJS.Signals | null]> =>
  new Promise((done, fail) => {
    child.on('exit', (code, signal) => done([code, signal]));
    child.on('error', (cause) => {
      fail(
        operatorError('no_shell', 'A command could not be started.', 'Check that bash is installed.', {
          cause,
        }),
      );
    });
  });

/** What left the group keeps its pipes until it is found. */
async function drained(closing: Promise<true>, mark: string): Promise<void> {
  const wait = (ms: number) => new Promise<false>((done) => setTimeout(() => done(false), ms).unref());
  if (await Promise.race([closing, wait(DRAIN_MS / 10)])) return;
  await endMarked(mark);
  await Promise.race([closing, wait(DRAIN_MS)]);
}

/** Looks at memory and processes until the command is over; less often where looking takes long. */
async function look(
  { pid }: ChildProcess,
  mark: string,
  limits: CommandLimits,
  end: (why: Ending) => void,
  over: AbortSignal,
): Promise<void> {
  if (pid === undefined) return;
  const usage = watchProcesses(pid, mark);
  let pause = LOOK_EVERY_MS;
  const most = limits.memoryMb * 1_048_576;
  while (!over.aborted) {
    await sleep(pause, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return;
    const began = performance.now();
    const now = await usage();
    if (!now || over.aborted) return;
    if (now.processes > (limits.processes ?? MOST_PROCESSES)) end('processes');
    else if (now.bytes > most && now.shared() > most) end('memory');
    pause = Math.min(LOOK_SELDOM_MS, Math.max(LOOK_EVERY_MS, 5 * (performance.now() - began)));
  }
}

/** Keeps what is said up to `most` bytes over all streams. */
function collect(streams: (Readable | null)[], most: number, overflow: () => void): () => string[] {
  let left = most;
  const kept = streams.map((stream) => {
    const chunks: Buffer[] = [];
    stream?.on('data', (chunk: Buffer) => {
      if (left > 0) chunks.push(chunk.subarray(0, left));
      if (chunk.byteLength > left) {
        overflow();
        stream.destroy();
      }
      left = Math.max(0, left - chunk.byteLength);
    });
    return chunks;
  });
  return () => kept.map((chunks) => Buffer.concat(chunks).toString('utf8'));
}
