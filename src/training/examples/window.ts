/** When so much of what was read last is broken that going on would make half a set. */
import { trainingError } from '../codes.ts';

/** How many of the items looked at last are weighed: enough for a share, few enough to stop soon after things went wrong. */
export const WINDOW = 200;
/** More than this share of them broken, and the store or an importer is at fault, not single runs. */
const MOST_BROKEN = 0.2;
/** Fewer say nothing: the first run may be the broken one. */
export const LEAST_BROKEN = 20;

/**
 * Takes note of one item after the other, with why it is broken where it is. The seed counts errors over a lifetime, so a long
 * run always fails in the end; here what was long ago is forgotten. @throws KnowhowError E7000.
 */
export function createWindow(): (broken: string | undefined) => void {
  const last: (string | undefined)[] = [];
  return (broken) => {
    last.push(broken);
    if (last.length > WINDOW) last.shift();
    if (broken === undefined) return;
    const reasons = last.filter((reason) => reason !== undefined);
    if (reasons.length < LEAST_BROKEN || reasons.length <= MOST_BROKEN * last.length) return;
    const counts = Object.entries(Object.groupBy(reasons, (reason) => reason));
    const told = counts.map(([reason, all]) => `${reason} ${all?.length}`).join(', ');
    throw trainingError('E7000', `Of the last ${last.length}, ${reasons.length} are broken: ${told}.`);
  };
}
