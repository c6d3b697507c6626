/** Guards that are JSON schemas. One thread checks for all, one answer at a time; one that takes too long costs the thread. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { trainingError } from '../codes.ts';
import { type Guard, tooLate, type Verdict } from './guard.ts';
import type { AskedThread, ThreadSays } from './schema-thread.ts';
import type { SchemaGuard } from './task.ts';

const TIMEOUT_MS = 2_000;
const MEMORY_MB = 256;
const DEEPEST = 200;
/** A thread that does not even start. */
const START_MS = 30_000;

export interface SchemaGuards {
  guard(spec: SchemaGuard): Guard;
  /** @throws KnowhowError `E7404` where a schema is none, or refers to what is not in it. */
  check(specs: SchemaGuard[]): Promise<void>;
  close(): Promise<void>;
}

export function openSchemaGuards(timeoutMs = TIMEOUT_MS): SchemaGuards {
  let thread: Promise<Worker> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const end = async () => {
    const ending = await thread?.catch(() => undefined);
    thread = undefined;
    await ending?.terminate();
  };
  const askNow = async (asked: AskedThread): Promise<ThreadSays | 'timeout' | 'memory'> => {
    thread ??= start();
    const worker = await thread.catch(async (error) => {
      await end();
      throw error;
    });
    const said = await nextOf(worker, timeoutMs, () => worker.postMessage(asked));
    if (said === 'timeout' || said === 'memory') await end();
    return said;
  };
  const ask = (asked: AskedThread) => {
    const told = last.then(() => askNow(asked));
    last = told.catch(() => undefined);
    return told;
  };

  return {
    guard(spec) {
      const schema = JSON.stringify(spec.schema);
      return async (answer): Promise<Verdict> => {
        const said = await ask({ schema, answer });
        if (said === 'timeout') return { passed: false, feedback: tooLate(timeoutMs), trouble: 'timeout' };
        if (said === 'memory') return { passed: false, feedback: 'The check broke.', trouble: 'memory' };
        if (!('passed' in said))
          return { passed: false, feedback: 'The check cannot be used.', trouble: 'unusable' };
        return said;
      };
    },
    async check(specs) {
      if (specs.some(({ schema }) => isDeep(schema)))
        throw trainingError('E7404', `Its JSON schema is more than ${DEEPEST} deep.`);
      for (const schema of new Set(specs.map((spec) => JSON.stringify(spec.schema)))) {
        const said = await ask({ schema });
        if (typeof said === 'string' || !('passed' in said))
          throw trainingError('E7404', 'Its JSON schema is none, or refers to what is not in it.');
      }
    },
    close: end,
  };
}

/** Looked at level by level: what is too deep cannot be walked any other way. */
function isDeep(schema: unknown): boolean {
  let level = [schema];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}

async function start(): Promise<Worker> {
  const file = new URL(`./schema-thread${extname(import.meta.url)}`, import.meta.url);
  // Flags of the process may be meant for its own entry alone.
  const worker = new Worker(file, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } });
  worker.unref();
  // One that comes while nothing is asked has nobody to tell.
  worker.on('error', () => undefined);
  const said = await nextOf(worker, START_MS, () => undefined);
  if (typeof said === 'string') throw new Error('The thread that checks schemas did not start.');
  return worker;
}

/** What it says next; `timeout` after so long, `memory` where it ended. */
function nextOf(worker: Worker, ms: number, begin: () => void): Promise<ThreadSays | 'timeout' | 'memory'> {
  return new Promise((resolve) => {
    const done = (said: ThreadSays | 'timeout' | 'memory') => {
      clearTimeout(timer);
      worker.off('message', done).off('error', broke).off('exit', broke);
      resolve(said);
    };
    const broke = () => done('memory');
    const timer = setTimeout(() => done('timeout'), ms);
    worker.on('message', done).once('error', broke).once('exit', broke);
    begin();
  });
}
