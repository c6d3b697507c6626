/** What is measured, beside what it should be. */

export interface Row {
  check: string;
  /** Which case, in words. */
  case: string;
  measured: number;
  /** Both ends are fine; none where it is only told. */
  wanted?: [low: number, high: number];
  told: Record<string, number>;
}

export const isKept = ({ measured, wanted }: Row): boolean =>
  wanted === undefined || (measured >= wanted[0] && measured <= wanted[1]);

/** A fixed seed for each case, whatever the order in which they run. */
export function seedOf(name: string): number {
  let seed = 2_166_136_261;
  for (const char of name) seed = Math.imul(seed ^ (char.codePointAt(0) ?? 0), 16_777_619);
  return seed >>> 0;
}

export const share = (values: boolean[]): number =>
  values.filter(Boolean).length / Math.max(1, values.length);
