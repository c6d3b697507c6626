/** The name of a concept, from what those who wrote it called it. */
import { stem, words } from '../../learners/words.ts';

/**
 * The name that most tasks used. Where none leads, the one whose words others used as well: of `withRetries`,
 * `postEntry` and `retryCharge` the first, as it says what they share and nothing else. Then the shortest, then by
 * alphabet.
 * @param tasks how many tasks used each name.
 * @param others the names to compare words with, where they are more than those to choose from.
 */
export function chooseName(
  tasks: ReadonlyMap<string, number>,
  others: ReadonlyMap<string, number> = tasks,
): string {
  const users = new Map<string, number>();
  for (const name of others.keys())
    for (const part of partsOf(name)) users.set(part, (users.get(part) ?? 0) + 1);
  const shared = (name: string) => {
    const parts = [...partsOf(name)];
    return parts.filter((part) => (users.get(part) ?? 0) > 1).length / Math.max(1, parts.length);
  };
  const [best] = [...tasks.keys()].sort(
    (a, b) =>
      (tasks.get(b) ?? 0) - (tasks.get(a) ?? 0) ||
      shared(b) - shared(a) ||
      a.length - b.length ||
      (a < b ? -1 : a > b ? 1 : 0),
  );
  return best ?? '';
}

const partsOf = (name: string): Set<string> =>
  new Set(
    words(name)
      .filter((word) => word !== name.toLowerCase() || !/[a-z][A-Z]|_/u.test(name))
      .map((word) => stem(stem(word))),
  );
