/** Any endpoint that speaks OpenAI's chat completions: OpenAI itself, or a local server under `base_url`. */
import type OpenAI from 'openai';
import type { LlmConfig } from '../config.ts';
import type { Log } from '../log.ts';
import type { Llm, LlmRequest, LlmUsage } from './ports.ts';
import {
  ANSWER_MODES,
  type AnswerMode,
  firstMode,
  type JsonSchema,
  jsonSchemaOf,
  readAnswer,
  responseFormat,
  shapeInWords,
} from './structured.ts';

type Message = OpenAI.Chat.ChatCompletionMessageParam;

export interface LlmDependencies {
  log: Log;
  /** Everything that is sent goes through this. */
  redact: (text: string) => string;
}

const CALLS_AT_ONCE = 2;
const RETRIES = 2;
const QUOTED_BACK = 8_000;

/** A reason not to have an answer. Never holds what was sent or said. */
class Failure extends Error {}

/**
 * Opens nothing until the first question. Stops asking when `max_tokens_per_run` is used up: input and output of this
 * client together, counted by the endpoint, or at four characters a token where it does not say.
 */
export function createOpenAiLlm(config: LlmConfig, { log, redact }: LlmDependencies): Llm {
  const usage: LlmUsage = { calls: 0, input_tokens: 0, output_tokens: 0 };
  const enter = createGate(CALLS_AT_ONCE);
  let opened: Promise<OpenAI> | undefined;
  let best: AnswerMode = 'json_schema';
  let reserved = 0;

  // The package takes 100 ms to load: only where a model is really asked.
  const open = async () => {
    const { default: Client } = await import('openai');
    return new Client({
      apiKey: config.api_key || 'none', // Local servers want no key, the package wants one.
      baseURL: config.base_url,
      timeout: config.timeout_ms,
      maxRetries: RETRIES,
      logLevel: 'off', // It would write to stdout, which belongs to the protocol.
    });
  };

  async function complete(
    messages: Message[],
    mode: AnswerMode,
    name: string,
    schema: JsonSchema,
    signal?: AbortSignal,
  ) {
    const estimate = tokensOf(JSON.stringify(messages));
    const left = config.max_tokens_per_run - usage.input_tokens - usage.output_tokens - reserved;
    if (left < estimate || left === 0) {
      throw new Failure(`spend cap of ${config.max_tokens_per_run} tokens reached`);
    }
    reserved += estimate;
    try {
      opened ??= open();
      const client = await opened;
      usage.calls++;
      const reply = await client.chat.completions.create(
        { model: config.model, messages, response_format: responseFormat(mode, name, schema) },
        { signal },
      );
      const choice = reply.choices?.[0];
      const text = choice?.message?.content ?? '';
      usage.input_tokens += reply.usage?.prompt_tokens ?? estimate;
      usage.output_tokens += reply.usage?.completion_tokens ?? tokensOf(text);
      if (choice?.message?.refusal) throw new Failure('the model refused');
      return text;
    } finally {
      reserved -= estimate;
    }
  }

  /** Asks in the best mode the endpoint takes, and remembers which that is. */
  async function askInMode(
    conversation: (mode: AnswerMode) => Message[],
    name: string,
    schema: JsonSchema,
    signal?: AbortSignal,
  ) {
    let mode = worse(best, firstMode(schema));
    for (;;) {
      try {
        return await complete(conversation(mode), mode, name, schema, signal);
      } catch (error) {
        const next = ANSWER_MODES[ANSWER_MODES.indexOf(mode) + 1];
        const refusal = mode === 'text' || !next ? undefined : refusalOfFormat(error);
        if (!refusal || !next) throw error;
        log.info('The endpoint refused a response format', { refused: mode, next });
        mode = next;
        if (refusal === 'always') best = worse(best, next);
      }
    }
  }

  async function askOnce<T>(request: LlmRequest<T>): Promise<T> {
    const schema = jsonSchemaOf(request.schema);
    const opening = (mode: AnswerMode): Message[] => {
      const shape = mode === 'json_schema' ? '' : `\n\n${shapeInWords(schema)}`;
      return [
        { role: 'system', content: redact(request.system) + shape },
        { role: 'user', content: redact(request.prompt) },
      ];
    };
    const text = await askInMode(opening, request.name, schema, request.signal);
    const answer = readAnswer(text, request.schema);
    if (answer.ok) return answer.value;
    const repair = (mode: AnswerMode): Message[] => [
      ...opening(mode),
      { role: 'assistant', content: redact(text.slice(0, QUOTED_BACK)) },
      {
        role: 'user',
        content: redact(`This answer cannot be used.\n${answer.problem}\nAnswer again, the whole JSON.`),
      },
    ];
    const again = readAnswer(await askInMode(repair, request.name, schema, request.signal), request.schema);
    if (again.ok) return again.value;
    const [path] = again.paths;
    throw new Failure(
      path ? `the answer did not fit the schema at ${path}, twice` : 'the answer was not JSON, twice',
    );
  }

  return {
    model: config.model,
    usage,
    async ask(request) {
      const leave = await enter(request.signal);
      try {
        return { ok: true, value: await askOnce(request) };
      } catch (error) {
        request.signal?.throwIfAborted();
        const failure = error instanceof Failure ? error.message : await failureOf(error, config.timeout_ms);
        log.warn('The language model gave no usable answer', { asked: request.name, failure });
        return { ok: false, failure };
      } finally {
        leave();
      }
    },
  };
}

const tokensOf = (text: string): number => Math.ceil(text.length / 4);

const worse = (a: AnswerMode, b: AnswerMode): AnswerMode =>
  ANSWER_MODES.indexOf(a) > ANSWER_MODES.indexOf(b) ? a : b;

/** `always`: the endpoint does not know the format. `here`: it does not like this schema. */
function refusalOfFormat(error: unknown): 'always' | 'here' | undefined {
  const { status, param, message } = error as { status?: number; param?: string | null; message?: string };
  if (status !== 400 && status !== 422) return undefined;
  const about = `${param ?? ''} ${message ?? ''}`;
  if (!/response.?format|json.?schema|json.?object|grammar|guided|structured/i.test(about)) return undefined;
  return /invalid schema/i.test(about) ? 'here' : 'always';
}

/** Says what went wrong without the endpoint's own words, which may repeat the key or the prompt. */
async function failureOf(error: unknown, timeoutMs: number): Promise<string> {
  const { APIConnectionError, APIConnectionTimeoutError, APIError } = await import('openai');
  if (error instanceof APIConnectionTimeoutError) return `no answer within ${timeoutMs} ms`;
  if (error instanceof APIConnectionError) return 'the endpoint cannot be reached';
  if (error instanceof APIError && error.status) {
    const code = /^[\w.-]{1,40}$/.test(error.code ?? '') ? ` (${error.code})` : '';
    return `the endpoint answered ${error.status}${code}`;
  }
  return 'the endpoint gave no chat completion';
}

/** Lets `width` in at a time, in order of arrival. Waiting ends with the signal's reason. */
function createGate(width: number): (signal?: AbortSignal) => Promise<() => void> {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else inside--;
  };
  return async (signal) => {
    signal?.throwIfAborted();
    if (inside < width) {
      inside++;
      return leave;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal?.reason);
      };
      waiting.push(enter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
    return leave;
  };
}
