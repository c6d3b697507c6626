/** LanceDB and the Arrow it checks types against: both must come from the same (CommonJS) copy. */
import { createRequire } from 'node:module';
import type * as Lance from '@lancedb/lancedb';

// Else LanceDB warns on stderr about every search that does not ask for the distance.
process.env.LANCEDB_LOG ??= 'error';
const require = createRequire(import.meta.url);

/** Loaded when it is first needed: it takes about 100 ms, and a server answers before that. */
export const lance = (): typeof Lance => require('@lancedb/lancedb');
export const arrow = (): typeof import('apache-arrow') => require('apache-arrow');
const MB = 1024 * 1024;

/** Caches for one store: by default LanceDB would keep gigabytes, beside every agent on the machine. */
export const boundedSession = () => new (lance().Session)(BigInt(256 * MB), BigInt(64 * MB));

export type ArrowTable = Awaited<ReturnType<Lance.Query['toArrow']>>;
export type { Lance };
