/** Which of many contrasts may be believed: whoever looks at a thousand acts finds some that go with success by chance. */
import { believedUpTo, type Stratified, upperTail } from '../../learners/stratified.ts';
import type { Attempt } from '../../types.ts';

/** Of what is believed, at most this share may be chance; with outcomes dealt out anew hardly anything is believed. */
const FALSE_RATE = 0.1;
/** How likely a contrast as strong as this is by chance, in its own direction. */
export const pOf = ({ z }: Stratified): number => upperTail(Math.abs(z));

/**
 * Up to which p a contrast may be believed, given all that were looked at. What could not have come out significant
 * however it went was not looked at (Tarone 1990), and features that the same attempts share are one look.
 */
export function believable(compared: (Stratified & { did: Attempt[] })[]): number {
  const looks = new Map<string, number>();
  for (const each of compared) {
    if (upperTail(each.reach) > FALSE_RATE) continue;
    looks.set(`${each.did.length} ${signature(each.did)} ${each.strata} ${each.z}`, pOf(each));
  }
  return believedUpTo([...looks.values()], FALSE_RATE);
}

/** Equal for equal sets of attempts. */
function signature(did: Attempt[]): string {
  let [a, b] = [0, 0];
  for (const { id } of did) {
    let hash = 2_166_136_261;
    for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 16_777_619);
    a = (a + hash) | 0;
    b ^= Math.imul(hash, 2_654_435_761);
  }
  return `${a} ${b}`;
}
