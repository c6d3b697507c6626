/** Commits what arrives while a commit is under way together, in one go. */
export function groupCommits<T>(commit: (records: T[]) => Promise<void>): (records: T[]) => Promise<void> {
  let waiting: { records: T[]; settle: (failure?: unknown) => void }[] = [];
  let running = false;
  async function drain(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const failure = await commit(group.flatMap((entry) => entry.records)).then(
        () => undefined,
        (error: unknown) => error ?? new Error('write failed'),
      );
      for (const entry of group) entry.settle(failure);
    }
    running = false;
  }
  return (records) =>
    new Promise((resolve, reject) => {
      waiting.push({ records, settle: (failure) => (failure === undefined ? resolve() : reject(failure)) });
      if (!running) void drain();
    });
}
