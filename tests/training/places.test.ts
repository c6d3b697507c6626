/** Both places hold to one contract; then what each of them alone can get wrong. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { origin } from '../../src/training/places/aside.ts';
import { directoryPlace } from '../../src/training/places/directory.ts';
import { openPlace } from '../../src/training/places/open.ts';
import type { Place } from '../../src/training/places/place.ts';
import { s3Place } from '../../src/training/places/s3.ts';
import type { S3Access } from '../../src/training/places/s3-requests.ts';
import { type S3Options, startS3 } from '../support/s3-server.ts';
import { temporaryDirectory, whenOver } from '../support/store.ts';

const now = () => new Date('2026-03-01T00:00:00Z');
const quick = { random: () => 0.5, pauseMs: 1 };

async function bucket(options: S3Options = {}) {
  const server = await startS3(options);
  whenOver(() => server.close());
  const { AWS_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = server.environment;
  const access: S3Access = {
    endpoint: AWS_ENDPOINT,
    access_key_id: AWS_ACCESS_KEY_ID,
    secret_access_key: AWS_SECRET_ACCESS_KEY,
    region: AWS_REGION,
  };
  return {
    server,
    access,
    place: (uri = server.uri('a b/c+d')) => s3Place(uri, access, { ...quick, partBytes: 1_000 }),
  };
}

const ground: Record<string, () => Promise<() => Place>> = {
  directory: async () => {
    const directory = join(temporaryDirectory(), 'new', 'datasets');
    return () => directoryPlace(directory, { now });
  },
  'directory without hard links': async () => {
    const directory = temporaryDirectory();
    return () => directoryPlace(directory, { now, links: false });
  },
  s3: async () => (await bucket()).place,
};

const bytesOf = async (place: Place, key: string) => {
  const pieces: Uint8Array[] = [];
  for await (const piece of place.read(key)) pieces.push(piece);
  return Buffer.concat(pieces);
};

describe.each(Object.keys(ground))('a place: %s', (kind) => {
  const open = () => ground[kind]?.() as Promise<() => Place>;

  it('gives back what was put there, to every later reader', async () => {
    const place = await open();
    const path = join(temporaryDirectory(), 'file');
    const content = Buffer.from(Array.from({ length: 4_321 }, (_, i) => i % 251));
    writeFileSync(path, content, { mode: 0o600 });
    await place().putFile('one/files/abc.jsonl', path);
    await place().putFile('one/files/abc.jsonl', path);
    await place()
      .putFile('one/files/empty.jsonl', '/dev/null')
      .catch(() => undefined);
    expect(await place().create('one/versions/1.0.0.json', '{"ä":1}\n')).toBe(true);
    const reader = place();
    expect(Buffer.compare(await bytesOf(reader, 'one/files/abc.jsonl'), content)).toBe(0);
    expect(await reader.text('one/versions/1.0.0.json')).toBe('{"ä":1}\n');
    expect([await reader.has('one/files/abc.jsonl'), await reader.has('one/files')]).toEqual([true, false]);
    await reader.close?.();
  });

  it('creates once, whoever asks, and never replaces', async () => {
    const place = await open();
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) => place().create('one/versions/1.0.0.json', `writer ${i}`)),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await place().text('one/versions/1.0.0.json')).toBe(`writer ${made.indexOf(true)}`);
    expect(await place().create('one/versions/1.0.0.json', 'late')).toBe(false);
    expect(await place().text('one/versions/1.0.0.json')).toBe(`writer ${made.indexOf(true)}`);
    expect(await place().list('')).toEqual(['one/versions/1.0.0.json']);
  });

  it('lists by prefix, in order, and takes away', async () => {
    const place = (await open())();
    expect(await place.list('')).toEqual([]);
    for (const key of ['b/versions/1.0.0.json', 'a/versions/1.0.1.json', 'a/versions/1.0.0.json', 'ab/x'])
      await place.create(key, key);
    expect(await place.list('a/versions/')).toEqual(['a/versions/1.0.0.json', 'a/versions/1.0.1.json']);
    expect(await place.list('a')).toEqual(['a/versions/1.0.0.json', 'a/versions/1.0.1.json', 'ab/x']);
    expect(await place.list('nowhere/')).toEqual([]);
    await place.remove('ab/x');
    await place.remove('ab/x');
    expect(await place.list('')).toHaveLength(3);
  });

  it('says what is not there, and takes no key that leads elsewhere', async () => {
    const place = (await open())();
    expect([await place.text('no/where.json'), await place.has('no/where.json')]).toEqual([undefined, false]);
    await expect(bytesOf(place, 'no/where.json')).rejects.toMatchObject({ code: 'E7204' });
    for (const key of [
      '../out',
      '/etc/passwd',
      'a/../../b',
      'a//b',
      '',
      'a/.aside',
      'a\0b',
      'a\\b',
      '.',
      'x/..',
    ])
      await expect((async () => place.text(key))(), key).rejects.toMatchObject({ code: 'E7204' });
  });
});

describe('a directory', () => {
  it('keeps to the umask and leaves nothing aside, also of processes that died', async () => {
    const directory = temporaryDirectory();
    const place = directoryPlace(directory, { now });
    const dead = `${await origin()}-${deadPid()}-${crypto.randomUUID()}`;
    const elsewhere = `other-host-1-${crypto.randomUUID()}`;
    const fresh = `other-host-2-${crypto.randomUUID()}`;
    mkdirSync(join(directory, '.aside'));
    for (const name of [dead, elsewhere, fresh]) writeFileSync(join(directory, '.aside', name), 'half');
    for (const [name, time] of [
      [dead, now()],
      [elsewhere, new Date('2026-02-27T00:00:00Z')],
      [fresh, now()],
    ] as const)
      utimesSync(join(directory, '.aside', name), time, time);
    await place.create('a/b', 'text');
    expect(readdirSync(join(directory, '.aside'))).toEqual([fresh]);
    expect(statSync(join(directory, 'a', 'b')).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('says with a code that it is full, or cannot be written, and leaves nothing half', async () => {
    const directory = temporaryDirectory();
    const place = directoryPlace(directory, { now });
    await place.create('a/b', 'kept');
    writeFileSync(join(directory, 'file'), '');
    await expect(place.create('file/x', 'text')).rejects.toMatchObject({ code: 'E7206' });
    await expect(place.putFile('a/c', join(directory, 'not there'))).rejects.toMatchObject({ code: 'E7206' });
    if (existsSync('/dev/full')) {
      const { placeErrors } = await import('../../src/training/places/errors.ts');
      const full = placeErrors('write', async () => writeFileSync('/dev/full', 'text'));
      await expect(full).rejects.toMatchObject({ code: 'E7206', message: expect.stringContaining('ENOSPC') });
    }
    expect(await place.list('')).toEqual(['a/b', 'file']);
    expect(readdirSync(join(directory, '.aside'))).toEqual([]);
  });

  it('writes a file anew of which a failing disk left another length', async () => {
    const directory = temporaryDirectory();
    const place = directoryPlace(directory, { now });
    writeFileSync(join(directory, 'whole'), 'whole text');
    await place.create('a/file', 'who');
    await place.putFile('a/file', join(directory, 'whole'));
    expect(readFileSync(join(directory, 'a', 'file'), 'utf8')).toBe('whole text');
  });
});

describe('a bucket', () => {
  it.each(['ignored', 'refused'] as const)('is refused where If-None-Match is %s', async (conditional) => {
    const { place, server } = await bucket({ conditional });
    await expect(place().create('a/b', 'text')).rejects.toMatchObject({ code: 'E7207' });
    expect(server.keys()).toEqual([]);
  });

  it('puts large files there in parts, and small ones whole', async () => {
    const { place, server } = await bucket();
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, 'x'.repeat(2_500));
    await place().putFile('large', path);
    // Begun and completed; three parts.
    expect([server.counts.POST, server.counts.PUT]).toEqual([2, 3]);
    await place().putFile('large', path);
    expect(server.counts.PUT).toBe(3);
    expect(await place().text('large')).toBe('x'.repeat(2_500));
    expect(server.keys()).toEqual(['a b/c+d/large']);
  });

  it('says that it is full, not there, or refuses, and tells no secret', async () => {
    const { access, place, server } = await bucket({ maxBytes: 100 });
    const secrets = [
      access.access_key_id,
      access.secret_access_key,
      'WRONGKEY',
      'a-session-token',
    ] as string[];
    const wrong = { ...access, access_key_id: 'WRONGKEY', session_token: 'a-session-token' };
    const none = { ...access, endpoint: 'http://127.0.0.1:9' };
    const uri = server.uri('p');
    const failures: [work: () => Promise<unknown>, code: string][] = [
      [() => place().create('a', 'x'.repeat(200)), 'E7206'],
      [() => s3Place('s3://no-such-bucket/p', access, quick).text('a'), 'E7205'],
      [() => s3Place(uri, wrong, quick).list(''), 'E7205'],
      [() => s3Place(uri, none, quick).text('a'), 'E7205'],
    ];
    for (const [work, code] of failures) {
      const error = await work().then(
        () => undefined,
        (thrown) => thrown,
      );
      expect(error).toMatchObject({ code });
      const told = JSON.stringify([error.message, error.hint, String(error.cause), error.stack]);
      expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
    }
    const bad = ['s3://', 's3://b', 's3://bucket/../other', 's3://bucket/a/./b'];
    for (const address of bad) expect(() => s3Place(address, access, quick)).toThrow(/s3:\/\/BUCKET/u);
    expect(() => s3Place(uri, {}, quick)).toThrow(/AWS_ACCESS_KEY_ID/u);
    expect(() => s3Place(uri, { ...access, endpoint: 'http://u:p@host' }, quick)).toThrow(
      /without credentials/u,
    );
  });

  it('goes on where an answer broke off, and knows its own write again when only its answer was lost', async () => {
    const stored = new Map<string, string>();
    const seen: string[] = [];
    const server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      seen.push(`${method} ${headers.range ?? headers['if-none-match'] ?? ''}`.trim());
      let body = '';
      request.on('data', (piece) => (body += piece));
      request.on('end', () => {
        if (method === 'DELETE') response.writeHead(204).end();
        else if (method === 'GET' && headers.range === undefined && url.endsWith('broken')) {
          response.writeHead(200, { 'content-length': 10, etag: '"e"' });
          response.write('01234', () => response.destroy());
        } else if (method === 'GET' && url.endsWith('broken')) response.writeHead(206).end('56789');
        else if (method === 'GET') response.end(stored.get(url));
        else if (stored.has(url)) response.writeHead(412).end();
        else {
          stored.set(url, body);
          // Written, and never told so.
          if (url.endsWith('lost')) response.destroy();
          else response.end();
        }
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    whenOver(() => server.close());
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const place = s3Place('s3://bucket', { endpoint, access_key_id: 'a', secret_access_key: 'b' }, quick);
    expect((await bytesOf(place, 'broken')).toString()).toBe('0123456789');
    expect(seen).toEqual(['GET', 'GET bytes=5-']);
    expect(await place.create('lost', 'mine')).toBe(true);
    stored.set('/bucket/taken', 'of another');
    expect(await place.create('taken', 'mine')).toBe(false);
  });
});

describe('the place that is configured', () => {
  const at = (data: string, training: object = {}) =>
    openPlace({
      config: { data, training: { object_storage: {}, ...training } },
      now,
      random: Math.random,
    } as unknown as Context);
  const object_storage = { access_key_id: 'a', secret_access_key: 'b', region: 'eu-central-1' };

  it('is datasets in the store, unless another is named; db:// keeps none', async () => {
    expect((await at('/somewhere/store')).uri).toBe('/somewhere/store/datasets');
    expect((await at('s3://bucket/store/', { object_storage })).uri).toBe('s3://bucket/store/datasets');
    expect((await at('db://base', { datasets: '/elsewhere' })).uri).toBe('/elsewhere');
    await expect(at('db://base')).rejects.toMatchObject({
      code: 'E7205',
      message: expect.stringContaining('KNOWHOW_DATASETS'),
    });
    await expect(at('/store', { datasets: 'ftp://host/x' })).rejects.toMatchObject({ code: 'E7205' });
  });
});

const deadPid = (): number => Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
