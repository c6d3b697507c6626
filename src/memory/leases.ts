/**
 * Leases among machines, as rows of a table: whoever changes an expired one to his own name holds it. LanceDB's optimistic
 * concurrency lets one of two such changes win. A holder that dies is out after the lease's time.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailableError } from '../errors.ts';
import { sql } from './filter.ts';
import { arrow, type Lance, lance } from './lance/library.ts';
import { retryBusy, retryGone } from './retry.ts';

export const LEASE_MS = 30_000;
const RENEW_MS = 8_000;
/** Longer than the lease of a holder that was killed. */
const WAIT_MS = 45_000;
const COLUMNS = { id: 1, holder: 1, until: 1 };
const TABLE = 'leases';
/** Each taking and giving back is a version; older ones go after so many. */
const MOST_VERSIONS = 64;

export interface Leases {
  /** Runs `work` if nobody holds the lease. */
  withLease<R>(name: string, work: () => Promise<R>): Promise<{ held: true; value: R } | { held: false }>;
  /** Runs `work` as soon as nobody else holds it. @throws KnowhowError `store_busy` after 45 s. */
  whenFree<R>(name: string, work: () => Promise<R>): Promise<R>;
}

/** `now` must be about the same on all machines: a lease outlives its holder by 30 s less what the clocks differ. */
export function openLeases(uri: string, connect: () => Promise<Lance.Connection>, now: () => Date): Leases {
  let opening: Promise<Lance.Table> | undefined;
  const open = () => {
    opening ??= openTable(uri, connect).catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const inMs = (ms: number) => new Date(now().getTime() + ms).toISOString();

  async function take(name: string, holder: string): Promise<boolean> {
    const leases = await open();
    const named = condition({ id: name });
    const [standing] = await retryGone(() => leases.query().where(named).limit(1).toArray());
    if (standing && String(standing.until) > inMs(0)) return false;
    const until = inMs(LEASE_MS);
    if (standing) {
      const where = `${named} AND until <= '${inMs(0)}'`;
      await retryBusy(() => leases.update({ where, values: { holder, until } }));
    } else {
      await retryBusy(() =>
        leases
          .mergeInsert('id')
          .whenNotMatchedInsertAll()
          .useIndex(false)
          .execute(lance().makeArrowTable([{ id: name, holder, until }], { schema: schema() })),
      );
    }
    return (await leases.countRows(condition({ id: name, holder }))) === 1;
  }

  async function withLease<R>(name: string, work: () => Promise<R>) {
    const holder = randomUUID();
    if (!(await take(name, holder))) return { held: false as const };
    const leases = await open();
    const where = condition({ id: name, holder });
    const extend = (ms: number) =>
      retryBusy(() => leases.update({ where, values: { until: inMs(ms) } })).catch(() => undefined);
    let renewed: Promise<unknown> = Promise.resolve();
    const renewing = setInterval(() => {
      renewed = renewed.then(() => extend(LEASE_MS));
    }, RENEW_MS);
    renewing.unref();
    try {
      return { held: true as const, value: await work() };
    } finally {
      clearInterval(renewing);
      // A renewal on its way would take the lease again.
      await renewed;
      await extend(-1);
      await fold(leases).catch(() => undefined);
    }
  }

  async function fold(leases: Lance.Table): Promise<void> {
    if (uri.startsWith('db://')) return;
    // Taking and giving back are two versions, so one of two is met.
    if ((await leases.version()) % MOST_VERSIONS > 1) return;
    await leases.optimize({ cleanupOlderThan: new Date(now().getTime() - LEASE_MS) });
  }

  return {
    withLease,
    async whenFree(name, work) {
      for (let waited = 0; ; ) {
        const leased = await withLease(name, work);
        if (leased.held) return leased.value;
        if (waited > WAIT_MS)
          throw unavailableError('store_busy', 'Another machine is busy with the store.', 'Try again.');
        const ms = 50 + 100 * Math.random();
        waited += ms;
        await sleep(ms);
      }
    },
  };
}

const condition = (where: Record<string, string>): string => sql(where, COLUMNS) ?? 'false';

function schema() {
  const { Schema, Field, Utf8 } = arrow();
  const key = new Map([['lance-schema:unenforced-primary-key', 'true']]);
  return new Schema([
    new Field('id', new Utf8(), false, key),
    new Field('holder', new Utf8(), false),
    new Field('until', new Utf8(), false),
  ]);
}

/**
 * Opens the table, or makes it, whoever else does so too. Of creations at once several can succeed, each over what was
 * written after the one before; of clones of an empty table exactly one does (measured: in 120 of 120 rounds, 2 or 6 at once).
 */
async function openTable(uri: string, connect: () => Promise<Lance.Connection>): Promise<Lance.Table> {
  const connection = await connect();
  if (!(await connection.tableNames({ limit: 1_000 })).includes(TABLE)) {
    if (uri.startsWith('db://')) return connection.createEmptyTable(TABLE, schema(), { existOk: true });
    const seed = `${TABLE}_${randomUUID()}`;
    await connection.createEmptyTable(seed, schema());
    const from = `${uri.replace(/\/+$/u, '')}/${seed}.lance`;
    // Fails where another was first; when it failed for any other reason, opening does so, too.
    await connection.cloneTable(TABLE, from).catch(() => undefined);
    await connection.dropTable(seed);
  }
  return retryGone(() => connection.openTable(TABLE));
}
