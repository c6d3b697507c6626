import { describe, expect, it } from 'vitest';
import { attributeByContrast } from '../../../src/learning/credit/contrast.ts';
import { attributeSimple } from '../../../src/learning/credit/simple.ts';
import type { Attribution, Step } from '../../../src/types.ts';
import { bash, failing } from '../../support/fixtures.ts';

const MIGRATE = bash('npm run migrate', 'migrated');
const TEST = bash('npm test', 'ok');
const BUMP = bash('npm version patch', 'v2');
const STUCK = failing('npm test', 'Error: relation "orders" is missing');
const run = (steps: Step[], success: boolean | null) => ({ steps, outcome: { success } });
const GOOD = [1, 2, 3].map(() => run([MIGRATE, TEST], true));
const BAD = [1, 2, 3].map(() => run([BUMP, TEST], false));
const share = (attribution: Attribution | undefined, step: number) => attribution?.[step]?.[1] ?? Number.NaN;

describe('credit by contrast', () => {
  it('of a success raises what successes did and failures did not', () => {
    const mine = run([MIGRATE, BUMP, TEST], true);
    const contrast = attributeByContrast(mine, [...GOOD, ...BAD]);
    const simple = attributeSimple(mine);
    expect(share(contrast, 0)).toBeGreaterThan(share(simple, 0));
    expect(share(contrast, 1)).toBeLessThan(share(simple, 1));
    expect(share(contrast, 0)).toBeGreaterThan(share(contrast, 1));
    expect(contrast?.reduce((sum, [, part]) => sum + part, 0)).toBeCloseTo(1, 9);
  });

  it('of a failure blames where the successes were left', () => {
    const mine = run([MIGRATE, STUCK, bash('ls'), STUCK], false);
    expect(share(attributeByContrast(mine, [...GOOD, ...BAD]), 1)).toBeGreaterThan(0.6);
  });

  it('says nothing where outcomes do not differ, nobody knows them, or nothing is shared', () => {
    const mine = run([MIGRATE, TEST], true);
    expect(attributeByContrast(mine, GOOD)).toBeUndefined();
    expect(attributeByContrast(mine, [])).toBeUndefined();
    expect(attributeByContrast(run([TEST], null), [...GOOD, ...BAD])).toBeUndefined();
    expect(attributeByContrast(run([], true), [...GOOD, ...BAD])).toBeUndefined();
    expect(attributeByContrast(run([bash('cargo doc', 'x')], true), [...GOOD, ...BAD])).toBeUndefined();
  });
});
