import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reorder } from '../../../src/learning/code/order.ts';
import { measure, packTree, shapeKey, type Tree, unpackTree } from '../../../src/learning/code/tree.ts';
import { unify } from '../../../src/learning/code/unify.ts';
import { writingsOf } from '../../../src/learning/code/writings.ts';
import { AT, write, wrote } from './runs.ts';

/** `call(.push($out) #1)` as a tree. */
function tree(text: string): Tree {
  const tokens = text.match(/[()]|[^\s()]+/gu) ?? [];
  let at = 0;
  const next = (): Tree => {
    const node: Tree = { label: tokens[at++] ?? '', children: [], start: at, end: at + 1 };
    if (tokens[at] === '(') {
      at += 1;
      while (tokens[at] !== ')') node.children.push(next());
      at += 1;
    }
    return node;
  };
  return next();
}
const show = ({ label, children }: Tree): string =>
  children.length > 0 ? `${label}(${children.map(show).join(' ')})` : label;
const common = (a: string, b: string) => show(unify(tree(a), tree(b)).tree);

describe('unify', () => {
  it('leaves a hole where two pieces differ, the same hole where they differ in the same way', () => {
    expect(common('call(:f #1 #2)', 'call(:f #3 #4)')).toBe('call(:f _1 _2)');
    expect(common('call(:f #1 #2 #1)', 'call(:f #3 #4 #3)')).toBe('call(:f _1 _2 _1)');
    expect(common('&(call(:f $a) call(:f $a))', '&(call(:g $x) call(:g $x))')).toBe(
      '&(call(_1 $a) call(_1 $a))',
    );
    expect(common('call(:f *array(#1))', 'call(:f "x)')).toBe('call(:f _1)');
  });

  it('matches chosen names one to one, and no other way', () => {
    expect(common('+($a -($b $a))', '+($x -($y $x))')).toBe('+($a -($b $a))');
    expect(common('+($a -($b $a))', '+($x -($y $y))')).toBe('+($a -($b _1))');
  });

  it('keeps what both lists have, in order, and says what one has beyond', () => {
    const { tree: pattern, extra } = unify(
      tree('*block(set($a #1) call(:go $a) return($a))'),
      tree('*block(set($x #1) call(:log "hm) call(:go $x) return($x))'),
    );
    expect(show(pattern)).toBe('*block(set($a #1) call(:go $a) return($a))');
    expect(extra.map(show)).toEqual(['call(:log "hm)']);
  });

  it('gives no more than both have, and all of what is the same', () => {
    const leaf = fc.constantFrom('$a', '$b', '#1', '#2', '"x', ':Map', '.at');
    const { any } = fc.letrec<{ any: Tree }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        leaf.map((label) => ({ label, children: [], start: 0, end: 0 })),
        fc
          .tuple(fc.constantFrom('call', '*block', 'if', '+', 'set'), fc.array(tie('any'), { maxLength: 4 }))
          .map(([label, children]) => ({ label, children, start: 0, end: 0 })),
      ),
    }));
    fc.assert(
      fc.property(any, any, (a, b) => {
        const pattern = unify(a, b).tree;
        expect(measure(pattern).bits).toBeLessThanOrEqual(Math.min(measure(a).bits, measure(b).bits) + 1e-9);
        expect(show(unify(a, a).tree)).toBe(show(a));
        // Both are cases of it: holding it against either takes nothing more away.
        for (const whole of [a, b])
          expect(measure(unify(pattern, whole).tree).bits).toBeLessThanOrEqual(measure(pattern).bits + 1e-9);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

describe('trees', () => {
  it('come back as they were packed', () => {
    const given = tree('fn(*params($a) *block(return(+($a #1))))');
    expect(show(unpackTree(packTree(given)) ?? tree('none'))).toBe(show(given));
    expect(unpackTree('{"no":1}')).toBeUndefined();
  });

  it('stand in one order where statements do not depend on each other, and only there', () => {
    const order = (text: string) => shapeKey(reorder(tree(text)));
    const loop = 'for(call(:go $a $b))';
    expect(order(`*block(set($a #0) set($b *array) ${loop})`)).toBe(
      order(`*block(set($b *array) set($a #0) ${loop})`),
    );
    expect(order('*block(set($a #0) set($b +($a #2)))')).not.toBe(
      order('*block(set($b +($a #2)) set($a #0))'),
    );
    expect(order('*block(call(:go $a) call(:end $a))')).not.toBe(order('*block(call(:end $a) call(:go $a))'));
  });

  it('are equal for the same idea in another form', async () => {
    const shapesOf = async (path: string, code: string) =>
      (await writingsOf(wrote('a', 1, [write(path, code)]), 'a', AT)).map(({ shape }) => shape);
    const body = `const kept = [];
  for (let i = 0; i < rows.length; i++) if (rows[i] > least) kept.push(rows[i]);
  return kept;`;
    const same = [
      `export function above(rows: number[], least: number): number[] {\n  ${body}\n}`,
      `const over = (rows, least) => {\n  ${body.replace('const', 'let').replace('i++', 'i += 1')}\n};`,
      `class Rows {\n  static over(rows, least) {\n  ${body}\n  }\n}`,
      `const rowsOf = { over(rows, least) {\n  ${body}\n  } };`,
      `exports.over = function (list, low) {\n  ${body.replaceAll('rows', 'list').replaceAll('least', 'low')}\n};`,
    ];
    const shapes = await Promise.all(same.map((code, i) => shapesOf(i === 0 ? 'a.ts' : 'a.js', code)));
    expect(new Set(shapes.flat()).size).toBe(1);
    expect(shapes.every(({ length }) => length === 1)).toBe(true);
    const counting = (head: string, rows: string, counts: string, row: string, by: string) => `${head}
${by}${counts} = {}
${by}for ${row} in ${rows}:  # each
${by}    if (${row}.kind not in ${counts}):
${by}        ${counts}[${row}.kind] = 0
${by}    ${counts}[${row}.kind] += ${row}.amount
${by}return sorted(${counts}.items())
`;
    const python = [
      counting('def tally(rows):', 'rows', 'counts', 'row', '    '),
      counting('def add_up(xs: list) -> list:\n    """By kind."""', 'xs', 'sums', 'x', '    '),
      counting('class Rows:\n    @staticmethod\n    def tally(rows):', 'rows', 'counts', 'row', '        '),
      counting('class Rows:\n    def tally(self, rows):', 'rows', 'counts', 'row', '        '),
    ];
    const theirs = await Promise.all(python.map((code) => shapesOf('a.py', code)));
    expect(theirs.every(({ length }) => length === 1)).toBe(true);
    expect(new Set(theirs.flat()).size).toBe(1);
  });
});
