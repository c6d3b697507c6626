import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item, ItemFacts } from '../../src/training/provenance/items.ts';
import { checkRule } from '../../src/training/rules/check.ts';
import { matches, selects as takes } from '../../src/training/rules/match.ts';
import { NAMED_RULES } from '../../src/training/rules/named.ts';
import { parseRule } from '../../src/training/rules/parse.ts';
import { ruleText } from '../../src/training/rules/told.ts';
import { type DataRule, ITEM_SOURCES, ITEM_STATUSES } from '../../src/types.ts';

const NOW = new Date('2026-03-01T00:00:00Z');

const item = (more: Partial<Item> = {}): Item => ({
  id: 'traj_1',
  project: 'shop',
  task_key: 'task_1',
  created_at: '2026-02-20T00:00:00.000Z',
  began: '2026-02-20T00:00:00.000Z',
  revision: 'r',
  status: 'accepted',
  passed: true,
  source: 'generated',
  judged_by: 'test',
  domain: 'coding',
  answered: '',
  told: { answer: '', feedback: '' },
  ancestors: [],
  retry_count: 0,
  incomplete: false,
  circular: false,
  ...more,
});

const selects = (text: string, more: Partial<Item>): boolean => takes(parseRule(text), item(more), NOW);
const codeOf = (text: string): string => {
  try {
    parseRule(text);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'read';
};

describe('a data rule', () => {
  it('calls a refinement what was accepted after a refusal, and of high value what was refused often enough', () => {
    const accepted: ItemFacts[] = [
      item({ id: 'traj_0' }),
      item({ id: 'traj_00', status: 'pending', passed: null }),
    ];
    expect(selects('refinement', { ancestors: accepted })).toBe(false);
    expect(selects('refinement', { retry_count: 1 })).toBe(true);
    expect(selects('refinement', { retry_count: 1, status: 'rejected', passed: false })).toBe(false);
    const high = [2, 3, 4].map((retry_count) => selects('high_value', { retry_count }));
    expect(high).toEqual([false, true, true]);
    expect(selects('high_value:5', { retry_count: 4 })).toBe(false);
    expect(selects('high_value', { retry_count: 3, status: 'superseded' })).toBe(false);
  });

  it('selects what is pending or superseded by its status alone', () => {
    const named = NAMED_RULES.map(({ name }) => name).filter((name) => !name.includes(':'));
    const others = [...named, 'not human', 'domain:coding', 'since:2020-01-01', 'status:rejected or recent'];
    for (const status of ['pending', 'superseded'] as const) {
      expect(others.filter((text) => selects(text, { status, retry_count: 9 }))).toEqual([]);
      expect(selects(`status:${status}`, { status })).toBe(true);
    }
    expect([selects('generator', {}), selects('human', {}), selects('human', { source: 'human' })]).toEqual([
      true,
      false,
      true,
    ]);
    expect(selects('source:imported,human', { source: 'imported' })).toBe(true);
    expect(selects('domain:Coding', {})).toBe(true);
    expect(selects('action_pair:g_test', { action_pair: 'g_test' })).toBe(true);
    expect(selects('action_pair:g_test', {})).toBe(false);
  });

  it('compares instants: zones count, days are UTC, and a day that is named last is whole', () => {
    const began = '2026-02-01T01:30:00+02:00';
    expect(selects('since:2026-02-01', { began })).toBe(false);
    expect(selects('until:2026-01-31', { began })).toBe(true);
    expect(selects('time:2026-01-31T23:30:00Z..2026-01-31T23:30:01Z', { began })).toBe(true);
    expect(selects('until:2026-01-31T23:30:00Z', { began })).toBe(false);
    expect(selects('recent', { began: '2026-01-30T00:00:00Z' })).toBe(true);
    expect(selects('recent', { began: '2026-01-30T01:00:00+02:00' })).toBe(false);
    expect(selects('recent:1', { began: '2026-02-28T02:00:00+02:00' })).toBe(true);
  });

  it('binds not before and before or', () => {
    expect(parseRule('not human and all or recent:7 AND (domain:qa or status:rejected,pending)')).toEqual({
      rule: 'or',
      of: [
        { rule: 'and', of: [{ rule: 'not', of: { rule: 'human' } }, { rule: 'all' }] },
        {
          rule: 'and',
          of: [
            { rule: 'recent', days: 7 },
            {
              rule: 'or',
              of: [
                { rule: 'domain', is: ['qa'] },
                { rule: 'status', is: ['rejected', 'pending'] },
              ],
            },
          ],
        },
      ],
    });
    expect(parseRule(' high_value ')).toEqual({ rule: 'high_value', retries: 3 });
    expect(parseRule('workflow:"a, \\"b\\")",and')).toEqual({ rule: 'workflow', is: ['a, "b")', 'and'] });
  });

  it('is an error under an unknown name, which names what there is, never the seed’s refinement instead', () => {
    for (const text of ['refinements', 'high-value', 'policy:1', '{"rule":"toString"}', 'all and best'])
      expect(codeOf(text)).toBe('E7001');
    expect(() => parseRule('bset')).toThrow(/"bset".*refinement, all, generator, human, high_value:N/su);
  });

  it('is an error where it cannot be read', () => {
    const broken = [
      '',
      'all and',
      'or all',
      'not',
      '(all',
      'all)',
      'all human',
      'all:1',
      'recent:0',
      'recent:soon',
      'recent:1,2',
      'high_value:1.5',
      'status',
      'status:done',
      'status:',
      'since:yesterday',
      'since:2026-02-30',
      'since:2026-02-01T12:00:00',
      'time:2026-01-01',
      'time:2026-01-01..2026-01-02..2026-01-03',
      'time:2026-02-01..2026-01-31',
      'domain:"open',
      'all & human',
      '{"rule":"and","of":[]}',
      '{"rule":"time"}',
      '{"rule":"all","of":1}',
      '{"rule":',
      '{}',
    ];
    expect(broken.filter((text) => codeOf(text) !== 'E7002')).toEqual([]);
    expect(() => checkRule(null)).toThrow();
  });

  it('is bounded, whatever is thrown at it', () => {
    const deep = (of: number): unknown => (of === 0 ? { rule: 'all' } : { rule: 'not', of: deep(of - 1) });
    const hostile = [
      '('.repeat(100_000),
      `${'not '.repeat(40_000)}all`,
      `all${' or all'.repeat(20_000)}`,
      `domain:${'a,'.repeat(50_000)}a`,
      `domain:"${'\\'.repeat(99_999)}`,
      'x'.repeat(1_000_000),
      JSON.stringify(deep(1_000)),
      JSON.stringify({ rule: 'or', of: Array.from({ length: 9_000 }, () => ({ rule: 'all' })) }),
    ];
    expect(hostile.map(codeOf)).toEqual(hostile.map(() => 'E7002'));
  });
});

const values = fc.array(fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }), {
  minLength: 1,
  maxLength: 3,
});
const time = fc.oneof(
  fc.constantFrom('2026-02-20', '2024-02-29', '2026-02-20T00:00:00+02:00'),
  fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
);
const { rule: anyRule } = fc.letrec<{ rule: DataRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc
      .constantFrom('all' as const, 'refinement' as const, 'generator' as const, 'human' as const)
      .map((rule) => ({ rule })),
    fc.integer({ min: 1, max: 5 }).map((retries) => ({ rule: 'high_value' as const, retries })),
    fc.integer({ min: 1, max: 60 }).map((days) => ({ rule: 'recent' as const, days })),
    fc.subarray([...ITEM_STATUSES], { minLength: 1 }).map((is) => ({ rule: 'status' as const, is })),
    fc.subarray([...ITEM_SOURCES], { minLength: 1 }).map((is) => ({ rule: 'source' as const, is })),
    fc.record({
      rule: fc.constantFrom('action_pair' as const, 'workflow' as const, 'domain' as const),
      is: values,
    }),
    fc.oneof(
      fc.record({ rule: fc.constant('time' as const), from: time }),
      fc.record({ rule: fc.constant('time' as const), to: time }),
      fc
        .record({ rule: fc.constant('time' as const), from: time, to: time })
        .map(({ rule, from, to }) =>
          Date.parse(from) < Date.parse(to)
            ? { rule, from, to }
            : { rule, from: to.slice(0, 10), to: from.slice(0, 10) },
        ),
    ),
    fc.record({
      rule: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ rule: fc.constant('not' as const), of: tie('rule') }),
  ),
}));
const anyItem = fc
  .record({
    status: fc.constantFrom(...ITEM_STATUSES),
    source: fc.constantFrom(...ITEM_SOURCES),
    retry_count: fc.integer({ min: 0, max: 5 }),
    began: time,
    domain: fc.constantFrom('qa', 'coding'),
  })
  .map((facts) => item(facts));

describe('laws of data rules', () => {
  it('what is told is read as the same rule, as text and as JSON', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(parseRule(ruleText(rule))).toEqual(rule);
        expect(parseRule(JSON.stringify(rule))).toEqual(rule);
      }),
    );
  });

  it('De Morgan’s laws and double negation hold', () => {
    fc.assert(
      fc.property(anyRule, anyRule, anyItem, (a, b, given) => {
        const holds = (rule: DataRule) => matches(rule, given, NOW);
        const not = (of: DataRule): DataRule => ({ rule: 'not', of });
        expect(holds(not({ rule: 'and', of: [a, b] }))).toBe(holds({ rule: 'or', of: [not(a), not(b)] }));
        expect(holds(not({ rule: 'or', of: [a, b] }))).toBe(holds({ rule: 'and', of: [not(a), not(b)] }));
        expect(holds(not(not(a)))).toBe(holds(a));
      }),
    );
  });

  it('each rule that is named is read', () => {
    const example = (name: string) =>
      name
        .replace('A,B', name.startsWith('status') ? 'pending' : name.startsWith('source') ? 'human' : 'x')
        .replace(/N$/u, '2')
        .replace('DAYS', '7')
        .replace('FROM..TO', '2026-01-01..2026-01-02')
        .replace('TIME', '2026-01-01');
    expect(NAMED_RULES.map(({ name }) => codeOf(example(name)))).toEqual(NAMED_RULES.map(() => 'read'));
  });
});
