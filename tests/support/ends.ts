/** What is ended when a test file ends: files share a worker, so nothing may rest on the worker's end. `setup.ts` calls it after each file. */

const ends: (() => unknown)[] = [];

/** Runs when the current file ends, the newest first. */
export const atFileEnd = (clean: () => unknown): void => void ends.push(clean);

export async function endFile(): Promise<void> {
  for (let clean = ends.pop(); clean !== undefined; clean = ends.pop()) await clean();
}
