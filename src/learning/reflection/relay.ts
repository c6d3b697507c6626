/**
 * The agent that calls, in the place of a language model. What is asked of a model is caught and handed to it; what it
 * answers later takes the model's way through the same checks. So there is one set of questions and one of checks.
 */
import type { Llm, LlmRequest } from '../../llm/ports.ts';
import { readAnswer } from '../../llm/structured.ts';
import { cleanText, mapStrings } from '../../text.ts';

const UNUSED = { calls: 0, input_tokens: 0, output_tokens: 0 };
/** Longer answers are refused unread. */
export const LONGEST_ANSWER = 40_000;

export type Caught = Pick<LlmRequest<unknown>, 'name' | 'system' | 'prompt' | 'schema'>;

/** A model that gives no answer; the questions it was asked are in `asked`. */
export function listening(): { llm: Llm; asked: Caught[] } {
  const asked: Caught[] = [];
  const llm: Llm = {
    model: 'calling agent',
    usage: UNUSED,
    charges: true,
    async ask({ name, system, prompt, schema }) {
      asked.push({ name, system, prompt, schema });
      return { ok: false, failure: 'asked of the calling agent' };
    },
  };
  return { llm, asked };
}

/**
 * A model that gives this answer to whatever it is asked, without the secrets that its escapes and unseen characters
 * may hide. `problem()` says where it did not fit the schema.
 */
export function answering(
  answer: string,
  redact: (text: string) => string,
): { llm: Llm; problem: () => string | undefined } {
  const withoutSecrets = (said: unknown) => mapStrings(said, (text) => redact(cleanText(text)));
  let problem: string | undefined;
  const llm: Llm = {
    model: 'calling agent',
    usage: UNUSED,
    charges: true,
    async ask({ schema }) {
      const read = readAnswer(answer, schema, withoutSecrets);
      if (read.ok) return { ok: true, value: read.value };
      problem = read.problem;
      return { ok: false, failure: 'the answer did not fit the schema' };
    },
  };
  return { llm, problem: () => problem };
}
