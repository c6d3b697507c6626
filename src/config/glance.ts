/**
 * What a hook must know before it does anything, read without the schemas: a host waits, and loading their library takes
 * longer than the rest of a hook. The same answer as `loadConfig()` gives, for the few settings that are here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type HostPlaces, hostPlaces } from './hosts.ts';

export const CAPTURE_DEFAULTS = {
  enabled: true,
  exclude: [] as string[],
  context: true,
  context_tokens: 300,
  max_store_mb: 4_096,
  sweep_days: 14,
};

export interface Glance {
  data: string;
  /** Where hooks keep their own files: in the data directory; for object storage, in the user's. */
  place: string;
  /** The store lies on this machine. */
  local: boolean;
  /** Set where somebody said so; else the project is named after the folder. */
  project: string | undefined;
  /** Share of sessions that are shown nothing. What is no share, the schema refuses: then nothing is held out. */
  holdout: number;
  holdout_refused: boolean;
  capture: {
    enabled: boolean;
    projects: string[] | undefined;
    exclude: string[];
    context: boolean;
    context_tokens: number;
  };
  /** Where the hosts keep their sessions. */
  homes: Pick<HostPlaces, 'claude' | 'codex' | 'gemini'>;
}

/** The user's data directory: `$XDG_DATA_HOME/knowhow`, else `~/.local/share/knowhow`; %LOCALAPPDATA% on Windows. */
export function defaultDataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    env.XDG_DATA_HOME ||
    (process.platform === 'win32' && env.LOCALAPPDATA) ||
    join(homedir(), '.local', 'share');
  return join(base, 'knowhow');
}

/** Where the store lies, and which file configures it. */
export function placeOf(flags: { data?: string | undefined }, env: NodeJS.ProcessEnv) {
  const given = flags.data || env.KNOWHOW_DATA || defaultDataDirectory(env);
  const local = !/^[a-z][a-z0-9+.-]+:\/\//iu.test(given);
  const data = local ? resolve(given) : given;
  return { data, local, file: env.KNOWHOW_CONFIG ?? (local ? join(data, 'config.json') : undefined) };
}

/** As people write it; anything else is handed on, so that the schema can say what is wrong. */
export const onOrOff = (said: string | undefined): boolean | string | undefined =>
  !said
    ? undefined
    : /^(?:on|true|1|yes)$/iu.test(said)
      ? true
      : /^(?:off|false|0|no)$/iu.test(said)
        ? false
        : said;

/** A number as it is written; anything else is handed on, so that the schema can say what is wrong. */
export const shareOf = (said: string | undefined): number | string | undefined =>
  !said ? undefined : Number.isNaN(Number(said)) ? said : Number(said);

/** What an option says; one that says nothing is handed on as well, so that it is refused. */
export const shareSaid = (said: string | undefined): number | undefined =>
  // The schema looks at whatever it is.
  said === undefined ? undefined : ((shareOf(said) ?? said) as number);

const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

/** Where hooks keep their files, for a store at `data`. */
export const hooksPlace = (data: string, local: boolean, env: NodeJS.ProcessEnv = process.env): string =>
  local ? join(data, 'hooks') : join(defaultDataDirectory(env), 'hooks', encodeURIComponent(data));

/** @throws where the configuration file cannot be read as JSON: what it forbids must not be done for that. */
export function glance(
  flags: { data?: string | undefined; project?: string | undefined; holdout?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
): Glance {
  const { data, local, file } = placeOf(flags, env);
  const settings =
    file === undefined || !existsSync(file) ? {} : record(JSON.parse(readFileSync(file, 'utf8')));
  const capture = record(settings.capture);
  const said = onOrOff(env.KNOWHOW_CAPTURE);
  const inFile = settings.holdout === undefined ? 0 : settings.holdout;
  const holdout = shareSaid(flags.holdout) ?? shareOf(env.KNOWHOW_HOLDOUT) ?? inFile;
  return {
    data,
    place: hooksPlace(data, local, env),
    local,
    project: flags.project || env.KNOWHOW_PROJECT || text(settings.project),
    holdout: isShare(holdout) ? holdout : 0,
    holdout_refused: !isShare(holdout),
    capture: {
      // What is neither on nor off is refused by the schema; until somebody mends it, nothing is captured.
      enabled: said === undefined ? (capture.enabled ?? CAPTURE_DEFAULTS.enabled) === true : said === true,
      projects: capture.projects === undefined ? undefined : texts(capture.projects),
      exclude: texts(capture.exclude),
      context: (capture.context ?? CAPTURE_DEFAULTS.context) === true,
      context_tokens:
        typeof capture.context_tokens === 'number' ? capture.context_tokens : CAPTURE_DEFAULTS.context_tokens,
    },
    homes: hostPlaces(env, process.platform, homedir()),
  };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
