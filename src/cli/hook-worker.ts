/** The worker that a hook starts and does not wait for: one a store, bounded in time and memory, gone when nothing is left. */
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface HookFlags {
  host?: string;
  work: boolean;
  data?: string;
  project?: string;
  holdout?: string;
}

/** By hand: the library for it takes longer to load than a hook may take. */
export function hookFlags(args: string[]): HookFlags {
  const flags: HookFlags = { work: false };
  for (let i = 0; i < args.length; i += 1) {
    const [name = '', joined] = (args[i] ?? '').split(/=(.*)/su);
    const value = joined ?? args[i + 1];
    if (name === '--work') flags.work = true;
    else if (isValued(name) && value !== undefined) {
      flags[VALUED[name]] = value;
      if (joined === undefined) i += 1;
    } else if (!name.startsWith('-')) flags.host ??= name;
  }
  return flags;
}

const VALUED = { '--data': 'data', '--project': 'project', '--holdout': 'holdout' } as const;
const isValued = (name: string): name is keyof typeof VALUED => Object.hasOwn(VALUED, name);

const MEMORY_MB = 1_024;
const MOST_MS = 300_000;
/** What is being done then is ended in good order; whoever does not end is ended. */
const GRACE_MS = 20_000;
const NICE = 10;

/** Starts the worker and lets go of it: it outlives this process, and holds nothing of it. */
export async function startWorker(
  { data, project, holdout }: Omit<HookFlags, 'host' | 'work'>,
  cwd: string,
): Promise<void> {
  const { spawn } = await import('node:child_process');
  const cli = fileURLToPath(new URL(`../cli${extname(import.meta.url)}`, import.meta.url));
  const flags = [
    ...(data === undefined ? [] : ['--data', data]),
    ...(project === undefined ? [] : ['--project', project]),
    ...(holdout === undefined ? [] : ['--holdout', holdout]),
  ];
  const worker = spawn(
    process.execPath,
    [`--max-old-space-size=${MEMORY_MB}`, cli, 'hook', '--work', ...flags],
    { cwd, detached: true, stdio: 'ignore', windowsHide: true },
  );
  worker.on('error', () => undefined);
  worker.unref();
}

/** Does what the spool holds. Ends the process after five minutes, whatever it is at. */
export async function runWorker(flags: HookFlags): Promise<void> {
  setTimeout(() => process.exit(0), MOST_MS).unref();
  try {
    setPriority(NICE);
  } catch {
    // Not everywhere may a process make itself smaller.
  }
  const [{ glance }, { workOff }, { openContext }] = await Promise.all([
    import('../config/glance.ts'),
    import('../ingest/worker.ts'),
    import('../context.ts'),
  ]);
  const { place, local, holdout } = glance(flags);
  const { data, project } = flags;
  await workOff({
    place,
    local,
    // Sessions are taken whatever is said of a hold-out.
    open: () => openContext({ data, project, holdout, log_level: 'silent' }),
    now: () => new Date(),
    signal: AbortSignal.timeout(MOST_MS - GRACE_MS),
  });
}
