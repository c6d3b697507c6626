/** Idioms in TypeScript and JavaScript, first half: collections and strings. */
import type { Idiom } from './idiom.ts';

const script = (idiom: Omit<Idiom, 'language'>): Idiom => ({ language: 'script', ...idiom });

export const COLLECTIONS: Idiom[] = [
  script({
    name: 'chunk',
    aliases: ['chunk', 'inChunks', 'toPages', 'splitEvery'],
    params: [
      ['items', 'T[]'],
      ['size', 'number'],
    ],
    result: 'T[][]',
    locals: ['parts', 'at'],
    body: `+
const parts‹: T[][]› = [];
for (let at = 0; at < items.length; at += size) {
  parts.push(items.slice(at, at + size));
}
return parts;`,
  }),
  script({
    name: 'group-by',
    aliases: ['groupBy', 'bucketBy', 'indexInto', 'gatherBy'],
    params: [
      ['items', 'T[]'],
      ['keyOf', '(item: T) => string'],
    ],
    result: 'Map<string, T[]>',
    locals: ['groups', 'item', 'key', 'known'],
    body: `const groups = new Map‹<string, T[]>›();
+
for (const item of items) {
  const key = keyOf(item);
  const known = groups.get(key);
  if (known) known.push(item);
  else groups.set(key, [item]);
}
return groups;`,
  }),
  script({
    name: 'flatten',
    aliases: ['flattenDeep', 'unnest', 'flatAll'],
    params: [['nested', 'unknown[]']],
    result: 'unknown[]',
    locals: ['flat', 'entry'],
    body: `const flat‹: unknown[]› = [];
+
for (const entry of nested) {
  if (Array.isArray(entry)) flat.push(...NAME(entry));
  else flat.push(entry);
}
return flat;`,
  }),
  script({
    name: 'binary-search',
    aliases: ['binarySearch', 'findSorted', 'bisectIndex'],
    params: [
      ['sorted', 'number[]'],
      ['wanted', 'number'],
    ],
    result: 'number',
    locals: ['low', 'high', 'middle'],
    body: `~let low = 0;
~let high = sorted.length - 1;
+
while (low <= high) {
  const middle = Math.floor((low + high) / 2);
  if (sorted[middle] === wanted) return middle;
  if (sorted[middle] < wanted) low = middle + 1;
  else high = middle - 1;
}
return -1;`,
  }),
  script({
    name: 'topological-sort',
    aliases: ['topologicalSort', 'topoOrder', 'sortByDependency'],
    params: [['graph', 'Map<string, string[]>']],
    result: 'string[]',
    locals: ['done', 'order', 'visiting', 'visit', 'node', 'next'],
    body: `~const order‹: string[]› = [];
~const done = new Set‹<string>›();
~const visiting = new Set‹<string>›();
const visit = (node‹: string›) => {
  if (done.has(node)) return;
  if (visiting.has(node)) throw new Error('<cycle|circular dependency|not a tree>');
  visiting.add(node);
  for (const next of graph.get(node) ?? []) visit(next);
  visiting.delete(node);
  done.add(node);
  order.push(node);
};
+
for (const node of graph.keys()) visit(node);
return order;`,
  }),
  script({
    name: 'breadth-first',
    aliases: ['shortestPath', 'bfsPath', 'fewestHops'],
    params: [
      ['edges', 'Map<string, string[]>'],
      ['from', 'string'],
      ['to', 'string'],
    ],
    result: 'string[] | undefined',
    locals: ['queue', 'seen', 'path', 'last', 'next'],
    body: `~const queue = [[from]];
~const seen = new Set([from]);
+
while (queue.length > 0) {
  const path = queue.shift() ?? [];
  const last = path[path.length - 1] ?? '';
  if (last === to) return path;
  for (const next of edges.get(last) ?? []) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push([...path, next]);
  }
}
return undefined;`,
  }),
  script({
    name: 'unique-by',
    aliases: ['uniqueBy', 'distinctBy', 'withoutDoubles'],
    params: [
      ['items', 'T[]'],
      ['keyOf', '(item: T) => string'],
    ],
    result: 'T[]',
    locals: ['seen', 'key', 'item', 'kept'],
    body: `~const seen = new Set‹<string>›();
~const kept‹: T[]› = [];
+
for (const item of items) {
  const key = keyOf(item);
  if (seen.has(key)) continue;
  seen.add(key);
  kept.push(item);
}
return kept;`,
  }),
  script({
    name: 'deep-merge',
    aliases: ['deepMerge', 'mergeInto', 'overlayConfig'],
    params: [
      ['base', 'Record<string, unknown>'],
      ['over', 'Record<string, unknown>'],
    ],
    result: 'Record<string, unknown>',
    locals: ['merged', 'key', 'value', 'below'],
    body: `const merged‹: Record<string, unknown>› = { ...base };
+
for (const [key, value] of Object.entries(over)) {
  const below = merged[key];
  if (value && below && typeof value === 'object' && typeof below === 'object' && !Array.isArray(value)) {
    merged[key] = NAME(below‹ as Record<string, unknown>›, value‹ as Record<string, unknown>›);
  } else merged[key] = value;
}
return merged;`,
  }),
  script({
    name: 'csv-line',
    aliases: ['parseCsvLine', 'splitCells', 'readCsvRow'],
    params: [['line', 'string']],
    result: 'string[]',
    locals: ['cells', 'cell', 'quoted', 'at', 'char'],
    body: `~const cells‹: string[]› = [];
~let cell = '';
~let quoted = false;
+
for (let at = 0; at < line.length; at++) {
  const char = line[at];
  if (quoted) {
    if (char === '"' && line[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (char === '"') quoted = false;
    else cell += char;
  } else if (char === '"') quoted = true;
  else if (char === '<,|;|\\t>') {
    cells.push(cell);
    cell = '';
  } else cell += char;
}
cells.push(cell);
return cells;`,
  }),
  script({
    name: 'zip-with',
    aliases: ['zipWith', 'pairUp', 'combineLists'],
    params: [
      ['left', 'A[]'],
      ['right', 'B[]'],
      ['join', '(a: A, b: B) => C'],
    ],
    result: 'C[]',
    locals: ['length', 'zipped', 'at'],
    body: `~const length = Math.min(left.length, right.length);
~const zipped‹: C[]› = [];
+
for (let at = 0; at < length; at++) {
  zipped.push(join(left[at], right[at]));
}
return zipped;`,
  }),
  script({
    name: 'slugify',
    aliases: ['slugify', 'toSlug', 'urlName'],
    params: [['title', 'string']],
    result: 'string',
    locals: ['plain', 'words'],
    body: `const plain = title.normalize('<NFD|NFKD>').replace(/[\\u0300-\\u036f]/g, '');
+
const words = plain.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
return words.length > <40|60|80> ? words.slice(0, <40|60|80>) : words;`,
  }),
  script({
    name: 'levenshtein',
    aliases: ['editDistance', 'levenshtein', 'typoDistance'],
    params: [
      ['from', 'string'],
      ['to', 'string'],
    ],
    result: 'number',
    locals: ['row', 'i', 'j', 'diagonal', 'above'],
    body: `let row = Array.from({ length: to.length + 1 }, (_, j) => j);
+
for (let i = 1; i <= from.length; i++) {
  let diagonal = row[0];
  row[0] = i;
  for (let j = 1; j <= to.length; j++) {
    const above = row[j];
    row[j] = Math.min(row[j] + 1, row[j - 1] + 1, diagonal + (from[i - 1] === to[j - 1] ? 0 : 1));
    diagonal = above;
  }
}
return row[to.length];`,
  }),
];
