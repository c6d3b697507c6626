/**
 * A function that works its answer out once for each object and forgets it with the object: for what several stages ask
 * of one run. Objects must not change afterwards, nor answers.
 */
export function perObject<K extends object, R extends object>(work: (object: K) => R): (object: K) => R {
  const known = new WeakMap<K, R>();
  return (object) => {
    const before = known.get(object);
    if (before !== undefined) return before;
    const answer = work(object);
    known.set(object, answer);
    return answer;
  };
}
