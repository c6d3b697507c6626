/** Figures as people read them. Pure. */

/** A size with its sign, with a true minus; nothing has none. */
const signed = (value: number, size: string): string =>
  /^[0.]+$/u.test(size) ? '0' : `${value < 0 ? '−' : '+'}${size}`;

const UNTOLD = '–';

/** `71 %`; all and none are said only of all and none: `99.6 %`. */
export const percent = (share: number | null): string => {
  if (share === null) return UNTOLD;
  const whole = (100 * share).toFixed(0);
  const isEnd = whole === '0' || whole === '100';
  return `${isEnd && Math.abs(100 * share - Number(whole)) > 1e-9 ? (100 * share).toFixed(1) : whole} %`;
};

/** `+13` of a difference of shares; a small one keeps its sign: `−0.4`. */
export const points = (difference: number | null): string => {
  if (difference === null) return UNTOLD;
  const size = Math.abs(100 * difference);
  return signed(difference, size.toFixed(size < 0.5 ? 1 : 0));
};

/** `−1 to +27` */
export const pointRange = (interval: readonly [number, number] | null): string =>
  interval === null ? UNTOLD : `${points(interval[0])} to ${points(interval[1])}`;

/** `1,234`, `0.42`: as many digits as say something. */
export const amount = (value: number | null): string => {
  if (value === null) return UNTOLD;
  const size = Math.abs(value);
  return size >= 100 ? grouped(size) : size.toFixed(size >= 10 ? 1 : 2);
};

/** `−0.4`, `+1,234` */
export const change = (value: number | null): string =>
  value === null ? UNTOLD : signed(value, amount(value));

export const changeRange = (interval: readonly [number, number] | null): string =>
  interval === null ? UNTOLD : `${change(interval[0])} to ${change(interval[1])}`;

export const grouped = (count: number): string => Math.round(count).toLocaleString('en-US');

/** `12 tasks`, `1 task`. */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

/** `about 90`: two digits, since more would be a promise. */
export const about = (count: number): string => {
  if (count < 20) return `about ${count}`;
  const scale = 10 ** (Math.floor(Math.log10(count)) - 1);
  return `about ${grouped(Math.ceil(count / scale) * scale)}`;
};
