/**
 * Which group goes into which split (row D5): the shares hold in every stratum and overall, within one group; the same groups
 * and seed always give the same answer, whatever their order; what is fixed stays where it is, so that additions move nothing.
 */
import { createHash } from 'node:crypto';
import { SPLITS, type Split } from '../../types/training.ts';
import { largestRemainder, roundTable } from './rounding.ts';

/** One task, or tasks that are near-duplicates of each other: never in two splits. */
export interface Group {
  key: string;
  /** Domain and difficulty. */
  stratum: string;
  /** Where an earlier version has it. */
  fixed?: Split | undefined;
}

export type Ratios = Record<Split, number>;

/** The table of one stratum: who waits for a split, and how many each split holds already. */
interface Stratum {
  waiting: string[];
  held: number[];
}

/**
 * The split of every group, by its key. Where there are three groups or more, no split that has a share is left empty, as
 * long as what is not fixed suffices. Ratios are shares that sum to 1; a share of 0 gets nothing.
 */
export function assignSplits(groups: Group[], ratios: Ratios, seed: number): Map<string, Split> {
  const shares = SPLITS.map((split) => ratios[split]);
  const assigned = new Map<string, Split>();
  const strata = stratify(groups, seed, assigned);
  const totals = SPLITS.map((_, c) => strata.reduce((sum, { held }) => sum + (held[c] ?? 0), 0));
  const free = strata.reduce((sum, { waiting }) => sum + waiting.length, 0);
  const all = free + sum(totals);
  const wanted = largestRemainder(wants(shares, totals, free), free);
  const cells = roundTable(
    strata.map(({ waiting, held }) => wants(shares, held, waiting.length)),
    strata.map(({ waiting }) => waiting.length),
    wanted,
  );
  if (all >= SPLITS.length) fillEmpty(cells, shares, totals);
  for (const [s, { waiting }] of strata.entries()) {
    let at = 0;
    for (const [c, split] of SPLITS.entries()) {
      const end = at + (cells[s]?.[c] ?? 0);
      for (; at < end; at += 1) assigned.set(waiting[at] as string, split);
    }
  }
  return assigned;
}

/** Strata in an order that is drawn by the seed, so that ties favour none by its name. Who waits is in drawn order, too. */
function stratify(groups: Group[], seed: number, assigned: Map<string, Split>): Stratum[] {
  const strata = new Map<string, Stratum>();
  const taken = new Set<string>();
  for (const { key, stratum, fixed } of groups) {
    if (taken.has(key)) continue;
    taken.add(key);
    const one = strata.get(stratum) ?? { waiting: [], held: SPLITS.map(() => 0) };
    strata.set(stratum, one);
    if (fixed === undefined) one.waiting.push(key);
    else {
      const c = SPLITS.indexOf(fixed);
      one.held[c] = (one.held[c] ?? 0) + 1;
      assigned.set(key, fixed);
    }
  }
  for (const one of strata.values()) one.waiting = drawn(one.waiting, (key) => `${seed}\0group\0${key}`);
  return drawn([...strata.keys()], (name) => `${seed}\0stratum\0${name}`).map(
    (name) => strata.get(name) as Stratum,
  );
}

/** In the order of a hash: the same on every machine, and of no other group's doing. */
function drawn(keys: string[], ticket: (key: string) => string): string[] {
  return keys
    .map((key) => ({ key, ticket: createHash('sha256').update(ticket(key)).digest('hex') }))
    .sort((a, b) => (a.ticket < b.ticket ? -1 : 1))
    .map(({ key }) => key);
}

/**
 * How many of `free` each split should get, in fractions that sum to it, so that with what is held the shares come out. A split
 * that holds too many already gets none, and the others get less in proportion.
 */
function wants(shares: number[], held: number[], free: number): number[] {
  if (free === 0) return shares.map(() => 0);
  const all = free + sum(held);
  const short = shares.map((share, c) => Math.max(0, share * all - (held[c] ?? 0)));
  const lacking = sum(short);
  // Nothing lacks only by rounding: the shares themselves then.
  return lacking > 1e-9
    ? short.map((lack) => (lack * free) / lacking)
    : shares.map((share) => (share * free) / sum(shares));
}

/** Takes one from the split that has most for each that has a share and nothing. */
function fillEmpty(cells: number[][], shares: number[], held: number[]): void {
  const total = (c: number) => (held[c] ?? 0) + sum(cells.map((row) => row[c] ?? 0));
  for (const [c, share] of shares.entries()) {
    if (share <= 0 || total(c) > 0) continue;
    const givers = shares
      .map((_, from) => ({
        from,
        total: total(from),
        row: cells.toSorted((a, b) => (b[from] ?? 0) - (a[from] ?? 0))[0],
      }))
      .filter(({ from, total, row }) => total > 1 && (row?.[from] ?? 0) > 0)
      .sort((a, b) => b.total - a.total);
    const [giver] = givers;
    if (!giver?.row) continue;
    giver.row[giver.from] = (giver.row[giver.from] ?? 0) - 1;
    giver.row[c] = (giver.row[c] ?? 0) + 1;
  }
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
