/** Resources onto an MCP server: the libraries, each record by template, statistics; paged listing and completion. */
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import type { Context } from '../context.ts';
import { KINDS, type Kind } from './kinds.ts';
import { stats } from './stats.ts';

const PAGE = 50;
const MOST_LISTED = 200;
const COMPLETIONS = 20;

export function registerResources(server: McpServer, ctx: Context): void {
  server.registerResource(
    'stats',
    'knowhow://stats',
    {
      title: 'Statistics',
      description: 'What is stored, what was learned, store health',
      mimeType: 'application/json',
    },
    async (uri) => ({
      contents: [
        { uri: uri.href, mimeType: 'application/json', text: JSON.stringify(await stats(ctx), null, 2) },
      ],
    }),
  );
  for (const kind of KINDS) {
    const { path, title, description } = kind;
    server.registerResource(
      path,
      `knowhow://${path}`,
      { title, description, mimeType: 'application/json' },
      async (uri) => ({
        contents: [
          {
            uri: uri.href,
            mimeType: 'application/json',
            text: JSON.stringify(await library(kind, ctx), null, 2),
          },
        ],
      }),
    );
    const template = new ResourceTemplate(`knowhow://${path}/{id}`, {
      list: undefined,
      complete: { id: (value) => completeId(kind, ctx, value) },
    });
    server.registerResource(
      `${path}-record`,
      template,
      { title: `${title}: one record`, description, mimeType: 'text/markdown' },
      async (uri, { id }) => {
        const record = await kind.table(ctx).get(String(id));
        if (!record) throw new ResourceNotFoundError(uri.href);
        return {
          contents: [{ uri: uri.href, mimeType: 'text/markdown', text: await kind.text(record, ctx) }],
        };
      },
    );
  }
  // The SDK does not page: this replaces its list by one that walks all kinds, newest records first.
  server.server.setRequestHandler('resources/list', async ({ params }) => listPage(ctx, params?.cursor));
}

/** The newest records of a kind in a line each, and how many there are. */
async function library(kind: Kind, ctx: Context) {
  const table = kind.table(ctx);
  const [total, newest] = await Promise.all([
    table.count(),
    table.list({ order: 'newest', limit: MOST_LISTED }),
  ]);
  return {
    total,
    shown: newest.length,
    records: newest.map((record) => ({
      uri: `knowhow://${kind.path}/${record.id}`,
      project: record.project,
      label: oneLine(kind.label(record), 200),
    })),
  };
}

async function completeId(kind: Kind, ctx: Context, value: string): Promise<string[]> {
  const ids = await kind.table(ctx).ids({ order: 'newest', limit: 1_000 });
  return ids.filter((id) => id.startsWith(value)).slice(0, COMPLETIONS);
}

/** A cursor names the kind and how many of it were listed: `strategies:50`. */
async function listPage(ctx: Context, cursor: string | undefined) {
  const fixed = [
    { uri: 'knowhow://stats', name: 'stats', title: 'Statistics', mimeType: 'application/json' },
  ].concat(
    KINDS.map(({ path, title }) => ({
      uri: `knowhow://${path}`,
      name: path,
      title,
      mimeType: 'application/json',
    })),
  );
  const start = cursor === undefined ? { at: 0, offset: 0 } : parseCursor(cursor);
  const resources: { uri: string; name: string; title?: string; mimeType: string }[] =
    cursor === undefined ? fixed : [];
  let { at, offset } = start;
  while (at < KINDS.length && resources.length < PAGE) {
    const kind = KINDS[at];
    if (!kind) break;
    const wanted = PAGE - resources.length;
    const records = await kind.table(ctx).list({ order: 'newest', limit: wanted, offset });
    resources.push(
      ...records.map((record) => ({
        uri: `knowhow://${kind.path}/${record.id}`,
        name: record.id,
        title: oneLine(kind.label(record), 100),
        mimeType: 'text/markdown',
      })),
    );
    if (records.length < wanted) {
      at += 1;
      offset = 0;
    } else offset += records.length;
  }
  const next = KINDS[at];
  return {
    resources,
    ...(next ? { nextCursor: Buffer.from(`${next.path}:${offset}`).toString('base64url') } : {}),
  };
}

function parseCursor(cursor: string): { at: number; offset: number } {
  const [, path, offset] =
    /^([a-z-]+):(\d{1,9})$/u.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  const at = KINDS.findIndex((kind) => kind.path === path);
  if (at < 0)
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      'Invalid cursor: use nextCursor of the page before.',
    );
  return { at, offset: Number(offset) };
}

const oneLine = (text: string, longest: number): string => {
  const flat = text.replace(/\s+/gu, ' ').trim();
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
};
