/** The journal of a store that may not be written: a copy of it elsewhere is read, and every write refused. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorError } from '../errors.ts';
import { type Journal, openJournal } from './journal.ts';

/** SQLite must write to open a journal, so what there is of it at this moment is read from a copy. */
export function openJournalCopy(path: string, space: string): Journal {
  const folder = mkdtempSync(join(tmpdir(), 'knowhow-journal-'));
  for (const part of ['', '-wal'])
    if (existsSync(path + part)) copyFileSync(path + part, join(folder, `journal.db${part}`));
  const copy = openJournal(join(folder, 'journal.db'), 'process-death', space);
  const refuse = (): never => {
    throw operatorError(
      'store_read_only',
      'The store may be read but not written.',
      'Check who owns the --data directory, or pass another one.',
    );
  };
  return {
    ...copy,
    append: async () => refuse(),
    settle: refuse,
    scrub: refuse,
    close() {
      copy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
