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

const LEASE_MS = 60_000;
const RENEW_MS = 15_000;
const WAIT_MS = 60_000;
const COLUMNS = { id: 1, holder: 1, until: 1 };

export interface Leases {
  /** Runs `work` if nobody holds the lease. */
  withLease<R>(name: string, work: () => Promise<R>): Promise<{ held: true; value: R } | { held: false }>;
  /** Runs `work` as soon as nobody else holds it. @throws KnowhowError `store_busy` after a minute. */
  whenFree<R>(name: string, work: () => Promise<R>): Promise<R>;
}

/** `now` must be about the same on all machines: a lease outlives its holder by a minute less what the clocks differ. */
export function openLeases(connect: () => Promise<Lance.Connection>, now: () => Date): Leases {
  let table: Promise<Lance.Table> | undefined;
  const open = () => {
    table ??= openTable(connect);
    return table;
  };
  const until = (ms: number) => new Date(now().getTime() + ms).toISOString().padStart(27, '0');

  async function take(name: string, holder: string): Promise<boolean> {
    const leases = await open();
    const [standing] = await retryGone(() =>
      leases
        .query()
        .where(condition({ id: name }))
        .limit(1)
        .toArray(),
    );
    if (standing && String(standing.until) > until(0)) return false;
    if (!standing) {
      const { schema } = await shape();
      await retryBusy(() =>
        leases
          .mergeInsert('id')
          .whenNotMatchedInsertAll()
          .useIndex(false)
          .execute(lance().makeArrowTable([{ id: name, holder: '', until: until(-1) }], { schema })),
      );
    }
    await retryBusy(() =>
      leases.update({
        where: `${condition({ id: name })} AND until <= '${until(0)}'`,
        values: { holder, until: until(LEASE_MS) },
      }),
    );
    return isMine(name, holder);
  }

  async function isMine(name: string, holder: string): Promise<boolean> {
    const leases = await open();
    return (await leases.countRows(condition({ id: name, holder }))) === 1;
  }

  async function withLease<R>(name: string, work: () => Promise<R>) {
    const holder = randomUUID();
    if (!(await take(name, holder))) return { held: false as const };
    const leases = await open();
    const mine = condition({ id: name, holder });
    const renewing = setInterval(() => {
      leases.update({ where: mine, values: { until: until(LEASE_MS) } }).catch(() => undefined);
    }, RENEW_MS);
    renewing.unref();
    try {
      return { held: true as const, value: await work() };
    } finally {
      clearInterval(renewing);
      await retryBusy(() => leases.update({ where: mine, values: { until: until(-1) } })).catch(
        () => undefined,
      );
    }
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

function shape() {
  const { Schema, Field, Utf8 } = arrow();
  const key = new Map([['lance-schema:unenforced-primary-key', 'true']]);
  const schema = new Schema([
    new Field('id', new Utf8(), false, key),
    new Field('holder', new Utf8(), false),
    new Field('until', new Utf8(), false),
  ]);
  return { schema };
}

/** Several may create it at once; where the storage lets one of them win, the others find it. */
async function openTable(connect: () => Promise<Lance.Connection>): Promise<Lance.Table> {
  const connection = await connect();
  for (let attempt = 0; ; attempt += 1) {
    if ((await connection.tableNames()).includes('leases')) {
      const opened = await connection.openTable('leases').catch(() => undefined);
      if (opened) return opened;
    } else {
      const created = await connection.createEmptyTable('leases', shape().schema).catch(() => undefined);
      if (created) return created;
    }
    if (attempt > 20) return connection.openTable('leases');
    await sleep(25 * attempt);
  }
}
