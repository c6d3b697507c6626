/**
 * A place in a bucket. What must not be replaced is written with `If-None-Match: *`; some servers take that and replace all the
 * same, so a place is tried out before the first such write.
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { trainingError } from '../codes.ts';
import { placeErrors } from './errors.ts';
import { checkKey, isKey } from './keys.ts';
import type { Place } from './place.ts';
import { type Answered, asking, refusal, type S3Access, type S3Limits } from './s3-requests.ts';
import { upload } from './s3-upload.ts';

export interface S3Options extends S3Limits {
  /** Larger files are put there in parts of this size. */
  partBytes?: number | undefined;
}

/** A place at `s3://BUCKET/PREFIX`. @throws KnowhowError E7205 for an address that is none, or without credentials. */
export function s3Place(uri: string, access: S3Access, options: S3Options): Place {
  const { bucket, prefix } = addressOf(uri);
  const ask = asking(bucket, access, options);
  const pathOf = (key: string) => prefix + checkKey(key);
  let safe: Promise<void> | undefined;

  const conditional = (path: string, text: string) =>
    ask({ method: 'PUT', path, headers: { 'if-none-match': '*' }, body: new TextEncoder().encode(text) });

  /** Writes one object twice: the second time must fail. */
  async function assertSafe(): Promise<void> {
    const path = `${prefix}${PROBE}${randomUUID()}`;
    try {
      const first = await conditional(path, '1');
      if (isRefused(first)) throw trainingError('E7207');
      if (first.status !== 412 && !isFine(first)) throw refusal(first, 'write');
      const second = await conditional(path, '2');
      if (isFine(second)) throw trainingError('E7207');
      if (second.status !== 412) throw refusal(second, 'write');
    } finally {
      await ask({ method: 'DELETE', path }).catch(() => undefined);
    }
  }

  /** Begins again where it broke off, as long as it is the same object. */
  async function* read(key: string): AsyncGenerator<Uint8Array, void> {
    const path = pathOf(key);
    let [at, tag] = [0, ''];
    for (let nth = 1; ; nth += 1) {
      const headers: Record<string, string> = at > 0 ? { range: `bytes=${at}-`, 'if-match': tag } : {};
      const answer = await ask({ method: 'GET', path, headers });
      if (isMissing(answer)) throw missing();
      if (!isFine(answer) || (at > 0 && answer.status !== 206)) throw refusal(answer, 'read');
      tag = answer.headers.get('etag') ?? '';
      try {
        for await (const piece of answer.pieces()) {
          at += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        if (nth === READS || tag === '') throw error;
        await sleep(options.pauseMs ?? 200);
      }
    }
  }

  async function text(key: string): Promise<string | undefined> {
    const answer = await ask({ method: 'GET', path: pathOf(key) });
    if (isMissing(answer)) return undefined;
    if (!isFine(answer)) throw refusal(answer, 'read');
    return answer.text();
  }

  async function lengthOf(key: string): Promise<number | undefined> {
    const answer = await ask({ method: 'HEAD', path: pathOf(key) });
    if (answer.status === 404) return undefined;
    if (!isFine(answer)) throw refusal(answer, 'read');
    return Number(answer.headers.get('content-length'));
  }

  return {
    uri: `s3://${bucket}/${prefix}`.replace(/\/$/u, ''),
    read,
    text,
    has: async (key) => (await lengthOf(key)) !== undefined,
    putFile: (key, path) =>
      placeErrors('write', async () => {
        const { size } = await stat(path);
        // Whoever may not ask what is there may still write.
        if ((await lengthOf(key).catch(() => undefined)) === size) return;
        await upload(ask, pathOf(key), path, options.partBytes);
      }),
    async create(key, content) {
      const path = pathOf(key);
      safe ??= assertSafe();
      await safe.catch((error) => {
        safe = undefined;
        throw error;
      });
      const answer = await conditional(path, content);
      if (isFine(answer)) return true;
      if (isRefused(answer)) throw trainingError('E7207');
      if (answer.status !== 412) throw refusal(answer, 'write');
      // Asked again after no answer came, it may have been this very write that was there first.
      return answer.again && (await text(key)) === content;
    },
    async list(start) {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const query = {
          'list-type': '2',
          prefix: prefix + start,
          ...(token ? { 'continuation-token': token } : {}),
        };
        const answer = await ask({ method: 'GET', path: '', query });
        if (!isFine(answer)) throw refusal(answer, 'read');
        const page = await answer.text();
        for (const [, key = ''] of page.matchAll(/<Key>([^<]*)<\/Key>/gu)) found.push(unescaped(key));
        const [, next] = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/u.exec(page) ?? [];
        if (next !== undefined && next === token)
          throw trainingError('E7205', 'The storage lists in circles.');
        token = next && unescaped(next);
      } while (token !== undefined);
      return found
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length))
        .filter((key) => isKey(key))
        .sort();
    },
    async remove(key) {
      const answer = await ask({ method: 'DELETE', path: pathOf(key) });
      if (!isFine(answer) && !isMissing(answer)) throw refusal(answer, 'write');
    },
  };
}

/** How often one object is begun to be read. */
const READS = 4;
// No key, so it is never listed.
const PROBE = '.write-probe-';

const missing = () => trainingError('E7204', 'A file is missing.');
const isFine = ({ status }: Answered): boolean => status >= 200 && status < 300;
const isMissing = ({ status, code }: Answered): boolean => status === 404 && code !== 'NoSuchBucket';
const isRefused = ({ status, code }: Answered): boolean => status === 501 || code === 'NotImplemented';

const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/isu;

/** The prefix ends with a slash, or is empty. */
function addressOf(uri: string): { bucket: string; prefix: string } {
  const [, bucket, path = ''] = BUCKET.exec(uri) ?? [];
  const names = path.split('/').filter((name) => name !== '');
  if (bucket === undefined || names.some((name) => name === '.' || name === '..'))
    throw trainingError('E7205', 'It must be s3://BUCKET/PREFIX.');
  return { bucket, prefix: names.map((name) => `${name}/`).join('') };
}

const ENTITIES: Record<string, string> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
  '#34': '"',
  '#39': "'",
};
const unescaped = (text: string): string =>
  text.replace(/&(quot|apos|lt|gt|amp|#34|#39);/gu, (_, name: string) => ENTITIES[name] ?? '');
