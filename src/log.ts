/** JSON lines on stderr. Stdout belongs to the answer (and, over stdio, to the protocol). */

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface Log {
  debug(message: string, facts?: Record<string, unknown>): void;
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

/** A log that drops everything below `level`. `clean` sees every line before it is written: secrets go out there. */
export function createLog(
  level: LogLevel,
  now: () => Date,
  clean: (line: string) => string = (line) => line,
): Log {
  const write =
    (at: LogLevel) =>
    (message: string, facts: Record<string, unknown> = {}) => {
      if (LEVELS.indexOf(at) < LEVELS.indexOf(level)) return;
      process.stderr.write(
        `${clean(JSON.stringify({ at: now().toISOString(), level: at, message, ...facts }))}\n`,
      );
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
