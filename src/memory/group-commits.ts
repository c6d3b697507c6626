/** Writes that wait for one another are committed together: every commit costs a version and a fragment. */

interface Waiting<T> {
  records: T[];
  settle: (failure?: unknown) => void;
}

/**
 * Commits what arrives while a commit is under way together, in one go. When that fails, each write is tried by
 * itself, so that one that must be refused takes no other down with it.
 */
export function groupCommits<T>(commit: (records: T[]) => Promise<void>): (records: T[]) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let running = false;

  const failureOf = (records: T[]): Promise<unknown> =>
    commit(records).then(
      () => undefined,
      (error: unknown) => error ?? new Error('write failed'),
    );

  async function drain(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const failure = await failureOf(group.flatMap((entry) => entry.records));
      for (const entry of group) {
        const own = failure !== undefined && group.length > 1 ? await failureOf(entry.records) : failure;
        entry.settle(own);
      }
    }
    running = false;
  }

  return (records) =>
    new Promise((resolve, reject) => {
      waiting.push({ records, settle: (failure) => (failure === undefined ? resolve() : reject(failure)) });
      if (!running) void drain();
    });
}
