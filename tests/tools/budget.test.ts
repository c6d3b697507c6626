/** What has to go when there is no room for all. */
import { describe, expect, it } from 'vitest';
import { estimateTokens, fitBudget } from '../../src/tools/budget.ts';

const text = 'x'.repeat(290);
const of = (id: string, more = {}) => ({ id, text, ...more });
const room = (records: number) => 140 + Math.ceil(records * estimateTokens(of('a', { explored: true })));
const idsOf = (kept: { id: string }[]) => kept.map(({ id }) => id);

describe('a budget too small for all', () => {
  const strategies = [of('a'), of('b'), of('c'), of('d', { explored: true })];

  it('keeps the first of each kind, and what is to be tried in the last place that is left', () => {
    expect(idsOf(fitBudget({ strategies: strategies.slice(0, 3) }, room(2)).strategies)).toEqual(['a', 'b']);
    expect(idsOf(fitBudget({ strategies }, room(2)).strategies)).toEqual(['a', 'd']);
    expect(idsOf(fitBudget({ strategies }, room(4)).strategies)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('never tries in the only place, nor what is too long for it', () => {
    expect(idsOf(fitBudget({ strategies }, room(1)).strategies)).toEqual(['a']);
    const long = [...strategies.slice(0, 3), of('d', { explored: true, more: text })];
    expect(idsOf(fitBudget({ strategies: long }, room(2)).strategies)).toEqual(['a', 'b']);
  });
});
