/**
 * What the processes of one command use together. Linux: through /proc, its own group and session, their descendants, and
 * whatever carries the command's mark in its environment. Elsewhere by `ps`: its group and descendants.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { MARK } from './left-over.ts';

export interface Usage {
  processes: number;
  /** Resident memory. Pages that processes share count once for each. */
  bytes: number;
  /** The same with shared pages counted once, where the system says; slower. */
  shared: () => number;
}

interface Seen {
  pid: number;
  parent: number;
  group: number;
  session: number;
  kilobytes: number;
}

/** Looks again with each call. Undefined: nothing can be told here. */
export function watchProcesses(leader: number, mark: string): () => Promise<Usage | undefined> {
  const strangers = new Set<number>();
  const known = new Set<number>([leader]);
  const isMarked = (pid: number): boolean => {
    if (strangers.has(pid)) return false;
    const marked = read(`/proc/${pid}/environ`).split('\0').includes(`${MARK}=${mark}`);
    if (!marked) strangers.add(pid);
    return marked;
  };
  return async () => {
    const all = process.platform === 'linux' ? fromProc() : await fromPs();
    if (!all) return undefined;
    const own = all.filter(
      ({ pid, group, session }) =>
        known.has(pid) ||
        group === leader ||
        session === leader ||
        (process.platform === 'linux' && isMarked(pid)),
    );
    const members = withDescendants(own, all);
    for (const { pid } of members) known.add(pid);
    const bytes = 1_024 * members.reduce((sum, { kilobytes }) => sum + kilobytes, 0);
    return { processes: members.length, bytes, shared: () => sharedOf(members) };
  };
}

function withDescendants(own: Seen[], all: Seen[]): Seen[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const members = new Map(own.map((each) => [each.pid, each]));
  const waiting = [...own];
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    for (const child of children.get(each.pid) ?? []) {
      if (members.has(child.pid)) continue;
      members.set(child.pid, child);
      waiting.push(child);
    }
  }
  return [...members.values()];
}

/** Synchronous: hundreds of small reads through the thread pool take far longer. */
function fromProc(): Seen[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    const status = read(`/proc/${name}/status`);
    if (status === '') return [];
    const number = (field: RegExp): number => Number(field.exec(status)?.[1] ?? 0);
    return {
      pid: Number(name),
      parent: number(/^PPid:\s+(\d+)/mu),
      group: number(/^NSpgid:\s+(\d+)/mu),
      session: number(/^NSsid:\s+(\d+)/mu),
      kilobytes: number(/^VmRSS:\s+(\d+)/mu),
    };
  });
}

/** Proportional set sizes, or resident ones where those may not be read. */
function sharedOf(members: Seen[]): number {
  const kilobytes = members.map(
    ({ pid, kilobytes }) =>
      Number(/^Pss:\s+(\d+)/mu.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]) || kilobytes,
  );
  return 1_024 * kilobytes.reduce((sum, each) => sum + each, 0);
}

const run = promisify(execFile);

async function fromPs(): Promise<Seen[] | undefined> {
  const said = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,rss='], { maxBuffer: 16e6 }).catch(
    () => undefined,
  );
  return said?.stdout.split('\n').flatMap((line) => {
    const [pid = 0, parent = 0, group = 0, kilobytes = 0] = line.trim().split(/\s+/u).map(Number);
    return pid > 0 ? { pid, parent, group, session: 0, kilobytes } : [];
  });
}

/** Empty where the process has ended or is somebody else's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
