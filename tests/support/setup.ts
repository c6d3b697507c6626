/** Runs before each test file, in a worker that many files share. */
import { afterAll } from 'vitest';
import { endFile } from './ends.ts';

afterAll(endFile);
