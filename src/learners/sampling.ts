/** Drawing some of many so that the order in which they come does not matter. All pure. */

/** A number in [0, 1) that belongs to this seed and key: drawing by the smallest tickets is a seeded draw. */
export function ticketOf(seed: number, key: string): number {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x85ebca6b ^ Math.imul(seed, 0x27d4eb2f);
  for (let i = 0; i < key.length; i += 1) {
    const code = key.charCodeAt(i);
    a = Math.imul(a ^ code, 0x85ebca77);
    b = Math.imul(b ^ code, 0xc2b2ae3d);
  }
  a = Math.imul(a ^ (b >>> 16), 0x21f0aaad);
  b = Math.imul(b ^ (a >>> 15), 0x735a2d97);
  a ^= b >>> 15;
  return ((a >>> 0) * 2_097_152 + (b >>> 11)) / 9_007_199_254_740_992;
}

/**
 * How many to take of each size so that all together fit `room`: the small ones whole, the others down to one common level (water
 * filled into vessels). What a level leaves over goes one by one to the vessels it cuts, from the front.
 */
export function fillLevel(sizes: number[], room: number): number[] {
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  if (whole <= room) return [...sizes];
  let left = Math.max(0, Math.floor(room));
  let open = sizes.length;
  let level = 0;
  for (const size of [...sizes].sort((a, b) => a - b)) {
    if (size * open > left) {
      level = Math.floor(left / open);
      left -= level * open;
      break;
    }
    left -= size;
    open -= 1;
  }
  return sizes.map((size) => {
    if (size <= level) return size;
    left -= 1;
    return left >= 0 ? level + 1 : level;
  });
}
