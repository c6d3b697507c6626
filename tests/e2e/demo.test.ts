/** `npm run demo` as a newcomer runs it: shows every part, takes its server and its store away again. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment } from '../support/clients.ts';
import { ROOT, temporaryDirectory, whenOver } from '../support/store.ts';

describe('the demo', { timeout: 120_000 }, () => {
  it('does the main job once, explains it, and leaves nothing behind', async () => {
    const directory = temporaryDirectory();
    const { code, stdout, stderr } = await startDemo(directory).ended;

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/356 runs of a scripted solver/);
    expect(stdout).toMatch(/[1-9]\d* strategies, [1-9]\d* error patterns/);
    expect(stdout).toMatch(/^Do {8}\S/m);
    expect(stdout).toMatch(/^Why {7}worked \d+ of \d+[\s\S]*?From\s+[\w-]+-attempt-\d/m);
    expect(stdout).toMatch(/^Fix {7}\S.*\(got past it [1-9]/m);
    expect(stdout).toMatch(/knowhow:\/\/error-patterns\/err_\w+/);
    expect(stdout).toMatch(/^Nothing {3}Nothing known/m);
    const cli = join(ROOT, 'dist', 'cli.js');
    expect(stdout).toContain(`claude mcp add --scope user knowhow -- ${process.execPath} ${cli} serve`);
    for (const part of ['[mcp_servers.knowhow]', '.cursor/mcp.json', '"servers"', '.gemini/settings.json'])
      expect(stdout).toContain(part);
    expectNothingLeft(directory);
  });

  it('stopped half-way, says so and leaves nothing behind', async () => {
    const directory = temporaryDirectory();
    const { child, ended, said } = startDemo(directory);
    await said('MCP server started');
    expect(readdirSync(directory)).toHaveLength(1);
    child.kill('SIGINT');

    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr.trim()).toBe('The demo failed: Stopped by SIGINT.');
    expectNothingLeft(directory);
  });

  it('refuses to write into a directory that holds something', async () => {
    const { code, stdout, stderr } = await startDemo(temporaryDirectory(), ['--keep', ROOT]).ended;
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/is not empty/);
  });
});

function startDemo(directory: string, args: string[] = []) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'demo.ts'), ...args], {
    env: environment(directory, { TMPDIR: directory }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  whenOver(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  return {
    child,
    ended: closed.then(([code]) => ({ code, stdout, stderr })),
    async said(text: string): Promise<void> {
      while (!stdout.includes(text)) await once(child.stdout, 'data');
    },
  };
}

/** Neither a file in the temporary directory nor a process that was told of it. */
function expectNothingLeft(directory: string): void {
  expect(readdirSync(directory)).toEqual([]);
  const processes = execFileSync('ps', ['-Ao', 'args'], { encoding: 'utf8' }).split('\n');
  expect(processes.filter((line) => line.includes(directory))).toEqual([]);
}
