import { describe, expect, it } from 'vitest';
import { createAnalyzer, creditStrategy } from '../../src/learning/analyzer.ts';
import { patternId } from '../../src/learning/errors/patterns.ts';
import { Analysis, ErrorPattern } from '../../src/types.ts';
import { bash, failing, openFresh, runOf } from '../support/fixtures.ts';

const missing = failing('python3 a.py', "ModuleNotFoundError: No module named 'numpy'");
const run = () => runOf([missing, bash('pip install numpy'), bash('python3 a.py', 'ok')]);

describe('analysing a run', () => {
  it('says what made the outcome, and which errors were met', async () => {
    const ctx = await openFresh();
    const analysis = Analysis.parse(await createAnalyzer(ctx).analyze(run()));
    expect(analysis).toMatchObject({ success: true, method: 'simple', key_steps: [1, 2] });
    expect(analysis.step_attribution).toEqual(await createAnalyzer(ctx).attributeOutcome(run()));
    expect(analysis.error_patterns).toEqual([
      patternId('shop', "ModuleNotFoundError: No module named '{module}'"),
    ]);
    expect(analysis.note).toBeUndefined();
  });

  it('without steps says nothing, but says it', async () => {
    const ctx = await openFresh();
    expect(await createAnalyzer(ctx).analyze(runOf([], { success: null }))).toEqual({
      success: null,
      key_steps: [],
      step_attribution: [],
      method: 'simple',
      error_patterns: [],
    });
  });

  it('counts patterns over exactly the runs it is given, and stores nothing', async () => {
    const ctx = await openFresh();
    const [pattern, ...more] = await createAnalyzer(ctx).extractErrorPatterns([run(), run()]);
    expect(more).toEqual([]);
    expect(ErrorPattern.parse(pattern)).toMatchObject({ frequency: 2, support: { worked: 2, tried: 2 } });
    expect(await ctx.memory.error_patterns.count()).toBe(0);
    expect(await ctx.memory.occurrences.count()).toBe(0);
    expect(await createAnalyzer(ctx).extractErrorPatterns([])).toEqual([]);
  });
});

describe('the strategy of credit that is used', () => {
  it.each(['llm', 'counterfactual'] as const)(
    'is simple when %s is asked for and is not there; that is said',
    async (asked) => {
      const ctx = await openFresh({ learning: { credit_strategy: asked } });
      const analysis = await createAnalyzer(ctx).analyze(run());
      expect(analysis.method).toBe('simple');
      expect(analysis.note).toContain(asked);
      expect(creditStrategy(ctx.config.learning, ctx.llm)).toBe('simple');
    },
  );
});
