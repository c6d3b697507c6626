/** Every revision of the protocol is answered in its own words, on the bare pipe. */
import { describe, expect, it } from 'vitest';
import { CURRENT, ENVELOPE, type Message, openPipe } from '../support/clients.ts';
import { solved } from '../support/runs.ts';
import { temporaryDirectory } from '../support/store.ts';

const clientInfo = { name: 'bare', version: '0' };

const structured = (message: Message) => message.result?.structuredContent as Record<string, unknown>;

describe('over stdio', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('%s', async (protocolVersion) => {
    const pipe = openPipe(temporaryDirectory());
    const hello = await pipe.ask('initialize', { protocolVersion, capabilities: {}, clientInfo });
    expect(hello.result).toMatchObject({ protocolVersion, serverInfo: { name: 'knowhow' } });
    expect(hello.result?.instructions).toContain('retrieve_strategies');
    pipe.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const { result } = await pipe.ask('tools/list');
    expect(result?.tools).toHaveLength(8);
    const recorded = await pipe.ask('tools/call', { name: 'record_trajectory', arguments: solved(0) });
    expect(structured(recorded)).toMatchObject({ stored: true });
    expect(await pipe.ask('resources/read', { uri: 'knowhow://stats' })).toHaveProperty('result.contents');
    expect(await pipe.ask('ping')).toHaveProperty('result');
    expect(await pipe.end()).toBe(0);
  });

  it(CURRENT, async () => {
    const pipe = openPipe(temporaryDirectory());
    const hello = await pipe.ask('server/discover', { _meta: ENVELOPE });
    expect(hello.result?.supportedVersions).toContain(CURRENT);
    expect(hello.result?.instructions).toContain('retrieve_strategies');
    const { result } = await pipe.ask('tools/list', { _meta: ENVELOPE });
    expect(result?.tools).toHaveLength(8);
    const call = { name: 'record_trajectory', arguments: solved(0), _meta: ENVELOPE };
    expect(structured(await pipe.ask('tools/call', call))).toMatchObject({ stored: true });
    expect(await pipe.end()).toBe(0);
  });

  it('one that is not known gets one that is', async () => {
    const pipe = openPipe(temporaryDirectory());
    const { result } = await pipe.ask('initialize', {
      protocolVersion: '1999-01-01',
      capabilities: {},
      clientInfo,
    });
    expect(result?.protocolVersion).toBe('2025-11-25');
    await pipe.end();
  });
});
