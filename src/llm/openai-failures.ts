/** Why an endpoint gave no answer, in words of our own: its words may repeat the key or the prompt. */
import { BROKE_OFF, TIMED_OUT, TOO_LONG } from './bounded-fetch.ts';

/** A reason not to have an answer. Never holds what was sent or said. */
export class Failure extends Error {
  readonly kind: 'answered' | 'unasked';
  constructor(message: string, kind: 'answered' | 'unasked' = 'answered') {
    super(message);
    this.kind = kind;
  }
}

interface FromEndpoint {
  status?: number;
  code?: string | null;
  param?: string | null;
  message?: string;
}

/** True when the endpoint gave no answer at all: away, overloaded, or closed to this key. */
export function isOutage(error: unknown): boolean {
  if (error instanceof Failure) return false;
  const { status, code } = error as FromEndpoint;
  if (status === undefined) return true;
  return [401, 403, 404, 408, 429].includes(status) || (status >= 500 && code !== TOO_LONG);
}

/** `always`: the endpoint does not know the format. `here`: it does not like this schema. */
export function refusalOfFormat(error: unknown): 'always' | 'here' | undefined {
  const { status, param, message } = error as FromEndpoint;
  if (status !== 400 && status !== 422) return undefined;
  const about = `${param ?? ''} ${message ?? ''}`.slice(0, 2_000);
  if (!/response.?format|json.?schema|json.?object|grammar|guided|structured/i.test(about)) return undefined;
  return /invalid schema/i.test(about) ? 'here' : 'always';
}

/** True when the endpoint wants the other name for the longest answer. */
export function refusalOfLimit(error: unknown, name: string): boolean {
  const { status, param, message } = error as FromEndpoint;
  return (status === 400 || status === 422) && `${param ?? ''} ${message ?? ''}`.includes(name);
}

/** One sentence. Never the endpoint's own words. */
export async function failureOf(error: unknown, timeoutMs: number): Promise<string> {
  if (error instanceof Failure) return error.message;
  const { APIConnectionError, APIConnectionTimeoutError, APIError } = await import('openai');
  if (error instanceof APIConnectionTimeoutError) return `no answer within ${timeoutMs} ms`;
  if (error instanceof APIConnectionError) return 'the endpoint cannot be reached';
  if (error instanceof APIError && error.status) {
    if (error.code === TOO_LONG) return 'the answer was far longer than asked for';
    if (error.code === TIMED_OUT) return `no answer within ${timeoutMs} ms`;
    if (error.code === BROKE_OFF) return 'the endpoint broke off its answer';
    const code = /^[\w.-]{1,40}$/.test(error.code ?? '') ? ` (${error.code})` : '';
    return `the endpoint answered ${error.status}${code}`;
  }
  return 'the endpoint gave no chat completion';
}
