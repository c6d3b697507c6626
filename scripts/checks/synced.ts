/** Reads a trace of system calls: was everything synced to disk before each acknowledgement? */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Synced {
  acknowledgements: number;
  /** Acknowledged while the journal held a write that was not synced. */
  unsynced: number;
  /** Acknowledged while a file of the store lay in a directory that was not synced since the file was made. */
  unnamed: number;
  syncs: number;
}

export const hasStrace = (): boolean => spawnSync('strace', ['-V']).status === 0;

/** Runs a program that prints `ack …` for each acknowledged write to the store in `data`, and reads what it did. */
export function traceSyncs(program: string[], data: string, env: NodeJS.ProcessEnv = process.env): Synced {
  const folder = mkdtempSync(join(tmpdir(), 'knowhow-trace-'));
  try {
    const calls = 'trace=openat,fsync,fdatasync,write,pwrite64,writev,rename,close';
    // One file a thread: nothing of one comes between the lines of another.
    const run = spawnSync(
      'strace',
      ['-ff', '-o', join(folder, 't'), '-e', calls, process.execPath, ...program],
      {
        env,
        encoding: 'utf8',
      },
    );
    if (run.status !== 0) throw new Error(`the traced program ended with ${run.status}: ${run.stderr}`);
    const threads = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
    const main = threads.find((lines) => lines.some((line) => /^write\(1, "ack /u.test(line)));
    if (!main) throw new Error('nothing was acknowledged');
    return follow(main, data);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The journal is written, synced and acknowledged by one thread, so its lines tell the order. */
function follow(lines: string[], data: string): Synced {
  const paths = new Map<string, string>();
  const dirty = new Set<string>();
  const unnamed = new Map<string, string>();
  const found: Synced = { acknowledgements: 0, unsynced: 0, unnamed: 0, syncs: 0 };
  for (const line of lines) {
    const opened = /^openat\([^,]+, "([^"]+)", (\S+?)[,)].* = (\d+)$/u.exec(line);
    if (opened) {
      const [, path = '', flags = '', fd = ''] = opened;
      paths.set(fd, path);
      if (path.startsWith(data) && flags.includes('O_CREAT')) unnamed.set(path, dirname(path));
      continue;
    }
    const fd = /^(?:write|writev|pwrite64|fsync|fdatasync|close)\((\d+)/u.exec(line)?.[1] ?? '';
    const path = paths.get(fd) ?? '';
    if (/^write\(1, "ack /u.test(line)) {
      found.acknowledgements += 1;
      if (dirty.size > 0) found.unsynced += 1;
      if ([...unnamed.keys()].some((each) => each.endsWith('journal.db-wal'))) found.unnamed += 1;
    } else if (/^f(?:data)?sync\(/u.test(line)) {
      found.syncs += 1;
      dirty.delete(path);
      for (const [file, folder] of unnamed) if (folder === path) unnamed.delete(file);
    } else if (/^p?write/u.test(line) && path.endsWith('journal.db-wal')) dirty.add(path);
    else if (line.startsWith('close(')) paths.delete(fd);
  }
  return found;
}
