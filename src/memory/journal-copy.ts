/** The journal of a store that may not be written: a copy of it elsewhere is read, and every write refused. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorError } from '../errors.ts';
import { type Journal, openJournal } from './journal.ts';

const PARTS = ['', '-wal'];

/** SQLite must write to open a journal, so a copy is read; a new one is taken whenever others have written. */
export function openJournalCopy(path: string, space: string): Journal {
  const folder = mkdtempSync(join(tmpdir(), 'knowhow-journal-'));
  let taken = 0;
  let mark = '';
  let copy: Journal | undefined;
  const current = (): Journal => {
    const now = markOf(path);
    if (copy && now === mark) return copy;
    copy?.close();
    taken += 1;
    const to = join(folder, `${taken}.db`);
    for (const part of PARTS) if (existsSync(path + part)) copyFileSync(path + part, to + part);
    mark = now;
    copy = openJournal(to, 'process-death', space);
    return copy;
  };
  const refuse = (): never => {
    throw operatorError(
      'store_read_only',
      'The store may be read but not written.',
      'Check who owns the --data directory, or pass another one.',
    );
  };
  current();
  return {
    append: async () => refuse(),
    settle: refuse,
    scrub: async () => refuse(),
    pending: (table) => current().pending(table),
    state: () => `${mark} ${current().state()}`,
    settled: () => current().settled(),
    note: (name, fact) => current().note(name, fact),
    close() {
      copy?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Changes when somebody writes to the journal. */
const markOf = (path: string): string =>
  PARTS.map((part) => {
    const found = statSync(path + part, { throwIfNoEntry: false });
    return found ? `${found.mtimeMs}/${found.size}` : '';
  }).join(' ');
