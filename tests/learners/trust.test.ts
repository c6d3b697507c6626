import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastTrust, SUSPECT_TRUST, suspect } from '../../src/learners/trust.ts';
import { VERDICT_TRUST } from '../../src/types.ts';

const trust = fc.double({ min: 0, max: 1, noNaN: true });
const lineage = fc.array(fc.record({ trust }), { minLength: 1, maxLength: 30 });

describe('the trust of a derived record', () => {
  it('is the minimum over its lineage, in whatever order and however often a record is named', () => {
    fc.assert(
      fc.property(lineage, (records) => {
        const least = leastTrust(records);
        expect(records.map((record) => record.trust)).toContain(least);
        expect(records.every((record) => record.trust >= least)).toBe(true);
        expect(leastTrust([...records].reverse())).toBe(least);
        expect(leastTrust([...records, ...records])).toBe(least);
      }),
    );
  });

  it('never rises when evidence is added, and is the same in one step or in several', () => {
    fc.assert(
      fc.property(lineage, lineage, (some, more) => {
        const whole = leastTrust([...some, ...more]);
        expect(whole).toBeLessThanOrEqual(leastTrust(some));
        expect(whole).toBe(leastTrust([{ trust: leastTrust(some) }, { trust: leastTrust(more) }]));
      }),
    );
  });

  it('is never above the cap, and 0 for what comes from nothing', () => {
    fc.assert(
      fc.property(lineage, trust, (records, cap) => {
        expect(leastTrust(records, cap)).toBe(Math.min(leastTrust(records), cap));
      }),
    );
    expect(leastTrust([])).toBe(0);
    expect(leastTrust([], 1)).toBe(0);
  });
});

describe('a suspect record', () => {
  it('is worth no more than a run that nobody judged, and not more than it was', () => {
    fc.assert(
      fc.property(trust, (before) => {
        const after = suspect({ trust: before, id: 'x' });
        expect(after).toEqual({ id: 'x', trust: Math.min(before, SUSPECT_TRUST) });
        expect(suspect(after)).toEqual(after);
      }),
    );
    expect(SUSPECT_TRUST).toBe(Math.min(...Object.values(VERDICT_TRUST)));
  });
});
