/** Writings of the very same shape are one form; forms that may be one idea are put side by side. */
import type { Writing } from '../../types.ts';
import { partsOf } from './buckets.ts';
import { measure, type Tree, unpackTree } from './tree.ts';
import { unify } from './unify.ts';

export interface Written {
  writing: Writing;
  tree: Tree;
}

export interface Form {
  key: string;
  written: Written[];
  /** What all of them have in common: their literals may differ. */
  tree: Tree;
  bits: number;
  parts: ReadonlySet<number>;
  buckets: string[];
}

export interface Pair {
  a: Form;
  b: Form;
  /** Part of their parts that both have, 0..1. */
  alike: number;
}

const MOST_UNIFIED = 200;
const NEXT_TO = 6;
const MOST_PAIRS = 8;
const LEAST_ALIKE = 0.25;

/** The forms among writings, those left out that were only ever part of failures: they may be the bug itself. */
export function formsOf(writings: readonly Writing[]): Form[] {
  const forms: Form[] = [];
  for (const [key, same] of Map.groupBy(
    writings,
    ({ language, shape }) => `${familyOf(language)}:${shape}`,
  )) {
    if (same.every(({ success }) => success === false)) continue;
    const written = same.flatMap((writing) => {
      const tree = unpackTree(writing.tree);
      return tree ? [{ writing, tree }] : [];
    });
    written.sort(byContent);
    const distinct = [...new Map(written.map((each) => [measure(each.tree).exact, each.tree])).values()];
    const [first, ...others] = distinct.slice(0, MOST_UNIFIED);
    if (!first) continue;
    const tree = others.reduce((common, other) => unify(common, other).tree, first);
    forms.push({
      key,
      written,
      tree,
      bits: measure(first).bits,
      parts: new Set(partsOf(first)),
      buckets: [...new Set(written.flatMap(({ writing }) => writing.buckets))],
    });
  }
  return forms.sort((a, b) => (a.key < b.key ? -1 : 1));
}

const familyOf = (language: string): string =>
  language === 'javascript' || language === 'typescript' ? 'script' : language;

const byContent = ({ writing: a }: Written, { writing: b }: Written): number =>
  a.code.length - b.code.length || (a.code < b.code ? -1 : a.code > b.code ? 1 : a.id < b.id ? -1 : 1);

/**
 * Forms that share a bucket, most alike first. Of a full bucket each form is compared with the next few in size only,
 * and keeps the few most alike: the work grows with the number of forms, not with its square.
 */
export function pairsAmong(forms: readonly Form[]): Pair[] {
  const buckets = new Map<string, Form[]>();
  for (const form of forms)
    for (const key of form.buckets) {
      const held = buckets.get(key);
      if (held) held.push(form);
      else buckets.set(key, [form]);
    }
  const pairs = new Map<Form, Map<Form, number>>();
  for (const [, held] of buckets) {
    if (held.length < 2) continue;
    held.sort((a, b) => a.bits - b.bits || (a.key < b.key ? -1 : 1));
    for (const [i, a] of held.entries())
      for (const b of held.slice(i + 1, i + 1 + NEXT_TO)) {
        const [one, other] = a.key < b.key ? [a, b] : [b, a];
        const known = pairs.get(one) ?? new Map<Form, number>();
        pairs.set(one, known);
        if (!known.has(other)) known.set(other, alikeOf(one.parts, other.parts));
      }
  }
  const all = [...pairs].flatMap(([a, others]) => [...others].map(([b, alike]): Pair => ({ a, b, alike })));
  all.sort((x, y) => y.alike - x.alike || (x.a.key + x.b.key < y.a.key + y.b.key ? -1 : 1));
  const taken = new Map<Form, number>();
  return all.filter(({ a, b, alike }) => {
    const [ofA, ofB] = [taken.get(a) ?? 0, taken.get(b) ?? 0];
    if (alike < LEAST_ALIKE || (ofA >= MOST_PAIRS && ofB >= MOST_PAIRS)) return false;
    taken.set(a, ofA + 1);
    taken.set(b, ofB + 1);
    return true;
  });
}

function alikeOf(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let both = 0;
  for (const part of a) if (b.has(part)) both += 1;
  return both / Math.max(1, a.size + b.size - both);
}
