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
  /** null: none, whatever is configured. */
  llm?: Llm | null;
  embedder?: Embedder;
  now?: () => Date;
  /** Makes everything random repeatable; without it each process draws its own. */
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
  const embedder = parts.embedder ?? createHashingEmbedder();
  const memory = await openMemory(config.data, embedder, parts.now ?? (() => new Date()));
  return wire(config, memory, parts);
}

/** Wires everything around a memory that is open already. @throws KnowhowError `bad_config`. */
export function contextOf(memory: Memory, flags: Partial<ConfigInput>, parts: ContextParts): Context {
  return wire(loadConfig({ ...flags, data: memory.directory }), memory, parts);
}

function wire(config: Config, memory: Memory, parts: ContextParts): Context {
  const now = parts.now ?? (() => new Date());
  const redactor = createRedactor(config.redact);
  const redact = (text: string) => redactor.redact(text).text;
  const log = createLog(config.log_level, now, redact);
  const configured = () => (config.llm ? createOpenAiLlm(config.llm, { log, redact }) : undefined);
  return {
    config,
    memory,
    embedder: memory.embedder,
    llm: parts.llm === undefined ? configured() : (parts.llm ?? undefined),
    log,
    redactor,
    now,
    random: createRandom(parts.seed ?? Date.now() ^ (process.pid << 16)),
    close: () => memory.close(),
  };
}
