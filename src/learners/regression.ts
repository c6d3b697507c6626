/** What every model that foresees a number has in common. */
import type { Random } from './random.ts';

/** One row: what is known of it, what came out, and which rows stand or fall together (one task). */
export interface Example {
  /** null: not known of this row. */
  x: (number | null)[];
  y: number;
  group: string;
  /** Default 1. */
  weight?: number;
}

/** A way to fit, and what it gives: plain JSON, so that it can be stored. */
export interface Regressor<Fitted = unknown> {
  name: string;
  fit(rows: Example[], random: Random): Fitted;
  predict(fitted: Fitted, x: (number | null)[]): number;
  /** Takes `fresh` rows in without a full refit; `rows` are all there are, the fresh ones among them. */
  update?(fitted: Fitted, fresh: Example[], rows: Example[], random: Random): Fitted;
}
