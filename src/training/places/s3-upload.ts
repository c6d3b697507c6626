/** Files into S3, in parts where they are large: one part is in memory at a time, and each is signed with its hash. */
import { type FileHandle, open } from 'node:fs/promises';
import { trainingError } from '../codes.ts';
import { type Answered, type Ask, knownCode, refusal } from './s3-requests.ts';

const PART = 16 * 2 ** 20;
const MOST_PARTS = 10_000;

/** Puts the file at `path` there; what is there already is replaced by the same. `partBytes` is for trying parts out. */
export async function upload(ask: Ask, key: string, path: string, partBytes = PART): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size <= partBytes)
      expected(await ask({ method: 'PUT', path: key, body: await piece(file, 0, size) }));
    else await inParts(ask, key, file, size, Math.max(partBytes, Math.ceil(size / MOST_PARTS)));
  } finally {
    await file.close();
  }
}

async function inParts(ask: Ask, key: string, file: FileHandle, size: number, bytes: number): Promise<void> {
  const begun = expected(await ask({ method: 'POST', path: key, query: { uploads: '' } }));
  const [, uploadId] = /<UploadId>([^<]{1,2000})<\/UploadId>/u.exec(await begun.text()) ?? [];
  if (uploadId === undefined) throw trainingError('E7205', 'The storage began no upload in parts.');
  try {
    const tags: string[] = [];
    for (let at = 0; at < size; at += bytes) {
      const query = { partNumber: String(tags.length + 1), uploadId };
      const body = await piece(file, at, Math.min(bytes, size - at));
      const { headers } = expected(await ask({ method: 'PUT', path: key, query, body }));
      tags.push(headers.get('etag') ?? '');
    }
    await complete(ask, key, uploadId, tags);
  } catch (error) {
    // Parts that nobody completes are kept, and paid for.
    await ask({ method: 'DELETE', path: key, query: { uploadId } }).catch(() => undefined);
    throw error;
  }
}

async function complete(ask: Ask, key: string, uploadId: string, tags: string[]): Promise<void> {
  const parts = tags.map(
    (tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`,
  );
  const body = new TextEncoder().encode(
    `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
  );
  const done = await ask({ method: 'POST', path: key, query: { uploadId }, body });
  if (done.again && done.code === 'NoSuchUpload') {
    // The first time may have been heeded, only its answer lost.
    expected(await ask({ method: 'HEAD', path: key }));
    return;
  }
  // It begins to answer before it knows, so that a failure may come under a 200.
  const answer = await expected(done).text();
  if (answer.includes('<Error>')) throw refusal({ ...done, status: 500, code: knownCode(answer) }, 'write');
}

async function piece(file: FileHandle, from: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const into = new Uint8Array(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(into, at, bytes - at, from + at);
    if (bytesRead === 0) throw trainingError('E7206', 'A file became shorter while it was written there.');
    at += bytesRead;
  }
  return into;
}

function expected(answer: Answered): Answered {
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, 'write');
  return answer;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
