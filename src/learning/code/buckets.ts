/**
 * Keys by which similar pieces find each other without comparing all with all: MinHash bands (Broder 1997; Leskovec et
 * al., Mining of Massive Datasets, ch. 3) over small parts of the tree, chosen names and literals left out.
 */
import { bitsOf, hashText, isHole, looseLabel, measure, mix, type Tree } from './tree.ts';

const BANDS = 9;
const ROWS = 2;
/** A part that says less is in every function. */
const LEAST_BITS = 5;

/** The key of the very same shape, then one for each band: at most 10. */
export function bucketsOf(tree: Tree, shape: string, language: string): string[] {
  const family = language === 'javascript' || language === 'typescript' ? 'script' : language;
  const parts = partsOf(tree);
  const bands = Array.from({ length: parts.length === 0 ? 0 : BANDS }, (_, band) => {
    let key = band + 1;
    for (let row = 0; row < ROWS; row += 1) key = mix(key, smallest(parts, band * ROWS + row + 1));
    return `${family}:${band}:${key.toString(36)}`;
  });
  return [`${family}:${shape}`, ...bands];
}

function smallest(parts: readonly number[], seed: number): number {
  let least = 0xffffffff;
  for (const part of parts) least = Math.min(least, mix(part, Math.imul(seed, 0x9e3779b1)));
  return least;
}

/** Hashes of small parts: a node with its children, and with theirs; the same part again is another part. */
export function partsOf(tree: Tree): number[] {
  const seen = new Map<number, number>();
  const parts: number[] = [];
  const add = (hash: number) => {
    const nth = seen.get(hash) ?? 0;
    seen.set(hash, nth + 1);
    if (nth < 3) parts.push(mix(hash, nth));
  };
  const visit = (node: Tree, parent: string) => {
    if (isHole(node)) return;
    const label = looseLabel(node.label);
    const own = bitsOf(node.label);
    const isList = label.startsWith('*');
    if (node.children.length > 0 && !isList) {
      const small = node.children.reduce((sum, child) => sum + bitsOf(child.label), own);
      if (small >= LEAST_BITS)
        add(
          node.children.reduce((hash, { label: of }) => mix(hash, hashText(looseLabel(of))), hashText(label)),
        );
      const whole = measure(node);
      if (whole.nodes <= 16 && whole.bits >= 8) add(whole.loose);
    }
    if (own >= 2 && parent !== '') add(mix(hashText(parent), hashText(label)));
    for (const child of node.children) visit(child, isList ? parent : own >= 1 ? label : parent);
  };
  visit(tree, '');
  return parts;
}
