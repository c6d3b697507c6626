/** A person who sits before a client and answers the forms that a tool shows them. */
import { Client, InMemoryTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Context } from '../../src/context.ts';
import type { Told } from '../../src/feedback/ratings/ask.ts';
import { createServer } from '../../src/server.ts';
import { CURRENT, type Era } from './clients.ts';
import { whenOver } from './store.ts';

/** What they are shown. */
export interface Asked {
  message: string;
  requestedSchema: { properties: Record<string, unknown>; required?: string[] };
}

/** A client whose person answers so; `asked` is what they were shown. */
export async function personAt(
  ctx: Context,
  era: Era,
  told: Told,
): Promise<{ client: Client; asked: Asked[] }> {
  const client = new Client(
    { name: 'knowhow-tests', version: '0' },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: era === 'modern' ? { mode: { pin: CURRENT } } : { mode: 'legacy' },
    },
  );
  const asked: Asked[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params as unknown as Asked);
    return told as { action: 'accept'; content: Record<string, string | number> };
  });
  if (era === 'modern') {
    const mcp = createMcpHandler(() => createServer(ctx));
    const fetch = (url: string | URL, init?: RequestInit) => mcp.fetch(new Request(url, init));
    await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch }));
    whenOver(() => mcp.close());
  } else {
    const [mine, theirs] = InMemoryTransport.createLinkedPair();
    await createServer(ctx).connect(theirs);
    await client.connect(mine);
  }
  whenOver(() => client.close());
  return { client, asked };
}
