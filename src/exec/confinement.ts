/**
 * Confines what is run to one directory, where Linux lets an ordinary user do so (`unshare` of util-linux): everything else
 * is read-only, other processes are out of sight, and all of its own end with the first. The network stays open.
 */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { bareEnvironment } from './bare-environment.ts';
import { makeDirectory, removeDirectory } from './left-over.ts';

/** What is put before a command so that it can write below `root` only. */
export type Confinement = (root: string) => string[];

/**
 * Runs in namespaces of its own, as the first process of them: `$0` is the directory, then user, group and the command.
 * A mount that stays writable ends it. At last it takes the user's own number again, and loses the right to mount.
 */
const SET_UP = `exec 9>&2 2>/dev/null
mount --bind -- "$0" "$0" || exit 99
while read -r _ _ _ _ at options _; do
  printf -v at %b "$at"
  case "$at" in "$0" | /proc | /proc/*) continue ;; esac
  case "$options" in rw*) mount -o "remount,bind,ro\${options#rw}" "$at" || [ ! -w "$at" ] || exit 99 ;; esac
done < /proc/self/mountinfo
for at in /proc/sys /proc/sysrq-trigger; do
  mount --bind "$at" "$at" && mount -o remount,bind,ro "$at" || [ ! -w "$at" ] || exit 99
done
mount -t tmpfs -o size=64m tmpfs /dev/shm
cd -- "$PWD" || exit 99
user=$1 group=$2
shift 2
exec unshare --user --map-user="$user" --map-group="$group" -- "$@" 2>&9 9>&-`;

const unshared: Confinement = (root) => [
  ...'unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc'.split(' '),
  ...['bash', '--noprofile', '--norc', '-c', SET_UP, root],
  ...[String(process.getuid?.() ?? 0), String(process.getgid?.() ?? 0)],
];

/** Long enough for a machine under load. */
const PROBE_MS = 5_000;
let found: Promise<Confinement | undefined> | undefined;

/**
 * Tried once in each process, for real; undefined where it does not hold (other systems, most containers).
 * @throws where it cannot be tried, for want of room; the next call tries again.
 */
export function confinement(): Promise<Confinement | undefined> {
  found ??= probe().catch((error: unknown) => {
    found = undefined;
    throw error;
  });
  return found;
}

async function probe(): Promise<Confinement | undefined> {
  if (process.platform !== 'linux') return undefined;
  const root = await makeDirectory();
  try {
    const script = `[ $$ = 1 ] && : > inside && ! [ -w "$0" ] && ! [ -w / ]`;
    const [program = '', ...rest] = [...unshared(root), 'bash', '-c', script, dirname(root)];
    const holds = await new Promise<boolean>((done) => {
      spawn(program, rest, {
        cwd: root,
        stdio: 'ignore',
        timeout: PROBE_MS,
        killSignal: 'SIGKILL',
        env: bareEnvironment(root),
      })
        .on('error', () => done(false))
        .on('exit', (code) => done(code === 0));
    });
    return holds ? unshared : undefined;
  } finally {
    await removeDirectory(root);
  }
}
