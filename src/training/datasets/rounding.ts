/**
 * Controlled rounding of a table (Bacharach 1966; Cox 1987): every cell becomes one of its two neighbouring whole numbers, every
 * row keeps its sum, and every column comes to the total that is wanted, as near as the cells allow. Rounding row by row alone
 * would not do: nine strata of one group each would all go to the largest share.
 */

/** Fractions that sum to a whole number differ from it by this much at most. */
const SLACK = 1e-9;

const floorOf = (value: number): number => Math.floor(value + SLACK);
const restOf = (value: number): number => {
  const rest = value - floorOf(value);
  return rest > SLACK ? rest : 0;
};

/** Whole numbers that sum to `total`: the floors, and one more for the largest remainders (Hamilton); ties to the first. */
export function largestRemainder(values: number[], total: number): number[] {
  const whole = values.map(floorOf);
  let left = total - whole.reduce((sum, value) => sum + value, 0);
  const order = values.map((_, c) => c).sort((a, b) => restOf(values[b] ?? 0) - restOf(values[a] ?? 0));
  for (const c of order) {
    if (left <= 0) break;
    whole[c] = (whole[c] ?? 0) + 1;
    left -= 1;
  }
  return whole;
}

/**
 * The rounded table. `rows[s]` sums to `sums[s]`; `columns` sums to the same as `sums`. Rows begin at their largest remainders;
 * then what was rounded up moves between columns, cheapest first, until the columns have their totals.
 */
export function roundTable(rows: number[][], sums: number[], columns: number[]): number[][] {
  const cells = rows.map((row, s) => largestRemainder(row, sums[s] ?? 0));
  const over = columns.map((total, c) => cells.reduce((sum, row) => sum + (row[c] ?? 0), 0) - total);
  const move = mover(rows, cells);
  const all = [...columns.keys()];
  const byWayOf = (from: number, to: number) => (between: number) => {
    if (between === from || between === to || !move(from, between)) return false;
    // Where it goes no further, the same goes back.
    return move(between, to) || !move(between, from);
  };
  const step = (from: number, to: number): boolean =>
    (over[from] ?? 0) > 0 && (over[to] ?? 0) < 0 && (move(from, to) || all.some(byWayOf(from, to)));
  for (let moved = true; moved; ) {
    moved = false;
    for (const from of all)
      for (const to of all)
        while (step(from, to)) {
          over[from] = (over[from] ?? 0) - 1;
          over[to] = (over[to] ?? 0) + 1;
          moved = true;
        }
  }
  return cells;
}

/** Moves one from a cell that was rounded up to one of its row that was rounded down, in the row where it costs least. */
function mover(rows: number[][], cells: number[][]): (from: number, to: number) => boolean {
  const up = (s: number, c: number) => (cells[s]?.[c] ?? 0) > floorOf(rows[s]?.[c] ?? 0);
  const fits = (s: number, from: number, to: number) =>
    from !== to && up(s, from) && !up(s, to) && restOf(rows[s]?.[to] ?? 0) > 0;
  // Rows by pair of columns, the best last. Entries that no longer fit are passed over.
  const width = rows[0]?.length ?? 0;
  const waiting = Array.from({ length: width * width }, (): number[] => []);
  const offer = (s: number) => {
    for (let from = 0; from < width; from += 1)
      for (let to = 0; to < width; to += 1) if (fits(s, from, to)) waiting[from * width + to]?.push(s);
  };
  for (const s of rows.keys()) offer(s);
  for (const [pair, list] of waiting.entries()) {
    const cost = (s: number) =>
      restOf(rows[s]?.[Math.floor(pair / width)] ?? 0) - restOf(rows[s]?.[pair % width] ?? 0);
    list.sort((a, b) => cost(b) - cost(a));
  }
  return (from, to) => {
    const list = waiting[from * width + to] ?? [];
    let s = list.pop();
    while (s !== undefined && !fits(s, from, to)) s = list.pop();
    const row = s === undefined ? undefined : cells[s];
    if (s === undefined || !row) return false;
    row[from] = (row[from] ?? 0) - 1;
    row[to] = (row[to] ?? 0) + 1;
    offer(s);
    return true;
  };
}
