/** How wide an interval must be that may be looked at as often as one likes while evidence comes in. All pure. */
/** A difference of rates about as large as one expects: the interval is narrowest for differences of this order. */
const EXPECTED = 0.15;

/**
 * Standard errors by which an estimate of this variance must be widened, so that in 95 % of histories it holds the truth at every
 * look; more than the 1.96 of one look. Robbins' normal mixture (Johari, Pekelis & Walsh 2015; asymptotic after Waudby-Smith et
 * al. 2024).
 */
export function anytimeZ(variance: number, { alpha = 0.05, expected = EXPECTED } = {}): number {
  const whole = variance + expected ** 2;
  return Math.sqrt(((2 * whole) / expected ** 2) * Math.log(Math.sqrt(whole / variance) / alpha));
}
