/** Resources onto an MCP server: the libraries, each record by template, statistics; paged listing and completion. */
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import type { Context } from '../context.ts';
import { withoutInstructions } from '../learners/instructions.ts';
import { cleanText, mapStrings } from '../text.ts';
import { quoted, SENTENCE } from '../tools/quoted.ts';
import { DEAD_LETTERS, deadLetters } from './dead-letters.ts';
import { KINDS, type Kind, type Listed } from './kinds.ts';
import { REPORT, reportContents } from './report.ts';
import { stats } from './stats.ts';

const PAGE = 50;
const MOST_LISTED = 200;
const COMPLETIONS = 20;
const LABEL_LOOKED_AT = 600;
const DEAD_LETTERS_URI = `knowhow://${DEAD_LETTERS.path}`;
const REPORT_URI = `knowhow://${REPORT.path}`;

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
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify(mapStrings(await stats(ctx), cleanText), null, 2),
        },
      ],
    }),
  );
  server.registerResource(
    REPORT.path,
    REPORT_URI,
    { title: REPORT.title, description: REPORT.description, mimeType: 'text/markdown' },
    async (uri) => ({ contents: await reportContents(ctx, uri.href) }),
  );
  server.registerResource(
    DEAD_LETTERS.path,
    DEAD_LETTERS_URI,
    { title: DEAD_LETTERS.title, description: DEAD_LETTERS.description, mimeType: 'application/json' },
    async (uri) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify(await deadLetters(ctx), null, 2),
        },
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
            text: JSON.stringify(mapStrings(await library(kind, ctx), cleanText), null, 2),
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
        const text = quoted(cleanText(await kind.text(record, ctx)), ctx.random);
        return { contents: [{ uri: uri.href, mimeType: 'text/markdown', text }] };
      },
    );
  }
  // The SDK does not page: this replaces its list by one that walks all kinds, newest records first.
  server.server.setRequestHandler('resources/list', async ({ params }) => listPage(ctx, params?.cursor));
}

/** The newest records of a kind in a line each, and how many there are. JSON stays plain JSON: `notice` is its fence. */
async function library(kind: Kind, ctx: Context) {
  const table = kind.table(ctx);
  const [total, newest] = await Promise.all([
    table.count(),
    table.list({ order: 'newest', limit: MOST_LISTED }),
  ]);
  return {
    notice: SENTENCE,
    total,
    shown: newest.length,
    records: newest.map((record) => ({
      uri: `knowhow://${kind.path}/${record.id}`,
      project: record.project,
      label: labelOf(kind, record, 200),
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
    { uri: REPORT_URI, name: REPORT.path, title: REPORT.title, mimeType: 'text/markdown' },
    {
      uri: DEAD_LETTERS_URI,
      name: DEAD_LETTERS.path,
      title: DEAD_LETTERS.title,
      mimeType: 'application/json',
    },
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
        title: labelOf(kind, record, 100),
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

/** On one line. A list has no fence: what gives a model orders is not shown there, not even in part. */
function labelOf(kind: Kind, record: Listed, longest: number): string {
  const flat = cleanText(kind.label(record).slice(0, LABEL_LOOKED_AT)).replace(/\s+/gu, ' ').trim();
  const told = withoutInstructions(flat);
  return told.length > longest ? `${told.slice(0, longest - 1)}…` : told;
}
