/** Over stdio, stdout is the protocol: whatever happens, every line of it is JSON-RPC, and the process ends cleanly. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connectStdio, openPipe, type Pipe } from '../support/clients.ts';
import { history, solved } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

const HELLO = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bare', version: '0' },
};

function expectOnlyProtocol(pipe: Pipe): void {
  for (const line of pipe.lines()) {
    const message = JSON.parse(line);
    expect(message.jsonrpc, line.slice(0, 200)).toBe('2.0');
    expect('method' in message || 'result' in message || 'error' in message, line.slice(0, 200)).toBe(true);
  }
}

const isAlive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('stdout', () => {
  it('carries the protocol alone while a client works', async () => {
    const pipe = openPipe(temporaryDirectory(), { env: { KNOWHOW_LOG: 'debug' } });
    await pipe.ask('initialize', HELLO);
    for (const run of history())
      await pipe.ask('tools/call', {
        name: 'record_trajectory',
        arguments: run,
        _meta: { progressToken: 1 },
      });
    await pipe.ask('tools/call', {
      name: 'run_batch_learning',
      arguments: { min_trajectories: 0 },
      _meta: { progressToken: 'batch' },
    });
    await pipe.ask('tools/call', { name: 'retrieve_strategies', arguments: { task: 'Add an endpoint' } });
    await pipe.ask('resources/list');
    expect(await pipe.end()).toBe(0);
    expect(pipe.lines().length).toBeGreaterThan(15);
    expectOnlyProtocol(pipe);
  });

  it('stays clean when libraries print, while they are loaded and later', async () => {
    const directory = temporaryDirectory();
    const loud = join(directory, 'loud.mjs');
    // Prints from inside a dependency, with every method of console that goes to stdout.
    const noise = (when: string) =>
      ['log', 'info', 'debug', 'dir', 'dirxml', 'group', 'count']
        .map((each) => `console.${each}('noise ${when}')`)
        .join(';');
    await writeFile(
      loud,
      `import { registerHooks } from 'node:module';
       registerHooks({ load(url, context, next) {
         const loaded = next(url, context);
         if (!/node_modules.commander.index\\.js$/u.test(url)) return loaded;
         return { ...loaded, source: String(loaded.source) + ${JSON.stringify(`;${noise('at load')};setInterval(() => {${noise('later')}}, 20).unref();`)} };
       } });`,
    );
    const pipe = openPipe(join(directory, 'store'), { node: ['--import', pathToFileURL(loud).href] });
    await pipe.ask('initialize', HELLO);
    for (const run of history()) await pipe.ask('tools/call', { name: 'record_trajectory', arguments: run });
    await pipe.end();
    expect(pipe.stderr()).toContain('noise later');
    expect(pipe.lines().filter((line) => line.includes('noise'))).toEqual([]);
    expectOnlyProtocol(pipe);
  });

  it('stays clean under input that is no message, and the server lives on', async () => {
    const pipe = openPipe(temporaryDirectory());
    await pipe.ask('initialize', HELLO);
    for (const nonsense of [
      'hello?',
      '{"jsonrpc":"2.0"',
      '{}',
      '[]',
      'null',
      '42',
      '{"jsonrpc":"1.0","id":7,"method":"ping"}',
      '{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}',
      `{"jsonrpc":"2.0","id":77,"method":"${'x'.repeat(100_000)}"}`,
      '\u0000\u001b[31m',
      '{"jsonrpc":"2.0","id":78,"method":"tools/call","params":{"name":"record_trajectory","arguments":"no"}}',
      '',
    ]) {
      pipe.write(`${nonsense}\n`);
    }
    expect(await pipe.ask('tools/list')).toHaveProperty('result.tools');
    expect(await pipe.end()).toBe(0);
    expectOnlyProtocol(pipe);
  });
});

describe('the process', () => {
  it('ends when stdin closes, and leaves only the store behind', async () => {
    const directory = temporaryDirectory();
    const pipe = openPipe(directory);
    await pipe.ask('initialize', HELLO);
    await pipe.ask('tools/call', { name: 'record_trajectory', arguments: solved(0) });
    expect(await pipe.end()).toBe(0);
    expect(isAlive(pipe.child.pid)).toBe(false);
    const left = await readdir(directory);
    expect(left.filter((name) => !/^(?:knowhow\.json|journal\.db|locks|.*\.lance)$/u.test(name))).toEqual([]);
    expect(pipe.stderr()).toBe('');
  });

  it('ends when stdin closes before anything was said', async () => {
    const pipe = openPipe(temporaryDirectory());
    expect(await pipe.end()).toBe(0);
    expect(pipe.lines()).toEqual([]);
  });

  it('ends when stdin closes in the middle of work, and the store is sound', async () => {
    const directory = temporaryDirectory();
    const pipe = openPipe(directory);
    await pipe.ask('initialize', HELLO);
    for (const [id, run] of history().entries())
      pipe.send({
        jsonrpc: '2.0',
        id: `run-${id}`,
        method: 'tools/call',
        params: { name: 'record_trajectory', arguments: run },
      });
    pipe.send({
      jsonrpc: '2.0',
      id: 'batch',
      method: 'tools/call',
      params: { name: 'run_batch_learning', arguments: { min_trajectories: 0 } },
    });
    expect(await pipe.end()).toBe(0);
    expectOnlyProtocol(pipe);
    const answered = pipe.lines().flatMap((line) => {
      const { id, result } = JSON.parse(line);
      return String(id).startsWith('run-') ? [result.structuredContent.trajectory_id] : [];
    });
    const ctx = await openStoreAt(directory);
    const stored = await ctx.memory.trajectories.list();
    expect(stored.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
    expect(stored).toHaveLength(await ctx.memory.trajectories.count());
    expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends on %s', async (signal) => {
    const pipe = openPipe(temporaryDirectory());
    await pipe.ask('initialize', HELLO);
    const ended = new Promise((resolve) => pipe.child.once('close', resolve));
    pipe.child.kill(signal);
    expect(await ended).toBe(0);
    expectOnlyProtocol(pipe);
  });

  it('ends when its client closes', async () => {
    const { client, transport } = await connectStdio(temporaryDirectory());
    const { pid } = transport;
    expect(isAlive(pid ?? undefined)).toBe(true);
    await client.close();
    expect(isAlive(pid ?? undefined)).toBe(false);
  });
});
