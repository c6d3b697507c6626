/** Do messages of one true class share a pattern, and does a pattern hold messages of one class? */

export interface Labelled {
  /** The true class. */
  name: string;
  template: string;
}

export interface GroupingFigures {
  messages: number;
  classes: number;
  patterns: number;
  /** Share of a pattern's messages that are of its main class, averaged over patterns. */
  macro_homogeneity: number;
  /** Share of a class's messages that are in its largest pattern, averaged over classes. */
  macro_completeness: number;
  /** Rosenberg and Hirschberg 2007, from entropies: every message counts the same. */
  homogeneity: number;
  completeness: number;
  v_measure: number;
  /** Classes that lie in several patterns, the widest spread first. */
  spread: { name: string; messages: number; patterns: number; largest: number }[];
}

export function groupingFigures(labelled: Labelled[]): GroupingFigures {
  const byPattern = counted(
    labelled,
    ({ template }) => template,
    ({ name }) => name,
  );
  const byClass = counted(
    labelled,
    ({ name }) => name,
    ({ template }) => template,
  );
  const total = labelled.length;
  const homogeneity = 1 - ratio(conditional(byPattern, total), entropy(sizes(byClass), total));
  const completeness = 1 - ratio(conditional(byClass, total), entropy(sizes(byPattern), total));
  return {
    messages: total,
    classes: byClass.size,
    patterns: byPattern.size,
    macro_homogeneity: largestShare(byPattern),
    macro_completeness: largestShare(byClass),
    homogeneity,
    completeness,
    v_measure: ratio(2 * homogeneity * completeness, homogeneity + completeness),
    spread: [...byClass]
      .filter(([, own]) => own.size > 1)
      .map(([name, own]) => {
        const counts = [...own.values()];
        const messages = sum(counts);
        return { name, messages, patterns: own.size, largest: Math.max(...counts) / messages };
      })
      .sort((a, b) => a.largest - b.largest),
  };
}

type Counts = Map<string, Map<string, number>>;

function counted(
  labelled: Labelled[],
  outer: (one: Labelled) => string,
  inner: (one: Labelled) => string,
): Counts {
  const counts: Counts = new Map();
  for (const one of labelled) {
    const own = counts.get(outer(one)) ?? new Map<string, number>();
    own.set(inner(one), (own.get(inner(one)) ?? 0) + 1);
    counts.set(outer(one), own);
  }
  return counts;
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const sizes = (counts: Counts): number[] => [...counts.values()].map((own) => sum(own.values()));
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const entropy = (values: Iterable<number>, total: number): number =>
  -sum([...values].map((value) => (value / total) * Math.log(value / total)));
/** Entropy of the inner names, given the outer one. */
const conditional = (counts: Counts, total: number): number =>
  sum(
    [...counts.values()].map((own) => {
      const size = sum(own.values());
      return (size / total) * entropy(own.values(), size);
    }),
  );
const largestShare = (counts: Counts): number =>
  sum([...counts.values()].map((own) => Math.max(...own.values()) / sum(own.values()))) /
  Math.max(1, counts.size);
