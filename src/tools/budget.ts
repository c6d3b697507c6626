/** Fits an answer into a token budget: the best of each kind first, then the second, until the budget is spent. */

/** Prose takes about 4 characters a token (o200k), code 3, ids 2; less than the mix keeps the estimate on the safe side. */
const CHARS_PER_TOKEN = 2.9;
/** What the frame of an answer costs: ids, keys, the sentences that say what it is, the fence around it. */
const FRAME_TOKENS = 140;

export const estimateTokens = (value: unknown): number =>
  Math.ceil(JSON.stringify(value).length / CHARS_PER_TOKEN);

/** What records cost that are shown, about; without the frame around them, which costs the same without any. */
export const recordTokens = (kinds: Record<string, unknown[]>): number =>
  Object.values(kinds)
    .flat()
    .reduce<number>((sum, record) => sum + estimateTokens(record), 0);

/**
 * Keeps as many records as fit, in turn over the kinds, in their order. Never cuts a record in half. What is there to be tried
 * (`explored`) and came too late gets the last place that is left, unless that is the only one.
 */
export function fitBudget<T extends Record<string, unknown[]>>(kinds: T, maxTokens: number): T {
  const kept = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, [] as unknown[]])) as Record<
    string,
    unknown[]
  >;
  let left = maxTokens - FRAME_TOKENS;
  const longest = Math.max(0, ...Object.values(kinds).map((records) => records.length));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const [kind, records] of Object.entries(kinds)) {
      const record = records[turn];
      if (record === undefined) continue;
      const cost = estimateTokens(record);
      if (cost > left) continue;
      left -= cost;
      kept[kind]?.push(record);
    }
  }
  for (const [kind, records] of Object.entries(kinds)) {
    const [tried, told] = [records.find(isTried), kept[kind] ?? []];
    if (tried === undefined || told.includes(tried) || told.length < 2) continue;
    if (estimateTokens(tried) <= left + estimateTokens(told.at(-1))) told.splice(-1, 1, tried);
  }
  return kept as T;
}

const isTried = (record: unknown): boolean => 'explored' in (record as object);
