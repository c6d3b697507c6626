/**
 * S3 as far as a store needs it, in memory, on loopback.
 *
 * - `startS3({ conditional, maxBytes, delayMs })`  one bucket; `conditional` says what becomes of If-None-Match
 * - `environment`, `uri(prefix)`      what a process needs to reach it
 * - `keys()`, `holding(text)`         what lies there, and which objects hold some text
 * - `counts`, `close()`               how often it was asked, by method; whoever starts it closes it
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Conditional, createBucket, failure } from './s3-bucket.ts';

const ACCESS_KEY = 'KNOWHOWTESTS';

export interface S3Options {
  conditional?: Conditional;
  maxBytes?: number;
  /** Every answer waits this long. */
  delayMs?: number;
}

export type S3Server = Awaited<ReturnType<typeof startS3>>;

export async function startS3({
  conditional = 'honoured',
  maxBytes = 512 * 2 ** 20,
  delayMs = 0,
}: S3Options = {}) {
  const bucket = createBucket(conditional, maxBytes);
  const counts: Record<string, number> = {};
  let name = '';

  function answer({ method = '', url = '/', headers }: IncomingMessage, body: Buffer): Answer {
    const { pathname, searchParams: query } = new URL(url, 'http://localhost');
    const [, asked = '', path = ''] = /^\/([^/]*)\/?(.*)$/su.exec(pathname) ?? [];
    const key = decodeURIComponent(path);
    if (!headers.authorization?.includes(`Credential=${ACCESS_KEY}/`)) {
      // As S3 does, which repeats the access key.
      const { Credential = '' } =
        /(?<=Credential=)(?<Credential>[^/]*)/u.exec(headers.authorization ?? '')?.groups ?? {};
      return failure(403, `InvalidAccessKeyId ${Credential}`);
    }
    if (asked !== name) return failure(404, 'NoSuchBucket');
    if (query.has('uploads') || query.has('uploadId')) return bucket.upload(method, key, query, body);
    if (query.has('list-type')) return bucket.list(query);
    if (query.has('delete')) return bucket.removeMany(body.toString());
    const source = headers['x-amz-copy-source'];
    if (method === 'PUT' && source !== undefined)
      return bucket.copy(
        decodeURIComponent(String(source)).replace(/^\//u, '').replace(`${name}/`, ''),
        key,
        headers,
      );
    if (method === 'PUT') return bucket.put(key, body, headers);
    return method === 'DELETE' ? bucket.remove(key) : bucket.get(key, headers);
  }

  const server = createServer(async (request, response) => {
    const { method = '' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    counts[method] = (counts[method] ?? 0) + 1;
    if (delayMs > 0) await sleep(delayMs);
    const { status, headers, body = '' } = answer(request, Buffer.concat(chunks));
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  // Each its own: LanceDB may know a bucket by its name from another test.
  name = `bucket-${port}`;
  return {
    counts,
    keys: () => [...bucket.objects.keys()].sort(),
    holding: (text: string) =>
      [...bucket.objects].filter(([, { body }]) => body.includes(text)).map(([key]) => key),
    uri: (prefix: string) => `s3://${name}/${prefix}`,
    environment: {
      AWS_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: 'not-a-secret-of-anybody',
      AWS_REGION: 'us-east-1',
      AWS_ALLOW_HTTP: 'true',
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
