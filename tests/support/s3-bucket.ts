/** The objects of one S3 bucket, in memory, and the answers about them. */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const PAGE = 1_000;

export interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: Buffer | string;
}

interface Stored {
  body: Buffer;
  etag: string;
  modified: Date;
}

/** What it does with If-None-Match: heeds it, takes it and replaces all the same, or refuses it. */
export type Conditional = 'honoured' | 'ignored' | 'refused';

export function createBucket(conditional: Conditional, maxBytes: number) {
  const objects = new Map<string, Stored>();
  const uploads = new Map<string, Map<number, Buffer>>();
  let bytes = 0;

  function put(key: string, body: Buffer, headers: IncomingHttpHeaders): Answer {
    const standing = objects.get(key);
    if (headers['if-none-match'] === '*') {
      if (conditional === 'refused') return failure(501, 'NotImplemented');
      if (conditional === 'honoured' && standing) return failure(412, 'PreconditionFailed');
    }
    bytes += body.length - (standing?.body.length ?? 0);
    if (bytes > maxBytes) return failure(507, 'InsufficientStorage');
    const etag = etagOf(body);
    objects.set(key, { body, etag, modified: new Date() });
    return { status: 200, headers: { etag } };
  }

  function get(key: string, { range }: IncomingHttpHeaders): Answer {
    const found = objects.get(key);
    if (!found) return failure(404, 'NoSuchKey');
    const about = { etag: found.etag, 'last-modified': found.modified.toUTCString() };
    const size = found.body.length;
    const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/u.exec(range ?? '') ?? [];
    if (first === '' && last === '') return { status: 200, headers: about, body: found.body };
    const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
    const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
    if (start >= size) return failure(416, 'InvalidRange');
    const headers = { ...about, 'content-range': `bytes ${start}-${end - 1}/${size}` };
    return { status: 206, headers, body: found.body.subarray(start, end) };
  }

  function copy(source: string, key: string, headers: IncomingHttpHeaders): Answer {
    const from = objects.get(source);
    if (!from) return failure(404, 'NoSuchKey');
    const answer = put(key, from.body, headers);
    return answer.status === 200
      ? xml(`<CopyObjectResult>${tag('ETag', from.etag)}</CopyObjectResult>`)
      : answer;
  }

  function remove(key: string): Answer {
    bytes -= objects.get(key)?.body.length ?? 0;
    objects.delete(key);
    return { status: 204 };
  }

  function removeMany(request: string): Answer {
    const keys = [...request.matchAll(/<Key>(.*?)<\/Key>/gsu)].map(([, key = '']) => unescaped(key));
    for (const key of keys) remove(key);
    const deleted = keys.map((key) => `<Deleted>${tag('Key', key)}</Deleted>`).join('');
    return xml(`<DeleteResult>${deleted}</DeleteResult>`);
  }

  function list(query: URLSearchParams): Answer {
    const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const found = new Map<string, string>();
    for (const [key, stored] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const name = end === -1 ? key : key.slice(0, end + delimiter.length);
      if (name > after) found.set(name, end === -1 ? contents(key, stored) : common(name));
    }
    const page = [...found].slice(0, Number(query.get('max-keys') ?? PAGE));
    const more = found.size > page.length;
    const next = more ? tag('NextContinuationToken', page.at(-1)?.[0] ?? '') : '';
    const entries = page.map(([, entry]) => entry).join('');
    return xml(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${entries}</ListBucketResult>`);
  }

  function upload(method: string, key: string, query: URLSearchParams, body: Buffer): Answer {
    if (query.has('uploads')) {
      const id = randomUUID();
      uploads.set(id, new Map());
      return xml(`<InitiateMultipartUploadResult>${tag('UploadId', id)}</InitiateMultipartUploadResult>`);
    }
    const id = query.get('uploadId') ?? '';
    const parts = uploads.get(id);
    if (!parts) return failure(404, 'NoSuchUpload');
    if (method === 'PUT') {
      parts.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    uploads.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const whole = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
    const { headers, ...answer } = put(key, whole, {});
    const inside = tag('Key', key) + tag('ETag', String(headers?.etag));
    return headers ? xml(`<CompleteMultipartUploadResult>${inside}</CompleteMultipartUploadResult>`) : answer;
  }

  return { objects, put, get, copy, remove, removeMany, list, upload };
}

const etagOf = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`;
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
const tag = (name: string, text: string) => `<${name}>${escaped(text)}</${name}>`;
const common = (name: string) => `<CommonPrefixes>${tag('Prefix', name)}</CommonPrefixes>`;
const contents = (key: string, { body, etag, modified }: Stored) =>
  `<Contents>${tag('Key', key)}${tag('LastModified', modified.toISOString())}${tag('ETag', etag)}${tag('Size', String(body.length))}</Contents>`;

const xml = (body: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
});
export const failure = (status: number, code: string): Answer =>
  xml(`<Error>${tag('Code', code)}${tag('Message', code)}</Error>`, status);
