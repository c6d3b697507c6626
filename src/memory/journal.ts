/**
 * The journal: what was written and acknowledged but does not lie in a LanceDB table yet. A write is one SQLite transaction, synced
 * to disk before it is acknowledged (LanceDB itself never syncs), and all processes of the machine see it at once. Rows move
 * on to their table in groups, by whoever has the table's lock; so tables see few, large commits, one at a time.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailableError } from '../errors.ts';
import type { Row } from './lance/schema.ts';

export interface PendingRow extends Row {
  /** Grows with every write: names one version of one record. */
  seq: number;
}

/** Which start of the machine the store was last opened in; that a vector column may have gaps; when a table was folded. */
export type Note = 'boot' | `embed ${string}` | `folded ${string}`;

export interface Journal {
  /** Resolves once the rows are safe. A version of a lower rank than the one waiting is left out. */
  append(table: string, rows: Row[]): Promise<void>;
  /** What waits for `table`, oldest first. Cached until something changes, in whatever process. */
  pending(table: string): PendingRow[];
  /** Changes whenever a row comes or goes. */
  state(): string;
  /**
   * Takes out versions that lie in their table now, whose `version` is safe on disk. Later versions of the same records
   * stay.
   */
  settle(table: string, version: number, seqs: number[]): void;
  /** The newest version of each table that is known to be safe on disk. */
  settled(): Map<string, number>;
  /** A fact about the whole store that outlives its processes; null takes it out. @returns the fact as it stands now. */
  note(name: Note, fact?: string | null): string | undefined;
  /** Leaves nothing of removed rows on the disk. */
  scrub(): Promise<void>;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS settled (tbl TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, fact TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pending (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, tbl TEXT NOT NULL, id TEXT NOT NULL, rank TEXT NOT NULL,
  cells TEXT NOT NULL, record TEXT NOT NULL, words TEXT, space TEXT, vector BLOB, UNIQUE (tbl, id))`;

interface Stored {
  seq: number;
  id: string;
  cells: string;
  record: string;
  words: string | null;
  space: string;
  vector: Uint8Array | null;
}

/** The event loop waits for another writer this long at a time, and a write this often. */
const BUSY_MS = 1_000;
const BUSY_TRIES = 20;

/** How much an acknowledged write survives. */
export type Durability = 'power-loss' | 'process-death';

/** Opens the journal in file `path`. `space` names the space of the vectors that this process writes and can use. */
export function openJournal(path: string, durability: Durability, space: string): Journal {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(`PRAGMA synchronous = ${durability === 'power-loss' ? 'FULL' : 'NORMAL'}`);
  // Elsewhere this changes nothing; on macOS a plain sync leaves the data in the drive's cache.
  database.exec('PRAGMA fullfsync = ON');
  database.exec('PRAGMA secure_delete = ON');
  database.exec(SCHEMA);
  const prepare = lazily((sql: string) => database.prepare(sql));
  let own = 0;
  const state = () =>
    `${own}/${(prepare('PRAGMA data_version').get() as { data_version: number }).data_version}`;
  const cache = new Map<string, { state: string; rows: PendingRow[] }>();

  let waiting: { table: string; rows: Row[]; settle: (failure?: unknown) => void }[] = [];
  /** Everything that asked in one turn of the event loop goes into one transaction: one sync for all of it. */
  function commit(attempt = 0): void {
    const group = waiting;
    waiting = [];
    try {
      transaction(database, 'IMMEDIATE', () => {
        for (const { table, rows } of group) for (const row of rows) write(prepare, table, row, space);
      });
    } catch (failure) {
      if (/database is locked/u.test(String(failure)) && attempt < BUSY_TRIES) {
        waiting = [...group, ...waiting];
        setImmediate(commit, attempt + 1);
        return;
      }
      for (const { settle } of group) settle(failure);
      return;
    }
    own += 1;
    for (const { settle } of group) settle();
  }

  return {
    append: (table, rows) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(commit, 0);
        waiting.push({
          table,
          rows,
          settle: (failure) => (failure === undefined ? resolve() : reject(failure)),
        });
      }),
    pending(table) {
      const now = state();
      const known = cache.get(table);
      if (known?.state === now) return known.rows;
      const before = new Map(known?.rows.map((row) => [row.seq, row]));
      // In one transaction: between two, a row that is being replaced would be there in neither version.
      const rows = transaction(database, 'DEFERRED', () => {
        const seqs = prepare('SELECT seq FROM pending WHERE tbl = ? ORDER BY seq').all(table) as {
          seq: number;
        }[];
        const one = prepare('SELECT * FROM pending WHERE seq = ?');
        return seqs.flatMap(({ seq }) => {
          const same = before.get(seq);
          if (same) return same;
          const stored = one.get(seq) as unknown as Stored | undefined;
          return stored ? rowOf(stored, space) : [];
        });
      });
      cache.set(table, { state: now, rows });
      return rows;
    },
    state,
    settle(table, version, seqs) {
      const one = prepare('DELETE FROM pending WHERE seq = ?');
      transaction(database, 'IMMEDIATE', () => {
        for (const seq of seqs) one.run(seq);
        prepare('INSERT OR REPLACE INTO settled (tbl, version) VALUES (?, ?)').run(table, version);
      });
      own += 1;
    },
    settled: () =>
      new Map(
        (prepare('SELECT tbl, version FROM settled').all() as { tbl: string; version: number }[]).map(
          ({ tbl, version }) => [tbl, version],
        ),
      ),
    note(name, fact) {
      if (fact === null) prepare('DELETE FROM notes WHERE name = ?').run(name);
      else if (fact !== undefined)
        prepare('INSERT OR REPLACE INTO notes (name, fact) VALUES (?, ?)').run(name, fact);
      return (prepare('SELECT fact FROM notes WHERE name = ?').get(name) as { fact: string } | undefined)
        ?.fact;
    },
    async scrub() {
      database.exec('VACUUM');
      // Others may be reading an older state, which keeps the log of writes from being emptied.
      for (let attempt = 0; attempt < BUSY_TRIES; attempt += 1) {
        const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
        if (busy === 0) return;
        await sleep(50);
      }
      throw unavailableError(
        'store_busy',
        'Another process reads the journal; removed rows may still be in it.',
        'Try again.',
      );
    },
    close: () => database.close(),
  };
}

function write(prepare: (sql: string) => StatementSync, table: string, row: Row, space: string): void {
  const rank = row.cells.rank ?? '';
  const standing = prepare('SELECT rank FROM pending WHERE tbl = ? AND id = ?').get(table, row.id) as
    | { rank: string }
    | undefined;
  if (standing && standing.rank > rank) return;
  const vector =
    row.vector && new Uint8Array(row.vector.buffer, row.vector.byteOffset, row.vector.byteLength);
  prepare(
    'INSERT OR REPLACE INTO pending (tbl, id, rank, cells, record, words, space, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(table, row.id, rank, JSON.stringify(row.cells), row.record, row.words, space, vector);
}

function rowOf({ seq, id, cells, record, words, vector, space: from }: Stored, space: string): PendingRow {
  return {
    seq,
    id,
    cells: JSON.parse(cells),
    record,
    words,
    // Copied: a view of floats must begin at a multiple of four bytes.
    vector: vector && from === space ? new Float32Array(vector.slice().buffer) : null,
  };
}

/** All or nothing. What writes begins IMMEDIATE, so that it never has to give way halfway. */
function transaction<R>(database: DatabaseSync, kind: 'IMMEDIATE' | 'DEFERRED', work: () => R): R {
  database.exec(`BEGIN ${kind}`);
  try {
    const done = work();
    database.exec('COMMIT');
    return done;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function lazily(make: (sql: string) => StatementSync): (sql: string) => StatementSync {
  const made = new Map<string, StatementSync>();
  return (sql) => {
    let statement = made.get(sql);
    if (!statement) {
      statement = make(sql);
      made.set(sql, statement);
    }
    return statement;
  };
}
