/**
 * Which of many rows of numbers may be near another: locality-sensitive hashing whose buckets are split where they are overfull, by
 * asking one word more to agree (LSH forest, Bawa, Condie & Ganesan 2005). So rows that share a lot do not make every look a look
 * at all of them. Flat arrays throughout: half a million rows in 16 trees take about 200 MB.
 */

/** A bucket of more than this is split. */
const FULL = 48;
const SPLIT = -1;

export interface Forest {
  add(row: number): void;
  /** Each row that shares a bucket with these words, once; stops where `visit` says false. */
  near(words: Uint32Array, visit: (row: number) => boolean): void;
}

/** Of rows `rows`, of which those that are added are found. `depth` words must agree, of `words` in all, from another place in each tree. */
export function createForest(
  rows: Uint32Array[],
  { words, depth, trees }: { words: number; depth: number; trees: number },
): Forest {
  // Row r in tree t is entry r·trees + t, and stands in one bucket: a chain from `heads` along `next`, both plus 1, 0 at the end.
  const next = new Int32Array(rows.length * trees);
  const depths = new Uint8Array(rows.length * trees);
  let mask = 1023;
  let used = 0;
  let keys = new Uint32Array(mask + 1);
  let heads = new Int32Array(mask + 1);
  let counts = new Int8Array(mask + 1);
  // The last look that met the row.
  const met = new Int32Array(rows.length);
  let look = 0;

  /** Where the key stands, or would: the place is free where `keys` holds 0 there. */
  const slotOf = (key: number): number => {
    let slot = key & mask;
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  };

  const grow = () => {
    const [oldKeys, oldHeads, oldCounts] = [keys, heads, counts];
    mask = mask * 2 + 1;
    keys = new Uint32Array(mask + 1);
    heads = new Int32Array(mask + 1);
    counts = new Int8Array(mask + 1);
    for (let old = 0; old < oldKeys.length; old += 1) {
      const key = oldKeys[old] as number;
      if (key === 0) continue;
      const slot = slotOf(key);
      keys[slot] = key;
      heads[slot] = oldHeads[old] as number;
      counts[slot] = oldCounts[old] as number;
    }
  };

  const startOf = (row: Uint32Array, tree: number): number => {
    let key = Math.imul(tree + 1, 0x9e3779b9);
    for (let d = 0; d < depth; d += 1) key = deeper(key, row, tree, d);
    return key;
  };
  const deeper = (key: number, row: Uint32Array, tree: number, d: number): number => {
    let h = key ^ (row[(tree * depth + d) % words] as number);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
    // 0 means free.
    return (h ^ (h >>> 15)) >>> 0 || 1;
  };

  const place = (entry: number, from: number): void => {
    const tree = entry % trees;
    const row = rows[(entry - tree) / trees] as Uint32Array;
    let key = startOf(row, tree);
    for (let d = depth; d < from; d += 1) key = deeper(key, row, tree, d);
    for (let d = from; ; d += 1) {
      let slot = slotOf(key);
      if (keys[slot] === 0) {
        if (used * 2 > mask) {
          grow();
          slot = slotOf(key);
        }
        keys[slot] = key;
        used += 1;
      }
      if (counts[slot] !== SPLIT) {
        // Where no word is left to ask, the bucket takes what comes, and the oldest are out of reach.
        const full = (counts[slot] as number) >= FULL;
        if (!full || d >= words) {
          next[entry] = heads[slot] as number;
          depths[entry] = d;
          heads[slot] = entry + 1;
          if (!full) counts[slot] = (counts[slot] as number) + 1;
          return;
        }
        let moved = heads[slot] as number;
        counts[slot] = SPLIT;
        heads[slot] = 0;
        while (moved !== 0) {
          const following = next[moved - 1] as number;
          place(moved - 1, (depths[moved - 1] as number) + 1);
          moved = following;
        }
      }
      key = deeper(key, row, tree, d);
    }
  };

  return {
    add(row) {
      for (let tree = 0; tree < trees; tree += 1) place(row * trees + tree, depth);
    },
    near(row, visit) {
      look += 1;
      for (let tree = 0; tree < trees; tree += 1) {
        let key = startOf(row, tree);
        let slot = slotOf(key);
        for (let d = depth; keys[slot] !== 0 && counts[slot] === SPLIT; d += 1) {
          key = deeper(key, row, tree, d);
          slot = slotOf(key);
        }
        if (keys[slot] === 0) continue;
        let entry = heads[slot] as number;
        for (let seen = 0; entry !== 0 && seen < FULL; seen += 1) {
          const found = (entry - 1 - ((entry - 1) % trees)) / trees;
          if (met[found] !== look) {
            met[found] = look;
            if (!visit(found)) return;
          }
          entry = next[entry - 1] as number;
        }
      }
    },
  };
}
