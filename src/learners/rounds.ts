/** Things put together in their order, so that a question that costs the same for one as for many is asked once for many. */

/** Rounds that weigh at most `most` together; one that weighs more alone is a round of its own. `most` is asked for each anew. */
export function* roundsOf<T>(
  things: Iterable<T>,
  weight: (thing: T) => number,
  most: () => number,
): Iterable<T[]> {
  let round: T[] = [];
  let sum = 0;
  for (const thing of things) {
    const more = weight(thing);
    if (round.length > 0 && sum + more > most()) {
      yield round;
      [round, sum] = [[], 0];
    }
    round.push(thing);
    sum += more;
  }
  if (round.length > 0) yield round;
}
