/** Any endpoint that speaks OpenAI's embeddings: OpenAI itself, or a local server under `base_url`. */
import type OpenAI from 'openai';
import type { EmbedderConfig } from '../config.ts';
import { KnowhowError, operatorError } from '../errors.ts';
import type { Embedder, EmbedderUsage } from './ports.ts';

export interface EmbedderDependencies {
  /** Everything that is sent goes through this. */
  redact: (text: string) => string;
}

const MOST_TEXTS = 256;
const MOST_CHARS = 200_000;
/** UTF-16 units of one text; models take about 8,000 tokens at most, and the start of a text says what it is about. */
const LONGEST_TEXT = 8_000;
const RETRIES = 2;
/** Numbers that are remembered, 4 bytes each: a search embeds the same candidates again and again. */
const MOST_REMEMBERED = 4_000_000;
const OPENAI = 'https://api.openai.com/v1';
/** Known without asking, so that a start needs no network. Every answer is checked against it all the same. */
const DIMENSIONS: Record<string, number> = {
  'text-embedding-3-small': 1_536,
  'text-embedding-3-large': 3_072,
  'text-embedding-ada-002': 1_536,
};

/** True for the failure of an embedder: a search can still go by keywords alone, and has to say so. */
export const isEmbedderDown = (error: unknown): error is KnowhowError =>
  error instanceof KnowhowError && error.code === 'embedder_down';

/**
 * Vectors of unit length from `model`; all zeros for a blank text, which is not sent. Texts are redacted, clipped, and
 * sent at most 256 at a time. Without `dimensions` in the configuration a model that is not OpenAI's own is asked once,
 * here, how long its vectors are.
 * @throws KnowhowError `embedder_down`, from here and from `embed`: not reached, refused, or an answer that cannot be
 * used (too few vectors, another length, numbers that are none).
 */
export async function createOpenAiEmbedder(
  config: EmbedderConfig,
  { redact }: EmbedderDependencies,
): Promise<Embedder> {
  const { model } = config;
  const usage: EmbedderUsage = { calls: 0, texts: 0, tokens: 0 };
  const closing = new AbortController();
  const known = new Map<string, Float32Array>();
  let opened: Promise<OpenAI> | undefined;
  let asksForLength = config.dimensions !== undefined;

  // The package takes 100 ms to load: only where something is really embedded.
  const open = async () => {
    const { default: Client } = await import('openai');
    return new Client({
      apiKey: config.api_key || 'none', // Local servers want no key, the package wants one.
      baseURL: config.base_url ?? OPENAI, // Given always: the package would read the environment.
      timeout: config.timeout_ms,
      maxRetries: RETRIES,
      logLevel: 'off', // It would write to stdout, which belongs to the protocol.
    });
  };

  async function request(input: string[]): Promise<unknown> {
    opened ??= open();
    const client = await opened;
    usage.calls += 1;
    const dimensions = asksForLength ? { dimensions: config.dimensions } : {};
    const answer = await client.embeddings.create(
      { model, input, encoding_format: 'float', ...dimensions },
      { signal: closing.signal },
    );
    usage.texts += input.length;
    usage.tokens += answer.usage?.total_tokens ?? Math.ceil(input.join('').length / 4);
    return answer.data;
  }

  /** Vectors of one batch in the order of its texts, all of one length. */
  async function ask(input: string[], length: number | undefined): Promise<Float32Array[]> {
    try {
      const data = await request(input).catch((error: unknown) => {
        if (!asksForLength || !refusesDimensions(error)) throw error;
        // Many local servers know one length only; the check below says whether it is the one that is wanted.
        asksForLength = false;
        return request(input);
      });
      return readVectors(data, input.length, length);
    } catch (error) {
      if (error instanceof KnowhowError) throw error;
      throw await failureOf(error, config, closing.signal.aborted);
    }
  }

  const dimensions =
    config.dimensions ?? DIMENSIONS[model] ?? (await ask(['dimensions'], undefined))[0]?.length ?? 0;

  const remember = (text: string, vector: Float32Array) => {
    known.delete(text);
    known.set(text, vector);
    for (const oldest of known.keys()) {
      if (known.size * dimensions <= MOST_REMEMBERED) break;
      known.delete(oldest);
    }
  };

  return {
    name: `openai:${model}:${dimensions}`,
    dimensions,
    lexical: false,
    usage,
    async embed(texts) {
      const sent = texts.map((text) => clip(redact(text)));
      const vectors = new Map<string, Float32Array>();
      for (const text of new Set(sent)) {
        const vector = text === '' ? new Float32Array(dimensions) : known.get(text);
        if (vector) vectors.set(text, vector);
      }
      const missing = [...new Set(sent)].filter((text) => !vectors.has(text));
      for (const batch of batchesOf(missing)) {
        const found = await ask(batch, dimensions);
        for (const [i, text] of batch.entries()) {
          const vector = found[i];
          if (!vector) continue;
          vectors.set(text, vector);
          remember(text, vector);
        }
      }
      // Copies: what a caller does with a vector must not change what is remembered.
      return sent.map((text) => (vectors.get(text) ?? new Float32Array(dimensions)).slice());
    },
    close: () => closing.abort(),
  };
}

const clip = (text: string): string => text.trim().slice(0, LONGEST_TEXT).toWellFormed();

function batchesOf(texts: string[]): string[][] {
  const batches: string[][] = [];
  let chars = 0;
  for (const text of texts) {
    const batch = batches.at(-1);
    if (!batch || batch.length >= MOST_TEXTS || chars + text.length > MOST_CHARS) {
      batches.push([text]);
      chars = text.length;
    } else {
      batch.push(text);
      chars += text.length;
    }
  }
  return batches;
}

/** @throws KnowhowError `embedder_down` unless there is one usable vector for each text. */
function readVectors(data: unknown, count: number, length: number | undefined): Float32Array[] {
  if (!Array.isArray(data) || data.length !== count) {
    throw down(
      `it answered with ${Array.isArray(data) ? data.length : 'no'} vectors for ${count} texts`,
      MISFIT,
    );
  }
  const vectors = new Array<Float32Array | undefined>(count).fill(undefined);
  for (const [position, entry] of data.entries()) {
    const { index = position, embedding } = (entry ?? {}) as { index?: unknown; embedding?: unknown };
    if (!Number.isInteger(index) || Number(index) < 0 || Number(index) >= count || vectors[Number(index)])
      throw down('its answer does not say which vector is whose', MISFIT);
    vectors[Number(index)] = readVector(embedding, length ?? vectorLength(data[0]));
  }
  return vectors.flatMap((vector) => vector ?? []);
}

const vectorLength = (entry: unknown): number =>
  (entry as { embedding?: { length?: number } } | undefined)?.embedding?.length ?? 0;

function readVector(embedding: unknown, length: number): Float32Array {
  if (!Array.isArray(embedding) || embedding.length === 0) throw down('its answer holds no numbers', MISFIT);
  if (embedding.length !== length) {
    throw down(
      `its vectors have ${embedding.length} numbers, ${length} are expected`,
      'Set `dimensions` of the embedder to what the model gives.',
    );
  }
  if (!embedding.every((value) => typeof value === 'number' && Number.isFinite(value)))
    throw down('its vectors hold something other than finite numbers', MISFIT);
  const norm = Math.hypot(...(embedding as number[]));
  if (!(norm > 0) || !Number.isFinite(norm)) throw down('its vector of a text is all zeros', MISFIT);
  return Float32Array.from(embedding as number[], (value) => value / norm);
}

const MISFIT = 'Check that KNOWHOW_EMBEDDING_MODEL names an embedding model.';

const down = (why: string, hint: string, cause?: unknown): KnowhowError =>
  operatorError('embedder_down', `The embedder gave no vectors: ${why}.`, hint, { cause });

function refusesDimensions(error: unknown): boolean {
  const { status, param, message } = error as { status?: number; param?: string | null; message?: string };
  return (
    (status === 400 || status === 422) && /dimension|matryoshka/iu.test(`${param ?? ''} ${message ?? ''}`)
  );
}

/** Says what went wrong without the endpoint's own words, which may repeat the key or the texts. */
async function failureOf(error: unknown, config: EmbedderConfig, closed: boolean): Promise<KnowhowError> {
  if (closed) return down('it was closed', 'Open the memory again.');
  const { APIConnectionError, APIConnectionTimeoutError, APIError } = await import('openai');
  const other = 'or go without it: KNOWHOW_EMBEDDER=hashing.';
  if (error instanceof APIConnectionTimeoutError)
    return down(`no answer within ${config.timeout_ms} ms`, `Try again, ${other}`, error);
  if (error instanceof APIConnectionError)
    return down('its endpoint cannot be reached', `Check KNOWHOW_EMBEDDING_BASE_URL, ${other}`, error);
  if (error instanceof APIError && error.status) {
    const hint =
      error.status === 401 || error.status === 403
        ? 'Set KNOWHOW_EMBEDDING_API_KEY.'
        : error.status === 404
          ? 'Check KNOWHOW_EMBEDDING_MODEL and KNOWHOW_EMBEDDING_BASE_URL.'
          : `Try again, ${other}`;
    return down(`its endpoint answered ${error.status}`, hint, error);
  }
  return down('its endpoint gave something else', MISFIT, error);
}
