/** Recorded command lines, one after the other, in one shell's folders below a throw-away directory. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bareEnvironment } from './bare-environment.ts';
import type { Confinement } from './confinement.ts';

/** A directory that is thrown away: the shell's own files, and `work` below it, where steps run. */
export interface Place {
  root: string;
  work: string;
  /** Absent where nothing confines what is run. */
  confine?: Confinement | undefined;
}

/** Ends the whole group when the third pipe closes: Knowhow is gone, however it went. */
export const WATCHED = '( read -r _ <&3; kill -KILL 0 ) & exec 3<&-; exec "$@"';
export const BASH = ['bash', '--noprofile', '--norc', '-c'];

/**
 * Each command in a subshell of its own that starts in the folder where the last one ended. An unset variable ends a
 * command, so that `rm -rf $BUILD*` is not `rm -rf *`.
 * @returns the last one's exit code.
 */
export async function runCommands(
  { root, work, confine }: Place,
  commands: string[],
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const lines = commands.map(
    (command) => `( IFS= read -r at < "$0.at"; cd -- "$at" 2>/dev/null || cd -- "$1"
trap 'case "$PWD/" in "$0.top"/*) pwd > "$0.at";; esac' EXIT
set -u; eval ${quoted(command)} ) </dev/null`,
  );
  const state = join(root, 'state');
  await writeFile(`${state}.at`, work, { flag: 'wx' }).catch(() => undefined);
  const script = ['ulimit -c 0 -f 200000 2>/dev/null', ...lines]
    .join('\n')
    .replaceAll('"$0.top"', () => quoted(work));
  await writeFile(`${state}.sh`, script);
  const inner = [...(confine?.(root) ?? []), ...BASH, '. "$0.sh"', state, work];
  return new Promise((done, fail) => {
    const [program = '', ...rest] = [...BASH, WATCHED, 'bash', ...inner];
    const child = spawn(program, rest, {
      cwd: work,
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: bareEnvironment(root),
    });
    const watch = child.stdio[3];
    watch?.on('error', () => undefined);
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nothing of its group is left.
      }
    };
    signal.addEventListener('abort', end, { once: true });
    // It may have come while the script was written.
    if (signal.aborted) end();
    child.on('error', fail);
    child.on('exit', (code) => {
      signal.removeEventListener('abort', end);
      end();
      watch?.destroy();
      if (signal.aborted) fail(signal.reason);
      else done(code ?? 1);
    });
  });
}

export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
