import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentId } from '../../src/learners/content-id.ts';
import { createRandom } from '../../src/learners/random.ts';

/** The same value with the keys of every object turned round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

describe('content ids', () => {
  it('are the prefix and 96 bits in hex, the same in every process', () => {
    // printf '{"a":1,"b":[2,null]}' | sha256sum | cut -c1-24
    expect(contentId('x', { b: [2, null], a: 1 })).toBe('x_cc243773f70c3dff1b205892');
  });

  it('do not depend on the order of keys, nor on keys without a value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentId('x', turned(value))).toBe(contentId('x', value));
      }),
      { seed: 6, numRuns: 300 },
    );
    expect(contentId('x', { a: 1, b: undefined })).toBe(contentId('x', { a: 1 }));
  });

  it('differ when anything differs: values, order in lists, null from absent', () => {
    const different = [{ a: 1 }, { a: '1' }, { a: null }, {}, [1, 2], [2, 1], [[1], 2], 'a', ''];
    expect(new Set(different.map((value) => contentId('x', value))).size).toBe(different.length);
  });

  it('canonical JSON parses back to what it was made from', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('seeded randomness', () => {
  const draw = (seed: number, count = 1_000) => {
    const random = createRandom(seed);
    return Array.from({ length: count }, random);
  };

  it('repeats itself with its seed, and only with its seed', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('is even: within 0..1, about a tenth in every tenth', () => {
    const numbers = draw(42, 20_000);
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
    const bins = Map.groupBy(numbers, (x) => Math.floor(x * 10));
    for (let bin = 0; bin < 10; bin += 1) {
      // 2,000 expected, standard deviation 42.
      expect(Math.abs((bins.get(bin)?.length ?? 0) - 2_000)).toBeLessThan(250);
    }
  });

  it('takes any seed, as 32 bits', () => {
    fc.assert(
      fc.property(fc.double(), (seed) => {
        const [first = -1] = draw(seed, 1);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first).toBeLessThan(1);
      }),
      { seed: 8 },
    );
  });
});
