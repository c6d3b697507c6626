/**
 * Runs steps of a recorded run again, in a directory that is thrown away: shell commands in one shell's folders, edits as
 * writes of files. The environment is bare, output goes nowhere, everything that was started is killed at the end. It keeps
 * accidents inside, not malice: commands are programs, so it runs only where it was switched on (`learning.replay`).
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { Step, Verifier } from '../../types.ts';
import { commandsOf, isEdit, isShell, mainCommand } from '../acts/commands.ts';

export interface Limits {
  /** One execution of all steps and the verifier may take this long. */
  timeoutMs: number;
  signal?: AbortSignal;
}

export const DEFAULT_TIMEOUT_MS = 10_000;
export const MOST_TIMEOUT_MS = 60_000;

/** Reaches out of the directory, or asks for more rights: left out of every replay. */
const REACHES_OUT =
  /(?:^|[\s='"(<>:;|&])(?:~|\/(?!(?:dev\/(?:null|stdout|stderr)|bin\/|usr\/bin\/))|\.\.(?:\/|\s|$))|\bsudo\b|\$\{?(?:OLDPWD|HOME)\b/u;

/** What can be run again of a step: a command line, or a change to a file. */
type Act = { command: string } | { path: string; change: (before: string | undefined) => string | undefined };

export function actOf(step: Step): Act | undefined {
  const command = mainCommand(step);
  if (step.tool !== undefined && command && isEdit(command)) return editOf(step);
  if (!isShell(step) && !step.action.startsWith('$ ')) return undefined;
  const line = typeof step.args?.command === 'string' ? step.args.command : step.action.replace(/^\$ /u, '');
  return REACHES_OUT.test(line) || commandsOf(step).every(({ name }) => name === 'say')
    ? undefined
    : { command: line };
}

function editOf({ args = {} }: Step): Act | undefined {
  const path = args.file_path ?? args.path;
  const content = args.content ?? args.file_text;
  const old = args.old_string ?? args.old_str;
  const now = args.new_string ?? args.new_str;
  if (typeof path !== 'string' || !isInside(path)) return undefined;
  if (typeof content === 'string') return { path, change: () => content };
  if (typeof old !== 'string' || typeof now !== 'string') return undefined;
  const all = args.replace_all === true;
  return {
    path,
    change: (before) => (all ? before?.replaceAll(old, () => now) : before?.replace(old, () => now)),
  };
}

/** A path below the directory, as it is written: nothing absolute, nothing that climbs. */
const isInside = (path: string): boolean =>
  !isAbsolute(path) && !['..', '.', ''].includes(normalize(path).split(sep)[0] ?? '') && !path.includes('\0');

/**
 * True when the verifier's command ends with 0 after these steps, in time. What cannot be run again is passed over.
 * Throws when `limits.signal` aborts, and where there is no bash.
 */
export async function verifyIn(verifier: Verifier, steps: Step[], limits: Limits): Promise<boolean> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'knowhow-replay-')));
  const place = join(root, 'work');
  try {
    await mkdir(place);
    await mkdir(join(root, 'tmp'));
    for (const [path, content] of Object.entries(verifier.files ?? {}))
      if (isInside(path)) await write(place, path, content);
    const until = AbortSignal.any([
      AbortSignal.timeout(limits.timeoutMs),
      ...(limits.signal ? [limits.signal] : []),
    ]);
    for (const part of together(steps.flatMap((step) => actOf(step) ?? []))) {
      if ('path' in part) await edit(place, part);
      else await shell(root, place, part.commands, until);
    }
    // The check starts at the top, wherever the run ended.
    await rm(join(root, 'state.at'), { force: true });
    return (await shell(root, place, [verifier.command], until)) === 0;
  } catch (error) {
    limits.signal?.throwIfAborted();
    if (error instanceof Error && error.name === 'TimeoutError') return false;
    throw error;
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** Commands that follow each other go into one shell. */
function together(acts: Act[]): ({ commands: string[] } | Exclude<Act, { command: string }>)[] {
  const parts: ({ commands: string[] } | Exclude<Act, { command: string }>)[] = [];
  for (const act of acts) {
    const last = parts.at(-1);
    if ('path' in act) parts.push(act);
    else if (last && 'commands' in last) last.commands.push(act.command);
    else parts.push({ commands: [act.command] });
  }
  return parts;
}

async function edit(place: string, { path, change }: Exclude<Act, { command: string }>): Promise<void> {
  const before = await readFile(join(place, path), 'utf8').catch(() => undefined);
  const now = change(before);
  if (now !== undefined && now !== before) await write(place, path, now);
}

async function write(place: string, path: string, content: string): Promise<void> {
  const whole = join(place, path);
  await mkdir(dirname(whole), { recursive: true });
  // A command may have put a link there that leads out.
  const parent = await realpath(dirname(whole));
  if (parent !== place && !parent.startsWith(`${place}${sep}`)) return;
  await rm(whole, { force: true });
  await writeFile(whole, content);
}

/** Each command in a subshell of its own that starts in the folder where the last one ended. @returns the last one's exit code. */
async function shell(root: string, place: string, commands: string[], signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const lines = commands.map(
    (command) => `( IFS= read -r at < "$0.at"; cd -- "$at" 2>/dev/null || cd -- "$1"
trap 'case "$PWD/" in "$0.top"/*) pwd > "$0.at";; esac' EXIT
eval ${quoted(command)} ) </dev/null`,
  );
  const state = join(root, 'state');
  await writeFile(`${state}.at`, place, { flag: 'wx' }).catch(() => undefined);
  const script = ['ulimit -c 0 -f 200000 2>/dev/null', ...lines]
    .join('\n')
    .replaceAll('"$0.top"', quoted(place));
  await writeFile(`${state}.sh`, script);
  return new Promise((done, fail) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-c', `. "$0.sh"`, state, place], {
      cwd: place,
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        HOME: place,
        TMPDIR: join(root, 'tmp'),
        LC_ALL: 'C',
      },
    });
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nothing of its group is left.
      }
    };
    signal.addEventListener('abort', end, { once: true });
    child.on('error', fail);
    child.on('close', (code) => {
      signal.removeEventListener('abort', end);
      end();
      if (signal.aborted) fail(signal.reason);
      else done(code ?? 1);
    });
  });
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
