/** Whether raters of one workflow differ more than raters do by chance. All pure. */
import { betaShare } from '../../learners/beta.ts';
import { believedUpTo } from '../../learners/stratified.ts';

/** With fewer degrees of freedom among the others, nothing says what chance does. */
const ENOUGH = 5;
/** Where nothing says it: half the scale apart is a contradiction in anybody's words. */
const FAR_APART = 0.5;
/** Less than this apart is agreement, however well the others agree: a step of the CAT score is a ninth. */
const NEAR = 0.1;
const FALSE_ALARMS = 0.05;

interface Within {
  squares: number;
  freedom: number;
  range: number;
}

/**
 * Groups whose values differ more than those of all others: F test of the variance within against that within the
 * others, the share of false alarms held at 5 % (Benjamini and Hochberg). `values` by group, each without its rater's bias.
 */
export function contradictory(groups: ReadonlyMap<string, readonly number[]>): Set<string> {
  const within = new Map(
    [...groups].filter(([, { length }]) => length > 1).map(([id, all]) => [id, spreadOf(all)]),
  );
  let [squares, freedom] = [0, 0];
  for (const each of within.values()) {
    squares += each.squares;
    freedom += each.freedom;
  }
  const plain = new Set<string>();
  const tested: { id: string; p: number }[] = [];
  for (const [id, each] of within) {
    const others = { squares: squares - each.squares, freedom: freedom - each.freedom };
    if (each.range < NEAR) tested.push({ id, p: 1 });
    else if (others.freedom >= ENOUGH) tested.push({ id, p: chance(each, others) });
    else if (each.range >= FAR_APART) plain.add(id);
  }
  const limit = believedUpTo(
    tested.map(({ p }) => p),
    FALSE_ALARMS,
  );
  return new Set([...plain, ...tested.filter(({ p }) => p <= limit).map(({ id }) => id)]);
}

function spreadOf(values: readonly number[]): Within {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { squares, freedom: values.length - 1, range: Math.max(...values) - Math.min(...values) };
}

/** Upper tail of F: how often one group of equals would differ as much. */
function chance(one: Omit<Within, 'range'>, others: Omit<Within, 'range'>): number {
  if (others.squares <= 1e-12) return 0;
  const f = one.squares / one.freedom / (others.squares / others.freedom);
  return betaShare(others.freedom / (others.freedom + one.freedom * f), others.freedom / 2, one.freedom / 2);
}
