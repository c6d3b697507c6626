/**
 * Signed requests to S3, and what its answers mean. aws4fetch signs: it takes session tokens, any header and any endpoint, and has
 * no parts of its own to trust. Answers may repeat access keys and signatures: nothing of them is told but codes that are known.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { KnowhowError } from '../../errors.ts';
import type { Random } from '../../learners/random.ts';
import { trainingError } from '../codes.ts';
import { LONGEST_TEXT } from './place.ts';

export interface S3Access {
  endpoint?: string | undefined;
  region?: string | undefined;
  access_key_id?: string | undefined;
  secret_access_key?: string | undefined;
  session_token?: string | undefined;
}

export interface S3Limits {
  /** Spreads those who try again. */
  random: Random;
  /** Until an answer begins, its body aside; and for each piece of a body. Default a minute. */
  timeoutMs?: number | undefined;
  /** First pause before another try; doubled each time. Default 200 ms. */
  pauseMs?: number | undefined;
}

export interface Asked {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Of the object, prefix included; empty for the bucket. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
}

export interface Answered {
  status: number;
  headers: Headers;
  /** The code of an error, where it is one that is known. */
  code: string;
  /** Its body, piece by piece, each within the time limit. Of a GET or POST, and once. */
  pieces(): AsyncGenerator<Uint8Array, void>;
  /** The body as text, 64 MiB at most. */
  text(): Promise<string>;
  /** It was asked more than once: an earlier time may have been heeded, too. */
  again: boolean;
}

export type Ask = (asked: Asked) => Promise<Answered>;

const TRIES = 5;
const LONGEST_ERROR = 16_384;

/**
 * Asks one bucket. Busy answers and broken connections are tried again, five times in all: every request here may come twice.
 * @throws KnowhowError E7205 where nothing answers, or the credentials are none.
 */
export function asking(bucket: string, access: S3Access, limits: S3Limits): Ask {
  const { random, timeoutMs = 60_000, pauseMs = 200 } = limits;
  const client = clientOf(access);
  const base = baseOf(bucket, access);
  return async ({ method, path, query = {}, headers = {}, body }) => {
    const url = new URL(base);
    url.pathname += path.split('/').map(encoded).join('/');
    url.search = Object.entries(query)
      .map((pair) => pair.map(encoded).join('='))
      .join('&');
    for (let nth = 1; ; nth += 1) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), timeoutMs);
      try {
        const signed = await client.sign(url.href, {
          method,
          headers: { ...headers, 'x-amz-content-sha256': await sha256(body) },
          ...(body ? { body } : {}),
          redirect: 'manual',
        });
        const response = await fetch(signed, { signal: limit.signal });
        const code = response.ok ? '' : await codeIn(response);
        // The connection is free again only when all has been read.
        if (response.ok && method !== 'GET' && method !== 'POST') await response.arrayBuffer();
        if (nth === TRIES || !isPassing(response.status, code))
          return answered(response, code, { timeoutMs, again: nth > 1 });
      } catch (cause) {
        if (nth === TRIES) throw unreachable(cause, limit.signal.aborted);
      } finally {
        clearTimeout(timer);
      }
      await sleep(pauseMs * 2 ** (nth - 1) * (0.5 + random()));
    }
  };
}

/** As it is signed (RFC 3986): a plus for a space, or a bare parenthesis, is not everywhere read alike. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function answered(
  response: Response,
  code: string,
  { timeoutMs, again }: { timeoutMs: number; again: boolean },
): Answered {
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    const reader = response.body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        const { value } = await within(timeoutMs, reader.read());
        if (!value) return;
        yield value;
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }
  const { status, headers } = response;
  return { status, headers, code, again, pieces, text: () => textOf(pieces()) };
}

/** @throws KnowhowError E7204 where it is longer than any text that is written here. */
async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > LONGEST_TEXT) throw trainingError('E7204', 'A file is far too long.');
    all.push(piece);
  }
  return Buffer.concat(all).toString('utf8');
}

/** @throws KnowhowError E7205 where it fails, or does not come in time. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(undefined, true)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    throw cause instanceof KnowhowError ? cause : unreachable(cause, false);
  } finally {
    clearTimeout(timer);
  }
}

function clientOf({ access_key_id, secret_access_key, session_token, region }: S3Access): AwsClient {
  if (!access_key_id || !secret_access_key)
    throw trainingError('E7205', 'There are no credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
  return new AwsClient({
    accessKeyId: access_key_id,
    secretAccessKey: secret_access_key,
    ...(session_token ? { sessionToken: session_token } : {}),
    service: 's3',
    region: region ?? 'us-east-1',
  });
}

/** Buckets of AWS have hosts of their own; other endpoints take them in the path, and so do names with dots, for the certificate. */
function baseOf(bucket: string, { endpoint, region = 'us-east-1' }: S3Access): string {
  const aws = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  if (!endpoint) return bucket.includes('.') ? `https://${aws}/${bucket}/` : `https://${bucket}.${aws}/`;
  const url = URL.parse(endpoint);
  if (!url || !/^https?:$/u.test(url.protocol) || url.username !== '' || url.password !== '')
    throw trainingError('E7205', 'The endpoint must be an http(s) address without credentials in it.');
  return `${url.origin}${url.pathname.replace(/\/*$/u, '/')}${bucket}/`;
}

const sha256 = async (body: Uint8Array<ArrayBuffer> = new Uint8Array()): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', body)).toString('hex');

/** What passes by itself. 409 is two conditional writes at once: either may be the first. */
const isPassing = (status: number, code: string): boolean =>
  [408, 425, 429, 500, 502, 503, 504].includes(status) ||
  ['ConditionalRequestConflict', 'OperationAborted', 'SlowDown', 'RequestTimeout'].includes(code);

const CODES = new Set(
  (
    'AccessDenied AccountProblem AllAccessDisabled AuthorizationHeaderMalformed BucketAlreadyExists ConditionalRequestConflict ' +
    'EntityTooLarge ExpiredToken InsufficientStorage InternalError InvalidAccessKeyId InvalidBucketName InvalidToken ' +
    'NoSuchBucket NoSuchKey NoSuchUpload NotImplemented OperationAborted PermanentRedirect PreconditionFailed QuotaExceeded ' +
    'RequestTimeTooSkewed RequestTimeout ServiceUnavailable SignatureDoesNotMatch SlowDown XMinioStorageFull'
  ).split(' '),
);

/** The code in an error's body, if it is one of those that are known. */
export function knownCode(body: string): string {
  const [, code = ''] = /<Code>([A-Za-z]{1,60})/u.exec(body) ?? [];
  return CODES.has(code) ? code : '';
}

async function codeIn(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LONGEST_ERROR) break;
  }
  return knownCode(text);
}

/** Without the cause's own words: they may hold the address with all that is in it. */
export function unreachable(cause: unknown, timedOut: boolean): KnowhowError {
  if (timedOut) return trainingError('E7205', 'The storage did not answer in time.');
  const { code } = ((cause as { cause?: unknown } | undefined)?.cause ?? {}) as { code?: unknown };
  const known = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/u.test(code);
  return trainingError('E7205', known ? `The network says ${code}.` : 'The connection broke off.');
}

const FULL = new Set(['EntityTooLarge', 'InsufficientStorage', 'QuotaExceeded', 'XMinioStorageFull']);

/** The error that an answer means which is not what was hoped for. */
export function refusal({ status, code }: Answered, doing: 'read' | 'write'): KnowhowError {
  const says = `The storage answers ${status}${code ? ` (${code})` : ''}.`;
  if (status === 507 || FULL.has(code)) return trainingError('E7206', says);
  if (status >= 300 && status < 400)
    return trainingError('E7205', `${says} The bucket lies in another region: set AWS_REGION.`);
  if (status === 403 && code === 'RequestTimeTooSkewed')
    return trainingError('E7205', `${says} The clock of this machine is wrong.`);
  return trainingError(doing === 'write' && code === 'AccessDenied' ? 'E7206' : 'E7205', says);
}
