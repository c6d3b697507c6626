/** The two arms as time goes on: tasks in order of their first run, cut into spans of about as many tasks each. Pure. */
import { clusteredRate, type Interval, rateInterval } from '../../learners/rates.ts';
import { successOf } from './effect.ts';
import { retriesOf } from './means.ts';
import type { Unit } from './unit.ts';

export interface SpanSide {
  tasks: number;
  /** Share of success; null without tasks. */
  rate: number | null;
  interval: Interval | null;
  /** Runs before the first that went well, a task; null without tasks. */
  retries: number | null;
}

export interface Span {
  /** ISO 8601: the first and the last of the tasks' first runs. */
  from: string;
  to: string;
  with: SpanSide;
  without: SpanSide;
}

const MOST_SPANS = 8;
/** So that a point is more than a coin. */
const FEWEST_TASKS = 10;

export function overTime(units: Unit[]): Span[] {
  const sorted = [...units].sort((a, b) => {
    const [x, y] = [beganAt(a), beganAt(b)];
    return x === y ? (a.task < b.task ? -1 : 1) : x < y ? -1 : 1;
  });
  const spans = Math.min(MOST_SPANS, Math.floor(sorted.length / FEWEST_TASKS));
  return Array.from({ length: spans }, (_, i) => {
    const edge = (at: number) => Math.round((at * sorted.length) / spans);
    const tasks = sorted.slice(edge(i), edge(i + 1));
    const arm = (wanted: Unit['arm']) => sideOf(tasks.filter(({ arm }) => arm === wanted));
    const [first, last] = [tasks[0], tasks.at(-1)];
    return {
      from: first ? beganAt(first) : '',
      to: last ? beganAt(last) : '',
      with: arm('shown'),
      without: arm('withheld'),
    };
  });
}

const beganAt = ({ runs }: Unit): string => runs[0]?.at ?? '';

function sideOf(units: Unit[]): SpanSide {
  if (units.length === 0) return { tasks: 0, rate: null, interval: null, retries: null };
  const runs = units.reduce((sum, unit) => sum + unit.runs.length, 0);
  const rate = clusteredRate(units.map(successOf), runs);
  return {
    tasks: units.length,
    rate: rate.rate,
    interval: rateInterval(rate),
    retries: units.reduce((sum, unit) => sum + retriesOf(unit), 0) / units.length,
  };
}
