/**
 * Runs steps of a recorded run again, in a directory that is thrown away: shell commands in one shell's folders, edits as
 * writes of files. The environment is bare and output goes nowhere. It keeps accidents inside, not malice, in three ways:
 * steps that may reach out as they are written are passed over (reach.ts); where Linux allows, everything else is read-only
 * and all processes end with the first (confinement.ts); elsewhere its process group is killed at the end, and on Linux what
 * left the group and still carries the directory's name (left-over.ts). Commands are programs and the network is open, so
 * it runs only where it was switched on (`learning.replay`).
 */
import { lstat, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { badRecord } from '../../errors.ts';
import { type Confinement, confinement } from '../../exec/confinement.ts';
import { isInside } from '../../exec/inside.ts';
import { endMarked, makeDirectory, removeDirectory } from '../../exec/left-over.ts';
import { type Place, runCommands } from '../../exec/shell.ts';
import { commandsOf, isEdit, isShell, mainCommand } from '../../learners/commands/commands.ts';
import type { Step, Verifier } from '../../types.ts';
import { reachesOut } from './reach.ts';

export interface Limits {
  /** One execution of all steps and the verifier may take this long. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** What confines the commands; `null` for nothing, absent for what this machine has. */
  confine?: Confinement | null;
}

export const DEFAULT_TIMEOUT_MS = 10_000;
export const MOST_TIMEOUT_MS = 60_000;

/** What can be run again of a step: a command line, or a change to a file. */
type Act = { command: string } | { path: string; change: (before: string | undefined) => string | undefined };

export function actOf(step: Step): Act | undefined {
  const command = mainCommand(step);
  if (step.tool !== undefined && command && isEdit(command)) return editOf(step);
  if (!isShell(step) && !step.action.startsWith('$ ')) return undefined;
  const line = typeof step.args?.command === 'string' ? step.args.command : step.action.replace(/^\$ /u, '');
  return reachesOut(line) || commandsOf(step).every(({ name }) => name === 'say')
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

/**
 * True when the verifier's command ends with 0 after these steps, in time. What cannot be run again is passed over.
 * Throws when `limits.signal` aborts, where there is no bash, and `verifier_reaches_out` instead of running such a verifier.
 */
export async function verifyIn(verifier: Verifier, steps: Step[], limits: Limits): Promise<boolean> {
  if (reachesOut(verifier.command))
    throw badRecord('verifier_reaches_out', 'The verifier may reach out of a throw-away directory.');
  const confine = limits.confine === undefined ? await confinement() : (limits.confine ?? undefined);
  const root = await makeDirectory();
  const place: Place = { root, work: join(root, 'work'), confine };
  try {
    await mkdir(place.work);
    await mkdir(join(root, 'tmp'));
    for (const [path, content] of Object.entries(verifier.files ?? {}))
      if (isInside(path)) await write(place.work, path, content);
    const until = AbortSignal.any([
      AbortSignal.timeout(limits.timeoutMs),
      ...(limits.signal ? [limits.signal] : []),
    ]);
    for (const part of together(steps.flatMap((step) => actOf(step) ?? []))) {
      if ('path' in part) await edit(place.work, part);
      else await runCommands(place, part.commands, until);
    }
    // The check starts at the top, wherever the run ended.
    await rm(join(root, 'state.at'), { force: true });
    return (await runCommands(place, [verifier.command], until)) === 0;
  } catch (error) {
    limits.signal?.throwIfAborted();
    if (error instanceof Error && error.name === 'TimeoutError') return false;
    throw error;
  } finally {
    if (!confine) await endMarked(basename(root));
    await removeDirectory(root);
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
  const whole = join(place, path);
  const before = (await isBelow(place, whole)) ? await readText(whole) : undefined;
  const now = change(before);
  if (now !== undefined && now !== before) await write(place, path, now);
}

/** Of a file only: a pipe would be waited for. */
const readText = async (path: string): Promise<string | undefined> =>
  (await stat(path).catch(() => undefined))?.isFile() ? readFile(path, 'utf8') : undefined;

async function write(place: string, path: string, content: string): Promise<void> {
  const whole = join(place, path);
  if (!(await isBelow(place, dirname(whole)))) return;
  await mkdir(dirname(whole), { recursive: true });
  await rm(whole, { force: true });
  await writeFile(whole, content);
}

/** Whether the deepest part of a path that is there lies in the place: a command may have made a link that leads out. */
async function isBelow(place: string, path: string): Promise<boolean> {
  let deepest = path;
  while (deepest !== place && !(await lstat(deepest).catch(() => undefined))) deepest = dirname(deepest);
  // A link to what is not there has no real path.
  const real = await realpath(deepest).catch(() => '');
  return real === place || real.startsWith(`${place}${sep}`);
}
