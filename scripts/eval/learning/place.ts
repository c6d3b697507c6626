/** Where attempts happen: throw-away directories with a small PATH of their own, as the samples were recorded in. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { neutralizer } from '../../samples/neutral.ts';
import type { Problem } from '../../samples/problem.ts';
import { linkTools, openSandbox, type Sandbox } from '../../samples/sandbox.ts';

export interface Place {
  /** A fresh workspace for one attempt; close() removes it. */
  open(problem: Problem): Promise<Sandbox>;
  /** A directory for a store, removed with everything else. */
  directory(name: string): string;
  /** Tools that this machine lacks. */
  missing: string[];
  close(): void;
}

export function openPlace(): Place {
  const base = mkdtempSync(join(tmpdir(), 'knowhow-learning-'));
  const bin = join(base, 'bin');
  mkdirSync(bin);
  // What a wrapper such as pyenv starts, not the wrapper.
  const told = spawnSync('/usr/bin/python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  });
  const python = told.status === 0 ? told.stdout.trim() : undefined;
  const missing = linkTools(bin, { node: process.execPath, python3: python });
  const neutral = neutralizer({
    [bin]: '/usr/bin',
    [base]: '/var/sandbox',
    [dirname(process.execPath)]: '/usr/bin',
    [homedir()]: '/home/dev',
    ...(hostname().length > 4 ? { [hostname()]: 'devbox' } : {}),
    ...(userInfo().username.length > 4 ? { [userInfo().username]: 'dev' } : {}),
  });
  let count = 0;
  return {
    missing,
    open(problem) {
      count += 1;
      return openSandbox(join(base, `run-${count}`), bin, problem, neutral);
    },
    directory: (name) => join(base, name),
    close: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }),
  };
}
