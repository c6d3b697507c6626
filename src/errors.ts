/**
 * Errors, named by who can act on them. The code is stable and part of the contract: the CLI prints it in
 * `{error: {code, message, hint}}`, tools return it as text. A message never quotes stored text, because a model
 * may read it.
 */

/** Who can mend it: the caller's input, the operator's set-up, nobody right now, or a record that is broken. */
export type ErrorKind = 'caller' | 'operator' | 'unavailable' | 'bad_record';

export class KnowhowError extends Error {
  override readonly name = 'KnowhowError';

  readonly kind: ErrorKind;
  /** Stable, snake_case, e.g. `unknown_trajectory`. */
  readonly code: string;
  /** What to do next, in one sentence. */
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, code: string, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

type Rest = [code: string, message: string, hint?: string, options?: ErrorOptions];

export const callerError = (...rest: Rest) => new KnowhowError('caller', ...rest);
export const operatorError = (...rest: Rest) => new KnowhowError('operator', ...rest);
export const unavailableError = (...rest: Rest) => new KnowhowError('unavailable', ...rest);
export const badRecord = (...rest: Rest) => new KnowhowError('bad_record', ...rest);

/** What a door shows of any thrown value: `{code, message, hint?}`. Unknown errors become `internal`. */
export function describeError(thrown: unknown): { code: string; message: string; hint?: string } {
  if (thrown instanceof KnowhowError) {
    return { code: thrown.code, message: thrown.message, ...(thrown.hint ? { hint: thrown.hint } : {}) };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'internal',
    message,
    hint: 'Run `knowhow doctor`; if it finds nothing, please report this.',
  };
}
