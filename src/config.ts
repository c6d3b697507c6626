/**
 * One schema for every setting; defaults < file < environment < flags. The only reader of process.env, with config/glance.ts, which hooks read alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { CaptureConfig } from './config/capture.ts';
import { onOrOff, placeOf, shareOf } from './config/glance.ts';
import { type HostPlaces, hostPlaces } from './config/hosts.ts';
import { LearningConfig } from './config/learning.ts';
import { EmbedderConfig, LlmConfig } from './config/models.ts';
import { RedactAllow, RedactPatterns } from './config/redaction.ts';
import { Toolsets, TrainingConfig, toolsetsSaid } from './config/training.ts';
import { callerError } from './errors.ts';

export { CaptureConfig } from './config/capture.ts';
export { defaultDataDirectory } from './config/glance.ts';
export type { HostPlaces } from './config/hosts.ts';
export { LearningConfig } from './config/learning.ts';
export { EmbedderConfig, LlmConfig } from './config/models.ts';

export const Config = z.strictObject({
  data: z.string().describe('Directory of the store, or s3://BUCKET/PREFIX, or db://DATABASE'),
  durability: z
    .enum(['power-loss', 'process-death'])
    .default('power-loss')
    .describe('What an acknowledged write survives; process-death does without syncing the disk'),
  remote: z
    .strictObject({
      api_key: z.string().optional(),
      region: z.string().optional(),
      host: z.string().optional(),
    })
    .optional()
    .describe('How to reach LanceDB Cloud (db://); s3:// reads the AWS_* variables'),
  project: z
    .string()
    .min(1)
    .default('default')
    .describe('Where records go that name no project; in a workspace by default the name of its folder'),
  workspace: z
    .string()
    .optional()
    .describe(
      'Folder of the code the project is about, to notice that cited code has changed; empty for none. Default: where it is started, when that holds a repository or a package',
    ),
  holdout: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'Share of tasks that are shown nothing of what is known, drawn by a hash of the task: what `knowhow report` compares with. 0: none',
    ),
  learning: LearningConfig.prefault({}),
  capture: CaptureConfig.prefault({}),
  llm: LlmConfig.optional(),
  embedder: EmbedderConfig.prefault({}),
  training: TrainingConfig.prefault({}),
  toolsets: Toolsets,
  redact: z.boolean().default(true).describe('Replace secrets before anything is stored'),
  redact_patterns: RedactPatterns,
  redact_allow: RedactAllow,
  max_text_chars: z.int().min(1_000).default(32_000).describe('Longer observations are trimmed with a mark'),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('warn')
    .describe('Least serious line that is logged, to stderr'),
});
export type Config = z.infer<typeof Config>;
export type ConfigInput = z.input<typeof Config>;

/** Where the agents on this machine keep what is configured for the user. */
export const hostDirectories = (env: NodeJS.ProcessEnv = process.env): HostPlaces =>
  hostPlaces(env, process.platform, homedir());

const ROOT_MARKS = '.git package.json pyproject.toml Cargo.toml go.mod pom.xml Gemfile composer.json'.split(
  ' ',
);

/** The folder itself when it looks like the root of a repository or a package; else undefined. */
export const defaultWorkspace = (folder: string): string | undefined =>
  ROOT_MARKS.some((mark) => existsSync(join(folder, mark))) ? folder : undefined;

type Settings = Record<string, unknown>;

/**
 * Reads the configuration. `flags` are what the command line or the library's caller gave; undefined entries count
 * as not given. The file is `KNOWHOW_CONFIG`, else `config.json` in the data directory if there is one.
 * @throws KnowhowError `bad_config`, naming the setting.
 */
export function loadConfig(flags: Partial<ConfigInput> = {}, env: NodeJS.ProcessEnv = process.env): Config {
  const { data, file: given } = placeOf(flags, env);
  const file = given === undefined ? {} : readFile(given, env.KNOWHOW_CONFIG !== undefined);
  const merged = merge(merge(merge({}, file), fromEnvironment(env)), { ...flags, data });
  const place = typeof merged.workspace === 'string' ? merged.workspace : defaultWorkspace(process.cwd());
  // Transcripts are named after the folder of their session: what is asked for there must look there.
  const named = place ? basename(resolve(place)) : '';
  const parsed = Config.safeParse(named ? { project: named, ...merged } : merged);
  if (!parsed.success) {
    throw callerError(
      'bad_config',
      `Configuration: ${z.prettifyError(parsed.error)}`,
      'See `knowhow --help`.',
    );
  }
  const embedder = reachable(parsed.data.embedder, env);
  return { ...parsed.data, embedder, workspace: place ? resolve(place) : undefined };
}

function fromEnvironment(env: NodeJS.ProcessEnv): Settings {
  const key = env.OPENAI_API_KEY || undefined;
  const base = env.OPENAI_BASE_URL || undefined;
  const llm =
    key || base ? { api_key: key, base_url: base, model: env.KNOWHOW_LLM_MODEL || undefined } : undefined;
  const embedder = {
    kind: env.KNOWHOW_EMBEDDER || undefined,
    model: env.KNOWHOW_EMBEDDING_MODEL || undefined,
    base_url: env.KNOWHOW_EMBEDDING_BASE_URL || undefined,
    api_key: env.KNOWHOW_EMBEDDING_API_KEY || undefined,
  };
  return {
    llm,
    embedder: merge({}, embedder),
    durability: env.KNOWHOW_DURABILITY || undefined,
    remote: merge(
      {},
      {
        api_key: env.LANCEDB_API_KEY || undefined,
        region: env.LANCEDB_REGION || undefined,
        host: env.LANCEDB_HOST || undefined,
      },
    ),
    learning: merge({}, { auto_batch: onOrOff(env.KNOWHOW_AUTO_BATCH) }),
    capture: merge({}, { enabled: onOrOff(env.KNOWHOW_CAPTURE) }),
    training: merge(
      {},
      {
        datasets: env.KNOWHOW_DATASETS || undefined,
        object_storage: {
          endpoint: env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || env.AWS_ENDPOINT || undefined,
          region: env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined,
          access_key_id: env.AWS_ACCESS_KEY_ID || undefined,
          secret_access_key: env.AWS_SECRET_ACCESS_KEY || undefined,
          session_token: env.AWS_SESSION_TOKEN || undefined,
        },
      },
    ),
    toolsets: toolsetsSaid(env.KNOWHOW_TOOLSETS),
    project: env.KNOWHOW_PROJECT || undefined,
    workspace: env.KNOWHOW_WORKSPACE,
    holdout: shareOf(env.KNOWHOW_HOLDOUT),
    log_level: env.KNOWHOW_LOG || undefined,
  };
}

/** Where it has been chosen, it goes where OpenAI's own settings say. Their key goes to no other endpoint. */
function reachable(chosen: EmbedderConfig, env: NodeJS.ProcessEnv): EmbedderConfig {
  if (chosen.kind !== 'openai') return chosen;
  const theirs = env.OPENAI_BASE_URL || undefined;
  const base_url = chosen.base_url ?? theirs;
  return {
    ...chosen,
    base_url,
    api_key: chosen.api_key ?? (base_url === theirs ? env.OPENAI_API_KEY || undefined : undefined),
  };
}

function readFile(path: string, required: boolean): Settings {
  if (!required && !existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Settings;
  } catch (cause) {
    throw callerError('bad_config', `The configuration file ${path} could not be read as JSON.`, undefined, {
      cause,
    });
  }
}

function merge(under: Settings, over: Settings): Settings {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? merge(below, value) : value;
  }
  return merged;
}

const isPlain = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
