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

export const Config = z.strictObject({
  data: z.string().describe('Directory of the store'),
  project: z.string().min(1).default('default').describe('Where records go that name no project'),
  learning: LearningConfig.prefault({}),
  llm: LlmConfig.optional(),
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

type Settings = Record<string, unknown>;

/**
 * Reads the configuration. `flags` are what the command line or the library's caller gave; undefined entries count
 * as not given. The file is `KNOWHOW_CONFIG`, else `config.json` in the data directory if there is one.
 * @throws KnowhowError `bad_config`, naming the setting.
 */
export function loadConfig(flags: Partial<ConfigInput> = {}, env: NodeJS.ProcessEnv = process.env): Config {
  const data = resolve(flags.data || env.KNOWHOW_DATA || defaultDataDirectory(env));
  const file = readFile(env.KNOWHOW_CONFIG ?? join(data, 'config.json'), env.KNOWHOW_CONFIG !== undefined);
  const merged = merge(merge(merge({}, file), fromEnvironment(env)), { ...flags, data });
  const parsed = Config.safeParse(merged);
  if (!parsed.success) {
    throw callerError(
      'bad_config',
      `Configuration: ${z.prettifyError(parsed.error)}`,
      'See `knowhow --help`.',
    );
  }
  return parsed.data;
}

function fromEnvironment(env: NodeJS.ProcessEnv): Settings {
  const key = env.OPENAI_API_KEY || undefined;
  const base = env.OPENAI_BASE_URL || undefined;
  const llm =
    key || base ? { api_key: key, base_url: base, model: env.KNOWHOW_LLM_MODEL || undefined } : undefined;
  return { llm, project: env.KNOWHOW_PROJECT || undefined, log_level: env.KNOWHOW_LOG || undefined };
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
