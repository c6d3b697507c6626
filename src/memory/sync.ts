/** What was written survives power loss only after its file, and the directory that names it, have been synced. */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** File times are coarser than our clock. */
const SLACK_MS = 2_000;

/**
 * Syncs every file under `directory` that changed since `since` (milliseconds), then the directories that hold them,
 * innermost first. Files that go while it runs are none of its business.
 */
export async function syncTree(directory: string, since: number): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(gone([]));
  let changed = false;
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return syncTree(path, since);
      const { mtimeMs } = await stat(path).catch(gone({ mtimeMs: 0 }));
      if (mtimeMs < since - SLACK_MS) return;
      changed = true;
      await syncPath(path);
    }),
  );
  // A directory changes, too, when something in it was removed or renamed; syncing it costs little.
  if (changed || entries.some((entry) => entry.isDirectory())) await syncPath(directory);
}

/** Syncs one file or directory; nothing when it is gone, or of a kind that cannot be synced here. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r').catch(gone(undefined));
  if (!file) return;
  try {
    await file.sync();
  } catch (error) {
    // Windows cannot sync directories; there the file system keeps its own journal of names.
    if (!/EPERM|EISDIR|EINVAL/u.test(String(error))) throw error;
  } finally {
    await file.close();
  }
}

/** What has gone needs no syncing; anything else that keeps a file from being synced is a failure. */
export const gone =
  <T>(nothing: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return nothing;
    throw error;
  };
