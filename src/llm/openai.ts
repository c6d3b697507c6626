/** Any endpoint that speaks OpenAI's chat completions: OpenAI itself, or a local server under `base_url`. */
import type OpenAI from 'openai';
import type { LlmConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { cleanText, mapStrings } from '../text.ts';
import { type AnswerCache, answerKey } from './answer-cache.ts';
import { boundedFetch, type Traffic } from './bounded-fetch.ts';
import { type Budget, noteOutage, openBudget, reserve, tokensOf } from './budget.ts';
import { createGate } from './gate.ts';
import { Failure, failureOf, isOutage, refusalOfFormat, refusalOfLimit } from './openai-failures.ts';
import type { Llm, LlmAnswer, LlmRequest } from './ports.ts';
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
  /** Everything that is sent goes through this, and everything that comes back. */
  redact: (text: string) => string;
  /** Absent: every question is asked. */
  cache?: AnswerCache;
  /** Says when an endpoint that was down is asked again. */
  now?: () => Date;
}

const RETRIES = 2;
const QUOTED_BACK = 8_000;
/** A token of an answer takes at most about this much on the wire, escapes and frame included. */
const BYTES_PER_TOKEN = 24;
const FRAME_BYTES = 64_000;
/** The package's own limit would try again what may have been paid for: it comes after ours. */
const LATER_MS = 60_000;

/** What one question may use. */
interface Asking {
  name: string;
  schema: JsonSchema;
  budgets: Budget[];
  signal: AbortSignal | undefined;
}

/**
 * Opens nothing until the first question. Asks nothing more when `max_tokens_per_process` is used up: input and output
 * together, counted by the endpoint, or at four characters a token where it does not say. Answers that were given
 * before to the same question come from the cache.
 */
export function createOpenAiLlm(
  config: LlmConfig,
  { log, redact, cache, now = () => new Date() }: LlmDependencies,
): Llm {
  const own = openBudget('this process', { cap: config.max_tokens_per_process, now });
  // Escapes of JSON and unseen characters hide a secret from a look at the text: the values are looked at as well.
  const withoutSecrets = (said: unknown) => mapStrings(said, (text) => redact(cleanText(text)));
  const enter = createGate(config.concurrency);
  let opened: Promise<OpenAI> | undefined;
  let best: AnswerMode = 'json_schema';
  // Newer models of OpenAI refuse the old name, older local servers do not know the new one.
  let limitName: 'max_tokens' | 'max_completion_tokens' = config.base_url
    ? 'max_tokens'
    : 'max_completion_tokens';

  // The package takes 100 ms to load: only where a model is really asked.
  const open = async () => {
    const { default: Client } = await import('openai');
    return new Client({
      apiKey: config.api_key || 'none', // Local servers want no key, the package wants one.
      baseURL: config.base_url,
      timeout: config.timeout_ms + LATER_MS,
      maxRetries: RETRIES, // It waits as long as Retry-After says, up to a minute.
      logLevel: 'off', // It would write to stdout, which belongs to the protocol.
    });
  };

  async function complete(messages: Message[], mode: AnswerMode, asking: Asking): Promise<string> {
    const input = tokensOf(JSON.stringify(messages) + JSON.stringify(asking.schema));
    const reservation = await reserve(asking.budgets, input, config.max_output_tokens, asking.signal);
    if (typeof reservation === 'string') throw new Failure(reservation, 'unasked');
    const traffic: Traffic = { unanswered: 0 };
    try {
      opened ??= open();
      const mostBytes = FRAME_BYTES + config.max_output_tokens * BYTES_PER_TOKEN;
      const client = (await opened).withOptions({
        fetch: boundedFetch(mostBytes, config.timeout_ms, traffic),
      });
      const { model } = config;
      const reply = await client.chat.completions.create(
        {
          model,
          messages,
          response_format: responseFormat(mode, asking.name, asking.schema),
          [limitName]: reservation.most_output,
        },
        { signal: asking.signal },
      );
      const choice = reply.choices?.[0];
      const text = redact(String(choice?.message?.content ?? ''));
      reservation.settle({
        input_tokens: counted(reply.usage?.prompt_tokens) ?? input,
        output_tokens: counted(reply.usage?.completion_tokens) ?? tokensOf(text),
      });
      for (const budget of asking.budgets) budget.outages = 0;
      if (choice?.message?.refusal) throw new Failure('the model refused');
      if (choice?.finish_reason === 'length')
        throw new Failure(`the answer did not end within ${reservation.most_output} tokens`);
      return text;
    } catch (error) {
      // Whoever refuses is there.
      if (!isOutage(error)) for (const budget of asking.budgets) budget.outages = 0;
      // What broke off may have been worked on to the end: it counts as if it had.
      const { unanswered } = traffic;
      const output_tokens = unanswered * reservation.most_output;
      reservation.settle({ input_tokens: unanswered * input, output_tokens });
      throw error;
    } finally {
      reservation.settle();
    }
  }

  /** Asks in the best mode the endpoint takes, and remembers which that is. */
  async function askInMode(conversation: (mode: AnswerMode) => Message[], asking: Asking) {
    let mode = worse(best, firstMode(asking.schema));
    let renamed = false;
    for (;;) {
      try {
        return await complete(conversation(mode), mode, asking);
      } catch (error) {
        if (!renamed && refusalOfLimit(error, limitName)) {
          renamed = true;
          limitName = limitName === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
          continue;
        }
        const next = ANSWER_MODES[ANSWER_MODES.indexOf(mode) + 1];
        const refusal = mode === 'text' || !next ? undefined : refusalOfFormat(error);
        if (!refusal || !next) throw error;
        log.info('The endpoint refused a response format', { refused: mode, next });
        mode = next;
        if (refusal === 'always') best = worse(best, next);
      }
    }
  }

  async function askOnce<T>(request: LlmRequest<T>, budgets: Budget[]): Promise<T> {
    const schema = jsonSchemaOf(request.schema);
    const system = redact(request.system);
    const prompt = redact(request.prompt);
    const asking: Asking = { name: request.name, schema, budgets, signal: request.signal };
    const place = await cache?.place(answerKey([endpointOf(config), config.model, schema, system, prompt]));
    const kept = await place?.read();
    const known = kept === undefined ? undefined : readAnswer(kept, request.schema, withoutSecrets);
    if (known?.ok) {
      for (const { usage } of budgets) usage.cached += 1;
      return known.value;
    }
    const opening = (mode: AnswerMode): Message[] => {
      const shape = mode === 'json_schema' ? '' : `\n\n${shapeInWords(schema)}`;
      return [
        { role: 'system', content: system + shape },
        { role: 'user', content: prompt },
      ];
    };
    const leave = await enter(request.signal);
    try {
      const text = await askInMode(opening, asking);
      const answer = readAnswer(text, request.schema, withoutSecrets);
      if (answer.ok) {
        await place?.write(answer.said);
        return answer.value;
      }
      const repair = (mode: AnswerMode): Message[] => [
        ...opening(mode),
        { role: 'assistant', content: (answer.said ?? text).slice(0, QUOTED_BACK) },
        {
          role: 'user',
          content: redact(`This answer cannot be used.\n${answer.problem}\nAnswer again, the whole JSON.`),
        },
      ];
      const repaired = await askInMode(repair, asking);
      const again = readAnswer(repaired, request.schema, withoutSecrets);
      if (again.ok) {
        await place?.write(again.said);
        return again.value;
      }
      const [path] = again.paths;
      throw new Failure(
        path ? `the answer did not fit the schema at ${path}, twice` : 'the answer was not JSON, twice',
      );
    } finally {
      leave();
    }
  }

  return {
    model: config.model,
    usage: own.usage,
    charges: true,
    async ask(request): Promise<LlmAnswer<never>> {
      request.signal?.throwIfAborted();
      const budgets = [own, ...(request.budgets ?? [])];
      try {
        return { ok: true, value: (await askOnce(request, budgets)) as never };
      } catch (error) {
        request.signal?.throwIfAborted();
        const failure = await failureOf(error, config.timeout_ms);
        const wasAsked = !(error instanceof Failure && error.kind === 'unasked');
        for (const budget of budgets) {
          if (wasAsked) budget.usage.failures += 1;
          else budget.unasked += 1;
        }
        if (isOutage(error)) noteOutage(budgets);
        log.warn('The language model gave no usable answer', { asked: request.name, failure });
        return { ok: false, failure };
      }
    },
  };
}

const worse = (a: AnswerMode, b: AnswerMode): AnswerMode =>
  ANSWER_MODES.indexOf(a) > ANSWER_MODES.indexOf(b) ? a : b;

/** What an endpoint says it counted, if it is a count. */
const counted = (tokens: unknown): number | undefined =>
  Number.isSafeInteger(tokens) && (tokens as number) >= 0 ? (tokens as number) : undefined;

/** Which endpoint, without what an address may hold of a user or a key. */
function endpointOf({ base_url }: LlmConfig): string {
  if (base_url === undefined) return 'openai';
  const { origin, pathname } = new URL(base_url);
  return origin + pathname;
}
