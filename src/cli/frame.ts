/** What every command shares: options, one place for answers, one for failures. Stdout carries the answer alone. */
import { type Command, CommanderError } from 'commander';
import type { ConfigInput } from '../config.ts';
import { type Context, openContext } from '../context.ts';
import { callerError, describeError, KnowhowError } from '../errors.ts';
import { VERSION } from '../server.ts';

export interface GlobalOptions {
  data?: string;
  project?: string;
  json?: boolean;
}

export const globals = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();

/** Opens the context for a command, with `settings` of its own, and closes it after, whatever happens. */
export async function withContext<R>(
  command: Command,
  work: (ctx: Context, options: GlobalOptions) => Promise<R>,
  settings: Partial<ConfigInput> = {},
): Promise<R> {
  const options = globals(command);
  const ctx = await openContext({ ...settings, data: options.data, project: options.project });
  try {
    return await work(ctx, options);
  } finally {
    await ctx.close();
  }
}

/** Prints the answer: JSON with --json, else the text. */
export function answer(options: GlobalOptions, value: unknown, text: () => string): void {
  const written = options.json ? JSON.stringify(value, null, 2) : text();
  process.stdout.write(written.endsWith('\n') ? written : `${written}\n`);
}

/** Codes of errors that are about how the command was called. */
const USAGE = new Set(['usage', 'unknown_format', 'E7001', 'E7002', 'E7202', 'E7500', 'E7501']);

/** Prints a failure and sets the exit code: 2 for wrong usage, 130 where it was stopped, as shells say it, 1 for everything else. */
export function fail(error: unknown, json: boolean): void {
  if (error instanceof CommanderError && error.exitCode === 0) return;
  const usage = error instanceof CommanderError || (error instanceof KnowhowError && USAGE.has(error.code));
  const stopped = error instanceof KnowhowError && error.code === 'stopped';
  process.exitCode = usage ? 2 : stopped ? 130 : 1;
  const described =
    error instanceof CommanderError
      ? { code: 'usage', message: error.message.replace(/^error: /u, ''), hint: 'See `knowhow --help`.' }
      : describeError(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: described })}\n`);
  else if (!(error instanceof CommanderError)) {
    process.stderr.write(`knowhow: ${described.message}${described.hint ? `\n${described.hint}` : ''}\n`);
  }
}

/** A number of an option. @throws KnowhowError `usage`. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/u.test(text.trim())) throw callerError('usage', `"${text}" is no whole number.`);
  return Number(text);
}

/** `12 runs`, `1 run`. */
export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

export { VERSION };
