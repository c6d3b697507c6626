import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillLevel, ticketOf } from '../../src/learners/sampling.ts';

describe('a common level', () => {
  it('keeps the small ones whole and cuts the others alike', () => {
    expect(fillLevel([100, 3, 50, 10], 43)).toEqual([15, 3, 15, 10]);
    expect(fillLevel([100, 3, 50, 10], 44)).toEqual([16, 3, 15, 10]);
    expect(fillLevel([5, 5], 20)).toEqual([5, 5]);
    expect(fillLevel([5, 5, 5], 2)).toEqual([1, 1, 0]);
    expect(fillLevel([], 3)).toEqual([]);
  });

  it('law: it fills the room, takes no more than there is, and none gets less than one that is cut but one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 12 }), fc.nat(300), (sizes, room) => {
        const taken = fillLevel(sizes, room);
        const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
        expect(sum(taken)).toBe(Math.min(room, sum(sizes)));
        const most = Math.max(0, ...taken);
        for (const [i, size] of sizes.entries()) {
          expect(taken[i]).toBeLessThanOrEqual(size);
          if ((taken[i] as number) < size) expect(taken[i]).toBeGreaterThanOrEqual(most - 1);
        }
      }),
    );
  });
});

describe('tickets', () => {
  it('are the same for the same seed and key, and spread evenly', () => {
    const tickets = Array.from({ length: 4000 }, (_, i) => ticketOf(7, `ex_${i}`));
    expect(ticketOf(7, 'ex_12')).toBe(tickets[12]);
    expect(new Set(tickets).size).toBe(4000);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const inside = tickets.filter((t) => Math.floor(t * 10) === tenth).length;
      // Five standard deviations.
      expect(Math.abs(inside - 400)).toBeLessThan(95);
    }
    // Another seed is another draw: of the smaller half, half stays.
    const both = tickets.filter((t, i) => t < 0.5 && ticketOf(8, `ex_${i}`) < 0.5).length;
    expect(Math.abs(both - 1000)).toBeLessThan(140);
  });
});
