/** Counting by a model's own tokenizer: `tokenizer.json`, and the chat template that lies beside it. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { trainingError } from '../codes.ts';
import { PER_MESSAGE, PER_ROW, remembering, roundMessages } from './estimate.ts';
import type { Message } from './messages.ts';
import type { Said, Tokens } from './room.ts';

type Config = Record<string, unknown>;

/** For one conversation: a template is a program, and may loop for ever. */
const LONGEST_MS = 3_000;

/**
 * @param path the folder of a model, or its tokenizer.json. Both libraries are loaded only when this is called.
 * @param longest_ms for the template, a conversation.
 * @throws KnowhowError `E7502` where it cannot be read.
 */
export async function tokenizerAt(path: string, longest_ms = LONGEST_MS): Promise<Tokens> {
  try {
    const file = (await stat(path)).isDirectory() ? join(path, 'tokenizer.json') : path;
    const read = (name: string) => readFile(join(dirname(file), name), 'utf8').catch(missing);
    const config = JSON.parse((await read('tokenizer_config.json')) ?? '{}') as Config;
    const { Tokenizer } = await import('@huggingface/tokenizers');
    const tokenizer = new Tokenizer(JSON.parse(await readFile(file, 'utf8')) as object, config);
    const template = (await read('chat_template.jinja')) ?? templateIn(config.chat_template);
    const special = [...tokenizer.get_added_tokens_decoder().values()].filter((token) => token.special);
    const length = (text: string, add_special_tokens: boolean) =>
      tokenizer.encode(text, { add_special_tokens }).ids.length;
    return counting({
      length,
      render: template === undefined ? undefined : await renderer(template, config, longest_ms),
      marked: (text) => special.some(({ content }) => content !== '' && text.includes(content)),
      by: `tokenizer${template === undefined ? '' : ' and chat template'}`,
    });
  } catch (cause) {
    throw trainingError('E7502', undefined, { cause });
  }
}

interface Model {
  by: string;
  length(text: string, add_special_tokens: boolean): number;
  /** The whole conversation as one text; without a template an allowance is made for what it would add. */
  render: ((messages: Message[]) => string) | undefined;
  marked(text: string): boolean;
}

function counting({ by, length, render, marked }: Model): Tokens {
  const plain = (content: string) => length(content, false);
  const kept = remembering(new Map(), plain);
  // A trainer ends a plain text with the token for it.
  const count = (said: Said): number => {
    if (typeof said === 'string') return length(said, true) + 1;
    return render ? length(render(said), false) : roundMessages(said, plain);
  };
  let frame: { per_message: number; per_row: number } | undefined;
  const about = (said: Said): number => {
    if (typeof said === 'string') return count(said);
    frame ??= frameOf(count);
    const { per_message, per_row } = frame;
    return per_row + said.reduce((sum, { content }) => sum + per_message + kept(content), 0);
  };
  return { by, count, about, marked };
}

/** What a template adds, from two conversations about nothing. */
function frameOf(count: (messages: Message[]) => number): { per_message: number; per_row: number } {
  const turns = (times: number): Message[] =>
    Array.from({ length: times }, () => [
      { role: 'user' as const, content: 'x' },
      { role: 'assistant' as const, content: 'x' },
    ]).flat();
  try {
    const [one, three] = [count(turns(1)), count(turns(3))];
    const per_message = Math.max(0, (three - one) / 4 - 1);
    return { per_message, per_row: Math.max(0, one - 2 * (per_message + 1)) };
  } catch {
    return { per_message: PER_MESSAGE, per_row: PER_ROW };
  }
}

/** A template is a text, or several by name of which `default` is for conversations. */
function templateIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = (value as { name?: unknown; template?: unknown }[]).find(({ name }) => name === 'default');
  return typeof named?.template === 'string' ? named.template : undefined;
}

async function renderer(
  template: string,
  config: Config,
  longest_ms: number,
): Promise<(messages: Message[]) => string> {
  const { Template } = await import('@huggingface/jinja');
  const parsed = new Template(template);
  const marks = Object.fromEntries(
    ['bos_token', 'eos_token', 'unk_token', 'pad_token'].map((name) => [name, markIn(config[name])]),
  );
  const render = inTime(
    (messages: Message[]) => parsed.render({ ...marks, messages, add_generation_prompt: false }),
    longest_ms,
  );
  return (messages) => {
    try {
      return render(messages);
    } catch (cause) {
      throw trainingError(
        'E7502',
        'Its chat template does not take these conversations, or takes too long.',
        { cause },
      );
    }
  };
}

/** The same function, ended when its time is over. @throws what it throws, and where it takes longer. */
function inTime<A, R>(work: (given: A) => R, longest_ms: number): (given: A) => R {
  const place: { run?: () => R } = {};
  const context = createContext(place);
  const script = new Script('run()');
  return (given) => {
    place.run = () => work(given);
    return script.runInContext(context, { timeout: longest_ms }) as R;
  };
}

const markIn = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null ? (value as { content?: unknown }).content : value;
  return typeof text === 'string' ? text : '';
};

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
