/** LanceDB and the Arrow it checks types against: both must come from the same (CommonJS) copy. */
import { createRequire } from 'node:module';
import type * as Lance from '@lancedb/lancedb';

// Else LanceDB warns on stderr about every search that does not ask for the distance.
process.env.LANCEDB_LOG ??= 'error';
const require = createRequire(import.meta.url);

/** Loaded when it is first needed: it takes about 100 ms, and a server answers before that. */
export const lance = (): typeof Lance => require('@lancedb/lancedb');
export const arrow = (): typeof import('apache-arrow') => require('apache-arrow');
export type { Lance };
