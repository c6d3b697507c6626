/**
 * Every noun. One Zod schema is the type, the stored record and the wire form at once, so field names are
 * snake_case here (as they are for the tools, the CLI's JSON and the files), and functions are camelCase.
 */
export * from './types/arrived.ts';
export * from './types/facts.ts';
export * from './types/judged.ts';
export * from './types/known.ts';
export * from './types/ratings.ts';
export * from './types/run.ts';
export * from './types/training.ts';
