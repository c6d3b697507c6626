/** The only wiring: what a function of the wings may use, as one plain record. */
import { type Config, type ConfigInput, loadConfig } from './config.ts';
import { createRandom, type Random } from './learners/random.ts';
import { createHashingEmbedder } from './llm/hashing-embedder.ts';
import { createOpenAiLlm } from './llm/openai.ts';
import type { Embedder, Llm } from './llm/ports.ts';
import { createLog, type Log } from './log.ts';
import { type Memory, openMemory } from './memory/memory.ts';
import { createRedactor, type Redactor } from './redact.ts';

export interface Context {
  config: Config;
  memory: Memory;
  embedder: Embedder;
  /** Absent means heuristics only; never an error. */
  llm: Llm | undefined;
  log: Log;
  redactor: Redactor;
  now: () => Date;
  random: Random;
  close(): Promise<void>;
}

/** What a caller of the library may put in place of the defaults. */
export interface ContextParts {
  llm?: Llm;
  embedder?: Embedder;
  now?: () => Date;
  seed?: number;
}

/**
 * Opens the memory and wires everything.
 * @throws KnowhowError `bad_config`, or `store_*` when the store cannot be opened.
 */
export async function openContext(
  flags: Partial<ConfigInput> = {},
  parts: ContextParts = {},
): Promise<Context> {
  const config = loadConfig(flags);
  const now = parts.now ?? (() => new Date());
  const redactor = createRedactor(config.redact);
  const log = createLog(config.log_level, now, (line) => redactor.redact(line).text);
  const embedder = parts.embedder ?? createHashingEmbedder();
  const memory = await openMemory(config.data, embedder, now);
  const llm =
    parts.llm ??
    (config.llm
      ? createOpenAiLlm(config.llm, { log, redact: (text) => redactor.redact(text).text })
      : undefined);
  return {
    config,
    memory,
    embedder,
    llm,
    log,
    redactor,
    now,
    random: createRandom(parts.seed ?? 7),
    close: () => memory.close(),
  };
}
