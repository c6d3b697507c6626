/** A throw-away process for code from a store: nothing of this one's environment, little time, little output. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';

export interface Ran {
  ok: boolean;
  output: string;
}

const LONGEST_MS = 3_000;
const MOST_OUTPUT = 2_000;

/** Runs a program with `input` on its standard input. Never throws: what cannot be started has not run. */
export function runConfined(command: string, args: readonly string[], input: string): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: tmpdir(),
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let output = '';
    const stop = (ok: boolean) => resolve({ ok, output: output.slice(0, MOST_OUTPUT) });
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      output += text;
      if (output.length > MOST_OUTPUT * 2) child.kill('SIGKILL');
    });
    child.on('error', () => stop(false));
    child.on('close', (code) => stop(code === 0));
    // It may be gone before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
