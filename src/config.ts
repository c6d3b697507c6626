/**
 * One schema for every setting; defaults < file < environment < flags. The only reader of process.env.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { callerError } from './errors.ts';

/** How learning works. Names and defaults follow seeds 000 and 001; 0 means 0, unknown names are errors. */
export const LearningConfig = z.strictObject({
  credit_strategy: z
    .enum(['simple', 'llm', 'counterfactual'])
    .optional()
    .describe('How credit is shared out; default llm where a model is configured, else simple'),
  pattern_extractor: z
    .enum(['text', 'llm', 'both'])
    .optional()
    .describe('Where code concepts come from; default both where a model is configured, else text'),
  min_trajectories: z.int().nonnegative().default(50).describe('A batch needs at least this many new runs'),
  min_hours_since_last: z
    .number()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('Minimum gap between batches'),
  min_success_rate: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe('Wait while fewer of the new judged runs succeeded, but never beyond 4 times min_trajectories'),
});
export type LearningConfig = z.infer<typeof LearningConfig>;

export const LlmConfig = z.strictObject({
  api_key: z.string().optional().describe('Not needed by most local servers'),
  base_url: z.url().optional().describe('An endpoint other than that of OpenAI'),
  model: z.string().default('gpt-5-mini').describe('Name of the model to ask'),
  timeout_ms: z.int().positive().default(30_000).describe('One call may take this long'),
  max_tokens_per_run: z.int().nonnegative().default(200_000).describe('Spend cap: tokens per process'),
});
export type LlmConfig = z.infer<typeof LlmConfig>;

export const EmbedderConfig = z.strictObject({
  kind: z
    .enum(['hashing', 'openai'])
    .default('hashing')
    .describe('hashing: offline, by shared words; openai: any OpenAI-compatible /v1/embeddings, by meaning'),
  model: z.string().min(1).default('text-embedding-3-small').describe('Name of the embedding model'),
  base_url: z.url().optional().describe('An endpoint other than that of OpenAI'),
  api_key: z.string().optional().describe('Not needed by most local servers'),
  dimensions: z.int().min(2).max(16_384).optional().describe('Length of its vectors; default: as it answers'),
  timeout_ms: z.int().positive().default(10_000).describe('One call may take this long'),
});
export type EmbedderConfig = z.infer<typeof EmbedderConfig>;

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
  project: z.string().min(1).default('default').describe('Where records go that name no project'),
  workspace: z
    .string()
    .optional()
    .describe(
      'Folder of the code the project is about, to notice that cited code has changed; empty for none. Default: where it is started, when that holds a repository or a package',
    ),
  learning: LearningConfig.prefault({}),
  llm: LlmConfig.optional(),
  embedder: EmbedderConfig.prefault({}),
  redact: z.boolean().default(true).describe('Replace secrets before anything is stored'),
  max_text_chars: z.int().min(1_000).default(32_000).describe('Longer observations are trimmed with a mark'),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('warn')
    .describe('Least serious line that is logged, to stderr'),
});
export type Config = z.infer<typeof Config>;
export type ConfigInput = z.input<typeof Config>;

/** The user's data directory: `$XDG_DATA_HOME/knowhow`, else `~/.local/share/knowhow`; %LOCALAPPDATA% on Windows. */
export function defaultDataDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    env.XDG_DATA_HOME ||
    (process.platform === 'win32' && env.LOCALAPPDATA) ||
    join(homedir(), '.local', 'share');
  return join(base, 'knowhow');
}

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
  const place = flags.data || env.KNOWHOW_DATA || defaultDataDirectory(env);
  const local = !/^[a-z][a-z0-9+.-]+:\/\//iu.test(place);
  const data = local ? resolve(place) : place;
  const given = env.KNOWHOW_CONFIG ?? (local ? join(data, 'config.json') : undefined);
  const file = given === undefined ? {} : readFile(given, env.KNOWHOW_CONFIG !== undefined);
  const merged = merge(merge(merge({}, file), fromEnvironment(env)), { ...flags, data });
  const parsed = Config.safeParse(merged);
  if (!parsed.success) {
    throw callerError(
      'bad_config',
      `Configuration: ${z.prettifyError(parsed.error)}`,
      'See `knowhow --help`.',
    );
  }
  const { workspace = defaultWorkspace(process.cwd()) } = parsed.data;
  const embedder = reachable(parsed.data.embedder, env);
  return { ...parsed.data, embedder, workspace: workspace ? resolve(workspace) : undefined };
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
    project: env.KNOWHOW_PROJECT || undefined,
    workspace: env.KNOWHOW_WORKSPACE,
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
