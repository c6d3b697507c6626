/** LanceDB and the Arrow it checks types against: both must come from the same (CommonJS) copy. */
import { createRequire } from 'node:module';
import type * as Lance from '@lancedb/lancedb';

// Else LanceDB warns on stderr about every search that does not ask for the distance.
process.env.LANCEDB_LOG ??= 'error';
const require = createRequire(import.meta.url);

export const lance = require('@lancedb/lancedb') as typeof Lance;
export const arrow = require('apache-arrow') as typeof import('apache-arrow');
export type { Lance };
