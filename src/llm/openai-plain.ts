/** Plain answers from any endpoint that speaks OpenAI's chat completions: no schema, no cache, every question is asked. */
import { readFile } from 'node:fs/promises';
import type OpenAI from 'openai';
import { callerError } from '../errors.ts';
import { BROKE_OFF, boundedFetch, TIMED_OUT, TOO_LONG } from './bounded-fetch.ts';
import { failureOf, isOutage } from './openai-failures.ts';

export interface PlainOptions {
  /** Absent: OpenAI itself. */
  baseUrl: string | undefined;
  model: string;
  /** The key itself, or a file that holds it. */
  key: string | { file: string } | undefined;
  /** Absent: none. */
  system?: string | undefined;
  temperature: number;
  /** Of one answer. */
  maxTokens: number;
  /** For one answer, its body included. */
  timeoutMs: number;
  /** Everything that is sent goes through this. */
  redact: (text: string) => string;
}

export type PlainAnswer =
  | { answer: string /** It reached its longest and was cut there. */; cut?: true }
  | {
      trouble: 'timeout' | 'output' | 'crashed' | 'unusable';
      /** In words of our own. */
      reason: string;
      /** The endpoint gave no answer at all: away, overloaded, or closed to this key. */
      down?: true;
    };

export interface PlainModel {
  /** Which endpoint, without what an address may hold of a user or a key. */
  endpoint: string;
  /** Settings that it turned out not to take, and is asked without. */
  refused: ReadonlySet<Refusable>;
  /** @throws KnowhowError `unreadable_path` for the file of the key; the signal's reason. */
  ask(prompt: string, seed: number, signal: AbortSignal): Promise<PlainAnswer>;
}

const OPENAI = 'https://api.openai.com/v1';
/** A token of an answer takes at most about this much on the wire, escapes and frame included. */
const BYTES_PER_TOKEN = 24;
const FRAME_BYTES = 64_000;
/** The package's own limit would try again what may have been paid for: it comes after ours. */
const LATER_MS = 60_000;
const RETRIES = 2;
const MAY_BE_REFUSED = ['seed', 'temperature', 'max_tokens', 'max_completion_tokens'] as const;
type Refusable = (typeof MAY_BE_REFUSED)[number];

export function createPlainModel(options: PlainOptions): PlainModel {
  const { baseUrl = OPENAI, model, system, temperature, maxTokens, timeoutMs, redact } = options;
  const refused = new Set<Refusable>();
  let opened: Promise<OpenAI> | undefined;

  // The package takes 100 ms to load: only where a model is really asked.
  const open = async (key: string | undefined) => {
    const { default: Client } = await import('openai');
    return new Client({
      apiKey: key || 'none', // Local servers want no key, the package wants one.
      baseURL: baseUrl, // Given always: the package would read the environment.
      timeout: timeoutMs + LATER_MS,
      maxRetries: RETRIES, // It waits as long as Retry-After says, up to a minute.
      logLevel: 'off', // It would write to stdout.
      fetch: boundedFetch(FRAME_BYTES + maxTokens * BYTES_PER_TOKEN, timeoutMs),
    });
  };

  const askOnce = async (
    client: OpenAI,
    prompt: string,
    seed: number,
    signal: AbortSignal,
  ): Promise<PlainAnswer> => {
    // Newer models of OpenAI refuse the old name, older local servers do not know the new one.
    const newName =
      refused.has('max_tokens') || (baseUrl === OPENAI && !refused.has('max_completion_tokens'));
    const reply = await client.chat.completions.create(
      {
        model,
        messages: [
          ...(system === undefined ? [] : [{ role: 'system' as const, content: redact(system) }]),
          { role: 'user', content: redact(prompt) },
        ],
        ...(refused.has('temperature') ? {} : { temperature }),
        ...(refused.has('seed') ? {} : { seed }),
        ...(newName ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
      },
      { signal },
    );
    // A page of a proxy, or an error that calls itself a success: the model was not asked.
    if (!Array.isArray(reply.choices))
      return { trouble: 'unusable', reason: 'the endpoint gave no chat completion', down: true };
    const choice = reply.choices[0];
    if (!choice) return { trouble: 'unusable', reason: 'the endpoint gave no chat completion' };
    const said = choice.message?.content ?? choice.message?.refusal;
    const cut = choice.finish_reason === 'length';
    // Whatever it thought, called or was kept from saying: there is no answer to judge.
    if (typeof said !== 'string' || (cut && said.trim() === ''))
      return {
        trouble: 'unusable',
        reason: cut ? 'it reached its longest before it answered' : 'it answered without text',
      };
    return { answer: said, ...(cut ? { cut } : {}) };
  };

  return {
    endpoint: shortUrl(baseUrl),
    refused,
    async ask(prompt, seed, signal) {
      opened ??= keyOf(options.key).then(open);
      const client = await opened;
      for (let round = 0; ; round += 1) {
        try {
          return await askOnce(client, prompt, seed, signal);
        } catch (error) {
          signal.throwIfAborted();
          const name = refusal(error);
          // Another question may have found out meanwhile: it is asked again all the same.
          if (name === undefined || round > MAY_BE_REFUSED.length) return troubleOf(error, timeoutMs);
          refused.add(name);
        }
      }
    },
  };
}

async function keyOf(key: PlainOptions['key']): Promise<string | undefined> {
  if (typeof key !== 'object') return key;
  const text = await readFile(key.file, 'utf8').catch((cause: unknown) => {
    throw callerError('unreadable_path', 'The file with the key cannot be read.', 'Check the path.', {
      cause,
    });
  });
  return text.trim();
}

/** Which setting the endpoint does not take, if that is what it says. */
function refusal(error: unknown): Refusable | undefined {
  const { status, param, message } = error as { status?: number; param?: string | null; message?: string };
  if (status !== 400 && status !== 422) return undefined;
  const about = `${param ?? ''} ${String(message).slice(0, 2_000)}`;
  // A prompt that is too long is no fault of the limit that is named with it.
  if (/context|too long|exceed/iu.test(about)) return undefined;
  return MAY_BE_REFUSED.find((name) => about.includes(name));
}

const CODES: Record<string, 'timeout' | 'output' | 'crashed'> = {
  [TIMED_OUT]: 'timeout',
  [TOO_LONG]: 'output',
  [BROKE_OFF]: 'crashed',
};

async function troubleOf(error: unknown, timeoutMs: number): Promise<PlainAnswer> {
  const reason = await failureOf(error, timeoutMs);
  const known = CODES[String((error as { code?: unknown }).code)];
  if (known) return { trouble: known, reason };
  return { trouble: 'crashed', reason, ...(isOutage(error) ? { down: true } : {}) };
}

function shortUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
