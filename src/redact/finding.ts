/** A stretch of text that must not be kept: `[start, end)` in UTF-16 units, and what it was. */
export interface Finding {
  kind: string;
  start: number;
  end: number;
  /** True when the value is telling enough to be looked for elsewhere in the same record. */
  telling: boolean;
}

export const MARK = '[redacted:';
